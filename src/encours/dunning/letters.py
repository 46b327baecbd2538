"""Writes what leaves: e-mails as text and HTML, letters and statements as PDF, in the customer's language."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

from encours.accounts.models import Organization
from encours.accounts.queries import sender_of
from encours.channels import letters as pages
from encours.channels import sms
from encours.channels.email import STYLE, html_of
from encours.channels.words import labels
from encours.customers.models import Contact, Customer
from encours.dunning.claims import ZERO
from encours.dunning.figures import (
    LANGUAGES,
    Figures,
    contact_of,
    country_name,
    figures_of,
    values,
)
from encours.dunning.models import Reminder, Template
from encours.dunning.recipients import recipients
from encours.receivables.models import Item, Side
from encours.rules import wording

LIST_TAG = "{{ invoice_list }}"
# A sign of the private area holds the place of the list while the words are written: no value is read twice.
LIST_MARK = "\ue000"
BLANKS = re.compile(r"[ \t\r\n]+")
CELL = "padding:6px 14px 6px 0;border-bottom:1px solid #d9d5cb"
FIGURE = CELL + ";text-align:right;white-space:nowrap"


@dataclass(frozen=True, slots=True)
class Message:
    """A reminder in words: `body` is what a person may edit, `text` and `html` are what the customer reads."""

    recipient: str
    recipient_name: str
    subject: str
    source: str
    body: str
    text: str
    html: str
    language: str
    amount: Decimal
    figures: Figures


class TemplateMissingError(LookupError):
    """There are no words for this step in any language."""


def message(reminder: Reminder, today: date) -> Message:
    """Write a reminder with the figures of the day, in the customer's language or the organization's."""
    figures = figures_of(reminder, today)
    subject, source = _words(figures)
    known = values(figures)
    return Message(
        recipient=reminder.recipient or _recipient(figures),
        recipient_name=figures.contact.name if figures.contact and not reminder.recipient else "",
        subject=one_line(wording.render(subject, known)),
        source=source,
        body=wording.render(source, {**known, "invoice_list": LIST_TAG}),
        text=_text(figures, wording.render(source, known)),
        html=_html(figures, source, known),
        language=figures.language,
        amount=figures.total,
        figures=figures,
    )


def pdf(reminder: Reminder, today: date) -> bytes:
    """Set the letter of a reminder as PDF: its words, the invoices, the interest, the total and how to pay."""
    return set_letter(message(reminder, today))


def set_letter(written: Message) -> bytes:
    """Set a message that is already written as a letter."""
    return pages.render("letter", letter_data(written))


def letter_data(written: Message) -> dict[str, Any]:
    """Return the data of a letter for the typesetter."""
    figures = written.figures
    known = values(figures)
    before, after = _around_list(written)
    with translation.override(written.language):
        data: dict[str, Any] = {
            **_opening(
                figures.organization, figures.customer, figures.contact, figures.today, written.language
            ),
            "subject": written.subject,
            "paragraphs": before,
            "items": [
                {
                    "number": figures.named(line),
                    "issued_on": line.item.issued_on,
                    "due_on": line.item.due_on,
                    "days_overdue": line.days_overdue,
                    "amount": line.item.amount,
                    "open_amount": line.open_amount,
                }
                for line in figures.lines
            ],
            "totals": _totals(figures),
            "closing": after,
        }
        sender = str(known["sender_name"])
        # Words made for an e-mail are signed by themselves.
        if not after or sender not in after[-1].splitlines():
            data["signature"] = {"name": sender, "role": figures.organization.name}
        if registered(figures.reminder):
            data["delivery"] = gettext("Registered letter with acknowledgment of receipt")
        if figures.states_interest:
            data["interest"] = _interest(figures)
            data["legal"] = [legal_words(written.language, public_buyer=figures.customer.public_buyer)]
    if known["has_bank"] and figures.total > 0:
        data["payment"] = _payment(figures.organization, figures.total, figures.payment_reference)
    return data


def statement(organization: Organization, customer: Customer, today: date) -> bytes:
    """Set the account of a customer as PDF: every open item, debit and credit, and what is left to pay."""
    language = customer.language if customer.language in LANGUAGES else "en"
    items = list(
        Item.objects.filter(
            organization=organization,
            customer=customer,
            open_amount__gt=0,
            missing_since=None,
            currency=organization.currency,
        ).order_by("due_on", "pk")
    )
    owed = sum((item.open_amount if item.side == Side.DEBIT else -item.open_amount for item in items), ZERO)
    with translation.override(language):
        data: dict[str, Any] = {
            **_opening(organization, customer, contact_of(customer), today, language),
            "subject": gettext("Statement of account on %(day)s")
            % {"day": pages.day(today, language=language)},
            "paragraphs": [gettext("Here is your account in our books: please tell us of any difference.")],
            "items": [_statement_line(item, today) for item in items],
            "totals": [*_contested(items), {"label": gettext("Outstanding"), "amount": owed, "strong": True}],
        }
    if organization.iban and owed > 0:
        data["payment"] = _payment(organization, owed, customer.code)
    return pages.render("statement", data)


@cache
def legal_words(language: str, *, public_buyer: bool) -> str:
    """Return the articles of law that a letter about interest quotes."""
    name = "legal_public.txt" if public_buyer else "legal.txt"
    return files("encours.dunning").joinpath("wording", language, name).read_text(encoding="utf-8").strip()


def _words(figures: Figures) -> tuple[str, str]:
    """Return the words to write: a person's own, else those of the step in the best language there is."""
    reminder = figures.reminder
    if reminder.edited_at is not None:
        return reminder.subject, reminder.body
    found = {
        template.language: template
        for template in Template.objects.filter(
            organization=figures.organization, code=reminder.step.template_code
        )
    }
    for language in (figures.language, figures.organization.language, *LANGUAGES):
        if language in found:
            return found[language].subject, found[language].body
    raise TemplateMissingError


