"""The reasons of dunning in words: stable codes in, sentences of the language in force out."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from encours.ui.formats import day, money

HOLDS = {
    "nothing_due": _("Nothing to ask for"),
    "on_hold": _("Left alone"),
    "insolvent": _("Insolvency proceedings are open: asking is forbidden, a claim must be declared"),
    "unallocated_credit": _(
        "A payment of %(unallocated_amount)s is not allocated and covers what is overdue"
    ),
    "all_postponed": _("Everything overdue is postponed"),
    "all_disputed": _("Everything overdue is disputed"),
    "below_minimum": _("Below the minimum of %(minimum)s"),
    "sequence_finished": _("Every step was taken: decide on what follows"),
    "step_not_due": _("The next step comes later"),
    "too_soon": _("Already contacted on %(last_contact_on)s"),
    "contact_missing": _("No way to reach this customer by this channel: add a contact or an address"),
    "rate_missing": _("The rate of late interest of this half-year is missing: enter it in the settings"),
}
HOLDS_BY_CAUSE = {
    "postponed": _("Postponed by a person"),
    "reminder_failed": _("A reminder could not be sent: see to it first"),
    "reminder_in_doubt": _("Nobody knows whether the last reminder left: decide first"),
}
WITHDRAWN = {
    "another_step": _("Another step took its place"),
    "amount_changed": _("The amounts changed just before it left"),
    "sending_switched_off": _("Sending was switched off"),
    "settled": _("Settled"),
    "disputed": _("Disputed"),
    "postponed": _("Postponed by a person"),
    "insolvent": _("Insolvency proceedings were opened"),
    "sender_missing": _("No sender is set: enter the mail server in the settings"),
    "wording_error": _("The template has an error: correct it in the settings"),
    "document_error": _("The letter could not be set: check the bank details and the address"),
    "contact_missing": _("No way to reach this customer by this channel: add a contact or an address"),
    "recipient_invalid": _("The address or the number is not valid"),
    "sms_provider_missing": _("No carrier of text messages is set: enter it in the settings"),
    "letter_provider_missing": _(
        "The keys of the carrier of letters can no longer be read: enter them again"
    ),
    "mobile_missing": _("No mobile number that may be written to: add one to a contact"),
    "address_incomplete": _("The postal address is incomplete: complete it on the customer’s page"),
    "sender_address_incomplete": _("Our own postal address is incomplete: complete it in the settings"),
}
WHYS = {
    "tone_kept": _("Tone of step %(rank)s kept: something has been overdue ever since"),
    "beyond_usual_delay": _("Usually pays after %(usual_days)s days"),
    "unallocated_deducted": _("%(amount)s received and not allocated, deducted"),
}
CALLS = {
    "promise": _("Promise"),
    "dispute": _("Disputed"),
    "call_back": _("Call back"),
    "reached": _("Reached"),
    "voicemail": _("Left a message"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
}


def hold(reason: str, params: Mapping[str, Any], until: date | None = None, currency: str = "EUR") -> str:
    """Say why nothing is asked of a customer, and until when if that is known."""
    cause = str(params.get("reason", ""))
    known = HOLDS_BY_CAUSE.get(cause) if reason == "on_hold" else None
    text = str(known or HOLDS.get(reason) or reason) % _shown(params, currency)
    if until is None:
        return text
    return gettext("%(reason)s (until %(day)s)") % {"reason": text, "day": day(until)}


def withdrawn(code: str) -> str:
    """Say why a reminder was withdrawn, or what keeps it from leaving."""
    if not code:
        return ""
    sentence = str(WITHDRAWN.get(code) or "")
    return sentence or gettext("The case changed")


def why(code: str, params: Mapping[str, Any], currency: str = "EUR") -> str:
    """Say one reason to write to a customer."""
    shown = _shown(params, currency)
    count, days = int(params.get("count", 1)), int(params.get("days", 0))
    if code == "oldest_overdue":
        text = ngettext(
            "%(number)s is overdue by %(days)s day", "%(number)s is overdue by %(days)s days", days
        )
    elif code == "due_soon":
        text = (
            gettext("Due today")
            if days == 0
            else ngettext("Due in %(days)s day", "Due in %(days)s days", days)
        )
    elif code == "paid_after_reminder":
        text = ngettext(
            "%(count)s invoice paid after a reminder", "%(count)s invoices paid after a reminder", count
        )
    elif code == "beyond_usual_delay" and int(params.get("usual_days", 1)) <= 0:
        text = gettext("Usually pays on time")
    elif code == "disputed_left_out":
        text = gettext("%(amount)s disputed, left out")
    elif code == "postponed_left_out":
        text = gettext("%(amount)s postponed, left out")
    else:
        text = str(WHYS.get(code, code))
    return text % shown


def step(name: str) -> str:
    """Return the name of a step: those of the shipped plan are translated, a person's own stays as written."""
    return gettext(name) if name else ""


def call(outcome: str) -> str:
    """Return how a call ended."""
    return str(CALLS.get(outcome, outcome))


def _shown(params: Mapping[str, Any], currency: str) -> dict[str, str]:
    return {name: _figure(name, value, currency) for name, value in params.items()}


def _figure(name: str, value: object, currency: str) -> str:
    if name in {"amount", "minimum", "unallocated_amount"}:
        return money(Decimal(str(value)), currency)
    if name.endswith("_on") or name == "known_until":
        return day(value if isinstance(value, date) else date.fromisoformat(str(value)))
    return str(value)
