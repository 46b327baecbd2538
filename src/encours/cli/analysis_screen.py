"""An analysis on the screen: readable at 80 columns, without color, and when piped into a file."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from encours.cli import wording
from encours.reports.analysis import Analysis, Dso
from encours.ui.formats import day, integer, money, share_of

BAR_WIDTH = 24
WIDEST = 118
ROWS = 10


def show(analysis: Analysis, console: Console, *, rows: int = ROWS) -> None:
    """Print the whole analysis."""
    title = _("Customer accounts on %(day)s") % {"day": day(analysis.today, "long")}
    console.print()
    console.print(Text(title, style="bold"))
    console.print(Text(wording.subtitle(analysis), style="dim"))
    _print(console, None, _totals(analysis))
    _print(console, _("Aged balance"), _aged(analysis))
    _print(console, _("What to do today"), _work(analysis, rows), _more(len(analysis.tasks), rows))
    _print(console, None, _left_alone(analysis))
    _print(
        console, _("Customers at risk, and why"), _at_risk(analysis, rows), _more(len(analysis.at_risk), rows)
    )
    _print(console, _("What may be claimed"), _claims(analysis))
    _print(console, _("What the file says wrong"), _issues(analysis))
    console.print()
    console.print(Text(_("How these figures were made"), style="bold"))
    for note in wording.notes(analysis):
        console.print(_hanging(note, console))


def _print(console: Console, title: str | None, table: Table | None, foot: str = "") -> None:
    if table is None:
        return
    console.print()
    if title:
        console.print(Text(title, style="bold"))
    table.width = min(console.width, WIDEST) if table.expand else None
    console.print(table)
    if foot:
        console.print(Text(foot, style="dim"))


def _table(*columns: tuple[str, str], head: bool = True, expand: bool = True) -> Table:
    """Return an empty table; a column is its name and how it is set: text, figure or narrow."""
    table = Table(
        box=box.SIMPLE_HEAD if head else None,
        show_header=head,
        header_style="dim",
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        expand=expand,
    )
    for name, setting in columns:
        if setting == "text":
            table.add_column(name, ratio=1, overflow="fold")
        else:
            table.add_column(name, justify="right" if setting == "figure" else "left", no_wrap=True)
    return table


def _totals(analysis: Analysis) -> Table:
    totals, currency = analysis.totals, analysis.currency
    table = _table(("", "narrow"), ("", "figure"), ("", "text"), head=False)

    def add(label: str, amount: str, note: str, style: str = "") -> None:
        table.add_row(label, Text(amount, style=f"bold {style}".strip()), Text(note, style="dim"))

    owing = ngettext("%(count)s customer owes", "%(count)s customers owe", totals.customers_owing)
    of_all = _("of %(count)s in the file") % {"count": integer(totals.customers)}
    add(
        _("Outstanding"),
        money(totals.outstanding, currency),
        f"{owing % {'count': integer(totals.customers_owing)}}, {of_all}",
    )
    late = ngettext("%(count)s item", "%(count)s items", totals.overdue_items)
    share = share_of(totals.overdue, totals.open_debits)
    words = [late % {"count": integer(totals.overdue_items)}]
    if share:
        words.append(_("%(share)s of what is open") % {"share": share})
    add(_("Overdue"), money(totals.overdue, currency), ", ".join(words), "red" if totals.overdue else "")
    add(_("Not due"), money(totals.not_due, currency), "")
    add(
        _("Unallocated credits"),
        money(-totals.unallocated if totals.unallocated else totals.unallocated, currency),
        _("payments and credit notes that settle no invoice yet"),
    )
    if analysis.dso:
        for label, value, note in dso_lines(analysis.dso, currency):
            add(label, value, note)
    return table


def dso_lines(dso: Dso, currency: str) -> list[tuple[str, str, str]]:
    """Say the DSO both ways, with the sales they rest on."""
    found = []
    if dso.count_back:
        value = ngettext("%(days)s day", "%(days)s days", int(dso.count_back.days)) % {
            "days": integer(dso.count_back.days)
        }
        least = f"{_('at least')} {value}" if dso.count_back.at_least else value
        found.append(
            (
                _("DSO, count-back"),
                least,
                _("on %(day)s, sales of %(amount)s")
                % {"day": day(dso.measured_on), "amount": money(dso.sales, currency)},
            )
        )
    if dso.simple is not None:
        value = ngettext("%(days)s day", "%(days)s days", int(dso.simple)) % {"days": integer(dso.simple)}
        best = integer(dso.best_possible or Decimal(0))
        found.append(
            (
                _("DSO, simple"),
                value,
                _("over %(days)s days; %(best)s if nobody were late") % {"days": dso.days, "best": best},
            )
        )
    return found


def _aged(analysis: Analysis) -> Table:
    table = _table(("", "narrow"), (_("Amount"), "figure"), (_("Share"), "figure"), ("", "text"))
    whole = sum(analysis.aged.by_column.values(), Decimal(0))
    for code, amount in analysis.aged.by_column.items():
        bar = "█" * round(BAR_WIDTH * amount / whole) if whole else ""
        style = "" if code == "not_due" else "red"
        table.add_row(
            wording.column(code, analysis.columns),
            money(amount, analysis.currency),
            share_of(amount, whole),
            Text(bar, style=style),
        )
    unallocated = analysis.aged.unallocated
    table.add_row(
        _("Unallocated credits"),
        money(-unallocated if unallocated else unallocated, analysis.currency),
        "",
        "",
    )
    table.add_section()
    table.add_row(
        Text(_("Outstanding"), style="bold"),
        Text(money(analysis.aged.outstanding, analysis.currency), style="bold"),
        "",
        "",
    )
    return table


def _work(analysis: Analysis, rows: int) -> Table:
    table = _table(("", "figure"), (_("Customer"), "text"), (_("Amount"), "figure"), (_("Oldest"), "figure"))
    for place, task in enumerate(analysis.tasks[:rows], start=1):
        oldest = max(line.days_overdue for line in task.decision.items)
        table.add_row(
            str(place),
            _two_lines(
                task.customer.name,
                task.customer.code,
                [wording.action(task.decision), *wording.whys(task, analysis.currency)],
            ),
            money(task.decision.amount, analysis.currency),
            wording.age(oldest),
        )
    if not analysis.tasks:
        table.add_row("", _("Nothing to ask for today."), "", "")
    return table


def _left_alone(analysis: Analysis) -> Table | None:
    left = wording.left_alone(analysis)
    if not left:
        return None
    table = _table((_("Left alone today"), "text"), (_("Customers"), "figure"), (_("Overdue"), "figure"))
    for words, count, amount in left:
        table.add_row(words, integer(count), money(amount, analysis.currency) if amount else "")
    return table


def _at_risk(analysis: Analysis, rows: int) -> Table | None:
    if not analysis.at_risk:
        return None
    table = _table(
        ("", "narrow"),
        (_("Customer"), "text"),
        (_("Overdue"), "figure"),
        (_("Outstanding"), "figure"),
        (_("Oldest"), "figure"),
    )
    for customer in analysis.at_risk[:rows]:
        letter = customer.grade.letter
        table.add_row(
            Text(letter, style="bold red" if letter in "DE" else "bold"),
            _two_lines(customer.name, customer.code, wording.reasons(customer, analysis.currency)),
            money(customer.overdue, analysis.currency),
            money(customer.outstanding, analysis.currency),
            wording.age(customer.oldest_days),
        )
    return table


def _claims(analysis: Analysis) -> Table | None:
    claims = analysis.claims
    if not claims.claims:
        return None
    interest, fees = wording.claims_notes(claims)
    table = _table(("", "narrow"), ("", "figure"), ("", "text"), head=False)
    partial = f" ({_('partial')})" if claims.partial else ""
    rows = (
        (_("Late interest") + partial, claims.interest, interest),
        (_("Recovery fees"), claims.fees, fees),
    )
    for label, amount, note in rows:
        table.add_row(label, money(amount, analysis.currency), Text(note, style="dim"))
    of_open = _("of which %(amount)s on %(count)s invoices still unpaid") % {
        "amount": money(claims.open_interest + claims.open_fees, analysis.currency),
        "count": integer(claims.open_count),
    }
    table.add_row(
        Text(_("Total"), style="bold"),
        Text(money(claims.total, analysis.currency), style="bold"),
        Text(of_open, style="dim"),
    )
    return table


def _issues(analysis: Analysis) -> Table | None:
    if not analysis.issues:
        return None
    table = _table((_("Count"), "figure"), (_("What, and what to do"), "text"), (_("First lines"), "narrow"))
    for group in analysis.issues:
        severity = _("refused") if group.severity == "error" else ""
        words = Text(wording.issue(group.first))
        if severity:
            words = Text(f"{severity}: ", style="bold") + words
        table.add_row(integer(group.count), words, ", ".join(map(str, group.lines[:3])))
    return table


def _two_lines(name: str, code: str, details: Sequence[str]) -> Text:
    text = Text(name, style="bold")
    if code != name:
        text.append(f"  {code}", style="not bold dim")
    text.append("\n" + " · ".join(details), style="not bold")
    return text


def _more(count: int, rows: int) -> str:
    left = count - rows
    if left <= 0:
        return ""
    return ngettext("and %(count)s more", "and %(count)s more", left) % {"count": integer(left)}


def _hanging(note: str, console: Console) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=min(console.width, WIDEST) - 3)
    table.add_row("·", Text(note, style="dim"))
    return table
