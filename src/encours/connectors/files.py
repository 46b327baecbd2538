"""Opening a file nobody vouches for: what it is, whether it is safe, and its text."""

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from encours.connectors import cells, encodings, errors

Kind = Literal["text", "workbook", "xml", "html"]

MIB = 1024 * 1024
# Makes the archive reader go on to the true end of a part, whatever size it declares.
UNKNOWN_SIZE = 1 << 62


@dataclass(frozen=True)
class Limits:
    """How much of a file we agree to open."""

    file_bytes: int = 1024 * MIB
    unpacked_bytes: int = 1024 * MIB
    entries: int = 4_000
    ratio: int = 400
    cells: int = 40_000_000


LIMITS = Limits()

SIGNATURES: Mapping[bytes, type[errors.FileRefusedError]] = {
    b"%PDF": errors.PdfRefusedError,
    b"\x89PNG": errors.ImageRefusedError,
    b"\xff\xd8\xff": errors.ImageRefusedError,
    b"GIF8": errors.ImageRefusedError,
    b"II*\x00": errors.ImageRefusedError,
    b"MM\x00*": errors.ImageRefusedError,
    b"\x1f\x8b": errors.ArchiveRefusedError,
    b"7z\xbc\xaf": errors.ArchiveRefusedError,
    b"Rar!": errors.ArchiveRefusedError,
    b"BZh": errors.ArchiveRefusedError,
    b"\xfd7zXZ": errors.ArchiveRefusedError,
    b"SQLite format 3": errors.BinaryFileError,
    b"PAR1": errors.BinaryFileError,
    b"\x7fELF": errors.BinaryFileError,
    b"MZ\x90": errors.BinaryFileError,
}
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
HEAD_BYTES = 64 * 1024
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a")
CONTROL_SHARE = 0.01

