"""A message on paper: as it would be written today, or as it left, with what goes with it."""

import hashlib
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from typing import Any

import nh3
from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from encours.backoffice.wordings import fault_sentence
from encours.channels import letters as pages
from encours.channels import sms
from encours.channels.models import Sending
from encours.channels.queries import content_of
from encours.dunning import carriers, letters, parcels
from encours.dunning.models import Reminder
from encours.rules.wording import WordingError

TAGS = {
    "a",
    "b",
    "br",
    "div",
    "em",
    "li",
    "ol",
    "p",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
ATTRIBUTES = {"a": {"href"}, "td": {"style"}, "th": {"style"}, "table": {"style"}}


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a message."""

    name: str
    url: str
    size: int | None = None


@dataclass(frozen=True)
class Paper:
    """A message as its reader sees it, or what keeps it from being written."""

    subject: str = ""
    html: SafeString = field(default_factory=SafeString)
    recipient: str = ""
    recipient_name: str = ""
    source: str = ""
    fault: str = ""
    left: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    text: str = ""
    price: Decimal | None = None
    carrier: str = ""
    rehearsed: bool = False

    @property
    def price_words(self) -> str:
        """Return the price with all its decimals: a text costs less than ten cents."""
        language = (get_language() or "fr").split("-")[0]
        return pages.money(self.price.normalize(), language=language) if self.price is not None else ""

    @property
    def segments(self) -> sms.Segments | None:
        """Return what a text message takes on the air."""
        return sms.segments(self.text) if self.text else None

    @property
    def address(self) -> list[str]:
        """Return a postal address line by line."""
        return self.recipient.split(", ")


def draft(reminder: Reminder, today: date) -> Paper:
    """Write a message with the figures of the day, or say why it cannot be written."""
    try:
        written = letters.message(reminder, today)
    except WordingError as error:
        return Paper(fault=_("The words have an error. %(fault)s") % {"fault": fault_sentence(error)})
    except letters.TemplateMissingError:
        return Paper(fault=_("There are no words for this step: write its template in the settings."))
    return Paper(
        subject=written.subject,
        html=_clean(written.html),
        recipient=written.recipient,
        recipient_name=written.recipient_name,
        source=written.body,
        enclosures=_enclosures(reminder),
        **_carried(reminder, written.text),
    )


def _carried(reminder: Reminder, text: str) -> dict[str, Any]:
    """Return who would carry a message that is no e-mail, and at what price, as far as it is known."""
    if reminder.channel == "sms":
        account = carriers.account_of(reminder.organization_id, "sms")
        return {
            "text": text,
            "price": parcels.sms_price(account, text),
            "rehearsed": bool(account and account.test_mode),
        }
    account = carriers.letter_account(reminder) if reminder.channel == "letter" else None
    if account is None:
        return {}
    price = account.options.get("known", {}).get("registered" if letters.registered(reminder) else "simple")
    return {
        "carrier": carriers.COMPANIES[account.provider],
        "price": Decimal(price) if price else None,
        "rehearsed": account.test_mode,
    }


def rewritten(reminder: Reminder, today: date, subject: str, body: str) -> Paper:
    """Write a message in a person's words before they are kept."""
    other = copy(reminder)
    other.subject, other.body = subject, body
    other.edited_at = other.edited_at or other.created_at
    return draft(other, today)


def kept(reminder: Reminder, sending: Sending | None) -> Paper:
    """Return a message as it left; its words alone when its very bytes were erased."""
    mail = _mail(sending) if sending else None
    html = mail.get_body(("html",)) if mail else None
    parts = list(mail.iter_attachments()) if mail else []
    address = reverse("reminder-message", args=[reminder.pk])
    return Paper(
        subject=reminder.subject,
        html=_clean(html.get_content()) if html else SafeString(linebreaks(reminder.body, autoescape=True)),
        recipient=reminder.recipient,
        left=True,
        text=reminder.body if reminder.channel == "sms" else "",
        price=sending.price if sending else None,
        rehearsed=bool(sending and sending.options.get("test")),
        enclosures=tuple(
            Enclosure(part.get_filename() or "", address, len(part.get_content())) for part in parts
        )
        or _letter(reminder),
    )


def bytes_of(sending: Sending) -> bytes | None:
    """Return the very bytes of a sending, if they are still those whose hash was kept."""
    content = content_of(sending)
    if content is None or hashlib.sha256(content).hexdigest() != sending.content_hash:
        return None
    return content


def _mail(sending: Sending) -> EmailMessage | None:
    content = bytes_of(sending) if sending.channel == "email" else None
    if content is None:
        return None
    read: Callable[..., EmailMessage] = message_from_bytes
    return read(content, policy=policy)


def _clean(html: str) -> SafeString:
    """Keep the paragraphs, tables and links of a message and nothing that could act."""
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)
    return mark_safe(cleaned)  # noqa: S308 - nh3 leaves nothing that could act


def _enclosures(reminder: Reminder) -> tuple[Enclosure, ...]:
    if reminder.channel == "email" and reminder.step.attach_statement:
        return (Enclosure(_("Statement of account"), reverse("reminder-statement", args=[reminder.pk])),)
    return _letter(reminder)


def _letter(reminder: Reminder) -> tuple[Enclosure, ...]:
    if reminder.channel != "letter":
        return ()
    return (Enclosure(_("The letter, as it is printed"), reverse("reminder-pdf", args=[reminder.pk])),)
