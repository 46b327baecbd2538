"""The aged balance: what each customer owes by age, at any day, down to the items of every figure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import people
from encours.backoffice import aged, aging_files, item_lines
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import (
    address,
    attached,
    first_page,
    page_number,
    pager,
    query_of,
    row_numbers,
    table_file,
)
from encours.customers.models import Customer
from encours.customers.queries import customers_of, segments_of
from encours.reports import aging as reports
from encours.reports.aging import AgedBalanceReport, AgedRow
from encours.reports.filters import CustomerFilters
from encours.reports.items import OVERDUE, UNALLOCATED, aged_items
from encours.reports.ledger import columns_of
from encours.ui import charts, shapes
from encours.ui.formats import day

PAGE_SIZE = 50
USUAL_SORT = "-overdue"
NOBODY = "0"
FILES = {"csv", "xlsx", "pdf"}
EARLIEST = date(1990, 1, 1)
GRADES = (*((letter, letter) for letter in "ABCDE"), ("none", gettext_lazy("Not graded")))


class AgingForm(forms.Form):
    """At which day, and for which customers."""

    on = forms.DateField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    q = forms.CharField(label=gettext_lazy("Customer"), required=False, max_length=100)
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"), required=False, choices=[("", gettext_lazy("All grades")), *GRADES]
    )
    collector = forms.ChoiceField(label=gettext_lazy("Collector"), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)

    def __init__(self, desk: Desk, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.desk = desk
        for name, found in (("collector", _collectors(desk)), ("segment", _segments(desk))):
            if found:
                self.fields[name].choices = found  # type: ignore[attr-defined]  # it is a ChoiceField
            else:
                del self.fields[name]
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "input", "aria-label": str(field.label), "id": f"filter-{name}"}
        self.fields["on"].widget.attrs |= {"max": desk.today.isoformat(), "min": EARLIEST.isoformat()}

    def clean_on(self) -> date | None:
        """Refuse a day to come: what will be owed then is not known."""
        on: date | None = self.cleaned_data["on"]
        if on is not None and on > self.desk.today:
            raise forms.ValidationError(_("This day has not come yet: the balance is shown as it is today."))
        if on is not None and on < EARLIEST:
            raise forms.ValidationError(_("This day is too long ago."))
        return on


def _collectors(desk: Desk) -> list[tuple[str, str]]:
    """Return the people whose portfolio can be chosen; a restricted reader has only their own."""
    if desk.portfolio_user is not None:
        return []
    found = [(str(one.user_id), str(one.user)) for one in people.members(desk.organization.pk)]
    return [("", _("All portfolios")), (NOBODY, _("Nobody’s")), *found]


def _segments(desk: Desk) -> list[tuple[str, str]]:
    found = segments_of(desk.organization.pk, desk.portfolio_user)
    return [("", _("All segments")), *((one, one) for one in found)] if found else []


@dataclass(frozen=True)
class Question:
    """What is asked of the aged balance."""

    form: AgingForm
    on: date
    filters: CustomerFilters
    wanted: dict[str, object]

    @property
    def words(self) -> str:
        """Say the day and what narrows the list."""
        data = self.form.cleaned_data if self.form.is_valid() else {}
        parts = [_("at %(day)s") % {"day": day(self.on)}]
        if data.get("q"):
            parts.append(f"“{data['q']}”")
        for name in ("grade", "collector", "segment"):
            if data.get(name):
                chosen = dict(self.form.fields[name].choices)[data[name]]  # type: ignore[attr-defined]  # idem
                parts.append(f"{self.form.fields[name].label} {chosen}")
        return " · ".join(str(part) for part in parts)

    @property
    def narrowed(self) -> bool:
        """Tell whether some customers are left out."""
        return any(self.wanted.get(name) for name in ("q", "grade", "collector", "segment"))


def question(desk: Desk, asked: QueryDict) -> Question:
    """Read what is asked; what cannot be understood is as if it were not asked, and its error is shown."""
    asked = asked.copy()
    if not asked.get("on"):
        asked["on"] = desk.today.isoformat()
    form = AgingForm(desk, asked)
    form.is_valid()
    data = form.cleaned_data
    on = data.get("on") or desk.today
    wanted: dict[str, object] = {
        "on": on if on != desk.today else None,
        **{name: data.get(name) or "" for name in ("q", "grade", "collector", "segment")},
    }
    filters = CustomerFilters(
        search=data.get("q") or "",
        grade=data.get("grade") or "",
        collector_id=int(data["collector"]) if data.get("collector") else None,
        segment=data.get("segment") or "",
        portfolio_user_id=desk.portfolio_user,
    )
    return Question(form, on, filters, wanted)


@page()
def aging(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    asked = question(desk, request.GET)
    number, sort = page_number(request), request.GET.get("sort", USUAL_SORT)
    report = balance(desk, asked, sort=sort, number=number, size=PAGE_SIZE)
    if number > 1 and not report.rows.rows:
        return first_page(request)
    return render(
        request,
        "backoffice/aging.html",
        {
            "asked": asked,
            "report": report,
            "sort": request.GET.get("sort", ""),
            "currency": desk.organization.currency,
            "heads": [(code, aged.label(code, report.columns)) for code in aged.codes(report.columns)],
            "lines": [(row, row_figures(desk, asked, report, row)) for row in report.rows.rows],
            "totals": aged.figures(
                report.totals,
                report.columns,
                desk.organization.currency,
                lambda code: items_address(asked.wanted, code),
            ),
            "page": pager(report.rows),
            "choices": choices(desk, asked),
            "bar": drawing(desk, asked, report),
            "query": query_of({**asked.wanted, "sort": request.GET.get("sort", "")}),
        },
    )


def balance(
    desk: Desk, asked: Question, *, sort: str = USUAL_SORT, number: int = 1, size: int | None = None
) -> AgedBalanceReport:
    """Return the aged balance that is asked for, or one page of it."""
    return reports.aged_balance(
        desk.organization, desk.today, on=asked.on, filters=asked.filters, sort=sort, page=number, size=size
    )


def row_figures(desk: Desk, asked: Question, report: AgedBalanceReport, row: AgedRow) -> list[aged.Figure]:
    """Return the figures of one customer, each leading to its items."""
    on = asked.on if asked.on != desk.today else None
    return aged.figures(
        row.amounts,
        report.columns,
        desk.organization.currency,
        lambda code: address("aging-items", on=on, customer=row.customer_id, column=code),
    )


def drawing(desk: Desk, asked: Question, report: AgedBalanceReport) -> shapes.AgedBar:
    """Draw the columns as one bar, each part leading to its items."""
    return charts.aged_bar(
        [
            charts.Column(aged.label(code, report.columns), amount, items_address(asked.wanted, code))
            for code, amount in report.totals.by_column.items()
        ],
        title=_("Aged balance"),
        currency=desk.organization.currency,
    )


def items_address(wanted: dict[str, object], column: str) -> str:
    """Return where the items of a whole column are listed."""
    return address("aging-items", **wanted, column=column)


def choices(desk: Desk, asked: Question) -> list[tuple[str, str, bool]]:
    """Return the days most often asked for: label, address, whether it is the one shown."""
    month = desk.today.replace(day=1) - timedelta(days=1)
    quarter = date(desk.today.year, (desk.today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    year = date(desk.today.year - 1, 12, 31)
    days = {
        desk.today: _("Today"),
        month: _("End of last month"),
        quarter: _("End of last quarter"),
        year: _("End of last year"),
    }
    return [
        (
            words,
            address("aging", **{**asked.wanted, "on": None if on == desk.today else on}),
            on == asked.on,
        )
        for on, words in days.items()
    ]


@page()
def aging_export(request: DeskRequest, extension: str) -> HttpResponse:
    """Write the balance that is asked for, whole, in the order of the screen."""
    desk = request.desk
    if extension not in FILES:
        raise Http404
    asked = question(desk, request.GET)
    report = balance(desk, asked, sort=request.GET.get("sort", USUAL_SORT))
    name = f"{_('aged-balance')}-{asked.on:%Y-%m-%d}"
    if extension == "pdf":
        return attached(aging_files.pdf(desk, report, asked.words), name, extension)
    return table_file(
        extension,
        name=name,
        title=_("Aged balance"),
        columns=aging_files.columns(report.columns),
        rows=aging_files.rows(report),
        today=desk.today,
    )


@dataclass(frozen=True)
class Cell:
    """One figure of the balance whose items are asked for."""

    column: str
    customer: Customer | None
    filters: CustomerFilters
    amount: Decimal


def cell(request: DeskRequest, asked: Question) -> Cell:
    """Read which figure is asked for, and what it amounts to."""
    desk = request.desk
    columns = columns_of(desk.organization)
    column = request.GET.get("column", "")
    if column not in ("", OVERDUE, UNALLOCATED, *columns.codes):
        raise Http404
    chosen = request.GET.get("customer", "")
    code = column or aged.OUTSTANDING
    if not chosen:
        totals = balance(desk, asked, size=1).totals
        return Cell(column, None, asked.filters, aged.amount_of(code, totals))
    mine = customers_of(desk.organization.pk, desk.portfolio_user)
    customer = get_object_or_404(mine, pk__in=row_numbers([chosen]))
    totals = reports.aged_totals(desk.organization, desk.today, on=asked.on, customer_id=customer.pk)
    filters = CustomerFilters(portfolio_user_id=desk.portfolio_user)
    return Cell(column, customer, filters, aged.amount_of(code, totals))


@page()
def aging_items(request: DeskRequest) -> HttpResponse:
    """List the items behind one figure: what was open of each of them that day."""
    desk = request.desk
    asked = question(desk, request.GET)
    shown = cell(request, asked)
    number = page_number(request)
    found = aged_items(
        desk.organization,
        desk.today,
        on=asked.on,
        column=shown.column,
        customer_id=shown.customer.pk if shown.customer else None,
        filters=shown.filters,
        sort=request.GET.get("sort", "-days"),
        page=number,
        size=PAGE_SIZE,
    )
    if number > 1 and not found.rows:
        return first_page(request)
    customer = shown.customer.pk if shown.customer else None
    return render(
        request,
        "backoffice/aging_items.html",
        {
            "asked": asked,
            "cell": shown,
            "currency": desk.organization.currency,
            "label": aged.label(shown.column or aged.OUTSTANDING, columns_of(desk.organization)),
            "lines": item_lines.lines(found.rows),
            "found": found,
            "page": pager(found),
            "back": address("aging", **asked.wanted),
            "query": query_of(
                {
                    **asked.wanted,
                    "column": shown.column,
                    "customer": customer,
                    "sort": request.GET.get("sort", ""),
                }
            ),
        },
    )


@page()
def aging_items_export(request: DeskRequest, extension: str) -> HttpResponse:
    """Write the items behind one figure, all of them."""
    desk = request.desk
    if extension not in FILES - {"pdf"}:
        raise Http404
    asked = question(desk, request.GET)
    shown = cell(request, asked)
    found = aged_items(
        desk.organization,
        desk.today,
        on=asked.on,
        column=shown.column,
        customer_id=shown.customer.pk if shown.customer else None,
        filters=shown.filters,
        sort=request.GET.get("sort", "-days"),
        size=None,
    )
    return table_file(
        extension,
        name=f"{_('open-items')}-{asked.on:%Y-%m-%d}",
        title=_("Items"),
        columns=item_lines.file_columns(),
        rows=item_lines.file_rows(found.rows, columns_of(desk.organization)),
        today=desk.today,
    )


urlpatterns = [
    path("aging/", aging, name="aging"),
    path("aging/export.<str:extension>", aging_export, name="aging-export"),
    path("aging/items/", aging_items, name="aging-items"),
    path("aging/items/export.<str:extension>", aging_items_export, name="aging-items-export"),
]
