"""The work of the day as a person reads it: lines in order of what they are worth, the headline, the reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.backoffice.desk import Desk
from encours.channels.providers import UNDELIVERED
from encours.channels.words import fault_sentence, status_words
from encours.dunning import carriers, parcels, queries, sentences
from encours.dunning.letters import registered
from encours.dunning.models import Reminder, ReminderState
from encours.rules.dunning import REACH, Channel
from encours.scoring.queries import current

ZERO = Decimal(0)
AT_ONCE = 50
MOST_SHOWN = 1_000
STUCK_SHOWN = 10
# How far down the list the headline looks for the few that hold most of the money.
FIRST = 20
MOST_OF_IT = Decimal("0.6")
THANKS = "after_payment"
CHANNELS = {
    "email": gettext_lazy("by e-mail"),
    "sms": gettext_lazy("by text message"),
    "letter": gettext_lazy("by letter"),
    "phone": gettext_lazy("by telephone"),
}
CHANNEL_NAMES = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "letter": gettext_lazy("Letter"),
    "phone": gettext_lazy("Call"),
}
CHANNEL_ICONS = {"email": "mail", "sms": "message", "letter": "file", "phone": "phone"}


@dataclass(frozen=True)
class Row:
    """One reminder on one line: who, how much, since when, what will be said and why."""

    reminder: Reminder
    age_days: int | None
    step: str
    channel: str
    channel_name: str
    icon: str
    why: str
    count: int
    grade: str

    @property
    def held(self) -> str:
        """Say what keeps it from leaving, or why it was withdrawn."""
        return sentences.withdrawn(self.reminder.held)

    @property
    def outcome(self) -> str:
        """Say how the call ended, if it was one."""
        return sentences.call(self.reminder.outcome) if self.reminder.outcome else ""

    @property
    def registered(self) -> bool:
        """Tell whether it is a registered letter."""
        return self.reminder.channel == "letter" and registered(self.reminder)

    @property
    def delivery(self) -> str:
        """Say how far it has come at its carrier, in a list that asked for it."""
        return status_words(getattr(self.reminder, "delivery", ""))

    @property
    def undelivered(self) -> bool:
        """Tell whether its carrier said that it did not arrive."""
        return getattr(self.reminder, "delivery", "") in UNDELIVERED

    @property
    def stuck(self) -> bool:
        """Tell whether it waits for a decision on what happened to it."""
        return self.reminder.state in queries.STUCK


@dataclass(frozen=True)
class Headline:
    """How much work there is, what it is worth, and how few lines hold most of it."""

    count: int
    amount: Decimal
    first: int
    share: Decimal | None
    together: int


@dataclass(frozen=True)
class Blocked:
    """Confirmed reminders that one and the same cause keeps from leaving."""

    cause: str
    count: int
    amount: Decimal
    code: str


@dataclass(frozen=True)
class Texts:
    """How many of some reminders are text messages, and what they cost at least, if a price was entered."""

    count: int
    price: Decimal | None
    rehearsed: bool


def waiting(desk: Desk) -> "QuerySet[Reminder]":
    """Return what waits to be confirmed, what brings most per minute of work first."""
    found = queries.reminders(
        desk.organization, state=ReminderState.DRAFTED, collector_id=desk.portfolio_user
    )
    return found.order_by(queries.by_worth(), "pk")


def first(desk: Desk, count: int) -> list[Reminder]:
    """Return the first that wait; they are found by their numbers, since whole rows are slow to join and to sort."""
    numbers = list(waiting(desk).values_list("pk", flat=True)[:count])
    return list(waiting(desk).filter(pk__in=numbers))


def confirmable(desk: Desk) -> "QuerySet[Reminder]":
    """Return what may be confirmed in one go: nothing formal, nothing that a person must do by hand, no call."""
    return waiting(desk).filter(step__mode="to_confirm", step__formal=False).exclude(channel="phone")


def texts(desk: Desk, reminders: Iterable[Reminder]) -> Texts | None:
    """Return what the text messages among these cost at least: one that is long counts for several."""
    count = sum(reminder.channel == "sms" for reminder in reminders)
    if not count:
        return None
    account = carriers.account_of(desk.organization, "sms")
    one = parcels.sms_price(account, "")
    return Texts(count, None if one is None else one * count, bool(account and account.test_mode))


def stuck(desk: Desk) -> "QuerySet[Reminder]":
    """Return what failed or is in doubt, worth most first."""
    found = queries.reminders(desk.organization, collector_id=desk.portfolio_user)
    return found.filter(state__in=queries.STUCK).order_by("-expected_value", "pk")


def blocked(desk: Desk) -> list[Blocked]:
    """Return what keeps confirmed reminders from leaving, with how many and how much."""
    found = queries.reminders(
        desk.organization, state=ReminderState.CONFIRMED, collector_id=desk.portfolio_user
    ).exclude(held="")
    groups = found.order_by().values("held").annotate(count=Count("pk"), total=Sum("amount"))
    return [
        Blocked(sentences.withdrawn(row["held"]), row["count"], row["total"], row["held"])
        for row in groups.order_by("-total")
    ]


def letters(desk: Desk) -> dict[str, Any]:
    """Return how many letters wait to be posted, and for how much."""
    found = queries.letters_to_post(desk.organization, collector_id=desk.portfolio_user)
    return found.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))


def following(desk: Desk, reminder: Reminder) -> Reminder | None:
    """Return what to look at after a reminder: the next in order, else the first."""
    others = waiting(desk).exclude(pk=reminder.pk)
    worth = reminder.expected_value * queries.hourly(cast("Channel", reminder.channel))
    others = others.annotate(worth=queries.worth())
    later = others.filter(Q(worth__lt=worth) | Q(worth=worth, pk__gt=reminder.pk)).first()
    return later or others.first()


def headline(desk: Desk, first: Sequence[Reminder]) -> Headline:
    """Add up the work in one query; `first` are the lines at the top, in order."""
    groups = list(
        waiting(desk)
        .order_by()
        .values("channel", "trigger", "step__mode", "step__formal")
        .annotate(number=Count("pk"), total=Sum("amount"), value=Sum("expected_value"))
    )
    count = sum(group["number"] for group in groups)
    unpaid = sum((group["value"] / reach(group["channel"]) for group in groups), ZERO)
    lines, share = _first_ones([still_unpaid(reminder) for reminder in first[:FIRST]], unpaid, count)
    return Headline(
        count=count,
        amount=sum((group["total"] for group in groups if group["trigger"] != THANKS), ZERO),
        first=lines,
        share=share,
        together=sum(
            group["number"]
            for group in groups
            if group["step__mode"] == "to_confirm"
            and not group["step__formal"]
            and group["channel"] != "phone"
        ),
    )


def still_unpaid(reminder: Reminder) -> Decimal:
    """Return what would remain unpaid in 14 days if nobody said anything: its worth, whatever the channel."""
    return reminder.expected_value / reach(reminder.channel)


def reach(channel: str) -> Decimal:
    """Return the chance that a message by this channel is read."""
    return REACH[cast("Channel", channel)]


def _first_ones(values: Sequence[Decimal], total: Decimal, count: int) -> tuple[int, Decimal | None]:
    """Say how many of the first lines hold most of the money, and which share; nothing if that is all of them."""
    if not total:
        return 0, None
    held = ZERO
    lines = 0
    for value in values:
        held += value
        lines += 1
        if held >= MOST_OF_IT * total:
            break
    return (lines, held / total) if lines < count else (0, None)


def rows(desk: Desk, reminders: Iterable[Reminder]) -> list[Row]:
    """Put reminders into words, with the grades of their customers in one query."""
    found = list(reminders)
    scores = current(desk.organization.pk, {reminder.customer_id for reminder in found})
    return [
        row(desk, reminder, scores[reminder.customer_id].grade if reminder.customer_id in scores else "")
        for reminder in found
    ]


def row(desk: Desk, reminder: Reminder, grade: str = "") -> Row:
    """Put one reminder into words."""
    return Row(
        reminder=reminder,
        age_days=age_days(reminder, desk.today),
        step=sentences.step(reminder.step.name),
        channel=str(CHANNELS.get(reminder.channel, reminder.channel)),
        channel_name=str(CHANNEL_NAMES.get(reminder.channel, reminder.channel)),
        icon=CHANNEL_ICONS.get(reminder.channel, "send"),
        why=_trouble(reminder) or " ".join(f"{reason}." for reason in reasons(desk, reminder)),
        count=int(reminder.explanation.get("count", 0)),
        grade=grade,
    )


def age_days(reminder: Reminder, today: date) -> int | None:
    """Return the age of the oldest item today; a message of thanks has none."""
    due_on = reminder.explanation.get("oldest_due_on")
    if reminder.trigger == THANKS or not due_on:
        return None
    return (today - date.fromisoformat(str(due_on))).days


def reasons(desk: Desk, reminder: Reminder) -> list[str]:
    """Return why this customer is written to, sentence by sentence; ages are those of today."""
    age = age_days(reminder, desk.today)
    told = []
    for reason in reminder.explanation.get("reasons", []):
        params = dict(reason["params"])
        if age is not None and reason["code"] == "oldest_overdue":
            params["days"] = age
        elif age is not None and reason["code"] == "due_soon":
            params["days"] = max(-age, 0)
        told.append(sentences.why(reason["code"], params, desk.organization.currency))
    return told


def _trouble(reminder: Reminder) -> str:
    """Say what happened to a reminder that did not simply leave."""
    if reminder.state == ReminderState.IN_DOUBT:
        return _("Nobody knows whether it left: say what happened before anything else is asked.")
    if reminder.state == ReminderState.FAILED:
        return fault(reminder)
    return ""


def fault(reminder: Reminder) -> str:
    """Say why a reminder did not leave."""
    known = fault_sentence(reminder.failure)
    return known or sentences.withdrawn(reminder.failure)
