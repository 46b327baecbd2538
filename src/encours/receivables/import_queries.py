"""Questions about the files that came in: which, what they changed, which may be undone."""

from django.db.models import QuerySet

from encours.receivables.models import (
    Allocation,
    ColumnMapping,
    Import,
    ImportChange,
    ImportIssue,
    ImportState,
    Item,
)


def imports_of(organization_id: int) -> QuerySet[Import]:
    """Return every file that came in, the latest first."""
    return Import.objects.filter(organization_id=organization_id).order_by("-created_at", "-pk")


def to_confirm(organization_id: int) -> list[Import]:
    """Return the files that were read and wait to be loaded, the oldest period first."""
    found = Import.objects.filter(organization_id=organization_id, state=ImportState.PREVIEWED)
    return sorted(
        found, key=lambda one: (one.period_to is None, one.period_to or one.created_at.date(), one.pk)
    )


def issues_of(source_import: Import) -> QuerySet[ImportIssue]:
    """Return what a file says that could not be taken as it stands, refusals first, by line."""
    return ImportIssue.objects.filter(
        organization_id=source_import.organization_id, source_import=source_import
    ).order_by("severity", "line", "pk")


def loaded_with_same_content(source_import: Import) -> Import | None:
    """Return the loaded import whose file is the same to the byte, the latest one."""
    if source_import.document is None:
        return None
    return (
        Import.objects.filter(
            organization_id=source_import.organization_id,
            state=ImportState.LOADED,
            document__sha256=source_import.document.sha256,
        )
        .exclude(pk=source_import.pk)
        .order_by("-loaded_at")
        .first()
    )


def undoable(organization_id: int) -> set[int]:
    """Return the loaded imports that may be undone: the last one of each source."""
    found = Import.objects.filter(organization_id=organization_id, state=ImportState.LOADED)
    return set(found.order_by("source", "-loaded_at", "-pk").distinct("source").values_list("pk", flat=True))


def changes_of(source_import: Import) -> dict[str, int]:
    """Return how much an import brought and changed: what goes, and what becomes what it was, if it is undone."""
    mine = {"organization_id": source_import.organization_id}
    before = ImportChange.objects.filter(**mine, source_import=source_import).order_by()
    items = before.filter(subject_type="item").values("subject_id").distinct()
    return {
        "items": Item.objects.filter(**mine, import_id=source_import.pk).count(),
        "allocations": Allocation.objects.filter(**mine, import_id=source_import.pk).count(),
        "changed_items": items.count(),
        "changed_customers": before.filter(subject_type="customer").values("subject_id").distinct().count(),
    }


def remembered_mapping(organization_id: int, fingerprint: str) -> dict[str, str] | None:
    """Return how the columns of a layout were read last time."""
    found = ColumnMapping.objects.filter(organization_id=organization_id, fingerprint=fingerprint).first()
    return found.mapping if found else None
