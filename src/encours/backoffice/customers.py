"""The customers: who owes what, how each pays, what comes next; found, sorted, given to a collector, exported."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import people
from encours.backoffice import customer, customer_plan, customers_many, customers_preview
from encours.backoffice.decisions import Next, next_action, steps_of, usual_delay
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import (
    address,
    asked_text,
    first_page,
    page_number,
    pager,
    query_of,
    table_file,
)
from encours.channels.xlsx import Cell, Column
from encours.customers.queries import customers_of, segments_of
from encours.receivables.queries import items_numbered
from encours.reports.customers import KEYS, CustomerRow
from encours.reports.queries import CustomerFilters
from encours.reports.queries import customers as listed

PAGE_SIZE = 50
NOBODY = "0"
INSTALLMENTS = 50
USUAL_SORT = "-overdue"
STATES = {
    "": gettext_lazy("All"),
    "overdue": gettext_lazy("Overdue"),
    "owing": gettext_lazy("Owing"),
    "in_credit": gettext_lazy("In credit"),
    "settled": gettext_lazy("Settled"),
}
FILTERS = ("q", "state", "grade", "collector", "segment", "action")


class CustomersForm(forms.Form):
    """Which customers to list."""

    q = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=list(STATES.items()), widget=forms.HiddenInput)
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        required=False,
        choices=[
            ("", gettext_lazy("Every grade")), *((letter, letter) for letter in "ABCDE"),
            ("none", gettext_lazy("Not graded")),
        ],
    )  # fmt: skip
    collector = forms.ChoiceField(label=gettext_lazy("Collector"), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    action = forms.ChoiceField(
        label=gettext_lazy("Next action"),
        required=False,
        choices=[
            ("", gettext_lazy("Every next action")), ("remind", gettext_lazy("To remind")),
            ("hold", gettext_lazy("Held, and why")),
        ],
    )  # fmt: skip

    def __init__(
        self, names: dict[int, str], segments: list[str], *args: Any, **options: Any  # noqa: ANN401 - Django's form options
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.segments = segments
        self.fields["collector"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("Every collector")), (NOBODY, _("No collector")), *((str(pk), name) for pk, name in names.items()),
        ]  # fmt: skip
        self.fields["segment"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("Every segment")), *((name, name) for name in segments),
        ]  # fmt: skip
        for name in ("grade", "collector", "segment", "action"):
            self.fields[name].widget.attrs |= {"class": "input", "aria-label": str(self.fields[name].label)}

    @property
    def wanted(self) -> dict[str, str]:
        """Return what is asked for; what makes no sense asks for nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in FILTERS}


@dataclass(frozen=True)
class Line:
    """One customer with the words that the list adds to its figures."""

    row: CustomerRow
    collector: str
    usual_delay: str
    next: Next | None


def names_of(desk: Desk) -> dict[int, str]:
    """Return the people of the organization by number."""
    return {one.user_id: str(one.user) for one in people.members(desk.organization.pk)}


def filters_of(desk: Desk, wanted: dict[str, str]) -> CustomerFilters:
    """Return what is asked for as the reports read it, inside the reader's portfolio."""
    return CustomerFilters(
        search=wanted["q"],
        grade=wanted["grade"],
        collector_id=int(wanted["collector"]) if wanted["collector"] else None,
        segment=wanted["segment"],
        portfolio_user_id=desk.portfolio_user,
        state=wanted["state"],
        action=wanted["action"],
    )


def sort_of(request: DeskRequest) -> str:
    """Return the order that is asked for, the usual one for a nonsense order."""
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in KEYS else USUAL_SORT


