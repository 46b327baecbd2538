"""Lives a story day by day and writes down what the desk did; nothing may happen that the story does not tell.

A line is a date and a fact, or a date, an arrow and what the desk does that morning. Between two lines every
morning comes too: the run decides, the collector confirms all she is asked, and formal notices stay on her desk.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.dunning import desk

from encours.accounts.models import EnteredRate, Organization
from encours.customers.models import Contact, Customer
from encours.dunning import actions, hours, said
from encours.dunning.actions import calls, promises
from encours.dunning.actions.guardrails import change_guardrails
from encours.dunning.hour_marks import CLOSED
from encours.dunning.models import Decision, InboundMessage, Pause, Reminder, ReminderItem
from encours.receivables import marks
from encours.receivables.models import Import, Item
from encours.rules import default_plan, plan_steps
from encours.rules.cases import Step

LINE = re.compile(r"(\d\d/\d\d/\d{4})\s+(.+)")
STEPS = {
    "pre_due": "notice",
    "reminder_1": "first reminder",
    "public_reminder_1": "word between",
    "reminder_2": "second reminder",
    "last_reminder": "last reminder",
    "formal_notice": "formal notice",
    "thanks": "thanks",
}
QUIET = {"step_not_due", "too_soon"}


class Story:
    """One customer of one company, and what happened so far."""

    def __init__(self, *, rates: bool = True, guarded: bool = False, postal_code: str = "38200") -> None:
        self.organization: Organization = desk.company(rates=rates, guarded=guarded)
        self.customer: Customer = desk.customer(self.organization, postal_code=postal_code)
        self.asleep = False
        self.told: list[str] = []
        self.holding = self.waiting = ""

    def live(self, text: str) -> list[str]:
        """Live from the first date to the last, and return what the desk did, in the words of the story."""
        facts: dict[date, list[str]] = {}
        days = []
        for line in text.strip().splitlines():
            found = LINE.fullmatch(line.strip())
            assert found, f"not a line of a story: {line!r}"
            day = french(found[1])
            days.append(day)
            if not found[2].startswith("->"):
                facts.setdefault(day, []).append(found[2])
        day = min(days)
        while day <= max(days):
            for fact in facts.get(day, []):
                self.happen(fact, day)
            if not self.asleep:
                self.morning(day)
            day += timedelta(days=1)
        return self.told

    def happen(self, fact: str, day: date) -> None:
        """Make one fact of the story true."""
        for pattern, verb in VERBS:
            found = re.fullmatch(pattern, fact)
            if found:
                verb(self, day, *found.groups())
                return
        raise AssertionError(f"no such fact: {fact!r}")

    def morning(self, day: date) -> None:
        """Let the desk run, let the collector confirm, and write down what was done."""
        promises.settle_promises(self.organization, day, desk.at(day))
        desk.run(self.organization, day)
        for reminder in Reminder.objects.filter(organization=self.organization, decided_on=day).order_by(
            "pk"
        ):
            waiting = reminder.state in {"drafted", "confirmed"}
            if waiting and reminder.step.mode == "manual":
                self.tell(day, f"{named(reminder)} to sign: {self.spoken(reminder)}")
        waiting_now = Reminder.objects.filter(
            organization=self.organization, state__in=["drafted", "confirmed"]
        )
        for reminder in waiting_now.select_related("step"):
            if reminder.step.mode != "manual" and not self.waits(reminder, day):
                self.tell(day, f"{named(reminder)}: {self.spoken(reminder)}")
                desk.sent(reminder, day)
        for canceled in Reminder.objects.filter(organization=self.organization, state="canceled", note=""):
            self.tell(day, f"{named(canceled)} withdrawn: {self.spoken(canceled)}")
            Reminder.objects.filter(pk=canceled.pk).update(note="told")
        self.hold(day)

    def waits(self, reminder: Reminder, day: date) -> bool:
        """Tell once what a confirmed message waits for."""
        held = hours.wait_of(reminder, desk.at(day))
        if held and held != self.waiting:
            self.tell(day, f"{named(reminder)} waits: {held.removeprefix(CLOSED)}")
        self.waiting = held
        return bool(held)

    def hold(self, day: date) -> None:
        """Tell a reason to say nothing when it begins."""
        decision = Decision.objects.filter(organization=self.organization, outcome="hold").first()
        reason = decision.reason if decision and decision.reason not in QUIET else ""
        if reason and reason != self.holding:
            self.tell(day, f"nothing is asked: {reason}")
        self.holding = reason

    def spoken(self, reminder: Reminder) -> str:
        """Name the items of a message with their amounts."""
        lines = (
            ReminderItem.objects.filter(reminder=reminder)
            .select_related("item")
            .order_by("item__due_on", "item")
        )
        return ", ".join(f"{line.item.number} {line.open_amount}" for line in lines)

    def tell(self, day: date, what: str) -> None:
        self.told.append(f"{day:%d/%m/%Y}  -> {what}")

    def item(self, number: str) -> Item:
        return Item.objects.get(organization=self.organization, number=number)


def named(reminder: Reminder) -> str:
    """Name the step of a message by its words, whatever its rank in the version of its plan."""
    return "answer" if reminder.rank in said.EVENT_RANKS else STEPS[reminder.step.template_code]


def french(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no time zone


def invoice(story: Story, day: date, number: str, amount: str, due_on: str) -> None:
    desk.item(story.customer, number, french(due_on), Decimal(amount), issued_on=day)


def pays(story: Story, day: date, amount: str | None, number: str) -> None:
    desk.pay(story.item(number), day, amount)


def credited(story: Story, day: date, number: str) -> None:
    desk.pay(story.item(number), day, kind="credit_note")


def disputes(story: Story, day: date, number: str) -> None:
    marks.dispute_item(story.item(number), today=day, reason="quantity", by="user:1", now=desk.at(day))


def agrees(story: Story, day: date, number: str) -> None:
    marks.undispute_item(story.item(number), by="user:1", now=desk.at(day))


def leave_alone(story: Story, day: date, until: str) -> None:
    actions.postpone(story.customer, until=french(until), reason="promised", by=None, now=desk.at(day))


def leave_item_alone(story: Story, day: date, number: str, until: str) -> None:
    actions.postpone(
        story.customer,
        until=french(until),
        reason="check",
        by=None,
        now=desk.at(day),
        item=story.item(number),
    )


def no_longer_alone(story: Story, day: date) -> None:
    for pause in Pause.objects.filter(lifted_at=None):
        actions.lift(pause, by=None, now=desk.at(day))


def sleep(story: Story, day: date) -> None:
    story.asleep = True


def wake(story: Story, day: date) -> None:
    story.asleep = False


def rate_entered(story: Story, day: date) -> None:
    for kind, percent in (("refinancing", "2.15"), ("legal", "2.62")):
        EnteredRate.objects.create(
            organization=story.organization, kind=kind, starts_on=date(2026, 7, 1), percent=Decimal(percent),
            source="Official Journal",
        )  # fmt: skip


def insolvent(story: Story, day: date) -> None:
    Customer.objects.filter(pk=story.customer.pk).update(insolvent_on=day)


def skipped(story: Story, day: date) -> None:
    for reminder in Reminder.objects.filter(state="drafted"):
        actions.skip(reminder, by=None, now=desk.at(day))


def promise_made(story: Story, day: date, number: str, until: str) -> None:
    found = story.item(number)
    promises.promise(
        story.organization,
        story.customer,
        amount=found.open_amount,
        promised_on=french(until),
        items=[found],
        source="call",
        sentence="",
        by=None,
        now=desk.at(day),
    )


def called(story: Story, day: date, outcome: str) -> None:
    """End a call that no step of the plan asked for."""
    call = calls.Call(outcome.replace(" ", "_"))
    calls.record(story.organization, story.customer, call, today=day, by=None, now=desk.at(day))


def bounced(story: Story, day: date) -> None:
    Contact.objects.filter(customer=story.customer).update(bounced_at=desk.at(day))


def corrected(story: Story, day: date) -> None:
    Contact.objects.filter(customer=story.customer).update(bounced_at=None)


def replied(story: Story, day: date) -> None:
    InboundMessage.objects.create(
        organization=story.organization,
        customer=story.customer,
        source_key=f"story-{day}",
        from_address="claire@verger.example",
        content_hash="0" * 64,
        received_at=desk.at(day),
    )


def read(story: Story, day: date) -> None:
    InboundMessage.objects.filter(customer=story.customer).update(state="read", read_at=desk.at(day))


def imported(story: Story, day: date) -> None:
    Import.objects.create(
        organization=story.organization, source="fec", file_name="f", state="loaded", loaded_at=desk.at(day)
    )


def limited(story: Story, day: date, number: str) -> None:
    change_guardrails(story.organization, by=None, now=desk.at(day), stale_hours=int(number))


def courtesies_leave(story: Story, day: date) -> None:
    """Let every reminder leave by itself."""
    steps = [
        replace(step, mode="automatic") if step.mode == "to_confirm" else step
        for step in default_plan.DEFAULT_PLAN_STEPS
    ]
    change(story, day, steps)


def plan_changed(story: Story, day: date, days: str) -> None:
    """Give the demands of the plan other days, in their order."""
    numbers = [int(number) for number in days.split(", ")]
    steps = [
        replace(step, days=numbers[step.rank - 1]) if 1 <= step.rank <= len(numbers) else step
        for step in default_plan.DEFAULT_PLAN_STEPS
    ]
    change(story, day, steps)


def step_put_in(story: Story, day: date, from_what: str, days: str) -> None:
    """Put a word between the first reminder and the second, which comes its own days after what is before it."""
    steps = default_plan.DEFAULT_PLAN_STEPS
    first = steps[1]
    if from_what == "the reminder before it":
        steps = spaced(steps)
    between = replace(first, name="Word between", days=int(days), template="public_reminder_1")
    if from_what == "the reminder before it":
        between = replace(between, counts_from="previous")
    steps, rank = plan_steps.added(steps, between)
    while rank > 2:
        steps, rank = plan_steps.moved(steps, rank, later=False)
    change(story, day, list(steps))


def steps_spaced(story: Story, day: date) -> None:
    """Count the second and the last reminder from what was said before them."""
    change(story, day, list(spaced(default_plan.DEFAULT_PLAN_STEPS)))


def spaced(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(
        replace(step, counts_from="previous", days=14) if step.rank in {2, 3} else step for step in steps
    )


def thanks_wait(story: Story, day: date, days: str) -> None:
    """Say thanks so many days after the payment."""
    steps = [
        replace(step, days=int(days)) if step.trigger == "after_payment" else step
        for step in default_plan.DEFAULT_PLAN_STEPS
    ]
    change(story, day, steps)


def broken_answered(story: Story, day: date) -> None:
    """Add a call for the day after a broken promise."""
    answer = replace(
        default_plan.DEFAULT_PLAN_STEPS[1],
        rank=500,
        name="Broken promise",
        counts_from="event",
        event="promise_broken",
        days=0,
        template="reminder_2",
    )
    change(story, day, [*default_plan.DEFAULT_PLAN_STEPS, answer])


def change(story: Story, day: date, steps: list[Step]) -> None:
    actions.change_plan(story.organization, steps=steps, minimum_gap_days=7, by=None, now=desk.at(day))


def old_invoice(story: Story, day: date, number: str, amount: str, due_on: str) -> None:
    """Take over an invoice that fell due long before anyone here knew of it."""
    desk.item(story.customer, number, french(due_on), Decimal(amount), created_at=desk.at(day))


VERBS: list[tuple[str, Callable[..., None]]] = [
    (r"invoice (\S+) of (\S+), due (\S+)", invoice),
    (r"pays(?: (\S+) of)? (\S+)", pays),
    (r"(\S+) is credited", credited),
    (r"disputes (\S+)", disputes),
    (r"the dispute of (\S+) is closed", agrees),
    (r"is left alone until (\S+)", leave_alone),
    (r"(\S+) is left alone until (\S+)", leave_item_alone),
    (r"is no longer left alone", no_longer_alone),
    (r"the desk is down", sleep),
    (r"the desk is back", wake),
    (r"the rate of the half-year is entered", rate_entered),
    (r"insolvency proceedings open", insolvent),
    (r"the collector skips the step", skipped),
    (r"promises (\S+) for (\S+)", promise_made),
    (r"a call ends with (.+)", called),
    (r"the address bounces", bounced),
    (r"the address is corrected", corrected),
    (r"a reply comes in", replied),
    (r"the reply is read", read),
    (r"a file is imported", imported),
    (r"the ledger is too old after (\d+) hours", limited),
    (r"reminders leave by themselves", courtesies_leave),
    (r"the plan asks at (.+) days", plan_changed),
    (r"a word is put in, counted from (the due date|the reminder before it), at (\d+) days", step_put_in),
    (r"reminders count from the one before", steps_spaced),
    (r"a broken promise is answered", broken_answered),
    (r"thanks come (\d+) days after the payment", thanks_wait),
    (r"old invoice (\S+) of (\S+), due (\S+), is taken over", old_invoice),
]


def check(text: str, *, rates: bool = True, guarded: bool = False, postal_code: str = "38200") -> None:
    """Live a story and compare what the desk did with what the story tells."""
    expected = [line.strip() for line in text.strip().splitlines() if "->" in line]
    expected = [re.sub(r"\s+->\s+", "  -> ", line) for line in expected]
    told = Story(rates=rates, guarded=guarded, postal_code=postal_code).live(text)
    assert told == expected, "the desk did:\n" + "\n".join(told)
