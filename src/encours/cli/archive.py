"""The file of a backup: the database and the documents in one archive, with the hash of every part."""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from encours import __version__

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database.dump"
DOCUMENT = re.compile(r"documents/(\d+)/([0-9a-f]{2})/([0-9a-f]{64})")
MANIFEST_BYTES = 256 << 20
BLOCK = 1 << 20

Tell = Callable[[int], None]


class ArchiveBrokenError(Exception):
    """This file is not a whole backup."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, when and by which version it was made."""

    made_at: str
    version: str
    postgres: int
    parts: tuple[Part, ...]
    rows: dict[str, int]

    @property
    def size(self) -> int:
        """Return the bytes of all parts."""
        return sum(part.size for part in self.parts)

    def as_json(self) -> bytes:
        """Return it as it is written."""
        return json.dumps(
            {
                "format": FORMAT,
                "made_at": self.made_at,
                "version": self.version,
                "postgres": self.postgres,
                "rows": self.rows,
                "parts": [[part.name, part.size, part.sha256] for part in self.parts],
            },
            indent=1,
        ).encode()


def documents_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and place of every kept document; half-written files and strangers are left out."""
    for path in sorted(folder.glob("*/*/*")):
        name = f"documents/{path.relative_to(folder).as_posix()}"
        if DOCUMENT.fullmatch(name) and path.is_file() and not path.is_symlink():
            yield name, path


def pack(
    target: Path,
    dump: Path,
    documents: Path,
    *,
    now: datetime,
    postgres: int,
    rows: dict[str, int],
    tell: Tell,
) -> Manifest:
    """Write the archive and return its manifest; a document that is not what its name says stops the backup."""
    places = [(DATABASE, dump), *documents_in(documents)]
    parts = []
    for name, path in places:
        sha256 = hash_of(path, tell)
        document = DOCUMENT.fullmatch(name)
        if document and document[3] != sha256:
            raise ArchiveBrokenError(
                f"The document {path} is not what was kept under that name. Run encours check before the backup."
            )
        parts.append(Part(name, path.stat().st_size, sha256))
    manifest = Manifest(now.isoformat(), __version__, postgres, tuple(parts), rows)
    with target.open("xb") as file:
        target.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, MANIFEST, io.BytesIO(manifest.as_json()), len(manifest.as_json()), now)
            for part, (_name, path) in zip(parts, places, strict=True):
                with path.open("rb") as reader:
                    _add(archive, part.name, reader, part.size, now)
                tell(part.size)
    return manifest


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int, now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(now.timestamp())
    archive.addfile(entry, content)


def read_manifest(source: Path) -> Manifest:
    """Return what an archive says of itself, or refuse it."""
    try:
        with tarfile.open(source, "r:") as archive:
            entry = archive.next()
            if entry is None or entry.name != MANIFEST or not entry.isreg() or entry.size > MANIFEST_BYTES:
                raise ArchiveBrokenError(f"{source} is not a backup of Encours.")
            reader = archive.extractfile(entry)
            written = json.loads(reader.read()) if reader else {}
    except (tarfile.TarError, ValueError, OSError, EOFError) as error:
        raise ArchiveBrokenError(f"{source} is not a backup of Encours.") from error
    try:
        if written["format"] != FORMAT:
            raise ArchiveBrokenError(
                f"{source} was made by Encours {written['version']}, in a format that this version does not read."
            )
        parts = tuple(Part(str(name), int(size), str(sha256)) for name, size, sha256 in written["parts"])
        rows = {str(table): int(count) for table, count in written["rows"].items()}
        return Manifest(
            str(written["made_at"]), str(written["version"]), int(written["postgres"]), parts, rows
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveBrokenError(f"The manifest of {source} is damaged.") from error


def verify(source: Path, manifest: Manifest, tell: Tell) -> None:
    """Read the whole archive and refuse it unless every part is there, whole, and nothing else."""
    wanted = {part.name: part for part in manifest.parts}
    if DATABASE not in wanted or any(not (name == DATABASE or DOCUMENT.fullmatch(name)) for name in wanted):
        raise ArchiveBrokenError(f"The manifest of {source} lists what no backup holds.")
    for name, sha256, size in _read(source, tell):
        part = wanted.pop(name, None)
        if part is None:
            raise ArchiveBrokenError(f"{source} holds {name}, which its manifest does not list.")
        if (part.sha256, part.size) != (sha256, size):
            raise ArchiveBrokenError(f"{name} in {source} is not what was backed up: the file is damaged.")
    if wanted:
        raise ArchiveBrokenError(f"{source} is cut short: {len(wanted)} of its parts are missing.")


def _read(source: Path, tell: Tell) -> Iterator[tuple[str, str, int]]:
    try:
        with tarfile.open(source, "r:") as archive:
            for entry in archive:
                if entry.name == MANIFEST:
                    continue
                reader = archive.extractfile(entry) if entry.isreg() else None
                if reader is None:
                    raise ArchiveBrokenError(f"{source} holds {entry.name}, which is no plain file.")
                digest, size = hashlib.sha256(), 0
                while block := reader.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    tell(len(block))
                yield entry.name, digest.hexdigest(), size
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveBrokenError(f"{source} is cut short or damaged.") from error


def unpack(source: Path, dump: Path, documents: Path, tell: Tell) -> None:
    """Put the database's dump and the documents in their places; what is already there is left alone.

    Call `verify` first: names and hashes are believed here.
    """
    with tarfile.open(source, "r:") as archive:
        for entry in archive:
            found = DOCUMENT.fullmatch(entry.name)
            if entry.name != DATABASE and not found:
                continue
            target = documents / found[1] / found[2] / found[3] if found else dump
            reader = archive.extractfile(entry)
            if reader is None or (found and target.exists() and hash_of(target) == found[3]):
                tell(entry.size)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.partial")
            with partial.open("wb") as writer:
                partial.chmod(0o600)
                while block := reader.read(BLOCK):
                    writer.write(block)
                    tell(len(block))
            partial.replace(target)


def hash_of(path: Path, tell: Tell = lambda _size: None) -> str:
    """Return the hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while block := reader.read(BLOCK):
            digest.update(block)
            tell(len(block))
    return digest.hexdigest()
