"""What every e-mail of the desk has in common: the address it comes from, its tokens and its thread."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from encours.accounts.models import Sender
from encours.channels import actions as channels
from encours.channels import email
from encours.channels.models import Sending
from encours.dunning import addressing
from encours.dunning.models import Reminder, ReminderItem, ReminderState

SENDER_OPTION, CUSTOMER_OPTION = "sender", "customer"
MESSAGE_ID = email.MESSAGE_ID
SIGNATURE_MARK = "-- "


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one e-mail of a case says, before it gets its addresses."""

    key: str
    customer_id: int | None
    recipient: str
    subject: str
    text: str
    language: str
    recipient_name: str = ""
    copies: tuple[str, ...] = ()
    html: str = ""
    attachments: tuple[email.Attachment, ...] = ()
    references: tuple[str, ...] = ()
    automatic: bool = False


def reserve(sender: Sender, draft: Draft, now: datetime) -> Sending:
    """Keep an e-mail of a case to leave later, with the addresses by which its answers are known again."""
    organization_id = sender.organization_id
    case = addressing.token_of(organization_id, draft.customer_id) if draft.customer_id else ""
    token = addressing.sending_token(organization_id, draft.key)
    return channels.reserve_email(
        organization_id,
        email.Message(
            key=draft.key,
            sender=sender.email,
            sender_name=sender.name,
            reply_to=addressing.reply_to(sender, case) if case else sender.reply_to,
            recipient=draft.recipient,
            recipient_name=draft.recipient_name,
            copies=draft.copies,
            subject=addressing.tagged(draft.subject, case) if case else draft.subject,
            text=_signed(draft.text, sender.signature),
            html=_signed_html(draft.html or email.html_of(draft.text), sender.signature),
            language=draft.language,
            written_at=now,
            attachments=draft.attachments,
            references=draft.references,
            automatic=draft.automatic,
            envelope=addressing.envelope_sender(sender, token),
            token=token,
        ),
        now,
        options={SENDER_OPTION: sender.pk, CUSTOMER_OPTION: draft.customer_id},
    )


def thread(reminder: Reminder) -> tuple[str, ...]:
    """Return the messages of the same case, the oldest first, so that its reminders stay one conversation.

    A case goes on as long as a demand shares an item with those that came after it.
    """
    if reminder.trigger != "after_due":
        return ()
    before = list(
        Reminder.objects.filter(
            organization_id=reminder.organization_id,
            customer_id=reminder.customer_id,
            state=ReminderState.SENT,
            channel="email",
            trigger="after_due",
        )
        .exclude(sending_id=None)
        .exclude(pk=reminder.pk)
        .order_by("-sent_at")[: email.REFERENCES_KEPT]
    )
    spoken = _items([reminder.pk, *(one.pk for one in before)], reminder.organization_id)
    case, sendings = set(spoken.get(reminder.pk, ())), list[int]()
    for one in before:
        if case.isdisjoint(spoken.get(one.pk, ())):
            continue
        case.update(spoken[one.pk])
        sendings += [one.sending_id] if one.sending_id else []
    named = dict(
        Sending.objects.filter(organization_id=reminder.organization_id, pk__in=sendings)
        .exclude(message_id="")
        .values_list("pk", "message_id")
    )
    return tuple(named[number] for number in reversed(sendings) if number in named)


def _items(reminder_ids: list[int], organization_id: int) -> dict[int, set[int]]:
    spoken: dict[int, set[int]] = {}
    lines = ReminderItem.objects.filter(organization_id=organization_id, reminder_id__in=reminder_ids)
    for reminder_id, item_id in lines.values_list("reminder_id", "item_id"):
        spoken.setdefault(reminder_id, set()).add(item_id)
    return spoken


def _signed(text: str, signature: str) -> str:
    """Return a text with the sender's own signature after the mark that mail programs know."""
    if not signature.strip():
        return text
    return f"{text.rstrip()}\n\n{SIGNATURE_MARK}\n{signature.strip()}\n"


def _signed_html(html: str, signature: str) -> str:
    if not signature.strip():
        return html
    lines = escape(signature.strip()).replace("\r\n", "\n").replace("\n", "<br>")
    return f'{html}<div style="{email.STYLE};color:#5b6472"><p>{SIGNATURE_MARK}<br>{lines}</p></div>\n'