def _recipient(figures: Figures) -> str:
    if figures.reminder.channel == "email":
        return figures.contact.email if figures.contact else ""
    if figures.reminder.channel == "sms":
        return recipients(figures.customer.pk, figures.reminder.step, figures.today).mobile
    if figures.reminder.channel == "phone":
        return recipients(figures.customer.pk, figures.reminder.step, figures.today).phone
    return ", ".join(
        _address(figures.customer, figures.contact, figures.organization.country, figures.language)
    )


def _around_list(written: Message) -> list[list[str]]:
    """Return the paragraphs before and after the list of invoices; without one, all but the last stand before."""
    known = {**values(written.figures), "invoice_list": LIST_MARK}
    text = wording.render(written.source, known).replace("\r\n", "\n").strip()
    before, _, after = text.partition(LIST_MARK) if LIST_MARK in text else text.rpartition("\n\n")
    return [[part.strip() for part in side.split("\n\n") if part.strip()] for side in (before, after)]


def one_line(text: str) -> str:
    """Return a text on one line, its no-break spaces kept."""
    return BLANKS.sub(" ", text).strip()


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip() + "\n"


def _text(figures: Figures, text: str) -> str:
    """Return the words as they leave: a text message is brought to the signs that cost least."""
    return sms.plain(text) if figures.reminder.channel == "sms" else _tidy(text)


def registered(reminder: Reminder) -> bool:
    """Tell whether a letter goes registered: because the plan says so, or because it is a formal notice."""
    return reminder.registered or reminder.step.registered or reminder.step.formal


def _html(figures: Figures, source: str, known: dict[str, object]) -> str:
    """Return the message as HTML, its list of invoices as a table if it stands alone between two paragraphs."""
    if figures.reminder.channel == "sms":
        return html_of(_text(figures, wording.render(source, known)))
    html = wording.render_html(source, {**known, "invoice_list": LIST_MARK})
    html = html.replace(f"<p>{LIST_MARK}</p>", _table(figures))
    html = html.replace(LIST_MARK, escape(str(known["invoice_list"])).replace("\n", "<br>\n"))
    return f'<div style="{STYLE}">{html}</div>\n'


