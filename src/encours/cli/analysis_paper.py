"""An analysis on paper: what the printed report is made of."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from encours.cli import wording
from encours.cli.analysis_screen import dso_lines
from encours.reports.analysis import Analysis
from encours.ui.formats import day, integer, money, share_of

ON_PAPER = 15


def paper(analysis: Analysis) -> dict[str, Any]:
    """Return what the printed report is made of."""
    totals = analysis.totals
    return {
        "language": get_language() or "fr",
        "currency": analysis.currency,
        "written_on": analysis.today,
        "organization": _organization(analysis),
        "title": _("Customer accounts on %(day)s") % {"day": day(analysis.today)},
        "subtitle": wording.subtitle(analysis),
        "facts": _facts(analysis),
        "aged": {
            "columns": [
                {"label": wording.column(code, analysis.columns), "amount": amount}
                for code, amount in analysis.aged.by_column.items()
            ],
            "note": _("less %(amount)s of credits not allocated: outstanding %(outstanding)s")
            % {
                "amount": money(totals.unallocated, analysis.currency),
                "outstanding": money(totals.outstanding, analysis.currency),
            },
        },
        "today": [
            {
                "customer": task.customer.name,
                "action": wording.action(task.decision),
                "reason": " · ".join(wording.whys(task, analysis.currency)),
                "amount": task.decision.amount,
            }
            for task in analysis.tasks[:ON_PAPER]
        ],
        "customers": [
            {
                "name": customer.name,
                "code": customer.code,
                "grade": customer.grade.letter,
                "overdue": customer.overdue,
                "outstanding": customer.outstanding,
                "reasons": wording.reasons(customer, analysis.currency),
            }
            for customer in analysis.at_risk[:ON_PAPER]
        ],
        "claims": _claims(analysis),
        "notes": [*wording.notes(analysis), *_paper_issues(analysis)],
        "footer": _("Encours · analysis of %(day)s") % {"day": day(analysis.today)},
    }


def _organization(analysis: Analysis) -> str:
    siren = analysis.facts.get("siren")
    return f"SIREN {siren}" if siren else analysis.origin


def _facts(analysis: Analysis) -> list[dict[str, str]]:
    totals, currency = analysis.totals, analysis.currency
    share = share_of(totals.overdue, totals.open_debits)
    facts = [
        {
            "label": _("Outstanding"),
            "value": money(totals.outstanding, currency),
            "note": _("%(items)s open items, %(customers)s customers")
            % {"items": integer(totals.open_items), "customers": integer(totals.customers_owing)},
        },
        {
            "label": _("Overdue"),
            "value": money(totals.overdue, currency),
            "note": _("%(share)s of what is open") % {"share": share} if share else "",
            "tone": "bad" if totals.overdue else "",
        },
    ]
    if analysis.dso:
        lines = dso_lines(analysis.dso, currency)
        if lines:
            label, value, _note = lines[0]
            other = f"{lines[1][0]} : {lines[1][1]}" if len(lines) > 1 else ""
            facts.append({"label": label, "value": value, "note": other})
    partial = f" ({_('partial')})" if analysis.claims.partial else ""
    facts.append(
        {
            "label": _("May be claimed"),
            "value": money(analysis.claims.total, currency),
            "note": _("interest and recovery fees") + partial,
            "tone": "good" if analysis.claims.total else "",
        }
    )
    return facts


def _claims(analysis: Analysis) -> list[dict[str, Any]]:
    if not analysis.claims.claims:
        return []
    interest, fees = wording.claims_notes(analysis.claims)
    return [
        {"label": _("Late interest"), "note": interest, "amount": analysis.claims.interest},
        {"label": _("Recovery fees"), "note": fees, "amount": analysis.claims.fees},
    ]


def _paper_issues(analysis: Analysis) -> Iterator[str]:
    for group in analysis.issues:
        lines = ", ".join(map(str, group.lines))
        where = f" ({_('first lines')}: {lines})" if lines else ""
        yield f"{integer(group.count)} × {wording.issue(group.first)}{where}"
