"""Which credit pays which debit: by what rule, and never for more than is open."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.allocation import Allocation, Credit, Debit, Proposal, letter, propose

START = date(2026, 1, 31)


def debit(name: str, amount: str | int, month: int = 0, number: str = "") -> Debit:
    return Debit(name, Decimal(amount), START + timedelta(days=30 * month), number)


def credit(name: str, amount: str | int, month: int = 6, text: str = "") -> Credit:
    return Credit(name, Decimal(amount), START + timedelta(days=30 * month), text)


def told(proposals: list[Proposal]) -> list[tuple[object, object, int, str]]:
    return [(p.debit_id, p.credit_id, int(p.amount), p.rule) for p in proposals]


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("FA-2026-001", "VIR FA2026001", True),
        ("FA2026001", "VIREMENT FA 2026 001 MERCI", True),
        ("fa_2026/001", "Règlement FA-2026-001.", True),
        ("FA-2026-001", "FA-2026-0011", False),  # another number that only begins alike
        ("2026", "LOYER 2026", False),  # a year
        ("20260391", "FACT 20260391", True),
        ("AVOIR", "AVOIR", False),  # no digit
        ("F1", "F1", False),  # too short
        ("", "FA-2026-001", False),
    ],
)
def test_a_number_is_recognized_whatever_its_separators(number: str, text: str, found: bool) -> None:
    proposals = propose([debit("F", 100, number=number)], [credit("P", 70, text=text)])
    assert told(proposals) == ([("F", "P", 70, "reference")] if found else [])


def test_a_reference_comes_before_an_equal_amount() -> None:
    debits = [debit("old", 80), debit("named", 80, 1, "FA-0012")]
    assert told(propose(debits, [credit("P", 80, text="FA-0012")])) == [("named", "P", 80, "reference")]


def test_a_payment_that_names_two_invoices_pays_the_oldest_first_and_keeps_its_rest() -> None:
    debits = [debit("B", 50, 1, "FA-0002"), debit("A", 50, 0, "FA-0001"), debit("C", 25, 2, "XX-0003")]
    proposals = propose(debits, [credit("P", 125, text="FA-0002 FA-0001")])
    assert told(proposals) == [
        ("A", "P", 50, "reference"),
        ("B", "P", 50, "reference"),
        ("C", "P", 25, "amount"),
    ]


def test_installments_that_share_a_number_are_paid_in_order() -> None:
    debits = [debit("second", 50, 1, "FA-0001"), debit("first", 50, 0, "FA-0001")]
    assert told(propose(debits, [credit("P", 50, text="fa 0001")])) == [("first", "P", 50, "reference")]


def test_a_credit_that_is_used_up_leaves_the_other_invoices_it_names() -> None:
    debits = [debit("A", 50, 0, "FA-0001"), debit("B", 50, 1, "FA-0002")]
    assert told(propose(debits, [credit("P", 50, text="FA-0001 FA-0002")])) == [("A", "P", 50, "reference")]


def test_equal_amounts_go_to_the_oldest() -> None:
    debits = [debit("new", 60, 2), debit("old", 60, 0)]
    credits_ = [credit("P2", 60, 5), credit("P1", 60, 4)]
    assert told(propose(debits, credits_)) == [("old", "P1", 60, "amount"), ("new", "P2", 60, "amount")]


def test_a_sum_of_neighbors_is_found_from_the_oldest() -> None:
    debits = [debit("A", 10, 0), debit("B", 20, 1), debit("C", 30, 2), debit("D", 50, 3)]
    assert told(propose(debits, [credit("P1", 80), credit("P2", 30, 7)])) == [
        ("C", "P2", 30, "amount"),
        ("A", "P1", 10, "sum"),
        ("B", "P1", 20, "sum"),
        ("D", "P1", 50, "sum"),
    ]


def test_a_sum_may_begin_after_an_item_that_is_skipped() -> None:
    debits = [debit("disputed", 70, 0), debit("B", 20, 1), debit("C", 30, 2)]
    assert told(propose(debits, [credit("P", 50)])) == [("B", "P", 20, "sum"), ("C", "P", 30, "sum")]


def test_what_nothing_explains_is_left_alone_unless_age_is_asked_for() -> None:
    debits, credits_ = [debit("A", 40), debit("B", 40, 1)], [credit("P", 55)]
    assert propose(debits, credits_) == []
    assert told(propose(debits, credits_, oldest_first=True)) == [
        ("A", "P", 40, "oldest_first"),
        ("B", "P", 15, "oldest_first"),
    ]


def test_a_lettering_group_is_paid_oldest_first() -> None:
    allocations = letter([debit("B", 50, 1), debit("A", 100, 0)], [credit("P2", 70, 3), credit("P1", 60, 2)])
    assert allocations == [
        Allocation("A", "P1", Decimal(60)),
        Allocation("A", "P2", Decimal(40)),
        Allocation("B", "P2", Decimal(30)),
    ]


def test_an_empty_or_one_sided_group_allocates_nothing() -> None:
    assert letter([], []) == []
    assert letter([debit("A", 10), debit("nil", 0)], []) == []
    assert letter([], [credit("P", 10)]) == []


cents = st.integers(1, 30_000).map(lambda value: Decimal(value) / 100)
months = st.integers(0, 12)
debit_lists = st.lists(st.tuples(cents, months, st.integers(1, 5)), max_size=8).map(
    lambda rows: [
        debit(f"D{place}", str(amount), month, f"FA-000{number}")
        for place, (amount, month, number) in enumerate(rows)
    ]
)
credit_lists = st.lists(st.tuples(cents, months, st.integers(1, 9)), max_size=8).map(
    lambda rows: [
        credit(f"C{place}", str(amount), month, f"VIR FA000{number}")
        for place, (amount, month, number) in enumerate(rows)
    ]
)


@given(debit_lists, credit_lists, st.booleans())
def test_nothing_is_ever_given_twice(debits: list[Debit], credits_: list[Credit], oldest_first: bool) -> None:
    owed, paid = defaultdict[object, Decimal](Decimal), defaultdict[object, Decimal](Decimal)
    for proposal in propose(debits, credits_, oldest_first=oldest_first):
        assert proposal.amount > 0
        owed[proposal.debit_id] += proposal.amount
        paid[proposal.credit_id] += proposal.amount
    assert all(owed[item.id] <= item.amount for item in debits)
    assert all(paid[item.id] <= item.amount for item in credits_)


@given(debit_lists, credit_lists)
def test_a_group_cancels_out_as_far_as_it_can(debits: list[Debit], credits_: list[Credit]) -> None:
    given_ = sum(allocation.amount for allocation in letter(debits, credits_))
    assert given_ == min(sum(item.amount for item in debits), sum(item.amount for item in credits_))


@given(debit_lists, credit_lists, st.integers(2, 4))
def test_a_payment_cut_in_parts_pays_as_much(debits: list[Debit], credits_: list[Credit], parts: int) -> None:
    cut = [Credit(f"{c.id}.{n}", c.amount / parts, c.issued_on) for c in credits_ for n in range(parts)]
    whole_total = sum(allocation.amount for allocation in letter(debits, credits_))
    assert abs(sum(allocation.amount for allocation in letter(debits, cut)) - whole_total) < Decimal("0.01")
