"""What carriers tell after a message has left: its way, its end, its proofs, and the texts that come back."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from encours.accounts.models import Organization, User
from encours.accounts.queries import today_of
from encours.channels import actions as channels
from encours.channels import sms
from encours.channels.errors import InvalidMessageError
from encours.channels.models import Sending
from encours.channels.providers import UNDELIVERED, Incoming, News
from encours.channels.words import status_words
from encours.customers.models import Contact
from encours.dunning.actions import inbound, tasks
from encours.dunning.actions.reminders import decide_again, locked, tell
from encours.dunning.errors import LetterNotPostedTodayError
from encours.dunning.models import InboundMessage, MessageKind, MessageState, Reminder, ReminderState
from encours.events.actions import record

TEXT_KEY = "sms-"
LOOK_AFTER = (
    (timedelta(hours=2), timedelta(minutes=10)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=4), timedelta(hours=6)),
)


@transaction.atomic
def keep_delivery(sending: Sending, fresh: Iterable[News], now: datetime) -> None:
    """Tell on the customer's timeline what is new of a message; one that did not arrive becomes a task."""
    reminder = (
        Reminder.objects.select_related("customer", "organization", "customer__collector")
        .filter(organization_id=sending.organization_id, sending_id=sending.pk)
        .first()
    )
    if reminder is None:
        return
    for news in fresh:
        lost = news.status in UNDELIVERED
        tell(
            reminder,
            "reminder.undelivered" if lost else "reminder.delivered",
            by=None,
            now=news.happened_at or now,
            status=news.status,
            detail=news.detail,
            proof=news.proof_kind,
        )
        if lost:
            _add_task(reminder, sending, news.status, now)
        if news.facts.get("opted_out"):
            opt_out(reminder.organization, [sending.recipient], now)


def _add_task(reminder: Reminder, sending: Sending, status: str, now: datetime) -> None:
    title = _("%(customer)s: %(what)s, correct the contact and decide again") % {
        "customer": reminder.customer.name,
        "what": status_words(status),
    }
    tasks.add(
        reminder.organization,
        kind="delivery",
        title=title,
        due_on=today_of(reminder.organization, now),
        customer=reminder.customer,
        key=f"undelivered-{sending.pk}",
        reminder_id=reminder.pk,
        by=None,
        now=now,
    )


@transaction.atomic
def opt_out(organization: Organization, numbers: Iterable[str], now: datetime) -> int:
    """Write no more texts to these numbers, and return how many contacts that closes."""
    wanted = set(numbers)
    if not wanted:
        return 0
    closed = 0
    open_ones = Contact.objects.filter(organization=organization, sms_opted_out_at=None).exclude(phone="")
    for contact in open_ones.select_related("customer"):
        if any(sms.same_number(contact.phone, number, contact.customer.country or "FR") for number in wanted):
            contact.sms_opted_out_at = now
            contact.save(update_fields=["sms_opted_out_at"])
            record(
                organization.pk, "contact.opted_out", by="system", at=now, customer_id=contact.customer_id,
                subject=("contact", contact.pk), number=contact.phone,
            )  # fmt: skip
            closed += 1
    return closed


@transaction.atomic
def keep_text(organization: Organization, incoming: Incoming, now: datetime) -> InboundMessage | None:
    """Keep a text that came back, once; one that says STOP closes the number, any other waits to be read."""
    key = f"{TEXT_KEY}{incoming.provider_id}"
    if InboundMessage.objects.filter(organization=organization, source_key=key).exists():
        return None
    text = incoming.text.replace("\0", "")
    if sms.asks_to_stop(text):
        opt_out(organization, [incoming.sender], now)
    sending = _last_sending(organization, incoming.sender)
    reminder = (
        Reminder.objects.filter(organization=organization, sending_id=sending.pk).first() if sending else None
    )
    contact = _contact(organization, incoming.sender, reminder.customer_id if reminder else None)
    customer_id = reminder.customer_id if reminder else contact.customer_id if contact else None
    message = InboundMessage.objects.create(
        organization=organization,
        customer_id=customer_id,
        contact=contact,
        reminder_id=reminder.pk if reminder else None,
        source_key=key,
        from_address=incoming.sender[:320],
        from_name=contact.name if contact else "",
        text=text,
        said=text,
        content_hash=hashlib.sha256(incoming.text.encode()).hexdigest(),
        kind=MessageKind.SMS,
        # Who says STOP and more than that still wants to be read.
        state=MessageState.SET_ASIDE if sms.only_stops(text) else MessageState.NEW,
        matched_by="number" if customer_id else "",
        written_at=incoming.received_at,
        received_at=now,
    )
    inbound.hear(message, now)
    return message


def texts_known(organization_id: int) -> set[str]:
    """Return the numbers, at the provider, of the texts that were kept."""
    keys = InboundMessage.objects.filter(organization_id=organization_id, source_key__startswith=TEXT_KEY)
    return {key.removeprefix(TEXT_KEY) for key in keys.values_list("source_key", flat=True)}


def _last_sending(organization: Organization, number: str) -> Sending | None:
    try:
        known = sms.mobile(number)
    except InvalidMessageError:
        return None
    sendings = Sending.objects.filter(organization_id=organization.pk, channel="sms", recipient=known)
    return sendings.order_by("-pk").first()


def _contact(organization: Organization, number: str, customer_id: int | None) -> Contact | None:
    contacts = Contact.objects.filter(organization=organization).exclude(phone="").select_related("customer")
    if customer_id is not None:
        contacts = contacts.filter(customer_id=customer_id)
    same = [one for one in contacts if sms.same_number(one.phone, number, one.customer.country or "FR")]
    # A number that two customers share, an accountant's for instance, says nothing.
    return same[0] if len({one.customer_id for one in same}) == 1 else None


@transaction.atomic
def unpost(reminder: Reminder, *, by: User | None, now: datetime) -> Reminder:
    """Take back, the same day, the word that a letter was posted: it waits again to be."""
    found = locked(reminder, ReminderState.SENT)
    organization = Organization.objects.get(pk=found.organization_id)
    posted_on = today_of(organization, found.sent_at) if found.sent_at else None
    if found.channel != "letter" or found.sending_id is None or posted_on != today_of(organization, now):
        raise LetterNotPostedTodayError
    channels.keep_unposted(found.sending_id)
    found.state = ReminderState.PRINTED
    found.save(update_fields=["state"])
    tell(found, "reminder.unposted", by=by, now=now, amount=found.amount)
    decide_again(found)
    return found


def look_later(sending: Sending, now: datetime) -> None:
    """Say when a carrier is to be asked again: less and less often as days go by."""
    age = now - (sending.finished_at or sending.started_at or now)
    wait = next((wait for until, wait in LOOK_AFTER if age < until), timedelta(days=1))
    channels.look_again([sending.pk], now + wait)
