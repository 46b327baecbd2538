"""History in words: what happened, by whom, with the figures that its event keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encours.accounts import people
from encours.accounts.models import Role
from encours.channels.words import fault_sentence, status_words
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning import sentences
from encours.events.catalog import CATALOG
from encours.events.models import Event
from encours.ui.formats import day, integer, money, percent

ICONS = {
    "organization": "gear", "sending": "send", "member": "users", "sender": "mail", "provider": "send", "rate": "scale",
    "template": "pencil", "plan": "bell", "import": "upload", "customer": "building", "contact": "user",
    "item": "file", "payment": "euro", "match": "link", "score": "chart", "reminder": "send", "call": "phone",
    "pause": "pause", "document": "file", "note": "pencil", "daily": "clock", "backup": "download",
    "promise": "euro", "payment_plan": "calendar", "task": "check", "target": "chart",
}  # fmt: skip
TROUBLE = {
    "reminder.failed", "reminder.in_doubt", "reminder.undelivered", "import.refused", "item.missing",
    "item.disputed", "item.reopened", "promise.broken",
}  # fmt: skip
GLADNESS = {
    "payment.recorded",
    "item.settled",
    "item.undisputed",
    "match.accepted",
    "import.loaded",
    "reminder.sent",
    "promise.kept",
}
NOUNS = {
    "organization": gettext_lazy("Settings"),
    "sending": gettext_lazy("Sending"),
    "member": gettext_lazy("Members"),
    "sender": gettext_lazy("Sender"),
    "mailbox": gettext_lazy("Mailboxes"),
    "mail_application": gettext_lazy("Authorizations"),
    "mail_access": gettext_lazy("Authorizations"),
    "provider": gettext_lazy("Carriers"),
    "rate": gettext_lazy("Rates"),
    "template": gettext_lazy("Templates"),
    "plan": gettext_lazy("Dunning plan"),
    "import": gettext_lazy("Imports"),
    "customer": gettext_lazy("Customers"),
    "contact": gettext_lazy("Contacts"),
    "item": gettext_lazy("Items"),
    "payment": gettext_lazy("Payments"),
    "match": gettext_lazy("Proposed allocations"),
    "score": gettext_lazy("Grades"),
    "reminder": gettext_lazy("Reminders"),
    "call": gettext_lazy("Calls"),
    "promise": gettext_lazy("Promises"),
    "payment_plan": gettext_lazy("Payment plans"),
    "task": gettext_lazy("Tasks"),
    "target": gettext_lazy("Targets"),
    "pause": gettext_lazy("Pauses"),
    "document": gettext_lazy("Documents"),
    "note": gettext_lazy("Notes"),
    "daily": gettext_lazy("Daily run"),
    "backup": gettext_lazy("Backups"),
}
FIELDS = {
    "name": gettext_lazy("name"), "siren": gettext_lazy("SIREN"), "vat_number": gettext_lazy("VAT number"),
    "address": gettext_lazy("address"), "postal_code": gettext_lazy("postal code"), "city": gettext_lazy("city"),
    "country": gettext_lazy("country"), "phone": gettext_lazy("phone"), "email": gettext_lazy("e-mail address"),
    "iban": gettext_lazy("IBAN"), "bic": gettext_lazy("BIC"), "language": gettext_lazy("language"),
    "timezone": gettext_lazy("time zone"), "default_terms": gettext_lazy("default payment terms"),
    "aging_columns": gettext_lazy("aged balance columns"), "interest_kind": gettext_lazy("interest policy"),
    "interest_rate_percent": gettext_lazy("contract rate"), "welcomed_at": gettext_lazy("welcome finished"),
    "interest_claimed": gettext_lazy("interest in letters"), "terms": gettext_lazy("payment terms"),
    "recovery_fee_claimed": gettext_lazy("recovery fee in letters"), "collector_id": gettext_lazy("collector"),
    "salesperson_id": gettext_lazy("salesperson"), "segment": gettext_lazy("segment"),
    "relationship": gettext_lazy("legal relationship"), "public_buyer": gettext_lazy("public buyer"),
    "sole_trader": gettext_lazy("sole trader"), "insolvent_on": gettext_lazy("insolvency proceedings"),
    "note": gettext_lazy("note kept on top"), "role": gettext_lazy("role"),
    "bounced_at": gettext_lazy("mail comes back"), "phone_failed_at": gettext_lazy("wrong number"),
}  # fmt: skip
PROOFS = {
    "filing": gettext_lazy("proof of deposit"), "delivery": gettext_lazy("receipt signed"),
    "return": gettext_lazy("proof of return"),
}  # fmt: skip
CHOSEN_PLANS = {"never": gettext_lazy("never chased"), "rules": gettext_lazy("as the rules say")}
CHANNELS = {
    "email": gettext_lazy("by e-mail"), "sms": gettext_lazy("by text message"),
    "letter": gettext_lazy("by letter"), "phone": gettext_lazy("by telephone"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One event as a person reads it."""

    id: int
    at: datetime
    kind: str
    icon: str
    tone: str
    sentence: str
    details: list[str]
    who: str
    customer: Customer | None


