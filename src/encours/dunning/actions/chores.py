"""What the program puts on people's desks by itself: replies that wait too long, contacts that do not answer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from encours.accounts.models import Organization
from encours.dunning import addressing
from encours.dunning.actions import tasks
from encours.dunning.guardrails import guardrails_of, rule_guardrails
from encours.dunning.models import InboundMessage, MessageKind, MessageState, Task, TaskKind
from encours.rules.guardrails import working_since

# A reply that nobody has read for longer than this becomes somebody's task; only working days count.
REPLY_WAITS = timedelta(days=2)


def make_chores(organization: Organization, today: date, now: datetime) -> int:
    """Make a task of each reply that waits longer than two working days, drop the answered; return how many."""
    waiting = InboundMessage.objects.filter(
        organization=organization,
        state=MessageState.NEW,
        kind__in=[MessageKind.REPLY, MessageKind.SMS],
        customer__isnull=False,
    )
    local = now.astimezone(ZoneInfo(organization.timezone))
    before = working_since(rule_guardrails(guardrails_of(organization)), local, REPLY_WAITS)
    made = 0
    for message in waiting.filter(received_at__lt=before).select_related("customer").order_by("pk"):
        if message.customer is None:
            continue
        task = tasks.add(
            organization,
            kind=TaskKind.REPLY,
            title=message.customer.name,
            due_on=today,
            customer=message.customer,
            key=f"reply-{message.pk}",
            note=addressing.untagged(message.subject)[:200],
            message_id=message.pk,
            by=None,
            now=now,
        )
        made += task.created_at == now
    answered = Task.objects.filter(
        organization=organization,
        kind=TaskKind.REPLY,
        done_at=None,
        canceled_at=None,
        message_id__isnull=False,
    ).exclude(message_id__in=waiting.values("pk"))
    for task in answered:
        tasks.done(task, by=None, now=now)
    return made
