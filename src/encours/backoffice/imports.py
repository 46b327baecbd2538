"""Files on their way in: their history, the wizard that brings one, and taking the last one back."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from encours.accounts import people, permissions
from encours.backoffice import import_issues, import_mapping, import_words
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.import_pages import by_htmx, import_of, locked
from encours.backoffice.listing import page_number
from encours.backoffice.refresh import bring_up_to_date
from encours.backoffice.uploads import Quota
from encours.backoffice.welcome import step_address
from encours.connectors.intake import ask_to_load, ask_to_read
from encours.receivables import actions, import_queries
from encours.receivables.models import Import, ImportState

PAGE_SIZE = 50
BLOCK = 1 << 20
MOST_FILES = 24
SHOWN_ISSUES = 8


@page(welcome=True)
def imports(request: DeskRequest) -> HttpResponse:
    organization_id = request.desk.organization.pk
    found: QuerySet[Import] = import_queries.imports_of(organization_id)
    shown = Paginator(found, PAGE_SIZE).get_page(page_number(request))
    names = people.names_of({one.imported_by for one in shown if one.imported_by})
    undoable = import_queries.undoable(organization_id)
    ready = import_queries.to_confirm(organization_id)
    lines = [
        {
            "one": one,
            "who": names.get(one.imported_by or 0, ""),
            "tone": import_words.state(one)[0],
            "state": import_words.state(one)[1],
            "brought": import_words.brought(one),
            "issues": _issue_count(one),
            "reason": import_words.refusal(one) if one.state == ImportState.REFUSED else "",
            "undoable": one.pk in undoable,
            "busy": one.state in import_words.BUSY,
        }
        for one in shown
    ]
    context = {
        "lines": lines,
        "page": shown,
        "ready": ready if len(ready) > 1 else [],
        "busy": any(line["busy"] for line in lines),
    }
    return render(
        request, "backoffice/imports.html#list" if by_htmx(request) else "backoffice/imports.html", context
    )


def _issue_count(one: Import) -> int:
    figures = (one.summary if one.state == ImportState.LOADED else one.preview) or {}
    return int(figures.get("refused", 0)) + int(figures.get("warnings", 0))


# The body is read after the sign-in and through the quota: checking the token earlier would read it all.
@csrf_exempt
@page(permissions.IMPORT, welcome=True)
def import_new(request: DeskRequest) -> HttpResponse:
    quota = Quota()
    request.upload_handlers.insert(0, quota)
    return _receive(request, quota)


@csrf_protect
def _receive(request: HttpRequest, quota: Quota) -> HttpResponse:
    desk = request.desk  # type: ignore[attr-defined]  # the token is checked between the page and this
    if request.method == "POST":
        files = request.FILES.getlist("file")[:MOST_FILES]
        for name in quota.too_large:
            messages.error(
                request,
                _("“%(name)s” weighs more than the limit of %(limit)s. Export one fiscal year at a time.")
                % {"name": name, "limit": import_words.largest()},
            )
        received = [_keep(request, file) for file in files]
        if len(received) == 1:
            return redirect("import", received[0].pk)
        if received:
            return redirect("imports")
        if not quota.too_large:
            messages.error(request, _("Choose a file first."))
    context = {
        "limit": import_words.largest(),
        "steps": import_words.steps(None),
        "welcoming": desk.organization.welcomed_at is None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "backoffice/import_new.html", context, status=status)


def _keep(request: HttpRequest, file: "UploadedFile[bytes]") -> Import:
    """Keep one file, block by block, and have it read."""
    desk = request.desk  # type: ignore[attr-defined]  # as above
    blocks: Iterator[bytes] = file.chunks(BLOCK)
    received = actions.receive_file(
        desk.organization, blocks, name=file.name or "", by=desk.by, by_user=desk.user.pk, now=desk.now
    )
    ask_to_read(received, now=desk.now)
    return received


@page(welcome=True)
def import_(request: DeskRequest, import_id: int) -> HttpResponse:
    found = import_of(request, import_id)
    desk = request.desk
    busy = found.state in import_words.BUSY
    if by_htmx(request) and not busy:
        return HttpResponseClientRedirect(_after(request, found))
    if found.state == ImportState.MAPPING and desk.may(permissions.IMPORT):
        return redirect("import-mapping", found.pk)
    whole = desk.portfolio_user is None
    context: dict[str, object] = {
        "one": found,
        "busy": busy,
        "whole": whole,
        "steps": import_words.steps(found),
        "who": people.names_of([found.imported_by or 0]).get(found.imported_by or 0, ""),
    }
    if busy:
        context["progress"] = import_words.progress(found, desk.now)
        return render(
            request, "backoffice/import.html#state" if by_htmx(request) else "backoffice/import.html", context
        )
    context |= {
        "checked": import_words.checked(found, rows=whole),
        "figures": import_words.figures(
            found.summary if found.state == ImportState.LOADED else found.preview
        ),
        "issues": [
            (issue, import_words.issue_told(issue))
            for issue in (import_queries.issues_of(found)[:SHOWN_ISSUES] if whole else [])
        ],
        "issue_count": _issue_count(found),
        "same": import_queries.loaded_with_same_content(found),
        "nothing": import_words.changes_nothing(found),
        "undoable": found.pk in import_queries.undoable(desk.organization.pk),
        "welcoming": desk.organization.welcomed_at is None and desk.may(permissions.CONFIGURE),
        "continue_address": step_address("terms"),
        "is_list": bool(found.options.get("sample")),
        "reason": import_words.refusal(found) if found.state == ImportState.REFUSED else "",
    }
    return render(request, "backoffice/import.html", context)


def _after(request: DeskRequest, found: Import) -> str:
    """Return where the reader goes once the work on a file is done."""
    desk = request.desk
    if found.state == ImportState.MAPPING and desk.may(permissions.IMPORT):
        return reverse("import-mapping", args=[found.pk])
    welcoming = desk.organization.welcomed_at is None and desk.may(permissions.CONFIGURE)
    if found.state == ImportState.LOADED and welcoming:
        return step_address("terms")
    return reverse("import", args=[found.pk])


@require_POST
@page(permissions.IMPORT, welcome=True)
def import_load(request: DeskRequest, import_id: int) -> HttpResponse:
    found = locked(request, import_id)
    if found.state == ImportState.PREVIEWED:
        ask_to_load([found], now=request.desk.now)
    elif found.state not in (ImportState.LOADING, ImportState.LOADED):
        messages.error(request, _("This file is no longer at that step."))
    return redirect("import", import_id)


@require_POST
@page(permissions.IMPORT, welcome=True)
def imports_load(request: DeskRequest) -> HttpResponse:
    ready = import_queries.to_confirm(request.desk.organization.pk)
    ask_to_load([locked(request, one.pk) for one in ready], now=request.desk.now)
    messages.success(
        request,
        ngettext("%(count)s file is being loaded.", "%(count)s files are being loaded.", len(ready))
        % {"count": len(ready)},
    )
    return redirect("imports")


@require_POST
@page(permissions.IMPORT, welcome=True)
def import_again(request: DeskRequest, import_id: int) -> HttpResponse:
    found = locked(request, import_id)
    if found.state in (ImportState.RECEIVED, ImportState.READING, ImportState.REFUSED):
        ask_to_read(found, now=request.desk.now)
    elif found.state == ImportState.LOADING:
        following = [int(number) for number in found.options.get("following") or []]
        waiting = import_queries.imports_of(found.organization_id).in_bulk(following)
        ask_to_load(
            [found, *(waiting[number] for number in following if number in waiting)], now=request.desk.now
        )
    return redirect("import", import_id)


@require_POST
@page(permissions.IMPORT, welcome=True)
def import_discard(request: DeskRequest, import_id: int) -> HttpResponse:
    found = locked(request, import_id)
    if found.state in (ImportState.PREVIEWED, ImportState.MAPPING):
        actions.refuse(found, import_words.SET_ASIDE, {}, by=request.desk.by, now=request.desk.now)
        messages.success(request, _("The file was set aside: nothing was changed."))
    return redirect("imports")


@page(permissions.IMPORT, welcome=True)
def import_undo(request: DeskRequest, import_id: int) -> HttpResponse:
    if request.method == "POST":
        found = locked(request, import_id)
        actions.undo_import(found, by=request.desk.by, now=request.desk.now)
        bring_up_to_date(found.organization_id)
        messages.success(request, _("The file was undone: the accounts are what they were before it."))
        return redirect("import", import_id)
    found = import_of(request, import_id)
    context = {
        "one": found,
        "changes": import_queries.changes_of(found),
        "undoable": found.pk in import_queries.undoable(found.organization_id),
    }
    return render(request, "backoffice/import_undo.html", context)


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/load/", imports_load, name="imports-load"),
    path("imports/new/", import_new, name="import-new"),
    path("imports/<int:import_id>/", import_, name="import"),
    path("imports/<int:import_id>/load/", import_load, name="import-load"),
    path("imports/<int:import_id>/again/", import_again, name="import-again"),
    path("imports/<int:import_id>/discard/", import_discard, name="import-discard"),
    path("imports/<int:import_id>/undo/", import_undo, name="import-undo"),
    *import_mapping.urlpatterns,
    *import_issues.urlpatterns,
]
