"""Grades are written when they change, and only then; the letter's change is history."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.ledgers import Ledger, day

from encours.events.models import Event
from encours.scoring import actions, queries
from encours.scoring.models import Score

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-22")
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger.opened()
    good, bad = ledger.customer("GOOD"), ledger.customer("BAD")
    for month in range(1, 11):
        for customer, paid in ((good, f"2026-{month:02}-28"), (bad, f"2026-{month + 1:02}-28")):
            invoice = ledger.invoice(
                customer, f"F{month}", f"2026-{month:02}-01", f"2026-{month:02}-28", "1000"
            )
            ledger.payment(customer, min(paid, "2026-11-20"), "1000", {invoice: "1000"})
    ledger.invoice(bad, "F11", "2026-08-01", "2026-08-31", "5000")
    ledger.customer("NEW")
    return ledger


def letters(ledger: Ledger) -> dict[str, str]:
    scores = Score.objects.filter(organization=ledger.organization, replaced_on=None).select_related(
        "customer"
    )
    return {score.customer.code: score.grade for score in scores}


def test_every_customer_gets_a_grade_with_its_reasons(ledger: Ledger) -> None:
    assert actions.grade_all(ledger.organization.pk, TODAY, NOW) == 3
    assert letters(ledger) == {"GOOD": "A", "BAD": "E", "NEW": "C"}
    score = Score.objects.get(customer__code="BAD", replaced_on=None)
    assert score.inputs["overdue_amount"] == "5000.00"
    assert score.inputs["last_paid_on"] == "2026-11-20"
    assert score.reasons[0]["points"] == min(reason["points"] for reason in score.reasons)
    assert {reason["code"] for reason in score.reasons} >= {"days_beyond_terms", "broken_habit"}


def test_the_same_day_again_changes_nothing(ledger: Ledger) -> None:
    actions.grade_all(ledger.organization.pk, TODAY, NOW)
    before = list(Score.objects.order_by("id").values())
    assert actions.grade_all(ledger.organization.pk, TODAY, NOW) == 0
    assert list(Score.objects.order_by("id").values()) == before


def test_the_next_day_keeps_a_grade_whose_card_is_the_same_and_refreshes_its_days(ledger: Ledger) -> None:
    actions.grade_all(ledger.organization.pk, TODAY, NOW)
    tomorrow = TODAY + timedelta(days=1)
    actions.grade_all(ledger.organization.pk, tomorrow, NOW)
    score = Score.objects.get(customer__code="BAD", replaced_on=None)
    assert score.inputs["overdue_oldest_days"] == (tomorrow - day("2026-08-31")).days


def test_a_letter_that_changes_is_an_event_and_the_old_grade_ends(ledger: Ledger) -> None:
    organization_id = ledger.organization.pk
    actions.grade_all(organization_id, TODAY, NOW)
    assert not Event.objects.filter(kind="score.changed").exists()
    good = Score.objects.get(customer__code="GOOD").customer
    good.insolvent_on = TODAY
    good.save()
    assert actions.grade_one(organization_id, good.pk, TODAY, NOW)
    assert not actions.grade_one(organization_id, good.pk, TODAY, NOW)
    event = Event.objects.get(kind="score.changed")
    assert (event.customer_id, event.payload) == (good.pk, {"before": "A", "after": "E", "points": 0})
    new, old = queries.history(good)
    assert (new.grade, new.replaced_on, old.grade, old.replaced_on) == ("E", None, "A", TODAY)
    assert queries.current(organization_id, [good.pk])[good.pk] == new
    assert event.subject_id == new.pk


def test_a_stranger_is_not_graded(ledger: Ledger) -> None:
    ours = ledger.organization.pk
    other = Ledger.opened("Other")
    other.customer("THEIRS")
    assert actions.grade_all(other.organization.pk, TODAY, NOW) == 1
    assert not Score.objects.filter(organization_id=ours).exists()
