"""What a mail server sends back changes whom we write to: an address is given up, tried again, or left in peace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from encours.accounts.actions import raise_alarm
from encours.accounts.models import Organization, Sender
from encours.channels import actions as channels
from encours.channels.bounces import Report
from encours.channels.models import Channel, Delivery, Sending
from encours.channels.providers import DELIVERED, FAILED, News
from encours.customers.models import Contact
from encours.dunning import addressing
from encours.dunning.actions import tasks
from encours.dunning.actions.reminders import decide_again, tell
from encours.dunning.models import Reminder, ReminderItem, ReminderState, TaskKind
from encours.dunning.outbox import CUSTOMER_OPTION, SENDER_OPTION
from encours.events.actions import record
from encours.rules.bounces import SOFT_DAYS, Failure, gone_by_repetition, meaning_of

# A report that names no message of ours speaks of the last one written to that address in this time.
SPOKEN_OF = timedelta(days=14)
LEFT = (ReminderState.SENT, ReminderState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Told:
    """What a report turned out to speak of."""

    customer_id: int | None = None
    reminder_id: int | None = None


@transaction.atomic
def take(organization: Organization, report: Report, to: Sequence[str], *, now: datetime) -> Told:
    """Act on a report: mark contacts, make the step be said again, raise an alarm, or leave somebody in peace."""
    named = _sending(organization, report, to, now)
    failures = report.failures or ((Failure(_first(named)),) if named else ())
    told = Told()
    for failure in failures:
        last = _last_to(organization, failure.recipient, now)
        sending = named or last
        reminder = _reminder(organization, sending)
        # Anybody can send a report: it is believed of an address that we wrote to, and of no other.
        written = last is not None or (named is not None and failure.recipient.lower() in _recipients(named))
        contacts = _contacts(organization, failure.recipient) if written else []
        if report.kind == "complaint":
            _leave_in_peace(organization, contacts, sending, now)
        else:
            _act(organization, failure, contacts=contacts, sending=sending, reminder=reminder, now=now)
        customer_id = reminder.customer_id if reminder else None
        if customer_id is None and sending is not None:
            customer_id = sending.options.get(CUSTOMER_OPTION)
        if customer_id is None and contacts:
            customer_id = contacts[0].customer_id
        told = Told(customer_id, reminder.pk if reminder else None) if customer_id else told
    return told


def _act(
    organization: Organization,
    failure: Failure,
    *,
    contacts: list[Contact],
    sending: Sending | None,
    reminder: Reminder | None,
    now: datetime,
) -> None:
    meaning = meaning_of(failure)
    if meaning == "delayed":
        return
    detail = " ".join(f"{failure.status} {failure.diagnostic}".split())[:300]
    if sending is not None:
        status = DELIVERED if meaning == "delivered" else FAILED
        raw = {"meaning": meaning, "recipient": failure.recipient, "status": failure.status}
        channels.keep_news(sending.pk, [News(status, now, detail, raw)], now, {})
    if meaning == "delivered":
        return
    if meaning == "reputation":
        _alarm(organization, sending, reminder, detail, now)
        return
    if meaning == "hard" or _gone(organization, failure.recipient, now):
        for contact in contacts:
            _give_up(organization, contact, detail, now)
    if reminder is not None and (sending is None or _first(sending) == failure.recipient.lower()):
        say_again(reminder, detail, now)


@transaction.atomic
def say_again(reminder: Reminder, detail: str, now: datetime) -> None:
    """Take back that a reminder was said: the next run says its step again, to whoever can be reached."""
    found = Reminder.objects.select_for_update(of=("self",)).filter(pk=reminder.pk, state__in=LEFT).first()
    if found is None:
        return
    found.state, found.held, found.failure = ReminderState.CANCELED, "bounced", "bounced"
    found.save(update_fields=["state", "held", "failure"])
    ReminderItem.objects.filter(reminder=found, released_at=None).update(released_at=now)
    tell(found, "reminder.bounced", by=None, now=now, detail=detail, recipient=found.recipient)
    decide_again(found)


def _give_up(organization: Organization, contact: Contact, detail: str, now: datetime) -> None:
    if contact.bounced_at is not None:
        return
    contact.bounced_at, contact.bounce_detail = now, detail
    contact.save(update_fields=["bounced_at", "bounce_detail"])
    record(
        organization.pk, "contact.bounced", by="system", at=now, customer_id=contact.customer_id,
        subject=("contact", contact.pk), email=contact.email, detail=detail,
    )  # fmt: skip
    title = _("%(customer)s: %(email)s no longer reaches anybody, find another address")
    _ask_another(organization, contact, title, key=f"bounced-{contact.pk}-{now:%Y%m%d}", now=now, note=detail)


def _leave_in_peace(
    organization: Organization, contacts: list[Contact], sending: Sending | None, now: datetime
) -> None:
    if sending is not None:
        channels.keep_news(sending.pk, [News(DELIVERED, now, "", {"meaning": "complaint"})], now, {})
    for contact in contacts:
        if contact.opted_out_at is not None:
            continue
        contact.opted_out_at = now
        contact.save(update_fields=["opted_out_at"])
        record(
            organization.pk, "contact.complained", by="system", at=now, customer_id=contact.customer_id,
            subject=("contact", contact.pk), email=contact.email,
        )  # fmt: skip
        title = _("%(customer)s: %(email)s reported our message as unwanted, write to somebody else or call")
        _ask_another(organization, contact, title, key=f"complained-{contact.pk}", now=now)


def _ask_another(
    organization: Organization, contact: Contact, title: str, *, key: str, now: datetime, note: str = ""
) -> None:
    """Leave a colleague the task of finding somebody else to write to, once."""
    tasks.add(
        organization,
        kind=TaskKind.FIX_CONTACT,
        title=title % {"customer": contact.customer.name, "email": contact.email},
        due_on=_today(organization, now),
        customer=contact.customer,
        key=key,
        note=note,
        by=None,
        now=now,
    )


def _alarm(
    organization: Organization, sending: Sending | None, reminder: Reminder | None, detail: str, now: datetime
) -> None:
    """Show that messages are refused because of who writes them: the same words again would only make it worse."""
    number = int(sending.options.get(SENDER_OPTION) or 0) if sending else 0
    sender = Sender.objects.filter(organization=organization, pk=number).first()
    if sender is not None:
        raise_alarm(sender, said=detail, now=now)
    if reminder is None or reminder.state not in LEFT:
        return
    reminder.state, reminder.failure = ReminderState.FAILED, "refused_by_policy"
    reminder.save(update_fields=["state", "failure"])
    tell(reminder, "reminder.failed", by=None, now=now, why="refused_by_policy", detail=detail)
    decide_again(reminder)


def _sending(organization: Organization, report: Report, to: Sequence[str], now: datetime) -> Sending | None:
    """Return the message a report speaks of: by the token of the address it came to, else by the name it returns."""
    words = addressing.words_in(to)
    tokens = [
        word.removeprefix(addressing.BOUNCE_WORD) for word in words if word.startswith(addressing.BOUNCE_WORD)
    ]
    sendings = Sending.objects.filter(
        organization_id=organization.pk, channel=Channel.EMAIL, reserved_at__lte=now
    )
    found = sendings.filter(token__in=tokens).first() if tokens else None
    if found is None and report.message_id:
        found = sendings.filter(message_id=report.message_id).first()
    return found


def _last_to(organization: Organization, address: str, now: datetime) -> Sending | None:
    if not address:
        return None
    written = Sending.objects.filter(
        Q(recipient__iexact=address) | Q(recipient__istartswith=f"{address}, "),
        organization_id=organization.pk,
        channel=Channel.EMAIL,
        reserved_at__range=(now - SPOKEN_OF, now),
    )
    return written.order_by("-reserved_at", "-pk").first()


def _reminder(organization: Organization, sending: Sending | None) -> Reminder | None:
    if sending is None:
        return None
    reminders = Reminder.objects.filter(organization=organization, sending_id=sending.pk)
    return reminders.select_related("customer").first()


def _contacts(organization: Organization, address: str) -> list[Contact]:
    """Return every contact at an address: one that is gone is gone for all who share it."""
    if not address:
        return []
    contacts = Contact.objects.filter(organization=organization, email__iexact=address).select_related(
        "customer", "customer__collector"
    )
    return list(contacts.order_by("pk"))


def _gone(organization: Organization, address: str, now: datetime) -> bool:
    """Tell whether an address has failed for a while too often."""
    told = Delivery.objects.filter(
        organization_id=organization.pk,
        status=FAILED,
        raw__meaning="soft",
        raw__recipient=address,
        happened_at__gte=now - timedelta(days=SOFT_DAYS + 1),
    ).values_list("happened_at", flat=True)
    return gone_by_repetition([_today(organization, moment) for moment in told], _today(organization, now))


def _recipients(sending: Sending) -> list[str]:
    return sending.recipient.lower().split(", ")


def _first(sending: Sending | None) -> str:
    return sending.recipient.partition(", ")[0].lower() if sending else ""


def _today(organization: Organization, moment: datetime) -> date:
    """Return the day it is at a moment where the organization works."""
    return moment.astimezone(ZoneInfo(organization.timezone)).date()
