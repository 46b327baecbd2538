"""The one door of every reader: whatever the file is, the batch it holds."""

from collections.abc import Mapping as Map
from pathlib import Path

from encours.connectors import errors, fec, files, tabular
from encours.connectors.columns import Mapping
from encours.connectors.fec_ledger import Progress
from encours.receivables.rows import Batch


def read_any(
    path: Path,
    mapping: Mapping | Map[str, str] | None = None,
    *,
    progress: Progress | None = None,
    name: str | None = None,
) -> Batch:
    """Return the batch that a file holds, by the reader that fits; refuse what cannot be read with a sentence.

    `name` is what the file was called where it came from; the name of a legal ledger carries its closing date.
    """
    if not mapping and fec.looks_like_fec(path, name=name):
        return fec.read(path, progress=progress, name=name)
    if files.kind_of(path) == "xml":
        raise errors.FileRefusedError
    if mapping and not isinstance(mapping, Mapping):
        return tabular.read(path, Mapping.of_json(mapping), name=name)
    return tabular.read(path, mapping if isinstance(mapping, Mapping) else None, name=name)
