"""What a person does with a reminder, a pause or a plan, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.dunning import actions, queries, sentences
from encours.dunning.actions.plans import DEFAULT_NAME
from encours.dunning.errors import (
    PauseDateError,
    PlanInvalidError,
    ReminderByPhoneError,
    ReminderStateError,
)
from encours.dunning.models import Decision, DunningPlan, Reminder, Template
from encours.events.models import Event
from encours.receivables import marks
from encours.receivables.errors import ItemSettledError
from encours.rules.dunning import DEFAULT_PLAN_STEPS
from encours.rules.wording import WordingError

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NOW = desk.at(TODAY)


@pytest.fixture
def organization() -> Organization:
    return desk.company()


def draft(organization: Organization, code: str = "C1", amount: int = 1200, days: int = 5) -> Reminder:
    buyer = desk.customer(organization, code)
    desk.item(buyer, f"F-{code}", TODAY - timedelta(days=days), amount)
    desk.run(organization, TODAY)
    return desk.only(organization, customer=buyer)


def test_a_reminder_is_confirmed_once(organization: Organization) -> None:
    person = desk.user()
    reminder = draft(organization)
    actions.confirm(reminder, by=person, now=NOW)
    assert desk.only(organization).confirmed_by == person.pk
    with pytest.raises(ReminderStateError):
        actions.confirm(reminder, by=person, now=NOW)
    assert Event.objects.get(kind="reminder.confirmed").actor == f"user:{person.pk}"


def test_a_confirmation_is_taken_back_while_the_message_is_here(organization: Organization) -> None:
    reminder = draft(organization)
    actions.confirm(reminder, by=desk.user(), now=NOW)
    actions.take_back(reminder, by=desk.user(), now=NOW)
    found = desk.only(organization)
    assert (found.state, found.confirmed_by, found.confirmed_at) == ("drafted", None, None)
    with pytest.raises(ReminderStateError, match="moved on"):
        actions.take_back(reminder, by=desk.user(), now=NOW)


def test_many_are_confirmed_and_calls_are_not(organization: Organization) -> None:
    first, second = draft(organization, "C1"), draft(organization, "C2")
    Reminder.objects.filter(pk=second.pk).update(channel="phone")
    assert actions.confirm_many(organization, [first.pk, second.pk, 999], by=None, now=NOW) == 1
    second.refresh_from_db()
    with pytest.raises(ReminderByPhoneError):
        actions.confirm(second, by=None, now=NOW)


def test_a_skipped_step_is_passed_without_a_contact(organization: Organization) -> None:
    reminder = draft(organization, days=16)
    actions.skip(reminder, by=None, now=NOW, reason="knows")
    desk.run(organization, TODAY)
    waiting = Reminder.objects.get(state="drafted")
    assert waiting.rank == 2
    assert Event.objects.get(kind="reminder.skipped").payload["reason"] == "knows"


def test_a_call_instead_counts_as_the_contact(organization: Organization) -> None:
    reminder = draft(organization, days=16)
    actions.record_call(reminder, outcome="voicemail", note="left a message", by=None, now=NOW)
    assert desk.run(organization, TODAY).held["too_soon"] == 1
    found = desk.only(organization)
    assert (found.state, found.channel, found.outcome) == ("sent", "phone", "voicemail")
    with pytest.raises(ValueError, match="ends with one of"):
        actions.record_call(reminder, outcome="shouted", note="", by=None, now=NOW)


def test_a_reminder_on_its_way_is_out_of_reach(organization: Organization) -> None:
    reminder = draft(organization)
    Reminder.objects.filter(pk=reminder.pk).update(state="confirmed", sending_id=7)
    for verb in (
        lambda: actions.skip(reminder, by=None, now=NOW),
        lambda: actions.edit(reminder, subject="s", body="b", by=None, now=NOW),
        lambda: actions.retry(reminder, by=None, now=NOW),
        lambda: actions.resolve_doubt(reminder, left=True, by=None, now=NOW),
    ):
        with pytest.raises(ReminderStateError):
            verb()
    assert actions.post(organization, [reminder.pk], by=None, now=NOW) == 0


def test_a_pause_needs_a_day_to_come_and_may_be_lifted(organization: Organization) -> None:
    reminder = draft(organization)
    with pytest.raises(PauseDateError):
        actions.postpone(reminder.customer, until=TODAY, reason="", by=None, now=NOW)
    pause = actions.postpone(
        reminder.customer, until=TODAY + timedelta(days=9), reason="trade fair", by=None, now=NOW
    )
    desk.run(organization, TODAY)
    assert Decision.objects.get().until == TODAY + timedelta(days=9)
    actions.lift(pause, by=None, now=NOW)
    actions.lift(pause, by=None, now=NOW)
    assert Event.objects.filter(kind="pause.lifted").count() == 1
    assert desk.run(organization, TODAY).drafted == 1
    assert [found.reason for found in queries.pauses(organization, reminder.customer_id)] == ["trade fair"]


def test_a_pause_counts_the_days_of_the_organization(organization: Organization) -> None:
    reminder = draft(organization)
    # Half past midnight in Paris is still the evening before at Greenwich.
    past_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(PauseDateError):
        actions.postpone(reminder.customer, until=tomorrow, reason="", by=None, now=past_midnight)
    actions.postpone(
        reminder.customer, until=tomorrow + timedelta(days=1), reason="", by=None, now=past_midnight
    )


def test_a_settled_item_cannot_be_disputed(organization: Organization) -> None:
    invoice = desk.item(desk.customer(organization), "F1", TODAY)
    marks.dispute_item(invoice, today=TODAY, reason="broken", by="user:1", now=NOW)
    marks.dispute_item(invoice, today=TODAY, reason="again", by="user:1", now=NOW)
    marks.undispute_item(invoice, by="user:1", now=NOW)
    marks.undispute_item(invoice, by="user:1", now=NOW)
    assert list(
        Event.objects.filter(kind__startswith="item.").order_by("pk").values_list("kind", flat=True)
    ) == [
        "item.disputed",
        "item.undisputed",
    ]
    desk.pay(invoice, TODAY)
    with pytest.raises(ItemSettledError):
        marks.dispute_item(invoice, today=TODAY, reason="late", by="user:1", now=NOW)


def test_the_default_plan_is_given_once(organization: Organization) -> None:
    plan = actions.ensure_default_plan(organization, now=NOW)
    assert actions.ensure_default_plan(organization, now=NOW).pk == plan.pk
    assert (plan.name, plan.steps.count()) == (DEFAULT_NAME, 6)
    assert Template.objects.count() == 12
    assert Event.objects.filter(kind="plan.changed").count() == 1
    assert {t.code for t in queries.templates(organization)} == {step.template for step in DEFAULT_PLAN_STEPS}


def test_a_plan_changes_by_a_new_version(organization: Organization) -> None:
    plan = actions.change_plan(
        organization, steps=DEFAULT_PLAN_STEPS[1:3], minimum_gap_days=5, by=None, now=NOW
    )
    assert (plan.version, plan.minimum_gap_days) == (2, 5)
    assert DunningPlan.objects.exclude(pk=plan.pk).get().retired_at == NOW
    first, formal = DEFAULT_PLAN_STEPS[1], DEFAULT_PLAN_STEPS[4]
    too_early = replace(formal, rank=1, days=3), replace(first, rank=2, days=10)
    for steps in ((), (first, first), too_early, (replace(first, rank=0),)):
        with pytest.raises(PlanInvalidError):
            actions.change_plan(organization, steps=steps, minimum_gap_days=5, by=None, now=NOW)


def test_a_template_with_an_error_is_refused(organization: Organization) -> None:
    template = queries.templates(organization).filter(code="thanks", language="fr").get()
    with pytest.raises(WordingError):
        actions.change_template(template, subject="{{ nobody }}", body="", by=None, now=NOW)
    actions.change_template(template, subject="Merci", body="Merci {{ customer_name }}", by=None, now=NOW)
    template.refresh_from_db()
    assert template.subject == "Merci"


def test_the_work_of_the_day_is_in_order_of_worth(organization: Organization) -> None:
    small, large, stuck = (
        draft(organization, "C1", 100),
        draft(organization, "C2", 9000),
        draft(organization, "C3", 10),
    )
    Reminder.objects.filter(pk=stuck.pk).update(state="in_doubt", sent_at=NOW)
    assert [found.pk for found in queries.work(organization)] == [stuck.pk, large.pk, small.pk]
    assert queries.work(organization)[0].grade == ""  # type: ignore[attr-defined]
    assert queries.work_count(organization) == 3
    person = desk.user()
    type(small.customer).objects.filter(pk=small.customer_id).update(collector=person)
    assert [found.pk for found in queries.work(organization, collector_id=person.pk)] == [small.pk]
    assert [found.pk for found in queries.reminders(organization, search="C2")] == [large.pk]
    assert queries.reminders(organization, state="in_doubt", customer_id=stuck.customer_id).count() == 1


def test_what_is_held_says_why(organization: Organization) -> None:
    desk.item(desk.customer(organization, "C1", email=False), "F1", TODAY - timedelta(days=5), 700)
    desk.run(organization, TODAY)
    person = desk.user()
    decision = queries.held(organization, reason="contact_missing").get()
    assert queries.decision_of(organization, decision.customer_id) == decision
    assert queries.held_reasons(organization) == [("contact_missing", 1, Decimal(700))]
    assert not queries.held(organization, collector_id=person.pk).exists()
    with translation.override("en"):
        assert sentences.hold(decision.reason, decision.params).startswith("No way to reach")


def test_a_notice_too_small_to_send_holds_nothing_back(organization: Organization) -> None:
    desk.item(desk.customer(organization), "F1", TODAY + timedelta(days=5), 10)
    assert desk.run(organization, TODAY).held == {}
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason) == ("quiet", "below_minimum")
    assert not queries.held(organization).exists()


def test_every_reason_has_its_words() -> None:
    with translation.override("en"):
        until = TODAY + timedelta(days=3)
        assert (
            sentences.hold("on_hold", {"reason": "postponed"}, until)
            == "Postponed by a person (until 25 Nov 2026)"
        )
        assert (
            sentences.hold("too_soon", {"last_contact_on": "2026-11-20"})
            == "Already contacted on 20 Nov 2026"
        )
        assert "€1,000.00" in sentences.hold("below_minimum", {"minimum": "1000"})
        assert sentences.why("oldest_overdue", {"number": "F1", "days": 1}) == "F1 is overdue by 1 day"
        unnumbered = sentences.why("oldest_overdue", {"number": "", "days": 2})
        assert unnumbered == "The oldest item is overdue by 2 days"
        assert sentences.why("due_soon", {"days": 7, "count": 1}) == "Due in 7 days"
        assert sentences.why("due_soon", {"days": 0, "count": 1}) == "Due today"
        assert sentences.why("paid_after_reminder", {"count": 2}) == "2 invoices paid after a reminder"
        assert "€5.00" in sentences.why("disputed_left_out", {"amount": "5", "count": 1})
        assert "€5.00" in sentences.why("postponed_left_out", {"amount": "5", "count": 1})
        assert "25" in sentences.why("beyond_usual_delay", {"usual_days": 25, "days": 40})
        assert "€5.00" in sentences.why("noticed_left_out", {"amount": "5", "count": 1})
        assert sentences.withdrawn("settled") == "Settled"
        assert sentences.withdrawn("anything") == "The case changed"
        assert sentences.withdrawn("") == ""
        assert sentences.step("First reminder") == "First reminder"
        assert sentences.step("") == ""
        assert sentences.call("reached") == "Reached"


def test_every_reason_to_hold_is_also_a_reason_to_withdraw_what_waits() -> None:
    with translation.override("en"):
        words = {code: sentences.withdrawn(code) for code in sentences.HOLDS}
        assert "The case changed" not in words.values()
        assert not any("%(" in text for text in words.values())
        assert words["all_disputed"] == "Everything overdue is disputed"
        assert words["unallocated_credit"] == "A payment came in that nobody has allocated"
