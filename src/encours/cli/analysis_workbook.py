"""An analysis as a workbook: one sheet for each question."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from encours.channels.xlsx import Cell, Column, Sheet
from encours.cli import wording
from encours.cli.analysis_screen import dso_lines
from encours.reports.analysis import Analysis, Claim, CustomerAnalysis
from encours.rules.aging import UNALLOCATED
from encours.ui.formats import day, integer, money


def sheets(analysis: Analysis) -> Iterator[Sheet]:
    """Yield the sheets of the workbook."""
    names = {customer.code: customer.name for customer in analysis.customers}
    yield _summary(analysis)
    yield _aged(analysis)
    yield _open_items(analysis, names)
    yield _claimed(analysis, names)
    yield _work(analysis)
    yield _wrong(analysis)


def _summary(analysis: Analysis) -> Sheet:
    totals, currency = analysis.totals, analysis.currency
    dso = [
        (label, value) for label, value, _note in (dso_lines(analysis.dso, currency) if analysis.dso else [])
    ]
    rows: list[tuple[str, str]] = [
        (_("File"), analysis.origin),
        (_("Day of the analysis"), day(analysis.today)),
        (_("Lines of customer accounts"), integer(totals.lines)),
        (_("Customers"), integer(totals.customers)),
        (_("Outstanding"), money(totals.outstanding, currency)),
        (_("Overdue"), money(totals.overdue, currency)),
        (_("Not due"), money(totals.not_due, currency)),
        (_("Unallocated credits"), money(totals.unallocated, currency)),
        *dso,
        (_("Late interest"), money(analysis.claims.interest, currency)),
        (_("Recovery fees"), money(analysis.claims.fees, currency)),
        *((_("Note"), note) for note in wording.notes(analysis)),
    ]
    return Sheet(_("Summary"), [Column("", width=30), Column("", width=100)], rows)


def _aged(analysis: Analysis) -> Sheet:
    codes = analysis.columns.codes
    columns = [
        Column(_("Code"), width=14),
        Column(_("Customer")),
        Column(_("Grade"), width=7),
        *(Column(wording.column(code, analysis.columns), "money", total=True) for code in codes),
        Column(wording.column(UNALLOCATED, analysis.columns), "money", total=True),
        Column(_("Outstanding"), "money", total=True),
        Column(_("Overdue"), "money", total=True),
        Column(_("Oldest days"), "int"),
        Column(_("Why"), width=80),
    ]

    def row(customer: CustomerAnalysis) -> list[Cell]:
        return [
            customer.code,
            customer.name,
            customer.grade.letter,
            *(customer.aged.by_column[code] for code in codes),
            -customer.aged.unallocated,
            customer.outstanding,
            customer.overdue,
            customer.oldest_days,
            " · ".join(wording.reasons(customer, analysis.currency)),
        ]

    with_items = (
        one for one in analysis.customers if any(one.aged.by_column.values()) or one.aged.unallocated
    )
    return Sheet(_("Aged balance"), columns, [row(customer) for customer in with_items])


def _open_items(analysis: Analysis, names: Mapping[str, str]) -> Sheet:
    columns = [
        Column(_("Code"), width=14),
        Column(_("Customer")),
        Column(_("Kind"), width=14),
        Column(_("Number"), width=18),
        Column(_("Label"), width=36),
        Column(_("Issued on"), "date"),
        Column(_("Due on"), "date"),
        Column(_("Due date"), width=22),
        Column(_("Days overdue"), "int"),
        Column(_("Debit"), "money", total=True),
        Column(_("Credit"), "money", total=True),
        Column(_("Open debit"), "money", total=True),
        Column(_("Open credit"), "money", total=True),
        Column(_("Proposed allocation"), "money"),
        Column(_("Line of the file"), "int"),
    ]

    def rows() -> Iterator[list[Cell]]:
        for item in analysis.open_items:
            debit = item.side == "debit"
            yield [
                item.customer_code,
                names.get(item.customer_code, ""),
                wording.kind(item.kind),
                item.number,
                item.label,
                item.issued_on,
                item.due_on if debit else None,
                wording.due_basis(item.due_basis),
                item.days_overdue if debit else None,
                item.amount if debit else None,
                None if debit else item.amount,
                item.open_amount if debit else None,
                None if debit else item.open_amount,
                item.matched or None,
                item.line,
            ]

    return Sheet(_("Open items"), columns, rows())


def _claimed(analysis: Analysis, names: Mapping[str, str]) -> Sheet:
    columns = [
        Column(_("Code"), width=14),
        Column(_("Customer")),
        Column(_("Invoice"), width=18),
        Column(_("Due on"), "date"),
        Column(_("Settled on"), "date"),
        Column(_("Amount"), "money"),
        Column(_("From"), "date"),
        Column(_("To"), "date"),
        Column(_("Days"), "int"),
        Column(_("Unpaid"), "money"),
        Column(_("Rate, percent"), "money", width=10),
        Column(_("Interest of the stretch"), width=16),
        Column(_("Interest"), "money", total=True),
        Column(_("Recovery fee"), "money", total=True),
        Column(_("Source of the rate"), width=60),
    ]

    def rows() -> Iterator[list[Cell]]:
        for claim in analysis.claims.claims:
            head: list[Cell] = [
                claim.customer_code,
                names.get(claim.customer_code, ""),
                claim.number,
                claim.due_on,
                claim.settled_on,
                claim.amount,
            ]
            note = _partial(claim)
            yield [
                *head,
                None,
                None,
                claim.days_overdue,
                None,
                None,
                "",
                claim.interest.total,
                claim.fee_amount,
                note,
            ]
            for part in claim.interest.segments:
                stretch: list[Cell] = [part.from_on, part.to_on, part.days, part.principal, part.rate_percent]
                yield [*head, *stretch, f"{part.interest:.4f}", None, None, part.source]

    return Sheet(_("Claims"), columns, rows())


def _partial(claim: Claim) -> str:
    if not claim.interest.partial:
        return ""
    return _("partial: counted to %(day)s, the rates after it are not known") % {
        "day": day(max(claim.interest.counted_until, claim.due_on))
    }


def _work(analysis: Analysis) -> Sheet:
    columns = [
        Column("", "int", width=5),
        Column(_("Code"), width=14),
        Column(_("Customer")),
        Column(_("Action"), width=24),
        Column(_("Amount"), "money", total=True),
        Column(_("Items"), "int"),
        Column(_("Oldest days"), "int"),
        Column(_("Why"), width=80),
    ]
    rows: list[list[Cell]] = [
        [
            place,
            task.customer.code,
            task.customer.name,
            wording.action(task.decision),
            task.decision.amount,
            len(task.decision.items),
            max(line.days_overdue for line in task.decision.items),
            " · ".join(wording.whys(task, analysis.currency)),
        ]
        for place, task in enumerate(analysis.tasks, start=1)
    ]
    return Sheet(_("To do"), columns, rows)


def _wrong(analysis: Analysis) -> Sheet:
    columns = [
        Column(_("Severity"), width=12),
        Column(_("Count"), "int"),
        Column(_("What, and what to do"), width=110),
        Column(_("First lines"), width=30),
    ]
    rows: list[list[Cell]] = [
        [
            _("refused") if group.severity == "error" else _("to check"),
            group.count,
            wording.issue(group.first),
            ", ".join(map(str, group.lines)),
        ]
        for group in analysis.issues
    ]
    return Sheet(_("Issues"), columns, rows)
