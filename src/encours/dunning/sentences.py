"""The reasons of dunning in words: stable codes in, sentences of the language in force out."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from encours.dunning.hour_marks import opens
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
    "other_currency": _("Everything overdue is in another currency: ask for it yourself"),
    "below_minimum": _("Below the minimum of %(minimum)s"),
    "sequence_finished": _("Every step was taken: decide on what follows"),
    "step_not_due": _("The next step comes later"),
    "too_soon": _("Already contacted on %(last_contact_on)s"),
    "contact_missing": _("No way to reach this customer by this channel: add a contact or an address"),
    "rate_missing": _("The rate of late interest of this half-year is missing: enter it in the settings"),
    "promise_running": _("A payment is promised"),
    "installments_kept": _("An installment plan is kept"),
    "ledger_stale": _("The ledger dates from %(stale_on)s: import a newer one"),
    "reply_waiting": _("A reply of %(reply_on)s waits to be read"),
    "contact_bounced": _("The e-mail address was returned by its server: correct it"),
    "budget_spent": _("Already contacted %(count)s times in 30 days"),
    "closed_day": _("Nothing leaves on this day: %(day)s"),
    "never_asked": _("Never chased: a person or a rule chose so"),
}
DAYS = {
    "hours": _("outside the hours of sending"),
    "day_off": _("not a working day"),
    "new_year": _("New Year’s Day"),
    "labor_day": _("Labor Day"),
    "victory_day": _("Victory Day"),
    "national_day": _("Bastille Day"),
    "assumption": _("Assumption Day"),
    "all_saints": _("All Saints’ Day"),
    "armistice": _("Armistice Day"),
    "christmas": _("Christmas Day"),
    "easter_monday": _("Easter Monday"),
    "ascension": _("Ascension Day"),
    "whit_monday": _("Whit Monday"),
    "good_friday": _("Good Friday (Alsace-Moselle and overseas)"),
    "saint_stephen": _("Saint Stephen’s Day (Alsace-Moselle)"),
    "abolition": _("Abolition of Slavery (overseas)"),
    "schoelcher": _("Victor Schœlcher Day (overseas)"),
    "mid_lent": _("Mid-Lent (Guadeloupe)"),
    "citizenship": _("Citizenship Day (New Caledonia)"),
    "missionaries": _("Missionary Day (French Polynesia)"),
    "matarii": _("Matari’i (French Polynesia)"),
    "peter_chanel": _("Saint Peter Chanel’s Day (Wallis and Futuna)"),
    "peter_and_paul": _("Saints Peter and Paul (Wallis and Futuna)"),
    "territory": _("Territory Day (Wallis and Futuna)"),
}
HOLDS_BY_CAUSE = {
    "postponed": _("Postponed by a person"),
    "reminder_failed": _("A reminder could not be sent: see to it first"),
    "reminder_in_doubt": _("Nobody knows whether the last reminder left: decide first"),
}
WITHDRAWN = {
    **{
        code: HOLDS[code]
        for code in (
            "nothing_due",
            "on_hold",
            "all_postponed",
            "all_disputed",
            "other_currency",
            "sequence_finished",
            "step_not_due",
            "rate_missing",
            "contact_bounced",
            "never_asked",
        )
    },
    "unallocated_credit": _("A payment came in that nobody has allocated"),
    "below_minimum": _("Below the minimum"),
    "budget_spent": _("Contacted often enough in 30 days"),
    "closed_day": _("Nothing leaves on this day"),
    "missing": _("No longer in the ledger"),
    "reply_waiting": _("A reply came in: read it first"),
    "promise_running": _("A payment was promised"),
    "installments_kept": _("An installment plan was agreed on"),
    "too_soon": _("Another contact came too shortly before"),
    "ledger_stale": _("Waits for a newer ledger to be imported"),
    "another_step": _("Another step took its place"),
    "amount_changed": _("The amounts changed just before it left"),
    "sending_switched_off": _("Sending was switched off"),
    "settled": _("Settled"),
    "disputed": _("Disputed"),
    "postponed": _("Postponed by a person"),
    "insolvent": _("Insolvency proceedings were opened"),
    "sender_missing": _("No sender is set: enter the mail server in the settings"),
    "sender_unauthorized": _("The sender’s mailbox is to be authorized again: see the settings"),
    "program_error": _("The program failed on this message and kept it: its log says why"),
    "wording_error": _("The template has an error: correct it in the settings"),
    "document_error": _("The letter could not be set: check the bank details and the address"),
    "contact_missing": _("No way to reach this customer by this channel: add a contact or an address"),
    "recipient_invalid": _("The e-mail address is not valid"),
    "bounced": _("The mail server sent it back: the step is said again"),
    "refused_by_policy": _(
        "The mail server refused it because of who writes: see the sender in the settings"
    ),
    "number_invalid": _("This number cannot receive text messages"),
    "sms_provider_missing": _("No carrier of text messages is set: enter it in the settings"),
    "letter_provider_missing": _(
        "The keys of the carrier of letters can no longer be read: enter them again"
    ),
    "mobile_missing": _("No mobile number that may be written to: add one to a contact"),
    "address_incomplete": _("The postal address is incomplete: complete it on the customer’s page"),
    "sender_address_incomplete": _("Our own postal address is incomplete: complete it in the settings"),
}
WHYS = {
    "promise_broken": _("The promised payment did not come (%(happened_on)s)"),
    "installment_missed": _("An installment was missed (%(happened_on)s)"),
    "reply_received": _("A reply was read on %(happened_on)s"),
    "direct_debit_returned": _("A direct debit was returned on %(happened_on)s"),
    "noticed_left_out": _("%(amount)s under formal notice, left out"),
    "promised_left_out": _("%(amount)s promised, left out"),
    "installments_left_out": _("%(amount)s in an installment plan, left out"),
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
    later = opens(code)
    if later:
        return gettext("%(reason)s (until %(day)s)") % {
            "reason": str(DAYS.get(later[0], later[0])),
            "day": gettext("%(day)s at %(hour)s")
            % {"day": day(later[1].date()), "hour": f"{later[1]:%H:%M}"},
        }
    sentence = str(WITHDRAWN.get(code) or "")
    return sentence or gettext("The case changed")


def why(code: str, params: Mapping[str, Any], currency: str = "EUR") -> str:
    """Say one reason to write to a customer."""
    shown = _shown(params, currency)
    count, days = int(params.get("count", 1)), int(params.get("days", 0))
    if code == "oldest_overdue":
        # An opening balance, for one, has no number.
        text = (
            ngettext("%(number)s is overdue by %(days)s day", "%(number)s is overdue by %(days)s days", days)
            if params.get("number")
            else ngettext(
                "The oldest item is overdue by %(days)s day",
                "The oldest item is overdue by %(days)s days",
                days,
            )
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
    elif code == "foreign_left_out":
        text = ngettext(
            "%(count)s item in another currency, left out",
            "%(count)s items in another currency, left out",
            count,
        )
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
    if name == "day":
        return str(DAYS.get(str(value), value))
    if name in {"amount", "minimum", "unallocated_amount"}:
        return money(Decimal(str(value)), currency)
    if name.endswith("_on") or name == "known_until":
        return day(value if isinstance(value, date) else date.fromisoformat(str(value)))
    return str(value)
