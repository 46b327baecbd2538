"""Late interest and recovery fees: one by one by the rule, all together by the database, to the same cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledgers import Ledger, day

from encours.accounts.models import EnteredRate, PublicRate
from encours.accounts.queries import LEGAL, REFINANCING, interest_policy, rate_table
from encours.receivables.models import Allocation, Item
from encours.reports.queries import claim_totals, claims
from encours.rules.rates import SHIPPED, HalfYear

pytestmark = pytest.mark.django_db

TODAY = day("2026-06-30")


def test_the_vector_of_the_law() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    ledger.invoice(mill, "F1", "2025-01-01", "2025-01-31", "12000")
    found = claims(ledger.organization, mill, day("2025-09-15"))
    assert (found.interest, found.recovery_fees, found.total) == (Decimal("956.07"), 40, Decimal("996.07"))
    assert not found.partial


def test_paid_late_is_claimed_too_and_paid_on_time_is_not() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    late = ledger.invoice(mill, "F1", "2026-01-01", "2026-01-31", "3650")
    ledger.payment(mill, "2026-02-10", "3650", {late: "3650"})
    good = ledger.invoice(mill, "F2", "2026-01-01", "2026-01-31", "3650")
    ledger.payment(mill, "2026-01-31", "3650", {good: "3650"})
    found = claims(ledger.organization, None, TODAY)
    assert [claim.number for claim in found.claims] == ["F1"]
    # 2.15 + 10 = 12.15 %; 3650 x 12.15 % x 10 / 365 = 12.15
    assert (found.interest, found.claims[0].days_overdue, found.claims[0].settled_on) == (
        Decimal("12.15"),
        10,
        day("2026-02-10"),
    )
    assert claims(ledger.organization, None, TODAY, open_only=True).claims == ()


def test_a_credit_note_lowers_the_invoice_from_its_first_day() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    wrong = ledger.invoice(mill, "F1", "2026-01-01", "2026-01-31", "3650")
    ledger.credit_note(mill, "2026-03-01", "3650", {wrong: "3650"})
    assert claims(ledger.organization, None, TODAY).claims == ()
    assert claim_totals(ledger.organization, TODAY, open_only=False).total == 0


def test_installments_of_one_invoice_get_one_fee() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    ledger.invoice(mill, "F1", "2026-01-01", "2026-01-31", "100")
    ledger.invoice(mill, "F1", "2026-01-01", "2026-02-28", "100")
    ledger.invoice(mill, "", "2026-01-01", "2026-02-28", "100")
    assert claims(ledger.organization, mill, TODAY).recovery_fees == 80
    assert claim_totals(ledger.organization, TODAY).recovery_fees == 80


def test_disputes_are_left_out_and_insolvency_stops_the_interest() -> None:
    ledger = Ledger.opened()
    broke = ledger.customer("BROKE", insolvent_on=day("2026-02-11"))
    ledger.invoice(broke, "F1", "2026-01-01", "2026-01-31", "3650")
    ledger.invoice(broke, "F2", "2026-01-01", "2026-02-28", "3650")
    ledger.invoice(
        ledger.customer("ANGRY"), "F3", "2026-01-01", "2026-01-31", "10", disputed_on=day("2026-02-01")
    )
    found = claims(ledger.organization, None, TODAY)
    assert [(claim.number, claim.interest.total, bool(claim.fee)) for claim in found.claims] == [
        ("F1", Decimal("12.15"), True)
    ]


def test_a_half_year_without_a_rate_makes_the_count_partial_until_someone_enters_it() -> None:
    ledger = Ledger.opened()
    organization = ledger.organization
    mill = ledger.customer("MILL")
    ledger.invoice(mill, "F1", "2026-05-01", "2026-06-20", "3650")
    today = day("2026-07-10")
    found = claims(organization, mill, today)
    assert (found.partial, found.counted_until, found.missing) == (True, day("2026-06-30"), HalfYear(2026, 2))
    assert found.interest == Decimal("12.15")
    EnteredRate.objects.create(
        organization=organization,
        kind=REFINANCING,
        starts_on=day("2026-07-01"),
        percent="2.00",
        source="ecb.europa.eu",
    )
    assert claims(organization, mill, today).partial
    PublicRate.objects.create(kind=LEGAL, starts_on=day("2026-07-01"), percent="2.50", source="JO")
    found = claims(organization, mill, today)
    assert (found.partial, found.interest) == (False, Decimal("24.15"))
    assert rate_table(organization.pk).rates_of(HalfYear(2026, 2)).source == "ecb.europa.eu; JO"


def test_own_rates_win_over_public_ones_and_only_the_first_day_counts() -> None:
    organization = Ledger.opened().organization
    for kind in (PublicRate(), EnteredRate(organization=organization)):
        kind.kind, kind.starts_on, kind.percent, kind.source = (
            REFINANCING,
            day("2026-01-01"),
            Decimal(3),
            "read",
        )
        if isinstance(kind, EnteredRate):
            kind.percent = Decimal(4)
        kind.save()
    PublicRate.objects.create(kind=REFINANCING, starts_on=day("2026-03-15"), percent=9, source="mid")
    table = rate_table(organization.pk)
    assert table.rates_of(HalfYear(2026, 1)).refinancing_percent == 4
    assert (
        table.rates_of(HalfYear(2026, 1)).legal_percent == SHIPPED.rates_of(HalfYear(2026, 1)).legal_percent
    )


def test_the_policy_of_the_organization() -> None:
    organization = Ledger.opened().organization
    assert interest_policy(organization).kind == "default"
    organization.interest_kind = "legal_multiple"
    assert interest_policy(organization).kind == "legal_multiple"
    organization.interest_kind, organization.interest_rate_percent = "contract", Decimal(15)
    assert interest_policy(organization).contract_rate_percent == 15
    assert interest_policy(organization, public_buyer=True).kind == "public_buyer"


DAYS = st.integers(-1500, 300).map(lambda shift: TODAY + timedelta(days=shift))
CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    invoices=st.lists(st.tuples(DAYS, CENTS, st.integers(0, 2)), min_size=1, max_size=5),
    parts=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 900), st.integers(1, 100), st.booleans()), max_size=6
    ),
    insolvent=st.none() | DAYS,
    kind=st.sampled_from(["default", "contract", "legal_multiple"]),
)
def test_the_totals_are_the_sum_of_the_claims(
    invoices: list[tuple[date, Decimal, int]],
    parts: list[tuple[int, int, int, bool]],
    insolvent: date | None,
    kind: str,
) -> None:
    caches["figures"].clear()
    ledger = Ledger.opened()
    organization = ledger.organization
    organization.interest_kind, organization.interest_rate_percent = kind, Decimal("8.125")
    customers = [
        ledger.customer("PRIVATE"),
        ledger.customer("PUBLIC", public_buyer=True),
        ledger.customer("BROKE", insolvent_on=insolvent),
    ]
    made = [
        ledger.invoice(customers[whose], f"F{rank}", str(due - timedelta(days=30)), str(due), str(amount))
        for rank, (due, amount, whose) in enumerate(invoices)
    ]
    today = TODAY + timedelta(days=200)
    for rank, wait, percent, credited in parts:
        invoice = made[rank % len(made)]
        part = (invoice.open_amount * percent / 100).quantize(Decimal("0.01"))
        paid = str(min(invoice.issued_on + timedelta(days=wait), today))
        if part:
            give = ledger.credit_note if credited else ledger.payment
            give(invoice.customer, paid, str(part), {invoice: str(part)})
    for open_only in (True, False):
        listed = claims(organization, None, today, open_only=open_only)
        summed = claim_totals(organization, today, open_only=open_only)
        assert (summed.interest, summed.recovery_fees) == (listed.interest, listed.recovery_fees)
        assert (summed.partial, summed.counted_until) == (listed.partial, listed.counted_until)
        assert summed.invoices == sum(
            bool(claim.interest.segments or claim.interest.partial) for claim in listed.claims
        )
    Allocation.objects.all().delete()
    Item.objects.all().delete()
