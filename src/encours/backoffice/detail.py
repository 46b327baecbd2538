"""One reminder in full: what it says, of which items, to whom, why, and what may be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from encours.backoffice.desk import Desk
from encours.backoffice.paper import Paper, draft, kept
from encours.backoffice.work import THANKS, Row, reasons, row
from encours.channels.models import Sending
from encours.channels.providers import UNDELIVERED
from encours.channels.queries import sending as sending_of
from encours.channels.words import status_words
from encours.customers.models import Contact
from encours.customers.queries import contacts_of
from encours.dunning import queries
from encours.dunning.models import Reminder, ReminderItem, ReminderState
from encours.receivables.models import Item
from encours.rules.cases import Channel
from encours.rules.priority import MINUTES
from encours.scoring.models import Score
from encours.scoring.queries import Among, Standing, current, standings
from encours.ui.formats import money

BEFORE = (ReminderState.DRAFTED, ReminderState.CONFIRMED)
POSTPONEMENTS = (3, 7, 15)
TONES = {
    ReminderState.DRAFTED: "neutral",
    ReminderState.CONFIRMED: "ok",
    ReminderState.PRINTED: "soon",
    ReminderState.SENT: "ok",
    ReminderState.FAILED: "late",
    ReminderState.IN_DOUBT: "late",
}


@dataclass(frozen=True)
class Line:
    """One item of the message, and what should be known of it before anybody writes."""

    item: Item
    amount: Decimal
    age_days: int
    remarks: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the customer calls it."""
        return self.item.number or self.item.reference or self.item.label

    @property
    def disputable(self) -> bool:
        """Tell whether the customer may still contest it."""
        return self.item.open_amount > 0 and self.item.disputed_on is None


@dataclass(frozen=True)
class Arithmetic:
    """What a message is worth, as a multiplication that a person can check."""

    asked: Decimal
    chance: Decimal
    reach: Decimal
    value: Decimal
    minutes: Decimal
    worth: Decimal


@dataclass(frozen=True)
class Postponement:
    """A quick choice of how long to wait."""

    days: int
    until: date


@dataclass(frozen=True)
class Detail:
    """A reminder in full, as the desk shows it."""

    reminder: Reminder
    row: Row
    paper: Paper
    lines: tuple[Line, ...]
    reasons: list[str]
    arithmetic: Arithmetic | None
    standing: Standing | None
    score: Score | None
    contacts: tuple[Contact, ...]
    sending: Sending | None
    postponements: tuple[Postponement, ...]

    @property
    def tone(self) -> str:
        """Return the color of its state."""
        if self.lost:
            return "late"
        return TONES.get(ReminderState(self.reminder.state), "neutral")

    @property
    def state(self) -> str:
        """Return how far it has come, in words."""
        if self.reminder.state == ReminderState.CONFIRMED and self.reminder.simulated_at:
            return _("Simulated")
        if self.lost and self.sending is not None:
            return status_words(self.sending.delivery).capitalize()
        return str(self.reminder.get_state_display())

    @property
    def lost(self) -> bool:
        """Tell whether its carrier said that it did not arrive."""
        return self.sending is not None and self.sending.delivery in UNDELIVERED

    @property
    def waits(self) -> bool:
        """Tell whether a person may still change it."""
        return self.reminder.state in BEFORE and self.reminder.sending_id is None

    @property
    def by_phone(self) -> bool:
        """Tell whether it is a call that somebody has to make."""
        return self.reminder.channel == "phone"

    @property
    def usual_delay_days(self) -> int | None:
        """Return how late the customer usually pays."""
        usual = self.score.inputs.get("usual_delay_days") if self.score else None
        return None if usual is None else round(Decimal(str(usual)))

    @property
    def last_paid_on(self) -> date | None:
        """Return when the customer last paid something."""
        last = self.score.inputs.get("last_paid_on") if self.score else None
        return date.fromisoformat(str(last)) if last else None

    @property
    def phones(self) -> list[Contact]:
        """Return the people who can be called."""
        return [contact for contact in self.contacts if contact.phone]

    @property
    def derived_count(self) -> int:
        """Return how many due dates come from the payment terms, because the ledger has none."""
        return sum(line.item.due_basis != "given" for line in self.lines)


def detail(desk: Desk, reminder: Reminder) -> Detail:
    """Gather everything about one reminder in a constant number of queries."""
    organization = desk.organization
    score = current(organization.pk, [reminder.customer_id]).get(reminder.customer_id)
    owed = standings(organization.pk, desk.today, Among.these([reminder.customer_id]))
    sending = sending_of(reminder.sending_id) if reminder.sending_id else None
    before = reminder.state in BEFORE and sending is None
    return Detail(
        reminder=reminder,
        row=row(desk, reminder, score.grade if score else ""),
        paper=_paper(reminder, sending, desk.today, before=before),
        lines=tuple(_lines(queries.lines(reminder), desk.today, before=before)),
        reasons=reasons(desk, reminder),
        arithmetic=arithmetic(reminder),
        standing=owed.get(reminder.customer_id),
        score=score,
        contacts=tuple(contacts_of(organization.pk, reminder.customer_id)),
        sending=sending,
        postponements=tuple(Postponement(days, desk.today + timedelta(days=days)) for days in POSTPONEMENTS),
    )


def _lines(found: Iterable[ReminderItem], today: date, *, before: bool) -> Iterable[Line]:
    for line in found:
        item = line.item
        yield Line(
            item=item,
            amount=item.asked_amount if before and line.trigger != THANKS else line.open_amount,
            age_days=(today - item.due_on).days,
            remarks=tuple(_remarks(line)),
        )


def _remarks(line: ReminderItem) -> Iterable[str]:
    """Say what is unusual about an item: what is as it should be needs no word."""
    item = line.item
    if item.disputed_on is not None:
        part = {"amount": money(item.disputed_part, item.currency)}
        yield _("%(amount)s disputed") % part if item.asked_amount else _("Disputed")
    if item.missing_since is not None:
        yield _("No longer in the ledger")
    if line.trigger != THANKS and item.open_amount == 0:
        yield _("Settled since")
    elif line.trigger != THANKS and item.open_amount < item.amount:
        yield _("Partly paid")


def _paper(reminder: Reminder, sending: Sending | None, today: date, *, before: bool) -> Paper:
    """Return the message as it would be written, or as it left; nothing of one that was never written."""
    if before or (reminder.state in queries.STUCK and sending is None):
        return draft(reminder, today)
    if sending is not None or reminder.body:
        return kept(reminder, sending)
    return Paper()


def arithmetic(reminder: Reminder) -> Arithmetic | None:
    """Read the multiplication kept with the reminder; a message of thanks asks for nothing."""
    kept_with: dict[str, Any] | None = reminder.explanation.get("arithmetic")
    if not kept_with or reminder.trigger == THANKS:
        return None
    figures = {name: Decimal(str(value)) for name, value in kept_with.items() if name != "channel"}
    minutes = figures.get("minutes", MINUTES[cast("Channel", reminder.channel)])
    return Arithmetic(
        asked=figures["amount"] - figures["unallocated_amount"],
        chance=figures["probability_unpaid"],
        reach=figures["reach"],
        value=figures["expected_value"],
        minutes=minutes,
        worth=figures["expected_value"] / minutes,
    )
