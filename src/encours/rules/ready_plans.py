"""Plans to start from, as data: standard, risky customer, public buyer, text messages first."""

from dataclasses import dataclass
from decimal import Decimal

from encours.rules.cases import Channel, Mode, Step, Trigger
from encours.rules.default_plan import DEFAULT_PLAN_STEPS
from encours.rules.sentences import gettext_noop


@dataclass(frozen=True, slots=True)
class ReadyPlan:
    """A plan to start from: its name, when it fits, its steps and the silence between two of them."""

    code: str
    name: str
    says: str
    steps: tuple[Step, ...]
    minimum_gap_days: int = 7


@dataclass(frozen=True, slots=True)
class ReadyWords:
    """Words shipped with the product besides those of the default plan: their kind and their name."""

    code: str
    kind: str
    name: str


Way = tuple[int, Channel, Mode]


def _step(rank: int, name: str, way: Way, template: str, **more: object) -> Step:
    """Return a step from its rank, its name, its days, channel and mode, and its words."""
    days, channel, mode = way
    part: Trigger = "before_due" if rank <= 0 else "after_payment" if rank >= THANKS else "after_due"
    return Step(rank, name, part, days, channel, mode, template, **more)  # type: ignore[arg-type]  # words of Step's own


EVENTS, THANKS = 500, 1000
LATE, FORMAL = {"states_interest": True}, {"states_interest": True, "formal": True, "registered": True}
_AFTER_BROKEN_PROMISE = {"counts_from": "event", "event": "promise_broken"}
_AFTER_RETURNED_DEBIT = {"counts_from": "event", "event": "direct_debit_returned"}
_SAID_THANKS = _step(THANKS, gettext_noop("Thanks for the payment"), (0, "email", "automatic"), "thanks")

RISKY = (
    _step(0, gettext_noop("Notice before due date"), (10, "email", "automatic"), "pre_due"),
    _step(1, gettext_noop("First reminder"), (1, "email", "to_confirm"), "risky_reminder_1", attach_statement=True),
    _step(2, gettext_noop("Call"), (6, "phone", "to_confirm"), "call_script", minimum_amount=Decimal(500)),
    _step(
        3, gettext_noop("Second reminder, to the director too"), (12, "email", "to_confirm"), "risky_reminder_2",
        escalate_to="director", sender="escalated", attach_statement=True, attach_invoices=True, **LATE,
    ),
    _step(4, gettext_noop("Last reminder"), (20, "letter", "to_confirm"), "last_reminder", **LATE),
    _step(5, gettext_noop("Formal notice"), (30, "letter", "manual"), "formal_notice", **FORMAL),
    _step(
        EVENTS, gettext_noop("Promise broken"), (1, "phone", "to_confirm"), "call_broken_promise",
        **_AFTER_BROKEN_PROMISE,
    ),
    _step(
        EVENTS + 1, gettext_noop("Direct debit returned"), (0, "email", "to_confirm"), "returned_debit",
        **_AFTER_RETURNED_DEBIT,
    ),
    _SAID_THANKS,
)  # fmt: skip

PUBLIC = (
    _step(0, gettext_noop("Is the invoice complete?"), (10, "email", "automatic"), "public_notice"),
    _step(
        1, gettext_noop("First reminder"), (10, "email", "to_confirm"), "public_reminder_1",
        attach_statement=True, attach_invoices=True,
    ),
    _step(2, gettext_noop("Call"), (25, "phone", "to_confirm"), "call_script", minimum_amount=Decimal(500)),
    _step(
        3, gettext_noop("Second reminder"), (40, "email", "to_confirm"), "public_reminder_2",
        attach_statement=True, attach_invoices=True,
    ),
    _step(4, gettext_noop("Request for late interest"), (75, "letter", "manual"), "public_interest", **LATE),
    _SAID_THANKS,
)  # fmt: skip

SMS_FIRST = (
    _step(0, gettext_noop("Text before due date"), (3, "sms", "automatic"), "sms_notice"),
    _step(1, gettext_noop("First text"), (2, "sms", "to_confirm"), "sms_reminder"),
    _step(2, gettext_noop("First reminder"), (9, "email", "to_confirm"), "reminder_1", attach_statement=True),
    _step(3, gettext_noop("Call"), (18, "phone", "to_confirm"), "call_script", minimum_amount=Decimal(200)),
    _step(4, gettext_noop("Last reminder"), (30, "letter", "to_confirm"), "last_reminder", **LATE),
    _step(5, gettext_noop("Formal notice"), (45, "letter", "manual"), "formal_notice", **FORMAL),
    _step(
        EVENTS, gettext_noop("Promise broken"), (1, "sms", "to_confirm"), "sms_broken_promise",
        **_AFTER_BROKEN_PROMISE,
    ),
    _SAID_THANKS,
)  # fmt: skip

READY_PLANS: tuple[ReadyPlan, ...] = (
    ReadyPlan(
        "standard", gettext_noop("Standard"),
        gettext_noop("A notice, three reminders, a formal notice, thanks. For most customers."), DEFAULT_PLAN_STEPS,
    ),
    ReadyPlan(
        "risky", gettext_noop("Risky customers"),
        gettext_noop("Sooner and firmer: a call in the first week, the director too, a formal notice after a month."),
        RISKY, 4,
    ),
    ReadyPlan(
        "public", gettext_noop("Public buyers"),
        gettext_noop("Longer and without threats: what the file lacks, then the interest that the law grants."),
        PUBLIC, 10,
    ),
    ReadyPlan(
        "sms", gettext_noop("Text messages first"),
        gettext_noop("Short texts before letters. For craftsmen and shops that read their telephone, not their mail."),
        SMS_FIRST, 5,
    ),
)  # fmt: skip

READY_WORDS: tuple[ReadyWords, ...] = (
    ReadyWords("risky_reminder_1", "message", gettext_noop("First reminder, firm")),
    ReadyWords("risky_reminder_2", "message", gettext_noop("Second reminder, to the director")),
    ReadyWords("returned_debit", "message", gettext_noop("Direct debit returned")),
    ReadyWords("public_notice", "message", gettext_noop("Public buyer: before the due date")),
    ReadyWords("public_reminder_1", "message", gettext_noop("Public buyer: first reminder")),
    ReadyWords("public_reminder_2", "message", gettext_noop("Public buyer: second reminder")),
    ReadyWords("public_interest", "message", gettext_noop("Public buyer: late interest")),
    ReadyWords("sms_notice", "sms", gettext_noop("Text before the due date")),
    ReadyWords("sms_reminder", "sms", gettext_noop("Text after the due date")),
    ReadyWords("sms_broken_promise", "sms", gettext_noop("Text after a broken promise")),
    ReadyWords("call_script", "script", gettext_noop("Call about what is overdue")),
    ReadyWords("call_broken_promise", "script", gettext_noop("Call after a broken promise")),
)
