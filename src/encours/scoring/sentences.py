"""The reasons of a grade in words: stable codes in, sentences of the language in force out."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext, ngettext

from encours.ui.formats import integer, money, percent

Params = Mapping[str, Decimal | int | str]


def reason(code: str, params: Params, currency: str = "EUR") -> str:
    """Say one line of a grade."""
    days = _days(params, "days")
    count = _days(params, "count") if "count" in params else _days(params, "settled_count")
    sentences = {
        "no_history": gettext("No payment seen yet in the last twelve months"),
        "thin_history": ngettext(
            "Only %(count)s payment seen in the last twelve months",
            "Only %(count)s payments seen in the last twelve months",
            count,
        ),
        "days_beyond_terms": ngettext(
            "Pays %(days)s day after the due date on average",
            "Pays %(days)s days after the due date on average",
            days,
        ),
        "trend_worse": ngettext(
            "Pays %(days)s day later than six months ago",
            "Pays %(days)s days later than six months ago",
            days,
        ),
        "share_late": gettext("%(share)s of the amounts are paid late"),
        "worst_delay": ngettext("Worst delay: %(days)s day", "Worst delay: %(days)s days", days),
        "oldest_overdue": ngettext(
            "Oldest overdue item: %(days)s day", "Oldest overdue item: %(days)s days", days
        ),
        "broken_habit": ngettext(
            "Habit broken: overdue by %(days)s day, usually within %(habit_days)s",
            "Habit broken: overdue by %(days)s days, usually within %(habit_days)s",
            days,
        ),
        "overdue_share": gettext("%(share)s of what is owed is overdue"),
        "doubtful_account": gettext("Held as doubtful in the ledger"),
        "insolvent": gettext("Insolvency proceedings are open"),
        "long_history_clean": ngettext(
            "Has paid on time for %(months)s month",
            "Has paid on time for %(months)s months",
            _days(params, "months"),
        ),
    }
    return sentences.get(code, code) % _shown(params, currency)


def improvement(code: str | None, params: Params, points: int) -> str:
    """Say what would win points back, or nothing when nothing would."""
    if not code or not points:
        return ""
    target = _days(params, "target")
    sentences = {
        "build_history": gettext("More payments seen would bring up to %(points)s points"),
        "pay_within_days": ngettext(
            "Paying within %(target)s day of the due date would bring %(points)s points",
            "Paying within %(target)s days of the due date would bring %(points)s points",
            target,
        ),
        "pay_on_time": gettext("Paying everything on time would bring %(points)s points"),
        "no_delay_over_days": ngettext(
            "No delay over %(target)s day would bring %(points)s points",
            "No delay over %(target)s days would bring %(points)s points",
            target,
        ),
        "settle_overdue": gettext("Settling what is overdue would bring %(points)s points"),
    }
    return sentences.get(code, "") % {"target": integer(target), "points": integer(points)}


def _days(params: Params, name: str) -> int:
    """Return a number of days in whole days: a tenth of a day convinces nobody."""
    return int(Decimal(str(params.get(name, 0))).quantize(Decimal(1), ROUND_HALF_UP))


def _shown(params: Params, currency: str) -> dict[str, str]:
    shown = {}
    for name, value in params.items():
        number = Decimal(str(value))
        if name == "share":
            shown[name] = percent(number)
        elif name == "amount":
            shown[name] = money(number, currency)
        else:
            shown[name] = integer(_days(params, name))
    if "settled_count" in params:
        shown.setdefault("count", integer(_days(params, "settled_count")))
    return shown
