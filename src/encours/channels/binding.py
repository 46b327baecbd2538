"""Binds several documents into one file, so that a batch of letters is printed in one go."""

from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfReader, PdfWriter


def bind(documents: Iterable[bytes], *, two_sided: bool = False) -> bytes:
    """Return one PDF of many; for a two-sided printer, each document begins on a fresh sheet."""
    writer = PdfWriter()
    for document in documents:
        pages = PdfReader(BytesIO(document)).pages
        for page in pages:
            writer.add_page(page)
        if two_sided and len(pages) % 2:
            writer.add_blank_page()
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def page_count(document: bytes) -> int:
    """Return how many pages a document has."""
    return len(PdfReader(BytesIO(document)).pages)
