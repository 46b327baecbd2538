"""The items: every row on the accounts of customers, found by number, label or customer, by state and by age."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.backoffice import aged, item, item_lines
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import address, first_page, page_number, pager, query_of, table_file
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.receivables.models import ItemKind
from encours.reports.claims import claims
from encours.reports.filters import ItemFilters
from encours.reports.items import UNALLOCATED, ItemSums, item_sums
from encours.reports.items import items as listed
from encours.reports.ledger import columns_of
from encours.ui.formats import day

PAGE_SIZE = 50
USUAL_SORT = "-issued_on"
FILES = {"csv", "xlsx"}
STATES = {
    "": gettext_lazy("All"),
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "not_due": gettext_lazy("Not due"),
    "disputed": gettext_lazy("Disputed"),
    "unallocated": gettext_lazy("Unallocated"),
    "derived": gettext_lazy("Due date derived"),
    "settled": gettext_lazy("Settled"),
    "received": gettext_lazy("Received"),
    "claimable": gettext_lazy("Interest may be claimed"),
}
# Too rarely wanted for a tab of their own; figures of the overview lead there.
HIDDEN_STATES = {"received", "claimable"}
# What is open in all is a figure of these lists; of the others it says nothing.
SUMMED_STATES = {"open", "overdue", "not_due", "disputed", "unallocated", "derived"}
DATES = {
    "issued_from": gettext_lazy("issued from %(day)s"),
    "issued_to": gettext_lazy("issued until %(day)s"),
    "due_from": gettext_lazy("due from %(day)s"),
    "due_to": gettext_lazy("due until %(day)s"),
    "added_from": gettext_lazy("known since %(day)s"),
}


class ItemsForm(forms.Form):
    """Which items to list."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=list(STATES.items()))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("Every kind")), *ItemKind.choices],
    )
    column = forms.ChoiceField(label=gettext_lazy("Age"), required=False)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    issued_from = forms.DateField(required=False)
    issued_to = forms.DateField(required=False)
    due_from = forms.DateField(required=False)
    due_to = forms.DateField(required=False)
    added_from = forms.DateField(required=False)

    def __init__(self, desk: Desk, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        columns = columns_of(desk.organization)
        self.fields["column"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("Every age")),
            *((code, aged.label(code, columns)) for code in (*columns.codes, UNALLOCATED)),
        ]
        for name in ("kind", "column"):
            field = self.fields[name]
            field.widget.attrs |= {"class": "input", "aria-label": str(field.label), "id": f"filter-{name}"}


@dataclass(frozen=True)
class Question:
    """What is asked of the items."""

    form: ItemsForm
    data: dict[str, Any]
    filters: ItemFilters
    customer: Customer | None
    sort: str

    @property
    def search(self) -> str:
        """Return the words that are looked for."""
        return str(self.data.get("q") or "")

    @property
    def wanted(self) -> dict[str, object]:
        """Return what is asked as the parameters of an address."""
        return {name: self.data.get(name) for name in (*self.form.fields, "sort")}

    @property
    def narrowed(self) -> bool:
        """Tell whether some items are left out."""
        return any(self.data.get(name) for name in self.form.fields)

    @property
    def dates(self) -> list[tuple[str, str]]:
        """Return each date that narrows the list, in words, with the address of the list without it."""
        return [
            (str(words) % {"day": day(self.data[name])}, address("items", **{**self.wanted, name: None}))
            for name, words in DATES.items()
            if self.data.get(name)
        ]


def question(request: DeskRequest) -> Question:
    """Read what is asked; what cannot be understood is as if it were not asked."""
    desk = request.desk
    form = ItemsForm(desk, request.GET)
    form.is_valid()
    data = form.cleaned_data
    customer = None
    if data.get("customer"):
        customer = get_object_or_404(
            customers_of(desk.organization.pk, desk.portfolio_user), pk=data["customer"]
        )
    dates: dict[str, date | None] = {name: data.get(name) for name in DATES}
    filters = ItemFilters(
        state=data.get("state") or "",
        kind=data.get("kind") or "",
        column=data.get("column") or "",
        customer_id=customer.pk if customer else None,
        portfolio_user_id=desk.portfolio_user,
        **dates,
    )
    sort = request.GET.get("sort", "")[:40]
    return Question(form, {**data, "sort": sort}, filters, customer, sort or USUAL_SORT)


@page()
def items(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    asked = question(request)
    number = page_number(request)
    found = listed(
        desk.organization, desk.today, search=asked.search, filters=asked.filters, sort=asked.sort,
        page=number, size=PAGE_SIZE,
    )  # fmt: skip
    if number > 1 and not found.rows:
        return first_page(request)
    lines = item_lines.lines(found.rows)
    claimable = asked.filters.state == "claimable"
    if claimable:
        ids = [row.id for row in found.rows]
        lines = item_lines.claimed(lines, claims(desk.organization, None, desk.today, item_ids=ids))
    return render(
        request,
        "backoffice/items.html",
        {
            "asked": asked,
            "found": found,
            "lines": lines,
            "claims": claimable,
            "sums": sums(desk, asked),
            "currency": desk.organization.currency,
            "tabs": tabs(asked),
            "page": pager(found),
            "query": query_of(asked.wanted),
            "without_customer": address("items", **{**asked.wanted, "customer": None}),
        },
    )


def sums(desk: Desk, asked: Question) -> ItemSums | None:
    """Return what is open of the list, where that says something."""
    if asked.filters.state not in SUMMED_STATES and not asked.filters.column:
        return None
    return item_sums(desk.organization, desk.today, search=asked.search, filters=asked.filters)


def tabs(asked: Question) -> list[tuple[str, str, bool]]:
    """Return the states as tabs: label, address, whether it is the one shown."""
    state = asked.filters.state
    return [
        (str(label), address("items", **{**asked.wanted, "state": code}), code == state)
        for code, label in STATES.items()
        if code not in HIDDEN_STATES or code == state
    ]


@page()
def items_export(request: DeskRequest, extension: str) -> HttpResponse:
    """Write the items that are asked for, all of them, in the order of the screen."""
    desk = request.desk
    if extension not in FILES:
        raise Http404
    asked = question(request)
    found = listed(
        desk.organization, desk.today, search=asked.search, filters=asked.filters, sort=asked.sort, size=None
    )
    return table_file(
        extension,
        name=f"{_('items')}-{desk.today:%Y-%m-%d}",
        title=_("Items"),
        columns=item_lines.file_columns(),
        rows=item_lines.file_rows(found.rows, columns_of(desk.organization)),
        today=desk.today,
    )


urlpatterns = [
    path("items/", items, name="items"),
    path("items/export.<str:extension>", items_export, name="items-export"),
    *item.urlpatterns,
]