@page()
def customers(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    if set(request.GET) == {"q"} and (goal := exact(desk, asked_text(request))):
        return redirect(goal)
    names = names_of(desk)
    segments = segments_of(desk.organization.pk, desk.portfolio_user)
    form = CustomersForm(names, segments, request.GET)
    wanted = form.wanted
    found = listed(
        desk.organization,
        desk.today,
        filters=filters_of(desk, wanted),
        sort=sort_of(request),
        page=page_number(request),
        size=PAGE_SIZE,
    )
    if found.count and not found.rows:
        return first_page(request)
    shown = {
        "form": form,
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "lines": _lines(desk, found.rows, names),
        "page": pager(found),
        "states": [
            (str(label), query_of({**wanted, "state": state, "sort": request.GET.get("sort")}) or "?", state)
            for state, label in STATES.items()
        ],
        "export": query_of({**wanted, "sort": request.GET.get("sort")}),
        "people": names,
        "plan_choices": customer_plan.choices(desk),
        "postpone": customers_many.PostponeForm(desk.today, element="bulk"),
        "bulk_task": customers_preview.BulkTaskForm(element="bulk", initial={"due_on": desk.today}),
    }
    name = "backoffice/customers.html"
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        name += "#list"
    return render(request, name, shown)


def _lines(desk: Desk, rows: tuple[CustomerRow, ...], names: dict[int, str]) -> list[Line]:
    steps = steps_of(desk.organization)
    currency = desk.organization.currency
    return [
        Line(
            row,
            names.get(row.collector_id, "") if row.collector_id else "",
            usual_delay(row.mean_delay_days),
            next_action(row.outcome, row.reason, row.params, row.until, steps=steps, currency=currency),
        )
        for row in rows
    ]


def exact(desk: Desk, text: str) -> str:
    """Return where the one customer with this code is, or the invoice with this number; nothing when it is neither."""
    word = text.strip()
    if not word:
        return ""
    numbered = customers_of(desk.organization.pk, desk.portfolio_user).filter(code__iexact=word)[:2]
    if len(numbered) == 1:
        return reverse("customer", args=[numbered[0].pk])
    found = items_numbered(desk.organization.pk, word, desk.portfolio_user)[:INSTALLMENTS]
    if len(found) == 1:
        return reverse("item", args=[found[0].pk])
    owners = {item.customer_id for item in found}
    return address("items", q=word, customer=owners.pop()) if len(owners) == 1 else ""


@page()
def customers_export(request: DeskRequest, extension: str) -> HttpResponse:
    """Return exactly the customers that the list shows, all its pages, as a file."""
    desk = request.desk
    names = names_of(desk)
    form = CustomersForm(names, segments_of(desk.organization.pk, desk.portfolio_user), request.GET)
    found = listed(
        desk.organization,
        desk.today,
        filters=filters_of(desk, form.wanted),
        sort=sort_of(request),
        size=None,
    )
    columns = [
        Column(_("Code"), width=14), Column(_("Customer"), width=36), Column(_("City")), Column(_("Segment")),
        Column(_("Collector"), width=20), Column(_("Grade"), width=7), Column(_("Points"), "int"),
        Column(_("Outstanding"), "money", total=True), Column(_("Overdue"), "money", total=True),
        Column(_("Oldest, days overdue"), "int"), Column(_("Disputed"), "money", total=True),
        Column(_("Usual delay, days"), "int"), Column(_("Last payment"), "date"), Column(_("Next action"), width=60),
    ]  # fmt: skip
    return table_file(
        extension,
        name=f"customers-{desk.today:%Y-%m-%d}",
        title=_("Customers"),
        columns=columns,
        rows=(_cells(line) for line in _lines(desk, found.rows, names)),
        today=desk.today,
    )


def _cells(line: Line) -> list[Cell]:
    row = line.row
    delay = None if row.mean_delay_days is None else round(row.mean_delay_days)
    return [
        row.code, row.name, row.city, row.segment, line.collector, row.grade, row.points, row.outstanding, row.overdue,
        row.oldest_days or None, row.disputed, delay, row.last_payment_on, str(line.next or ""),
    ]  # fmt: skip


urlpatterns = [
    path("customers/", customers, name="customers"),
    path("customers/export.csv", customers_export, {"extension": "csv"}, name="customers-csv"),
    path("customers/export.xlsx", customers_export, {"extension": "xlsx"}, name="customers-xlsx"),
    *customers_many.urlpatterns,
    *customers_preview.urlpatterns,
    *customer.urlpatterns,
]
