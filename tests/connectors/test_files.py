"""A hostile or broken file is refused with a sentence that says what to do."""

import zipfile

import pytest
import xlsxwriter

from encours.connectors import errors, files
from encours.connectors.reading import read_any


def refused(path, content=None):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(errors.FileRefusedError) as refusal:
        read_any(path)
    assert str(refusal.value).endswith(".")
    return type(refusal.value)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.FileEmptyError),
        (b"  \n \r\n", errors.FileEmptyError),
        (b"\xef\xbb\xbf", errors.FileEmptyError),
        (b"%PDF-1.7 ...", errors.PdfRefusedError),
        (b"\x89PNG\r\n\x1a\n....", errors.ImageRefusedError),
        (b"\xff\xd8\xff\xe0....", errors.ImageRefusedError),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, errors.OldWorkbookError),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), errors.ProtectedWorkbookError),
        (b"\x1f\x8b\x08....", errors.ArchiveRefusedError),
        (b"7z\xbc\xaf\x27\x1c", errors.ArchiveRefusedError),
        (b"PK\x03\x04 not really", errors.WorkbookBrokenError),
        (b"\x7fELF\x02\x01", errors.BinaryFileError),
        (bytes(range(256)) * 40, errors.BinaryFileError),
        (b"\0" * 5000, errors.BinaryFileError),
        (b"just a sentence, nothing else", errors.HeaderMissingError),
        (b'{"json": [1, 2, 3]}', errors.HeaderMissingError),
        (b"<?xml version='1.0'?><html/>", errors.FileRefusedError),
    ],
)
def test_refusals(tmp_path, content, error):
    assert refused(tmp_path / "upload", content) is error


def test_missing_file_and_folder(tmp_path):
    assert refused(tmp_path / "nothing.csv") is errors.FileMissingError
    assert refused(tmp_path) is errors.FileMissingError


def test_size_limit_says_both_sizes(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    with pytest.raises(errors.FileTooLargeError) as refusal:
        read_any(path)
    assert refusal.value.params == {"size": "2.0 GiB", "limit": "1.0 GiB"}
    path.write_bytes(b"a;b\n" * 1000)
    with pytest.raises(errors.FileTooLargeError, match="4 KiB"):
        files.kind_of(path, limits=files.Limits(file_bytes=1000))


def archive(path, parts, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return path


def test_archives_that_are_no_workbook(tmp_path):
    assert refused(archive(tmp_path / "a.zip", {"ledger.csv": "a;b"})) is errors.ArchiveRefusedError
    assert refused(archive(tmp_path / "b.docx", {"word/document.xml": "<w/>"})) is errors.ArchiveRefusedError
    assert refused(archive(tmp_path / "c.xlsx", {"xl/workbook.xml": "<w/>"})) is errors.WorkbookBrokenError


def test_zip_bombs(tmp_path):
    bomb = archive(tmp_path / "a.xlsx", {"xl/workbook.xml": "<w/>", "xl/sheet1.xml": b"0" * 60_000_000})
    assert bomb.stat().st_size < 100_000
    assert refused(bomb) is errors.UnpackedTooLargeError
    crowd = archive(tmp_path / "b.xlsx", {"xl/workbook.xml": "", **{f"p{n}": "" for n in range(5000)}})
    assert refused(crowd) is errors.UnpackedTooLargeError


def test_zip_bomb_that_lies_about_its_size(tmp_path):
    bomb = archive(tmp_path / "a.xlsx", {"xl/workbook.xml": "<w/>", "xl/sheet1.xml": b"0" * 60_000_000})
    data = bomb.read_bytes()
    bomb.write_bytes(data.replace((60_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with zipfile.ZipFile(bomb) as written:
        assert written.getinfo("xl/sheet1.xml").file_size == 10
    assert refused(bomb) is errors.UnpackedTooLargeError


def test_total_of_a_workbook_is_limited(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_row(0, 0, ["Client", "Date", "Montant"])
    book.close()
    files.check_workbook(path)
    with pytest.raises(errors.UnpackedTooLargeError):
        files.check_workbook(path, limits=files.Limits(unpacked_bytes=1000))


@pytest.mark.parametrize(
    ("name", "siren", "closing"),
    [
        ("123456789FEC20241231.txt", "123456789", "2024-12-31"),
        ("123456789fec20241231 (1).csv", "123456789", "2024-12-31"),
        ("Export 123456789FEC20240231.txt", "123456789", "None"),
        ("ledger.txt", None, "None"),
        ("1234567890FEC202412311.txt", None, "None"),
    ],
)
def test_what_the_name_says(name, siren, closing):
    said = files.named(name)
    assert (said.siren, str(said.closing_on)) == (siren, closing)


def rewritten(tmp_path, old, new):
    """Return a small workbook with some of its words replaced."""
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    with xlsxwriter.Workbook(str(good)) as book:
        book.add_worksheet().write(3, 3, "Client")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old.encode(), new.encode()))
    return bad


@pytest.mark.parametrize(
    "place",
    ['r="XFD1048576"', "r = 'A4294967295'", 'r="a99999999999999999999"', 'r="ZZZZZZZZ1"', 'r="&#65;1"'],
)
def test_a_cell_in_a_far_corner(tmp_path, place):
    assert refused(rewritten(tmp_path, 'r="D4"', place)) is errors.UnpackedTooLargeError


@pytest.mark.parametrize("count", ["4294967295", "99999999999999999999", "90000"])
def test_a_count_of_texts_that_are_not_there(tmp_path, count):
    assert (
        refused(rewritten(tmp_path, 'uniqueCount="1"', f'uniqueCount="{count}"'))
        is errors.WorkbookBrokenError
    )


@pytest.mark.parametrize(("rows", "columns"), [(20_000, 3), (300, 100)])
def test_a_large_sheet_is_no_danger(tmp_path, rows, columns):
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_row(row, 0, [100.5] * columns)
    files.check_workbook(path)
