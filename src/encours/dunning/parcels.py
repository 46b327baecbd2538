"""Writes reminders as texts and letters ready for their carrier, with what goes with them."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from encours.accounts.models import Organization, ProviderAccount
from encours.channels import actions as channels
from encours.channels import sms
from encours.channels.binding import page_count
from encours.channels.email import Attachment
from encours.channels.models import Channel, Sending
from encours.channels.mysendingbox import address_fault
from encours.channels.providers import Parcel
from encours.dunning import carriers, letters, queries
from encours.dunning.errors import HeldError
from encours.dunning.figures import country_name
from encours.dunning.models import Reminder
from encours.receivables.documents import path_of
from encours.receivables.models import Document

FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
MOST_INVOICES = 20
MOST_BYTES = 8 * 1024 * 1024


def reserve_sms(reminder: Reminder, written: letters.Message, key: str, now: datetime) -> Sending:
    """Keep a reminder as a text message for the provider of texts."""
    account = carriers.account_of(reminder.organization_id, Channel.SMS)
    if account is None or carriers.provider_of(account) is None:
        raise HeldError("sms_provider_missing")
    if not written.recipient:
        raise HeldError("mobile_missing")
    parcel = sms_parcel(account, written)
    return channels.reserve(
        reminder.organization_id,
        key,
        channel=Channel.SMS,
        recipient=parcel.recipient,
        sender=parcel.sender,
        subject=written.subject,
        content=parcel.content,
        media_type="text/plain",
        provider=account.provider,
        options={**parcel.options, "rehearsed": account.test_mode},
        price=sms_price(account, written.text),
        now=now,
    )


def sms_parcel(account: ProviderAccount, written: letters.Message) -> Parcel:
    """Return a text as its provider takes it, its number in international form."""
    number = sms.mobile(written.recipient, written.figures.customer.country)
    counted = sms.segments(written.text)
    options = {"segments": counted.count, "encoding": counted.encoding}
    return Parcel(written.text.encode(), str(account.options.get("sender", "")), number, options)


def sms_price(account: ProviderAccount | None, text: str) -> Decimal | None:
    """Return what a text costs at the price the organization pays for one message, if it was entered."""
    price = str(account.options.get("credit_price") or "") if account else ""
    clause = sms.STOP_CLAUSE if account and account.options.get("stop_clause") else ""
    return Decimal(price) * sms.segments(text + clause).count if price else None


def reserve_letter(reminder: Reminder, written: letters.Message, key: str, now: datetime) -> Sending:
    """Keep a reminder as a letter, for the provider of letters or for a person to print and post."""
    content = letters.set_letter(written)
    account = carriers.letter_account(reminder)
    options: dict[str, Any] = {"registered": letters.registered(reminder), "pages": page_count(content)}
    if account is not None:
        if carriers.provider_of(account) is None:
            raise HeldError("letter_provider_missing")
        options |= parties(written) | {
            "postage": account.options.get("postage", ""),
            "rehearsed": account.test_mode,
        }
        if address_fault(options["from"]):
            raise HeldError("sender_address_incomplete")
        if address_fault(options["to"]):
            raise HeldError("address_incomplete")
    return channels.reserve(
        reminder.organization_id,
        key,
        channel=Channel.LETTER,
        recipient=written.recipient,
        subject=written.subject,
        content=content,
        media_type="application/pdf",
        provider=account.provider if account else "",
        options=options,
        now=now,
    )


def parties(written: letters.Message) -> dict[str, dict[str, str]]:
    """Return the two addresses of a letter, in fields."""
    customer, organization = written.figures.customer, written.figures.organization
    return {"to": _party(customer), "from": _party(organization)}


def _party(whose: Any) -> dict[str, str]:  # noqa: ANN401 - a customer or an organization: both have an address
    lines = [line.strip() for line in whose.address.splitlines() if line.strip()]
    country = whose.country or "FR"
    return {
        "name": whose.name,
        "line1": lines[0] if lines else "",
        "line2": " ".join(lines[1:]),
        "postal_code": whose.postal_code,
        "city": whose.city,
        "country": country,
        "country_name": country_name(country, "fr"),
    }


def enclosures(
    organization: Organization, reminder: Reminder, today: date, language: str
) -> tuple[Attachment, ...]:
    """Return what goes with a reminder by e-mail: the statement of account, then the invoices, as its step says."""
    found = []
    if reminder.step.attach_statement:
        content = letters.statement(organization, reminder.customer, today)
        with translation.override(language):
            title = gettext("statement")
        found.append(Attachment(f"{_named(f'{title}-{reminder.customer.code}-{today:%Y%m%d}')}.pdf", content))
    if reminder.step.attach_invoices:
        found += invoices(reminder)
    return tuple(found)


def invoices(reminder: Reminder) -> Iterator[Attachment]:
    """Yield the invoices of a reminder that the organization has as files, the oldest first, up to a size."""
    numbers = {line.item.number: line.item for line in queries.lines(reminder) if line.item.number}
    room, count = MOST_BYTES, 0
    for number, document in _documents(reminder, list(numbers)):
        path = path_of(reminder.organization_id, document.sha256)
        if document.size > room or count == MOST_INVOICES or not path.is_file():
            continue
        room, count = room - document.size, count + 1
        yield Attachment(f"{_named(number)}.pdf", path.read_bytes(), document.media_type)


def _documents(reminder: Reminder, numbers: list[str]) -> Iterator[tuple[str, Document]]:
    """Yield each invoice with its file: one kept for the customer whose name holds the number."""
    kept = list(
        Document.objects.filter(
            organization_id=reminder.organization_id,
            customer_id=reminder.customer_id,
            kind="invoice",
            media_type="application/pdf",
        ).order_by("-added_at", "-pk")
    )
    for number in numbers:
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(_named(number))}(?![A-Za-z0-9])", re.IGNORECASE)
        document = next((one for one in kept if whole.search(_named(one.name))), None)
        if document is not None:
            yield number, document


def _named(text: str) -> str:
    return FILE_NAME.sub("-", text).strip("-")
