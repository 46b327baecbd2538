"""The words of an analysis, the same on the screen, on paper and in the workbook."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encours.dunning import sentences as dunning
from encours.receivables.rows import Issue
from encours.reports.analysis import Analysis, Claims, CustomerAnalysis, Task
from encours.reports.analysis.work import held_by_reason
from encours.rules.aging import NOT_DUE, UNALLOCATED, Columns, age_words
from encours.rules.cases import Remind
from encours.scoring import sentences as scoring
from encours.ui import terms
from encours.ui.formats import day, integer, money

REASONS_SHOWN = 3


def column(code: str, columns: Columns) -> str:
    """Name a column of the aged balance."""
    if code == NOT_DUE:
        return _("Not due")
    if code == UNALLOCATED:
        return _("Unallocated credits")
    first, last = columns.bounds[columns.codes.index(code)]
    if last is None:
        return _("Over %(days)s days") % {"days": (first or 1) - 1}
    return _("%(first)s–%(last)s days") % {"first": first, "last": last}


def kind(code: str) -> str:
    """Name a kind of item."""
    return {
        "invoice": _("Invoice"),
        "credit_note": _("Credit note"),
        "payment": _("Payment"),
        "prepayment": _("Prepayment"),
        "returned_payment": _("Returned payment"),
        "opening": _("Opening"),
        "adjustment": _("Adjustment"),
    }.get(code, code)


def due_basis(code: str) -> str:
    """Say where a due date comes from."""
    return {"given": _("given by the file"), "derived": _("derived from the terms")}.get(code, "")


def age(days: int) -> str:
    """Say an age in words."""
    code, params = age_words(days)
    months, years = params.get("months", 0), params.get("years", 0)
    count = params.get("days", 0)
    return {
        "due_today": _("due today"),
        "due_tomorrow": _("due tomorrow"),
        "due_in_days": ngettext("due in %(days)s day", "due in %(days)s days", count),
        "overdue_since_yesterday": _("since yesterday"),
        "overdue_days": ngettext("%(days)s day", "%(days)s days", count),
        "overdue_months": ngettext("%(months)s month", "%(months)s months", months),
        "overdue_years": ngettext("%(years)s year", "%(years)s years", years),
    }[code] % params


def reasons(customer: CustomerAnalysis, currency: str, most: int = REASONS_SHOWN) -> list[str]:
    """Say why a customer has its grade, the heaviest reasons first."""
    return [scoring.reason(one.code, one.params, currency) for one in customer.grade.reasons[:most]]


def action(decision: Remind) -> str:
    """Name what to do for a customer today."""
    return dunning.step(decision.step.name)


def whys(task: Task, currency: str) -> list[str]:
    """Say why to write to a customer today."""
    # Whoever pays before the due date has no delay that one could be beyond.
    told = (one for one in task.decision.reasons if int(str(one.params.get("usual_days", 1))) > 0)
    said = [dunning.why(one.code, one.params, currency) for one in told]
    count = len(task.decision.items)
    if count > 1:
        said.append(ngettext("%(count)s item", "%(count)s items", count) % {"count": integer(count)})
    return said


def left_alone(analysis: Analysis) -> list[tuple[str, int, Decimal]]:
    """Say for which reasons customers with something open are left alone today, how many, and for how much."""
    words = {
        "nothing_due": _("Nothing due yet"),
        "unallocated_credit": _("Credits not allocated cover what is overdue: allocate them first"),
        "step_not_due": _("The next step comes later"),
        "contact_missing": _("No contact in the file to write to"),
        "below_minimum": _("Below the minimum amount of the step"),
    }
    return [(words.get(code, code), count, amount) for code, count, amount in held_by_reason(analysis.holds)]


def issue(one: Issue) -> str:
    """Say one issue of the file in the language in force."""
    return _(one.message) % dict(one.params)


def claims_notes(claims: Claims) -> tuple[str, str]:
    """Say what the interest and the fees rest on, and to which day they are counted when a rate is missing."""
    interest = _("Art. L441-10 II C. com.: ECB rate + 10 points, by half-year, on 365 days")
    if claims.partial and claims.counted_until:
        until = _("partial: counted to %(day)s, the rates after it are not known") % {
            "day": day(claims.counted_until)
        }
        interest = f"{interest} ({until})"
    fees = ngettext(
        "%(count)s invoice at 40 €, art. D441-5 C. com.",
        "%(count)s invoices at 40 €, art. D441-5 C. com.",
        claims.fee_count,
    ) % {"count": integer(claims.fee_count)}
    return interest, fees


def subtitle(analysis: Analysis) -> str:
    """Say what was read: the file, its period, its lines, the terms."""
    parts = [analysis.origin]
    if analysis.period:
        parts.append(
            _("ledger from %(first)s to %(last)s")
            % {"first": day(analysis.period[0]), "last": day(analysis.period[1])}
        )
    count = analysis.totals.lines
    parts.append(
        ngettext("%(count)s line of customer accounts", "%(count)s lines of customer accounts", count)
        % {"count": integer(count)}
    )
    return " · ".join(parts)


def notes(analysis: Analysis) -> list[str]:
    """Say how the figures were made, so that an accountant can make them again."""
    totals, currency = analysis.totals, analysis.currency
    said = [
        _(
            "Outstanding is the sum of debits less credits of the customer accounts, tax included, in %(currency)s."
        )
        % {"currency": currency},
        *_due_notes(analysis),
        _("Late interest is counted from the day after the due date to the payment, or to %(day)s.")
        % {"day": day(analysis.today)},
        _(
            "The file does not say what was already asked: every customer starts at the first step of the plan."
        ),
    ]
    if totals.unallocated:
        said.append(
            _("%(amount)s of credits are not allocated; they are shown apart, never spread over invoices.")
            % {"amount": money(totals.unallocated, currency)}
        )
    if analysis.matches.count:
        said.append(
            _("%(amount)s of them seem to pay open items (%(count)s proposals, marked, not counted).")
            % {"amount": money(analysis.matches.amount, currency), "count": integer(analysis.matches.count)}
        )
    unknown = int(str(analysis.facts.get("settled_before_import") or 0))
    if unknown and not analysis.paid_on_known:
        said.append(
            _(
                "The list does not say when items were paid: what is settled is taken as paid when due, not late."
            )
        )
    if analysis.later_items:
        said.append(
            _("%(count)s lines dated after %(day)s are left out: the account is shown as it stood that day.")
            % {"count": integer(analysis.later_items), "day": day(analysis.today)}
        )
    said.extend(
        _("Left out of every sum: %(amount)s outstanding in another currency.")
        % {"amount": money(amount, other)}
        for other, amount in totals.other_currencies.items()
    )
    return said


def _due_notes(analysis: Analysis) -> Sequence[str]:
    derived = analysis.totals.derived_items
    if not derived:
        return []
    return [
        ngettext(
            "%(count)s due date is not in the file and is derived from the terms: %(terms)s.",
            "%(count)s due dates are not in the file and are derived from the terms: %(terms)s.",
            derived,
        )
        % {"count": integer(derived), "terms": terms.said(analysis.default_terms)}
    ]
