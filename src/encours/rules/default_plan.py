"""The French default plan, as data: a notice, three reminders, a formal notice, thanks."""

from decimal import Decimal

from encours.rules.cases import Step
from encours.rules.sentences import gettext_noop

# A new plan says nothing that hurts by itself: courtesies are automatic, a formal notice is a person's act.
DEFAULT_PLAN_STEPS: tuple[Step, ...] = (
    Step(
        rank=0,
        name=gettext_noop("Notice before due date"),
        trigger="before_due",
        days=7,
        channel="email",
        mode="automatic",
        template="pre_due",
        minimum_amount=Decimal(1000),
    ),
    Step(
        rank=1,
        name=gettext_noop("First reminder"),
        trigger="after_due",
        days=3,
        channel="email",
        mode="to_confirm",
        template="reminder_1",
        attach_statement=True,
    ),
    Step(
        rank=2,
        name=gettext_noop("Second reminder"),
        trigger="after_due",
        days=15,
        channel="email",
        mode="to_confirm",
        template="reminder_2",
        attach_statement=True,
    ),
    Step(
        rank=3,
        name=gettext_noop("Last reminder"),
        trigger="after_due",
        days=30,
        channel="letter",
        mode="to_confirm",
        template="last_reminder",
        states_interest=True,
    ),
    Step(
        rank=4,
        name=gettext_noop("Formal notice"),
        trigger="after_due",
        days=45,
        channel="letter",
        mode="manual",
        template="formal_notice",
        states_interest=True,
        formal=True,
    ),
    Step(
        rank=1000,
        name=gettext_noop("Thanks for the payment"),
        trigger="after_payment",
        days=0,
        channel="email",
        mode="automatic",
        template="thanks",
    ),
)