HTML = re.compile(
    rb"(?i)^\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<!--|<html|<head|<body|<table|<meta|<style)"
)
HTML_HEAD = 4_000
FEC_NAME = re.compile(r"(?<!\d)(?P<siren>\d{9})\s*[-_]?FEC[-_]?(?P<closing>\d{8})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class TextFile:
    """A text in UTF-8 with plain line ends, and the encoding it came in."""

    content: bytes
    encoding: str

    @property
    def damaged(self) -> bool:
        """Tell whether some characters could not be read."""
        return b"\xef" in self.content and "\ufffd".encode() in self.content


@dataclass(frozen=True)
class FileName:
    """What the name of a legal ledger file says: `SIRENFECAAAAMMJJ`."""

    siren: str | None
    closing_on: date | None


def named(name: str) -> FileName:
    """Return the SIREN and the closing date that the name of the file carries."""
    found = FEC_NAME.search(name)
    if not found:
        return FileName(None, None)
    digits = found["closing"]
    try:
        closing_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        closing_on = None
    return FileName(found["siren"], closing_on)


def kind_of(path: Path, *, limits: Limits = LIMITS) -> Kind:
    """Return what the file is by its first bytes, or refuse it."""
    if not path.is_file():
        raise errors.FileMissingError(path=str(path))
    size = path.stat().st_size
    if size == 0:
        raise errors.FileEmptyError
    if size > limits.file_bytes:
        raise errors.FileTooLargeError(size=_weight(size), limit=_weight(limits.file_bytes))
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for signature, error in SIGNATURES.items():
        if head.startswith(signature):
            raise error
    if is_old_workbook(path):
        return "workbook"
    if head.startswith((ZIP, EMPTY_ZIP)):
        check_workbook(path, limits=limits)
        return "workbook"
    text, _encoding = encodings.utf_8(head)
    if not text.strip():
        raise errors.FileEmptyError
    controls = len(text) - len(text.translate(None, CONTROLS))
    if controls > CONTROL_SHARE * len(text):
        raise errors.BinaryFileError
    return _kind_of_text(text)


def _kind_of_text(text: bytes) -> Kind:
    """Return which kind of text the beginning of a file announces."""
    if HTML.search(text[:HTML_HEAD]):
        return "html"
    return "xml" if text.lstrip().startswith((b"<?xml", b"<comptabilite", b"<!DOCTYPE")) else "text"


def is_old_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook of the format before 2007; a later one with a password looks like it."""
    with path.open("rb") as stream:
        if stream.read(len(OLE)) != OLE:
            return False
        if ENCRYPTED_STREAM in stream.read(4 * MIB):
            raise errors.ProtectedWorkbookError
    return True


def check_workbook(path: Path, *, limits: Limits = LIMITS) -> None:
    """Refuse an archive that is no workbook, or that unpacks into more than the limits allow."""
    known = path.stat()
    _check_workbook(path, known.st_size, known.st_mtime_ns, limits)


@lru_cache(maxsize=4)
def _check_workbook(path: Path, _size: int, _changed: int, limits: Limits) -> None:
    """Look into an archive once for all those who ask about the same file."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise errors.UnpackedTooLargeError(reason=f"{len(entries)} parts")
            if "xl/workbook.xml" not in archive.namelist():
                raise errors.ArchiveRefusedError
            if any(entry.flag_bits & 1 for entry in entries):
                raise errors.ProtectedWorkbookError
            _measure(archive, entries, limits)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as error:
        raise errors.WorkbookBrokenError from error


def _measure(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Unpack every part into nothing, and refuse it past the limits: declared sizes may lie."""
    total = 0
    for entry in entries:
        entry.file_size = UNKNOWN_SIZE
        size = different = things = 0
        far, before = False, b""
        with archive.open(entry) as part:
            while block := part.read(MIB):
                if not size:
                    different, things = cells.announced(block)
                far = far or cells.far(before, block)
                before = block
                size += len(block)
                total += len(block)
                if total > limits.unpacked_bytes:
                    raise errors.UnpackedTooLargeError(reason=f"> {_weight(limits.unpacked_bytes)}")
                if size > 10 * MIB and size > limits.ratio * max(entry.compress_size, 1):
                    raise errors.UnpackedTooLargeError(reason=f"{limits.ratio} : 1")
        if different > size or things > limits.cells:
            raise errors.WorkbookBrokenError
        if far:
            _measure_extent(archive, entry, limits)


def _measure_extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> None:
    """Look at every place that a sheet names, and refuse the sheet when its table would be too large."""
    extent = cells.Extent()
    entry.file_size = UNKNOWN_SIZE
    with archive.open(entry) as part:
        while block := part.read(MIB):
            extent.see(block)
            if extent.odd or extent.cells > limits.cells:
                raise errors.UnpackedTooLargeError(reason=f"{extent.rows} × {extent.columns}")


def read_text(
    path: Path, *, limits: Limits = LIMITS, line_ends: Literal["plain", "kept"] = "plain"
) -> TextFile:
    """Return the text of a file in UTF-8, its line ends made plain unless the caller sees to them."""
    if kind_of(path, limits=limits) == "workbook":
        raise errors.BinaryFileError
    data, encoding = encodings.utf_8(path.read_bytes())
    if b"\x00" in data:
        data = data.replace(b"\x00", b" ")
    data = data.rstrip(b"\x1a\x00")
    return TextFile(data if line_ends == "kept" else plain(data), encoding)


def plain(data: bytes) -> bytes:
    """Return the text with one kind of line end; a lone carriage return inside a label is a space."""
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
        if b"\r" in data:
            data = data.replace(b"\r", b" " if b"\n" in data else b"\n")
    return data


def _weight(size: int) -> str:
    """Return a size in words."""
    if size >= 1024 * MIB:
        return f"{size / (1024 * MIB):.1f} GiB"
    return f"{size / MIB:.0f} MiB" if size >= MIB else f"{size / 1024:.0f} KiB"