def lines(
    organization_id: int, events: Sequence[Event], currency: str = "EUR", portfolio_user: int | None = None
) -> list[Line]:
    """Tell events in the reader's words, with the names of people and customers, in two queries."""
    names = names_in(events)
    customers = customers_of(organization_id, portfolio_user).in_bulk(
        {event.customer_id for event in events if event.customer_id is not None}
    )
    return [
        Line(
            id=event.pk,
            at=event.at,
            kind=event.kind,
            icon=ICONS.get(event.kind.split(".")[0], "activity"),
            tone="hurt" if event.kind in TROUBLE else "good" if event.kind in GLADNESS else "",
            sentence=str(CATALOG.get(event.kind, event.kind)),
            details=details(event, currency, names),
            who=who(event.actor, names),
            customer=customers.get(event.customer_id) if event.customer_id is not None else None,
        )
        for event in events
    ]


def names_in(events: Sequence[Event]) -> dict[int, str]:
    """Return the names of the people who acted in these events, or whom they concern."""
    numbers = {number for event in events if (number := person(event.actor)) is not None}
    numbers |= {event.subject_id for event in events if event.subject_type == "user" and event.subject_id}
    return people.names_of(numbers)


def person(actor: str) -> int | None:
    """Return the number of a person in history, nothing for the system."""
    kind, _separator, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


def who(actor: str, names: Mapping[int, str]) -> str:
    """Say who acted."""
    number = person(actor)
    if number is not None:
        return names.get(number, _("somebody who left"))
    return _("the system") if actor == "system" else actor


def details(event: Event, currency: str = "EUR", names: Mapping[int, str] | None = None) -> list[str]:
    """Return what an event adds to its sentence, in words; what only the machine needs stays out."""
    told: list[str] = []
    if event.subject_type == "user" and event.subject_id and names:
        told.append(names.get(event.subject_id, _("somebody who left")))
    payload: dict[str, Any] = event.payload
    for name, tell in TOLD.items():
        value = payload.get(name)
        if value not in (None, "", [], 0, "0", False):
            told.append(_rate(payload) if name == "percent" else tell(value, currency))
    return [words for words in told if words]


def _rate(payload: Mapping[str, Any]) -> str:
    return percent(Decimal(str(payload["percent"])) / 100, 2)


def _count(singular: str, plural: str) -> Callable[[Any, str], str]:
    def tell(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
        return ngettext(singular, plural, int(value)) % {"count": integer(int(value))}

    return tell


def _grade(word: str) -> Callable[[Any, str], str]:
    return lambda value, _currency: _(word) % {"grade": value}


def _day(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return day(date.fromisoformat(str(value)[:10]))


def _until(value: Any, currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return _("until %(day)s") % {"day": _day(value, currency)}


def _amount(value: Any, currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return money(Decimal(str(value)), currency)


def _why(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    code = str(value)
    known = fault_sentence(code)
    if not known and code in sentences.WITHDRAWN:
        known = sentences.withdrawn(code)
    return known


def _word(table: Mapping[str, Any]) -> Callable[[Any, str], str]:
    return lambda value, _currency: str(table.get(str(value), ""))


def _text(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return str(value)


def _quoted(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return _("“%(text)s”") % {"text": value}


def _fields(value: Any, _currency: str) -> str:  # noqa: ANN401 - a payload holds anything
    return ", ".join(str(FIELDS.get(name, name)) for name in value)


TOLD: dict[str, Callable[[Any, str], str]] = {
    "file": _text,
    "plan": lambda value, _currency: str(CHOSEN_PLANS.get(str(value), value)),
    "rules": _text,
    "fields": _fields,
    "role": _word(dict(Role.choices)),
    "restricted": lambda _value, _currency: _("own portfolio only"),
    "kind_of_rate": _word(
        {"refinancing": gettext_lazy("ECB refinancing rate"), "legal": gettext_lazy("legal rate")}
    ),
    "starts_on": _day,
    "percent": _text,
    "source": _text,
    "plan_name": _text,
    "version": lambda value, _currency: _("version %(number)s") % {"number": value},
    "code": _text,
    "language": _word({"fr": gettext_lazy("French"), "en": gettext_lazy("English")}),
    "channel": _word(CHANNELS),
    "amount": _amount,
    "provider": _word({"ovh": "OVHcloud", "mysendingbox": "MySendingBox"}),
    "test_mode": lambda _value, _currency: _("test mode"),
    "status": lambda value, _currency: status_words(str(value)),
    "detail": _text,
    "proof": _word(PROOFS),
    "number": _text,
    "until": _until,
    "due_on_before": lambda value, currency: (
        _("due date moved from %(day)s") % {"day": _day(value, currency)}
    ),
    "due_on": lambda value, currency: _("to %(day)s") % {"day": _day(value, currency)},
    "promised_on": lambda value, currency: _("for %(day)s") % {"day": _day(value, currency)},
    "paid": lambda value, currency: _("%(amount)s paid") % {"amount": _amount(value, currency)},
    "title": _text,
    "installments": _count("%(count)s installment", "%(count)s installments"),
    "reason": _quoted,
    "why": _why,
    "outcome": _word(sentences.CALLS),
    "note": _quoted,
    "before": _grade("from %(grade)s"),
    "after": _grade("to %(grade)s"),
    "points": _count("%(count)s point", "%(count)s points"),
    "new": _count("%(count)s new", "%(count)s new"),
    "changed": _count("%(count)s changed", "%(count)s changed"),
    "missing": _count("%(count)s missing", "%(count)s missing"),
    "refused": _count("%(count)s line refused", "%(count)s lines refused"),
    "drafted": _count("%(count)s drafted", "%(count)s drafted"),
    "confirmed": _count("%(count)s confirmed", "%(count)s confirmed"),
    "canceled": _count("%(count)s withdrawn", "%(count)s withdrawn"),
    "grades_changed": _count("%(count)s grade changed", "%(count)s grades changed"),
}
