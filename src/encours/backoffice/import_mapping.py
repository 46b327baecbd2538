"""Which column of a list says what: guessed, shown on the first rows, corrected by a person, remembered."""

from collections.abc import Mapping as Map
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from encours.accounts import permissions
from encours.backoffice import import_words
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.import_pages import by_htmx, import_of, locked
from encours.connectors import tabular
from encours.connectors.columns import AMOUNTS, Mapping
from encours.connectors.intake import ask_to_read
from encours.connectors.intake_facts import reading_of
from encours.receivables import actions
from encours.receivables.models import Import, ImportState

CORRECTABLE = (ImportState.MAPPING, ImportState.PREVIEWED, ImportState.REFUSED)
SHOWN_ROWS = 12
PREFIX = "column-"
WRITTEN = ("decimal", "dates")


@page(permissions.IMPORT, welcome=True)
def import_mapping(request: DeskRequest, import_id: int) -> HttpResponse:
    found = locked(request, import_id) if request.method == "POST" else import_of(request, import_id)
    sample = found.options.get("sample")
    if not sample:
        raise Http404
    if found.state not in CORRECTABLE:
        return redirect("import", found.pk)
    mapping = _chosen(request.POST, sample["headers"]) if request.method == "POST" else _first(found)
    if request.method == "POST" and "show" not in request.POST:
        if not (set(mapping.missing) - {"customer_name"}) or mapping.lists_customers:
            _confirm(request, found, mapping, sample["fingerprint"])
            return redirect("import", found.pk)
        messages.error(request, _("Choose the columns that are still missing."))
    context = _shown(found, sample, mapping)
    template = "backoffice/import_mapping.html"
    refused = request.method == "POST" and "show" not in request.POST
    return render(
        request,
        f"{template}#reading" if by_htmx(request) else template,
        context,
        status=422 if refused else 200,
    )


def _confirm(request: DeskRequest, found: Import, mapping: Mapping, fingerprint: str) -> None:
    """Remember the columns for the next file of this layout, and have this one read with them."""
    columns: dict[str, object] = dict(mapping.as_json())
    actions.remember_mapping(request.desk.organization, fingerprint, columns)
    actions.set_mapping(found, columns)
    ask_to_read(found, now=request.desk.now)


def _first(found: Import) -> Mapping:
    """Return the columns as they were chosen, else as they were guessed."""
    sample = found.options["sample"]
    chosen = Mapping.of_json(found.mapping or {})
    columns = {name: header for name, header in chosen.columns.items() if header in sample["headers"]}
    return replace(chosen, columns=columns) if columns else Mapping.of_json(sample["guess"])


def _chosen(posted: Map[str, str], headers: list[str]) -> Mapping:
    """Return the columns, and how they are written, as the form says; a column that the file does not have is none."""
    chosen = {name: posted.get(PREFIX + name, "") for name in import_words.NAMES}
    columns = {name: header for name, header in chosen.items() if header in headers}
    return Mapping.of_json({**columns, **{name: posted.get(name, "") for name in WRITTEN}})


def _shown(found: Import, sample: Map[str, object], mapping: Mapping) -> dict[str, object]:
    headers = [str(header) for header in sample["headers"]]  # type: ignore[attr-defined]  # kept as JSON
    rows = [cells for _line, cells in sample["rows"][:SHOWN_ROWS]]  # type: ignore[index]  # kept as JSON
    reading = reading_of(headers, rows, mapping)
    scores: dict[str, float] = sample["confidence"]  # type: ignore[assignment]  # kept as JSON
    guess: dict[str, str] = sample["guess"]  # type: ignore[assignment]  # kept as JSON
    groups = [
        {
            "label": label,
            "chosen": sum(name in mapping.columns for name in fields),
            "fields": [
                {
                    "name": PREFIX + name,
                    "label": words,
                    "header": mapping.columns.get(name, ""),
                    "confidence": import_words.confidence(scores.get(name))
                    if guess.get(name) and guess.get(name) == mapping.columns.get(name)
                    else ("", ""),
                }
                for name, words in fields.items()
            ],
        }
        for label, fields in import_words.FIELDS
    ]
    lacking = [] if mapping.lists_customers else mapping.missing
    return {
        "one": found,
        "steps": import_words.steps(found),
        "groups": groups,
        "written": [
            {"name": name, "label": label, "choices": choices.items(), "chosen": chosen}
            for name, label, choices, chosen in (
                ("decimal", _("Amounts are written"), import_words.WRITTEN_AMOUNTS, mapping.decimal),
                ("dates", _("Dates are written"), import_words.WRITTEN_DATES, mapping.dates),
            )
        ],
        "headers": headers,
        "reading": reading,
        "columns": [
            (import_words.NAMES[name], mapping.columns[name], name in AMOUNTS) for name in reading.names
        ],
        "mark": import_words.MARKS.get(reading.mark, ""),
        "order": import_words.ORDERS.get(reading.order, ""),
        "missing": [_(tabular.NAMES[name]) for name in lacking],
        "remembered": bool(found.mapping),
        "sample": sample,
        "customers_only": mapping.lists_customers,
        "left_out": [header for header in headers if header not in mapping.columns.values()],
    }


urlpatterns = [path("imports/<int:import_id>/mapping/", import_mapping, name="import-mapping")]
