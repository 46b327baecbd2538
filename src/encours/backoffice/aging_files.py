"""The aged balance as a file: a table for a spreadsheet, a landscape page for paper."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from encours.backoffice import aged
from encours.backoffice.desk import Desk
from encours.channels.letters import render
from encours.channels.xlsx import Cell, Column
from encours.reports.aging import AgedAmounts, AgedBalanceReport
from encours.rules.aging import UNALLOCATED, Columns
from encours.ui.formats import integer, money


def columns(shape: Columns) -> list[Column]:
    """Return the columns of the table."""
    return [
        Column(_("Code"), width=14),
        Column(_("Customer"), width=36),
        Column(_("Grade"), width=7),
        *(Column(aged.label(code, shape), "money", total=True) for code in aged.codes(shape)),
        Column(_("Days of the oldest"), "int", width=12),
    ]


def rows(report: AgedBalanceReport) -> Iterable[Sequence[Cell]]:
    """Yield the cells of each customer; the columns less the unallocated make the outstanding."""
    for row in report.rows.rows:
        amounts = [aged.amount_of(code, row.amounts) for code in aged.codes(report.columns)]
        yield (row.code, row.name, row.grade, *amounts, row.oldest_days or None)


def pdf(desk: Desk, report: AgedBalanceReport, words: str) -> bytes:
    """Return the balance on landscape pages, with its bar and its totals."""
    currency = desk.organization.currency
    count = ngettext("%(count)s customer", "%(count)s customers", report.rows.count)
    printed = (*report.columns.codes, UNALLOCATED)
    data: dict[str, Any] = {
        "language": (get_language() or "fr").split("-")[0],
        "currency": currency,
        "written_on": desk.today,
        "organization": desk.organization.name,
        "title": _("Aged balance"),
        "subtitle": " · ".join(
            [
                words[:1].upper() + words[1:],
                count % {"count": integer(report.rows.count)},
                _("overdue %(amount)s") % {"amount": money(report.totals.overdue, currency)},
            ]
        ),
        "columns": [aged.label(code, report.columns) for code in printed],
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "cells": _cells(row.amounts, printed),
                "total": row.amounts.outstanding,
            }
            for row in report.rows.rows
        ],
        "totals": [*_cells(report.totals, printed), report.totals.outstanding],
        "aged": {
            "columns": [
                {"label": aged.label(code, report.columns), "amount": amount}
                for code, amount in report.totals.by_column.items()
            ],
        },
    }
    return render("aged_balance", data)


def _cells(amounts: AgedAmounts, printed: Sequence[str]) -> list[Decimal | None]:
    """Return the amounts of a line; nothing rather than a row of zeros."""
    return [aged.amount_of(code, amounts) or None for code in printed]
