"""The words to start an answer from: shipped ones for each meaning, and the organization's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.utils import translation

from encours.accounts.models import User
from encours.accounts.queries import sender_of
from encours.dunning.models import InboundMessage, Template, TemplateKind
from encours.dunning.readings import open_items
from encours.receivables.models import Item
from encours.rules.replies.linear import OTHER
from encours.rules.sentences import gettext_noop
from encours.rules.wording import VARIABLE_NAMES, WordingError, render
from encours.ui.formats import day, money

# For each meaning the words that answer it, with their name.
SHIPPED = {
    OTHER: ("plain", gettext_noop("Thanks for the message")),
    "asks_copy": ("copy", gettext_noop("Documents sent again")),
    "promise": ("promise", gettext_noop("Promise noted")),
    "already_paid": ("paid", gettext_noop("Payment looked for")),
    "dispute": ("dispute", gettext_noop("Dispute noted")),
}
EXTRA = ("item_numbers", "promised_amount", "promised_on")
ALLOWED = VARIABLE_NAMES | set(EXTRA)
OWN_CODES = ("answer", "reponse", "reply")
LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Draft:
    """Words to start an answer from, with the figures of the day in them."""

    code: str
    name: str
    body: str


def drafts(message: InboundMessage, user: User, today: date) -> list[Draft]:
    """Return the answers to choose from, the one that fits the message first."""
    meant = [reading.meaning for reading in message.readings.all() if reading.state != "refused"]
    language = language_of(message)
    known = values(message, user, today, language)
    order = sorted(SHIPPED, key=lambda meaning: meant.index(meaning) if meaning in meant else len(meant) + 1)
    found = [(code, name, _shipped(language, code)) for code, name in (SHIPPED[meaning] for meaning in order)]
    own = Template.objects.filter(
        organization=message.organization, language=language, kind=TemplateKind.MESSAGE
    ).order_by("name")
    found += [(one.code, one.name, one.body) for one in own if one.code.startswith(OWN_CODES)]
    return [
        Draft(code, name, body)
        for code, name, source in found
        if (body := _written(source, known)) is not None
    ]


def written(message: InboundMessage, user: User, today: date, text: str) -> str:
    """Write a person's own words with the figures of the day; refused where they name what does not exist."""
    return render(text, values(message, user, today, language_of(message)), ALLOWED)


def language_of(message: InboundMessage) -> str:
    """Return the language in which a message is answered."""
    language = message.customer.language if message.customer else message.organization.language
    return language if language in LANGUAGES else "en"


def values(message: InboundMessage, user: User, today: date, language: str) -> dict[str, Any]:
    """Return what the words of an answer may name."""
    organization = message.organization
    items = open_items(message.customer) if message.customer else []
    overdue = [item for item in items if item.due_on < today]
    currency = organization.currency
    sender = sender_of(organization)
    with translation.override(language):
        return {
            "customer_name": message.customer.name if message.customer else "",
            "customer_code": message.customer.code if message.customer else "",
            "contact_name": message.contact.name if message.contact else message.from_name,
            "amount_overdue": money(sum((item.open_amount for item in overdue), Decimal(0)), currency)
            if overdue
            else "",
            "invoice_list": "\n".join(_line(item, currency) for item in overdue),
            "invoice_count": len(overdue),
            "organization_name": organization.name,
            "sender_name": user.get_full_name() or organization.name,
            "sender_email": sender.email if sender else organization.email,
            "sender_phone": organization.phone,
            "iban": organization.iban,
            "bic": organization.bic,
            "has_bank": bool(organization.iban),
            "today": day(today, "long"),
            **_said(message, items, currency),
        }


def _said(message: InboundMessage, items: list[Item], currency: str) -> Mapping[str, str]:
    """Return what the message itself says: the items it names, an amount and a day."""
    details = [reading.details for reading in message.readings.all() if reading.state != "refused"]
    named = {number for said in details for number in said.get("items", ())}
    amount = next((said["amount"] for said in details if said.get("amount")), None)
    on = next((said["on"] for said in details if said.get("on")), None)
    return {
        "item_numbers": ", ".join(item.number for item in items if item.pk in named),
        "promised_amount": money(Decimal(amount), currency) if amount else "",
        "promised_on": day(date.fromisoformat(on), "long") if on else "",
    }


def _line(item: Item, currency: str) -> str:
    return f"- {item} · {day(item.due_on)} · {money(item.open_amount, currency)}"


def _shipped(language: str, code: str) -> str:
    return (
        files("encours.dunning")
        .joinpath("wording", language, "answers", f"{code}.txt")
        .read_text(encoding="utf-8")
    )


def _written(source: str, known: Mapping[str, object]) -> str | None:
    """Write the words, or nothing where they name what an answer does not know."""
    try:
        return render(source, known, ALLOWED).strip()
    except WordingError:
        return None
