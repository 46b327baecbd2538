"""In which encoding a text was written, told from its bytes alone."""

import codecs

import pytest

from encours.connectors import encodings

TEXT = "Journal des ventes\nSociété Générale du Bâtiment, à Orléans; n° 12; Hôtel de la Forêt; ça où\n" * 5


@pytest.mark.parametrize("name", ["utf-8", "cp1252", "cp850", "mac_roman", "utf-16-le", "utf-16-be"])
def test_french_text(name):
    data, told = encodings.utf_8(TEXT.encode(name))
    assert (data.decode(), told) == (TEXT, name)


def test_marks_are_dropped():
    assert encodings.utf_8(codecs.BOM_UTF8 + b"abc") == (b"abc", "utf-8-sig")
    assert encodings.utf_8("\ufeffété".encode("utf-16-le")) == ("été".encode(), "utf-16-le")
    assert encodings.utf_8(b"abc") == (b"abc", "ascii")


def test_euro_sign_tells_the_two_latin_encodings_apart():
    assert encodings.utf_8("Créance 12 €".encode("iso-8859-15")) == ("Créance 12 €".encode(), "iso-8859-15")
    assert encodings.utf_8("Créance 12 €".encode("cp1252")) == ("Créance 12 €".encode(), "cp1252")


def test_one_bad_byte_does_not_change_the_encoding():
    data, told = encodings.utf_8(TEXT.encode() + b"\xe9")
    assert told == "utf-8"
    assert data.decode() == TEXT + "\ufffd"


def test_a_mark_before_bad_bytes():
    data, told = encodings.utf_8(codecs.BOM_UTF8 + b"caf\xe9")
    assert (data.decode(), told) == ("caf\ufffd", "utf-8-sig")