def _table(figures: Figures) -> str:
    words = labels(figures.language)
    late = figures.reminder.trigger == "after_due"
    heads = [
        (CELL + ";text-align:left", words["number"]),
        (CELL + ";text-align:left", words["due_on"]),
        *([(FIGURE, words["days_overdue"])] if late else []),
        (FIGURE, words["open_amount"]),
    ]
    rows = []
    for line in figures.lines:
        cells = [
            (CELL, figures.named(line)),
            (CELL, figures.day(line.item.due_on)),
            *([(FIGURE, str(line.days_overdue))] if late else []),
            (FIGURE, figures.money(line.open_amount)),
        ]
        rows.append("".join(f'<td style="{style}">{escape(text)}</td>' for style, text in cells))
    head = "".join(f'<th style="{style}">{escape(text)}</th>' for style, text in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table style="border-collapse:collapse"><tr>{head}</tr>{body}</table>'


def _totals(figures: Figures) -> list[dict[str, Any]]:
    claim = figures.claim
    rows: list[dict[str, Any]] = [{"label": gettext("Invoices"), "amount": figures.amount}]
    if figures.states_interest:
        rows.append({"label": gettext("Late payment interest"), "amount": claim.interest})
        if claim.fee_count:
            label = gettext("Recovery fees (%(count)s × 40 €)") % {"count": claim.fee_count}
            rows.append({"label": label, "amount": claim.fees})
    if figures.unallocated_amount:
        rows.append({"label": gettext("Received, not yet allocated"), "amount": -figures.unallocated_amount})
    return [*rows, {"label": gettext("Total to pay"), "amount": figures.total, "strong": True}]


def _interest(figures: Figures) -> dict[str, Any]:
    return {
        "segments": [
            {
                "number": line.item.number or line.item.reference or line.item.label,
                "from_on": segment.from_on,
                "to_on": segment.to_on,
                "days": segment.days,
                "principal": segment.principal,
                "rate_percent": segment.rate_percent,
                "amount": segment.interest,
            }
            for line in figures.claim.lines
            for segment in line.statement.segments
        ],
        "note": gettext("Counted half-year by half-year on what was unpaid, taxes included, over 365 days."),
    }


def _payment(organization: Organization, amount: Decimal, reference: str) -> dict[str, Any]:
    return {
        "holder": organization.name,
        "iban": organization.iban,
        "bic": organization.bic,
        "reference": reference,
        "amount": amount,
    }


def _opening(
    organization: Organization, customer: Customer, contact: Contact | None, today: date, language: str
) -> dict[str, Any]:
    """Return the head of a sheet: both parties, place and date, references; gettext speaks the right language."""
    sender = sender_of(organization)
    place = f"{organization.city}, " if organization.city else ""
    spelled = format_date(today, "d MMMM y", locale=language)
    name, *lines = _address(customer, contact, organization.country, language)
    legal = [organization.name]
    if organization.siren:
        legal.append(f"SIREN {organization.siren}")
    if organization.vat_number:
        legal.append(gettext("VAT %(number)s") % {"number": organization.vat_number})
    reach = (sender.reply_to or sender.email) if sender else ""
    return {
        "language": language,
        "currency": organization.currency,
        "written_on": today,
        "dateline": f"{place}{'le ' if language == 'fr' else ''}{spelled}",
        "sender": {
            "name": organization.name,
            "lines": [
                line
                for line in (
                    organization.address,
                    f"{organization.postal_code} {organization.city}".strip(),
                    organization.phone,
                    reach or organization.email,
                )
                if line
            ],
            "legal": " · ".join(legal),
        },
        "recipient": {"name": name, "lines": lines},
        "references": [{"label": gettext("Your account"), "value": customer.code}],
    }


def _address(customer: Customer, contact: Contact | None, home: str, language: str) -> list[str]:
    abroad = customer.country not in {"", home}
    lines = (
        customer.name,
        contact.name if contact else "",
        *customer.address.splitlines(),
        f"{customer.postal_code} {customer.city}".strip(),
        country_name(customer.country, language).upper() if abroad else "",
    )
    return [line.strip() for line in lines if line.strip()]


def _contested(items: list[Item]) -> list[dict[str, Any]]:
    """Return the line of a statement that says how much of it is contested, if anything is."""
    amount = sum((item.disputed_part for item in items), ZERO)
    return [{"label": gettext("Of which in dispute"), "amount": amount}] if amount else []


def _statement_line(item: Item, today: date) -> dict[str, Any]:
    debit = item.side == Side.DEBIT
    return {
        "kind": item.get_kind_display(),
        "number": item.number or item.reference or item.label,
        "issued_on": item.issued_on,
        "due_on": item.due_on if debit else None,
        "days_overdue": max((today - item.due_on).days, 0) if debit else 0,
        "debit": item.amount if debit else None,
        "credit": None if debit else item.amount,
        "open_amount": item.open_amount if debit else -item.open_amount,
    }
