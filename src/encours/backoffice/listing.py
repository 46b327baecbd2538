"""What every list of the desk shares: its pages, and the files it leaves as."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as Pager
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from encours.channels.xlsx import Cell, Column, Sheet, csv_text, workbook
from encours.reports.pages import Page

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
LONGEST_PAGE_NUMBER = 9
LONGEST_ROW_NUMBER = 18


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for, the first one for a nonsense number."""
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) <= LONGEST_PAGE_NUMBER else 1


def asked_text(request: HttpRequest, name: str = "q") -> str:
    """Return a text of the address, without the sign that PostgreSQL keeps nowhere."""
    return request.GET.get(name, "").replace("\0", "").strip()


def row_numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers of rows among these texts; what is no number, or too long for one, is left out."""
    return [int(text) for text in texts if text.isdecimal() and len(text) <= LONGEST_ROW_NUMBER]


def pager(found: Page[Any]) -> Pager[int]:
    """Return the page as the pagination bar reads it: ranks only, the rows stay where they are."""
    return Paginator(range(found.count), found.size or max(found.count, 1)).get_page(found.number)


def first_page(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to the first page of the same list: the one asked for does not exist any more."""
    query = request.GET.copy()
    query.pop("page", None)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def address(name: str, *args: object, **wanted: object) -> str:
    """Return the address of a page with what is wanted of it; what is empty is left out."""
    return reverse(name, args=args) + query_of(wanted)


def query_of(wanted: Mapping[str, object]) -> str:
    """Return what is wanted as a query string, with its question mark unless nothing is."""
    kept = {key: _written(value) for key, value in wanted.items() if value not in (None, "")}
    return f"?{urlencode(kept)}" if kept else ""


def table_file(
    extension: str,
    *,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    today: date,
) -> HttpResponse:
    """Return a table as a CSV file or as a workbook."""
    if extension == "csv":
        text = csv_text(columns, rows, language=(get_language() or "fr").split("-")[0])
        return attached(text.encode(), name, extension)
    return attached(workbook([Sheet(title, columns, rows)], written_on=today), name, extension)


def attached(content: bytes, name: str, extension: str) -> HttpResponse:
    """Return a file to be kept under a name."""
    return HttpResponse(
        content,
        content_type=MEDIA[extension],
        headers={"Content-Disposition": f'attachment; filename="{name}.{extension}"'},
    )


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
