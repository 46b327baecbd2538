"""From a kept file to a preview, and from a preview to the account: what doors ask for and what jobs do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.connectors import fec, files, intake_facts
from encours.connectors.errors import (
    FileRefusedError,
    KeptFileMissingError,
    MappingNeededError,
    UnforeseenError,
)
from encours.connectors.fec_ledger import Progress
from encours.connectors.reading import read_any
from encours.queue import defer
from encours.receivables import actions, import_queries
from encours.receivables.documents import path_of
from encours.receivables.models import Import, ImportState
from encours.receivables.rows import Batch

BEGUN, READ = 5, 70
STEP = 5
ON_THE_WAY = {ImportState.RECEIVED, ImportState.READING}


def ask_to_read(source_import: Import, *, now: datetime) -> None:
    """Leave a file for a worker to read."""
    actions.set_state(source_import, ImportState.RECEIVED, 0, asked_at=now.isoformat())
    defer("imports.read", organization_id=source_import.organization_id, import_id=source_import.pk)


def ask_to_load(imports: Sequence[Import], *, now: datetime) -> None:
    """Leave files for a worker to load one after the other, in this order."""
    numbers = [source_import.pk for source_import in imports]
    for rank, source_import in enumerate(imports):
        actions.set_state(
            source_import,
            ImportState.LOADING,
            0,
            asked_at=now.isoformat(),
            behind=numbers[rank - 1] if rank else None,
            following=numbers[rank + 1 :] if rank == 0 else [],
        )
    if imports:
        defer("imports.load", organization_id=imports[0].organization_id, import_id=numbers[0])


def kept_file(source_import: Import) -> Path:
    """Return where the file of an import lies; a file that left the store is refused with a sentence."""
    if source_import.document is None:
        raise KeptFileMissingError(name=source_import.file_name)
    path = path_of(source_import.organization_id, source_import.document.sha256)
    if not path.is_file():
        raise KeptFileMissingError(name=source_import.file_name)
    return path


def batch_of(source_import: Import, progress: Progress | None = None) -> Batch:
    """Read the kept file of an import."""
    return read_any(
        kept_file(source_import),
        mapping=source_import.mapping,
        name=source_import.file_name,
        progress=progress,
    )


def read_import(organization_id: int, import_id: int, *, now: datetime) -> None:
    """Read a received file and keep what it would change; a file that cannot be read is refused with a sentence.

    The file is read outside of any transaction, so that its progress is seen; what was read is written at once.
    """
    with _never_silent(organization_id, import_id, ImportState.READING, now):
        _read_import(organization_id, import_id, now)


def _read_import(organization_id: int, import_id: int, now: datetime) -> None:
    source_import = _begin(organization_id, import_id, ON_THE_WAY, ImportState.READING)
    if source_import is None:
        return
    refusal, sample = None, None
    try:
        batch, sample = _read(source_import)
    except FileRefusedError as error:
        batch, refusal = None, error
    with tenancy.inside(organization_id):
        current = _locked(import_id)
        if current.state != ImportState.READING or current.mapping not in (None, source_import.mapping):
            return
        current.mapping = source_import.mapping
        if batch is not None:
            organization = Organization.objects.get(pk=organization_id)
            current.options = {
                **current.options,
                **intake_facts.facts_of(batch, organization),
                "sample": sample or current.options.get("sample"),
            }
            actions.preview(organization, current, batch, now=now)
        elif refusal is not None and not isinstance(refusal, MappingNeededError):
            actions.refuse(current, refusal.message, refusal.params, by="system", now=now)
        else:
            actions.set_state(current, ImportState.MAPPING, 0, sample=sample or _sample_or_kept(current))


def _read(source_import: Import) -> tuple[Batch | None, dict[str, object] | None]:
    """Read a file as far as possible without a person: a list waits until somebody has looked at its columns."""
    path = kept_file(source_import)
    sample = None
    if not source_import.mapping and not fec.looks_like_fec(path, name=source_import.file_name):
        if files.kind_of(path) == "xml":
            raise FileRefusedError
        sample = intake_facts.sample_of(path)
        with tenancy.inside(source_import.organization_id):
            remembered = import_queries.remembered_mapping(
                source_import.organization_id, str(sample["fingerprint"])
            )
        if remembered is None:
            return None, sample
        source_import.mapping = remembered
    try:
        return batch_of(source_import, _shown(source_import, ImportState.READING)), sample
    except MappingNeededError:
        return None, sample


def _sample_or_kept(source_import: Import) -> object:
    """Return the first rows of a list, read again if they were not kept."""
    return source_import.options.get("sample") or intake_facts.sample_of(kept_file(source_import))


def load_import(organization_id: int, import_id: int, *, now: datetime) -> None:
    """Load a previewed file in one transaction; a second call finds it loaded and does nothing."""
    with _never_silent(organization_id, import_id, ImportState.LOADING, now):
        _load_import(organization_id, import_id, now)


def _load_import(organization_id: int, import_id: int, now: datetime) -> None:
    source_import = _begin(
        organization_id, import_id, {ImportState.PREVIEWED, ImportState.LOADING}, ImportState.LOADING
    )
    if source_import is None:
        return
    try:
        batch = batch_of(source_import, _shown(source_import, ImportState.LOADING))
    except FileRefusedError as refusal:
        with tenancy.inside(organization_id):
            current = _locked(import_id)
            if current.state == ImportState.LOADING:
                actions.refuse(current, refusal.message, refusal.params, by="system", now=now)
                _load_next(current, now)
        return
    with tenancy.inside(organization_id):
        current = _locked(import_id)
        if current.state != ImportState.LOADING:
            return
        organization = Organization.objects.get(pk=organization_id)
        by = f"user:{current.imported_by}" if current.imported_by else "system"
        actions.load(organization, current, batch, by=by, now=now)
        _load_next(current, now)


@contextmanager
def _never_silent(organization_id: int, import_id: int, state: ImportState, now: datetime) -> Iterator[None]:
    """Say on the import that the program failed, where a person would wait for ever; the log keeps the cause."""
    try:
        yield
    except Exception:
        with tenancy.inside(organization_id):
            current = _locked(import_id)
            if current.state == state:
                actions.refuse(current, UnforeseenError.message, {}, by="system", now=now)
                _load_next(current, now)
        raise


def _load_next(done: Import, now: datetime) -> None:
    """Go on with the next file of the same request; else read again those whose preview is now out of date."""
    following = [int(number) for number in done.options.get("following") or []]
    waiting = {
        one.pk: one
        for one in import_queries.imports_of(done.organization_id).filter(
            pk__in=following, state=ImportState.LOADING
        )
    }
    if waiting:
        ask_to_load([waiting[number] for number in following if number in waiting], now=now)
        return
    for other in import_queries.to_confirm(done.organization_id):
        ask_to_read(other, now=now)


def _locked(import_id: int) -> Import:
    return Import.objects.select_related("document").select_for_update(of=("self",)).get(pk=import_id)


def _begin(
    organization_id: int, import_id: int, states: set[ImportState], state: ImportState
) -> Import | None:
    """Show that work on a file has begun, unless it is no longer to be done."""
    with tenancy.inside(organization_id):
        source_import = _locked(import_id)
        if source_import.state not in states:
            return None
        actions.set_state(source_import, state, BEGUN)
        return source_import


def _shown(source_import: Import, state: ImportState) -> Progress:
    """Return what shows how far the reading of a file is, by steps, each seen at once."""
    last = BEGUN

    def show(share: float) -> None:
        nonlocal last
        percent = BEGUN + int(share * (READ - BEGUN))
        if percent < last + STEP:
            return
        last = percent
        with tenancy.inside(source_import.organization_id):
            current = _locked(source_import.pk)
            if current.state == state:
                actions.set_state(current, state, percent)

    return show
