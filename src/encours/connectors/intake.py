"""From a kept file to a preview, and from a preview to the account: what doors and jobs call."""

from datetime import datetime

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.connectors.errors import FileMissingError, FileRefusedError, MappingNeededError
from encours.connectors.reading import read_any
from encours.receivables import actions
from encours.receivables.documents import path_of
from encours.receivables.models import Import, ImportState
from encours.receivables.rows import Batch


def batch_of(source_import: Import) -> Batch:
    """Read the kept file of an import."""
    if source_import.document is None:
        raise FileMissingError(path=source_import.file_name)
    path = path_of(source_import.organization_id, source_import.document.sha256)
    return read_any(path, mapping=source_import.mapping, name=source_import.file_name)


def read_import(organization_id: int, import_id: int, *, now: datetime) -> None:
    """Read a received file and keep what it would change; a file that cannot be read is refused with a sentence."""
    with tenancy.inside(organization_id):
        source_import = Import.objects.select_related("document").get(pk=import_id)
        if source_import.state not in {ImportState.RECEIVED, ImportState.READING}:
            return
        actions.set_state(source_import, ImportState.READING, 10)
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        try:
            batch = batch_of(source_import)
        except MappingNeededError:
            actions.set_state(source_import, ImportState.MAPPING, 0)
            return
        except FileRefusedError as refusal:
            actions.refuse(source_import, refusal.message, refusal.params, by="system", now=now)
            return
        actions.preview(organization, source_import, batch, now=now)


def load_import(organization_id: int, import_id: int, *, now: datetime) -> None:
    """Load a previewed file in one transaction; a second call finds it loaded and does nothing."""
    with tenancy.inside(organization_id):
        source_import = (
            Import.objects.select_related("document").select_for_update(of=("self",)).get(pk=import_id)
        )
        if source_import.state not in {ImportState.PREVIEWED, ImportState.LOADING}:
            return
        organization = Organization.objects.get(pk=organization_id)
        by = f"user:{source_import.imported_by}" if source_import.imported_by else "system"
        actions.load(organization, source_import, batch_of(source_import), by=by, now=now)
