"""The demonstration company is the same every time, valid in form, and believable to a credit manager."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from stdnum import iban as iban_number
from stdnum.fr import siren as siren_number
from stdnum.fr import tva

from encours.demonstration import Company, PayerKind, company, figures
from encours.demonstration.model import DOUBTFUL, PREPAID
from encours.rules.terms import due_on, parse_terms

SUNDAY = date(2026, 11, 22)
DAYS = (
    SUNDAY,
    date(2026, 1, 1),
    date(2026, 12, 31),
    date(2028, 2, 29),
    date(2027, 3, 1),
    date(2026, 8, 31),
    date(2027, 5, 10),
)


@pytest.fixture(scope="module")
def lumiere() -> Company:
    return company(SUNDAY)


def test_the_same_seed_gives_the_same_company():
    assert company(SUNDAY, customers=30, seed=7) == company(SUNDAY, customers=30, seed=7)


def test_another_seed_gives_another_company():
    assert company(SUNDAY, customers=30, seed=7).items != company(SUNDAY, customers=30, seed=8).items


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_figures_are_those_of_a_small_industrial_company(today: date):
    found = figures(company(today))
    assert 8_000_000 <= found.net_turnover <= 12_000_000
    assert 54 <= found.dso_days <= 70
    assert Decimal("0.19") <= 1 - found.part("not_due") <= Decimal("0.30")
    assert Decimal("0.03") <= found.part("over_90") <= Decimal("0.06")
    assert Decimal("0.12") <= found.largest[0][1] / found.open_debits <= Decimal("0.18")
    assert 0 < found.open_credits < found.open_debits / 50
    assert found.prepaid > 0


def test_every_way_of_paying_is_there(lumiere: Company):
    kinds = figures(lumiere).kinds
    assert set(kinds) == set(PayerKind)
    assert kinds[PayerKind.GOOD] > kinds[PayerKind.SLOW] > kinds[PayerKind.DRIFTING]
    assert kinds[PayerKind.LARGE] == 1


@pytest.mark.parametrize("count", [1, 2, 12, 37, 450])
def test_any_number_of_customers_can_be_made(count: int):
    made = company(SUNDAY, customers=count, months=6)
    assert len({customer.code for customer in made.customers}) == count
    assert len({customer.name for customer in made.customers}) == count
    assert len({customer.siren for customer in made.customers}) == count


def test_company_numbers_are_valid_and_fictitious(lumiere: Company):
    for holder in (lumiere.organization, *lumiere.customers):
        assert siren_number.is_valid(holder.siren)
        assert tva.is_valid(holder.vat_number)
        assert holder.siren.startswith("9000")
        assert holder.email.endswith(".example")
        assert holder.phone[:8] in {"01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98"}
    assert iban_number.is_valid(lumiere.organization.iban)
    assert lumiere.organization.iban[4:9] == "99999"


def test_due_dates_follow_the_agreed_terms(lumiere: Company):
    for item in lumiere.items:
        if item.kind == "invoice":
            terms = parse_terms(lumiere.customer_of[item.customer_code].terms)
            assert item.due_on == due_on(terms, item.issued_on)


def test_nothing_happens_after_today_nor_at_a_weekend(lumiere: Company):
    booked = [item.booked_on for item in lumiere.items if item.kind in {"invoice", "payment", "prepayment"}]
    assert max(booked) <= SUNDAY
    assert all(day.weekday() < 5 for day in booked)


def test_no_item_is_settled_beyond_its_amount(lumiere: Company):
    assert all(left >= 0 for left in lumiere.open_amounts(SUNDAY).values())


def test_allocations_join_one_account_of_one_customer(lumiere: Company):
    for allocation in lumiere.allocations:
        debit, credit = lumiere.item(allocation.debit), lumiere.item(allocation.credit)
        assert (debit.side, credit.side) == ("debit", "credit")
        assert (debit.customer_code, debit.account) == (credit.customer_code, credit.account)
        assert allocation.allocated_on >= max(debit.booked_on, credit.booked_on)


def test_the_ledger_covers_twenty_six_months(lumiere: Company):
    assert lumiere.starts_on == date(2024, 10, 1)
    assert min(item.booked_on for item in lumiere.items if item.booked_on >= lumiere.starts_on) <= date(
        2024, 10, 4
    )


def days_late(made: Company, kind: PayerKind, after: date) -> list[int]:
    """Days between the due date and the payment of each invoice paid since a day."""
    late = []
    for allocation in made.allocations:
        invoice, payment = made.item(allocation.debit), made.item(allocation.credit)
        if (
            made.customer_of[invoice.customer_code].kind is kind
            and invoice.kind == "invoice"
            and payment.kind == "payment"
            and payment.booked_on >= after
        ):
            late.append((payment.booked_on - invoice.due_on).days)
    return late


def mean(values: list[int]) -> float:
    return sum(values) / len(values)


def test_each_kind_of_payer_pays_in_its_way(lumiere: Company):
    year_ago = SUNDAY - timedelta(days=365)
    assert mean(days_late(lumiere, PayerKind.GOOD, year_ago)) < 0
    assert 8 <= mean(days_late(lumiere, PayerKind.SLOW, year_ago)) <= 15
    assert 10 <= mean(days_late(lumiere, PayerKind.PUBLIC, year_ago)) <= 22
    recent = days_late(lumiere, PayerKind.DRIFTING, SUNDAY - timedelta(days=60))
    assert mean(recent) > mean(days_late(lumiere, PayerKind.DRIFTING, date(2024, 1, 1))) + 15
    assert not days_late(lumiere, PayerKind.BROKEN, SUNDAY - timedelta(days=60))


def test_the_particular_stories_are_told(lumiere: Company):
    left = lumiere.open_amounts(SUNDAY)
    still_open = Counter((item.kind, item.account) for item in lumiere.items if left[item.key])
    assert still_open["payment", "411000"] == 2
    assert still_open["returned_payment", "411000"] == 1
    assert still_open["prepayment", PREPAID] == 2
    assert still_open["adjustment", DOUBTFUL] >= 5
    assert 2 <= still_open["credit_note", "411000"] <= 20
    part_paid = [
        item for item in lumiere.items if item.kind == "invoice" and 0 < left[item.key] < item.amount
    ]
    assert len(part_paid) > 10


def test_known_customers_have_their_part(lumiere: Company):
    names = {customer.name: customer.kind for customer in lumiere.customers}
    assert names["Verger des Tilleuls SARL"] is PayerKind.DRIFTING
    assert names["Transports du Pont SAS"] is PayerKind.BROKEN
    assert names["Imprimerie de la Tour SA"] is PayerKind.DISPUTING
    assert names["Hôtel du Marché"] is PayerKind.GOOD
