"""A confirmed message waits for its hour, its day and a fresh ledger, and is withdrawn when something came in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.dunning import actions, guard, sentences
from encours.dunning.actions import outcomes, promises
from encours.dunning.actions.guardrails import change_guardrails
from encours.dunning.models import InboundMessage, Reminder
from encours.dunning.sending import waiting
from encours.receivables import marks
from encours.receivables.models import Import, Item

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)
NIGHT = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def confirmed(organization: Organization) -> Reminder:
    buyer = desk.customer(organization)
    desk.item(buyer, "F1", TUESDAY - timedelta(days=5))
    desk.run(organization, TUESDAY)
    return actions.confirm(desk.only(organization), by=desk.user(), now=desk.at(TUESDAY))


def test_at_night_a_message_waits_for_the_morning_and_says_so() -> None:
    organization = desk.company(guarded=True)
    reminder = confirmed(organization)
    assert outcomes.hold_waiting(organization, NIGHT) == 1
    reminder.refresh_from_db()
    assert reminder.held == "closed:hours:2026-11-25T08:00"
    with translation.override("en"):
        said = sentences.withdrawn(reminder.held)
    assert said.startswith("outside the hours of sending (until ")
    assert said.endswith("at 08:00)")
    assert not waiting(organization.pk, NIGHT)
    assert waiting(organization.pk, NEXT_MORNING)
    assert outcomes.hold_waiting(organization, NEXT_MORNING) == 0
    reminder.refresh_from_db()
    assert (reminder.state, reminder.held) == ("confirmed", "")


def test_a_letter_waits_for_no_hour() -> None:
    organization = desk.company(guarded=True)
    reminder = confirmed(organization)
    Reminder.objects.filter(pk=reminder.pk).update(channel="letter")
    assert outcomes.hold_waiting(organization, NIGHT) == 0


def test_an_old_ledger_keeps_what_is_confirmed_and_lets_nothing_leave() -> None:
    organization = desk.company()
    reminder = confirmed(organization)
    change_guardrails(organization, by=None, now=desk.at(TUESDAY), stale_hours=24)
    Import.objects.create(
        organization=organization, source="fec", file_name="f", state="loaded", loaded_at=desk.at(TUESDAY)
    )
    later = TUESDAY + timedelta(days=3)
    assert desk.run(organization, later).held["ledger_stale"] == 1
    assert outcomes.hold_waiting(organization, desk.at(later)) == 1
    reminder.refresh_from_db()
    assert (reminder.state, reminder.held) == ("confirmed", "ledger_stale")


@pytest.mark.parametrize(
    "came", ["reply", "promise", "promise of another", "call", "part disputed", "disputed"]
)
def test_what_came_in_since_the_decision_withdraws_the_message(came: str) -> None:
    organization = desk.company(guarded=True)
    reminder = confirmed(organization)
    invoice, now = Item.objects.get(number="F1"), desk.at(TUESDAY)
    assert guard.objection(reminder.pk, TUESDAY) is None
    if came == "reply":
        InboundMessage.objects.create(
            organization=organization, customer=reminder.customer, source_key="1", from_address="a@b.example",
            content_hash="0" * 64, received_at=now,
        )  # fmt: skip
    elif came.startswith("promise"):
        other = desk.item(reminder.customer, "F2", TUESDAY + timedelta(days=9))
        items = [invoice if came == "promise" else other]
        promises.promise(
            organization, reminder.customer, amount=Decimal(100), promised_on=TUESDAY, items=items,
            source="call", sentence="", by=None, now=now,
        )  # fmt: skip
    elif came == "call":
        Reminder.objects.create(
            organization=organization, customer=reminder.customer, plan_id=reminder.plan_id, step=reminder.step,
            rank=1, trigger="after_due", channel="phone", state="sent", decided_on=TUESDAY, amount=1,
            expected_value=1, explanation={}, language="fr", sent_at=now,
        )  # fmt: skip
    elif came == "part disputed":
        Item.objects.filter(pk=invoice.pk).update(disputed_on=TUESDAY, disputed_amount=Decimal(200))
    else:
        marks.dispute_item(invoice, today=TUESDAY, reason="quantity", by="user:1", now=now)
    assert (
        guard.objection(reminder.pk, TUESDAY)
        == {
            "reply": "reply_waiting",
            "promise": "promise_running",
            "promise of another": None,
            "call": "too_soon",
            "part disputed": "amount_changed",
            "disputed": "disputed",
        }[came]
    )


def test_only_the_undisputed_part_is_asked_for_in_the_message() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    desk.item(
        buyer, "F1", TUESDAY - timedelta(days=5), 1000, disputed_on=TUESDAY, disputed_amount=Decimal(300)
    )
    desk.run(organization, TUESDAY)
    reminder = actions.confirm(desk.only(organization), by=None, now=desk.at(TUESDAY))
    assert reminder.amount == Decimal(700)
    assert guard.objection(reminder.pk, TUESDAY) is None
    again = desk.run(organization, TUESDAY)
    assert (again.refreshed, again.canceled) == (0, 0)
