"""What narrows a list of customers or items, as conditions for the database."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from psycopg import sql

# Both cases: PostgreSQL folds accented letters only where its locale knows them.
ACCENTED = {
    "a": "àáâäãåÀÁÂÄÃÅ",
    "c": "çÇ",
    "e": "èéêëÈÉÊË",
    "i": "ìíîïÌÍÎÏ",
    "n": "ñÑ",
    "o": "òóôöõÒÓÔÖÕ",
    "u": "ùúûüÙÚÛÜ",
    "y": "ýÿÝŸ",
}
WORDS = 6

ITEM_WORD = sql.SQL("""
    AND (i.number LIKE ANY({spelled}) OR i.reference LIKE ANY({spelled}) OR i.label LIKE ANY({spelled})
        OR i.customer_id IN (
            SELECT c.id FROM customers_customer c
            WHERE c.organization_id = %(organization)s AND concat_ws(' ', c.name, c.code) ~* {word}))
""")

Parameters = dict[str, object]


@dataclass(frozen=True, slots=True)
class Condition:
    """Some conditions joined by AND, ready to follow others, and their parameters."""

    text: sql.Composed
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class CustomerFilters:
    """Which customers are wanted; everything empty wants them all.

    `portfolio_user_id` is the restriction of a member, who sees only the customers they collect or sell to.
    """

    search: str = ""
    grade: str = ""
    collector_id: int | None = None
    segment: str = ""
    portfolio_user_id: int | None = None
    state: str = ""
    action: str = ""

    def condition(self) -> Condition:
        """Return the conditions on the customer `c` and on its current grade `s`."""
        texts: list[sql.Composable] = []
        parameters: Parameters = {}
        if self.search.strip():
            found = customer_search(self.search)
            texts.append(found.text)
            parameters |= found.parameters
        if self.grade == "none":
            texts.append(sql.SQL("AND s.grade IS NULL"))
        elif self.grade:
            texts.append(sql.SQL("AND s.grade = %(grade)s"))
        if self.collector_id == 0:
            texts.append(sql.SQL("AND c.collector_id IS NULL"))
        elif self.collector_id is not None:
            texts.append(sql.SQL("AND c.collector_id = %(collector)s"))
        if self.segment:
            texts.append(sql.SQL("AND c.segment = %(segment)s"))
        if self.portfolio_user_id is not None:
            texts.append(sql.SQL("AND (c.collector_id = %(portfolio)s OR c.salesperson_id = %(portfolio)s)"))
        parameters |= {
            "grade": self.grade,
            "collector": self.collector_id,
            "segment": self.segment,
            "portfolio": self.portfolio_user_id,
        }
        return Condition(sql.SQL(" ").join(texts), parameters)


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """Which items are wanted; everything empty wants them all."""

    state: str = ""
    kind: str = ""
    column: str = ""
    customer_id: int | None = None
    portfolio_user_id: int | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    added_from: date | None = None

    def dates(self) -> Condition:
        """Return the conditions on the days an item was issued, falls due, and came to be known."""
        wanted: dict[str, tuple[sql.SQL, date | None]] = {
            "issued_from": (sql.SQL("AND i.issued_on >= %(issued_from)s"), self.issued_from),
            "issued_to": (sql.SQL("AND i.issued_on <= %(issued_to)s"), self.issued_to),
            "due_from": (sql.SQL("AND i.due_on >= %(due_from)s"), self.due_from),
            "due_to": (sql.SQL("AND i.due_on <= %(due_to)s"), self.due_to),
            "added_from": (
                sql.SQL("AND i.created_at >= %(added_from)s::timestamp AT TIME ZONE %(timezone)s"),
                self.added_from,
            ),
        }
        return Condition(
            sql.SQL(" ").join(text for text, day in wanted.values() if day is not None),
            {name: day for name, (_text, day) in wanted.items() if day is not None},
        )


PORTFOLIO = sql.SQL("""
    AND i.customer_id IN (
        SELECT p.id FROM customers_customer p WHERE p.organization_id = %(organization)s
        AND (p.collector_id = %(portfolio)s OR p.salesperson_id = %(portfolio)s))
""")


def portfolio_condition(portfolio_user_id: int | None) -> Condition:
    """Return the condition that holds items `i` to a member's portfolio, or no condition."""
    text = sql.SQL("") if portfolio_user_id is None else PORTFOLIO
    return Condition(sql.Composed([text]), {"portfolio": portfolio_user_id})


def customer_search(search: str) -> Condition:
    """Return the condition that every word typed stands on the customer `c`, whatever its case and accents."""
    texts: list[sql.Composable] = []
    parameters: Parameters = {}
    for rank, word in enumerate(_words(search)):
        parameters[f"word{rank}"] = _pattern(word)
        texts.append(
            sql.SQL("AND concat_ws(' ', c.name, c.code, c.siren, c.city) ~* {}").format(
                sql.Placeholder(f"word{rank}")
            )
        )
    return Condition(sql.SQL(" ").join(texts), parameters)


def item_search(search: str) -> Condition:
    """Return the condition that every word typed stands on the item `i` or in its customer's name or code."""
    texts: list[sql.Composable] = []
    parameters: Parameters = {}
    for rank, word in enumerate(_words(search)):
        kept = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        parameters[f"word{rank}"] = _pattern(word)
        # Plain LIKE over the usual spellings: ten times faster on a million items than folding each label.
        parameters[f"spelled{rank}"] = [
            f"%{way}%" for way in {kept, kept.upper(), kept.lower(), kept.title()}
        ]
        texts.append(
            ITEM_WORD.format(word=sql.Placeholder(f"word{rank}"), spelled=sql.Placeholder(f"spelled{rank}"))
        )
    return Condition(sql.SQL(" ").join(texts), parameters)


def _words(search: str) -> list[str]:
    return search.split()[:WORDS]


def _pattern(word: str) -> str:
    """Return a regular expression that finds a word with or without its accents."""
    bare = unicodedata.normalize("NFD", word.lower())
    letters = (letter for letter in bare if not unicodedata.combining(letter))
    return "".join(
        f"[{letter}{ACCENTED[letter]}]" if letter in ACCENTED else re.escape(letter) for letter in letters
    )
