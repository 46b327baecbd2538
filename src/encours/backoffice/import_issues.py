"""What a file says that could not be taken as it stands: by kind, line by line, and as a table to correct from."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from encours.backoffice import import_words
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.import_pages import import_of
from encours.backoffice.listing import asked_text, page_number, table_file
from encours.channels.xlsx import Cell, Column
from encours.receivables import import_queries
from encours.receivables.models import Import

PAGE_SIZE = 100


def _of(request: DeskRequest, import_id: int) -> Import:
    """Return the import, unless the reader is held to a portfolio: a ledger speaks of every customer."""
    if request.desk.portfolio_user is not None:
        raise Http404
    return import_of(request, import_id)


@page(welcome=True)
def issues(request: DeskRequest, import_id: int) -> HttpResponse:
    found = _of(request, import_id)
    every = import_queries.issues_of(found)
    kind = asked_text(request, "kind")
    kept = every.filter(code=kind) if kind else every
    shown = Paginator(kept, PAGE_SIZE).get_page(page_number(request))
    counted = list(
        every.order_by()
        .values("code", "severity")
        .annotate(count=Count("pk"), first=Min("pk"))
        .order_by("severity", "-count")
    )
    examples = every.in_bulk([each["first"] for each in counted])
    context = {
        "one": found,
        "kind": kind,
        "page": shown,
        "kinds": [{**each, "example": import_words.issue_told(examples[each["first"]])} for each in counted],
        "lines": [(issue, import_words.issue_told(issue)) for issue in shown],
    }
    return render(request, "backoffice/import_issues.html", context)


@page(welcome=True)
def issues_file(request: DeskRequest, import_id: int) -> HttpResponse:
    found = _of(request, import_id)
    columns = [Column(_("Line"), "int"), Column(_("Severity")), Column(_("Kind")), Column(_("What"))]

    def rows() -> Iterator[tuple[Cell, ...]]:
        for issue in import_queries.issues_of(found).iterator(2_000):
            severity = _("refused") if issue.severity == "error" else _("warning")
            yield issue.line, severity, issue.code, import_words.issue_told(issue)

    return table_file(
        "csv",
        name=f"issues-{found.pk}",
        title=_("Issues"),
        columns=columns,
        rows=rows(),
        today=request.desk.today,
    )


urlpatterns = [
    path("imports/<int:import_id>/issues/", issues, name="import-issues"),
    path("imports/<int:import_id>/issues.csv", issues_file, name="import-issues-csv"),
]
