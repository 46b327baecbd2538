"""What the pages of one import share: finding it, and holding it while it changes."""

from django.shortcuts import get_object_or_404

from encours.backoffice.desk import DeskRequest
from encours.receivables import import_queries
from encours.receivables.models import Import


def import_of(request: DeskRequest, import_id: int) -> Import:
    """Return an import of the reader's organization."""
    found = import_queries.imports_of(request.desk.organization.pk).select_related("document")
    return get_object_or_404(found, pk=import_id)


def locked(request: DeskRequest, import_id: int) -> Import:
    """Return an import that no other request or job changes until ours is over."""
    found = import_queries.imports_of(request.desk.organization.pk).select_related("document")
    return get_object_or_404(found.select_for_update(of=("self",)), pk=import_id)


def by_htmx(request: DeskRequest) -> bool:
    """Tell whether a script of the page asks, who wants a fragment."""
    return bool(request.htmx)  # type: ignore[attr-defined]  # set by the htmx middleware
