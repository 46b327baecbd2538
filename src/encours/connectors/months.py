"""Dates whose month is a word, in French or English."""

import re
import unicodedata

import polars as pl

LETTERS = r"[A-Za-z]"
DAY_FIRST = re.compile(
    r"(?:[a-z]+[., ]+)?(\d{1,2})(?:er|st|nd|rd|th)?[ ./-]*([a-z]{3,9})[ ./-]*(\d{2}|\d{4})"
)
MONTH_FIRST = re.compile(r"(?:[a-z]+[., ]+)??([a-z]{3,9})[ ./-]+(\d{1,2})(?:st|nd|rd|th)?[ ,./-]+(\d{4})")

# Without accents; what begins like the word of a month, from three letters on, is that month.
WORDS = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july", "jul"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)


def in_digits(texts: pl.Series) -> pl.Series:
    """Return dates with the word of their month replaced by its number, day first; other texts as they are."""
    if not texts.str.contains(LETTERS).any():
        return texts
    return pl.Series(
        texts.name, [text if text is None else _in_digits(text) for text in texts], dtype=pl.String
    )


def _in_digits(text: str) -> str:
    """Return one date in digits, or the text itself."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    plain = "".join(character for character in decomposed if character.isascii()).replace(".", " ")
    plain = re.sub(r"\s+", " ", plain).strip()
    if found := DAY_FIRST.fullmatch(plain):
        day, word, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(plain):
        word, day, year = found.groups()
    else:
        return text
    number = _number(word)
    return f"{day}/{number}/{year}" if number else text


def _number(word: str) -> int | None:
    """Return the number of the month that a word or its beginning names, or nothing where two months do."""
    named = [
        rank for rank, names in enumerate(WORDS, start=1) if any(name.startswith(word) for name in names)
    ]
    return named[0] if len(named) == 1 else None
