"""The nouns of the dunning decision: a plan and its steps, the case of a customer, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Literal
from uuid import UUID

Identifier = int | str | UUID
Trigger = Literal["before_due", "after_due", "after_payment"]
CountsFrom = Literal["due", "issue", "previous", "event"]
StepEvent = Literal["", "promise_broken", "installment_missed", "reply_received", "direct_debit_returned"]
Channel = Literal["email", "sms", "letter", "phone"]
Mode = Literal["automatic", "to_confirm", "manual"]
Scope = Literal["customer", "item"]
SenderRole = Literal["main", "collector", "escalated"]
Params = Mapping[str, Decimal | date | int | str]

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: when it is reached, by what channel it speaks, to whom, and who presses the button.

    `days` count from the due date, the issue date, the step before, or an event. `contact_role` is the person to
    write to, `escalate_to` the one written to besides, `copy_to` the colleague who reads along; all may be empty.
    """

    rank: int
    name: str
    trigger: Trigger
    days: int
    channel: Channel
    mode: Mode
    template: str
    minimum_amount: Decimal = ZERO
    states_interest: bool = False
    formal: bool = False
    counts_from: CountsFrom = "due"
    event: StepEvent = ""
    registered: bool = False
    contact_role: str = ""
    escalate_to: str = ""
    copy_to: str = ""
    sender: SenderRole = "main"
    attach_statement: bool = False
    attach_invoices: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a dunning plan, the silence to keep between two of them, and the crumbs to forget."""

    name: str
    steps: tuple[Step, ...]
    minimum_gap_days: int = 7
    tolerance: Decimal = ZERO
    scope: Scope = "customer"
    ladder: tuple[Step, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort once the steps that every item climbs."""
        climbed = (s for s in self.steps if s.trigger == "after_due" and not s.event)
        object.__setattr__(self, "ladder", tuple(sorted(climbed, key=lambda s: s.rank)))

    def after_due(self) -> list[Step]:
        """Return the steps that follow the due date, in their order, without those that answer an event."""
        return list(self.ladder)

    def answers(self) -> list[Step]:
        """Return the steps that answer an event, in their order."""
        return sorted((s for s in self.steps if s.event), key=lambda s: s.rank)

    def before_due(self) -> list[Step]:
        """Return the notices that come before the due date, the nearest to it first."""
        return sorted((s for s in self.steps if s.trigger == "before_due"), key=lambda s: s.days)


@dataclass(frozen=True, slots=True)
class CaseItem:
    """One item of the case, with how far it has come and what keeps it out of a message.

    `reached_rank` is the highest rank said of this very item, zero if none. `reached_days` is the age of that
    step where another plan, or another version, said it, and `reached_by` its channel and its words: the rank is
    then found again. `noticed_days` is
    the nearest notice already given, `said_on` the day on which the rank was first said, `known_on` the day on
    which the item came into the books. Without a disputed amount, a dispute is about the whole item. What is
    `foreign` is in another currency than the organization's, and adds up with nothing here.
    """

    id: Identifier
    number: str
    open_amount: Decimal
    due_on: date | None
    side: Literal["debit", "credit"] = "debit"
    reached_rank: int = 0
    reached_days: int | None = None
    said_on: date | None = None
    noticed_days: int | None = None
    thanked: bool = False
    disputed: bool = False
    disputed_amount: Decimal | None = None
    postponed_until: date | None = None
    promised_until: date | None = None
    installment_until: date | None = None
    issued_on: date | None = None
    known_on: date | None = None
    settled_on: date | None = None
    reached_by: str = ""
    foreign: bool = False

    @property
    def asked_amount(self) -> Decimal:
        """Return what may be asked for: the open amount without its disputed part."""
        if not self.disputed:
            return self.open_amount
        if self.disputed_amount is None:
            return ZERO
        return max(self.open_amount - self.disputed_amount, ZERO)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something that happened and that a step may answer, with the items it is about, all of them if none is named.

    `answered_on` is the last day on which a step that answers this kind of event was said.
    """

    kind: StepEvent
    on: date
    items: tuple[Identifier, ...] = ()
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What an organization never does, whatever a plan says; made without arguments, it forbids nothing.

    `week_days` are the days on which something may leave, 1 for Monday. The budget is the number of contacts in
    any 30 days; zero sets no limit. `region` names the public holidays kept besides those of the customer.
    """

    gap_days: int = 0
    budget_contacts: int = 0
    week_days: frozenset[int] = frozenset(range(1, 8))
    window_from: time = time.min
    window_to: time = time.max
    keep_holidays: bool = False
    region: str = ""
    minimum_case: Decimal = ZERO
    replies_stop: bool = True


@dataclass(frozen=True, slots=True)
class PaidAfter:
    """Of a customer's settled parts, how many reached an age past due, and were paid within 14 days of it.

    In SQL, `count(*) filter (where delay >= age)` and
    `count(*) filter (where delay between age and age + 14)`.
    """

    age: int
    reached: int
    paid: int


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of a customer on the day of a decision.

    `last_rank` is the highest rank reached since the customer last had nothing overdue. `settled_recently`
    holds the items just settled, with the amount that was paid as their open amount. `contacts` are the days of
    the last 30 on which something was asked, over all channels; `region` names the public holidays of the place.
    """

    customer_id: Identifier
    items: tuple[CaseItem, ...]
    unallocated_amount: Decimal = ZERO
    last_contact_on: date | None = None
    last_rank: int = 0
    on_hold_until: date | None = None
    hold_reason: str = ""
    has_email: bool = True
    has_address: bool = True
    has_mobile: bool = True
    has_phone: bool = True
    email_bounced: bool = False
    usual_delay_days: int | None = None
    insolvent: bool = False
    settled_recently: tuple[CaseItem, ...] = ()
    rates_known_until: date | None = None
    paid_after: tuple[PaidAfter, ...] = ()
    promise_until: date | None = None
    installment_until: date | None = None
    reply_on: date | None = None
    stale_since: date | None = None
    contacts: tuple[date, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of a decision: a stable code and its figures."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a reminder; `rank` is the one to record for it, and may be lower than the step's.

    `reached_days` is the age of the step of that rank, counted from the due date of this item.
    """

    id: Identifier
    number: str
    open_amount: Decimal
    due_on: date
    days_overdue: int
    rank: int
    probability_unpaid: Decimal
    reached_days: int = 0


@dataclass(frozen=True, slots=True)
class Remind:
    """Write to the customer: the step, the items, what they amount to, and what the message is worth."""

    customer_id: Identifier
    step: Step
    items: tuple[Line, ...]
    amount: Decimal
    unallocated_amount: Decimal
    expected_value: Decimal
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Write nothing, and say why and until when, if the day is known."""

    customer_id: Identifier
    reason_code: str
    until: date | None = None
    params: Params = field(default_factory=dict)


Decision = Remind | Hold
