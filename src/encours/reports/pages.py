"""A list as a person reads it: a part of the rows, how many there are, and what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from psycopg import sql

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a sorted list; without a size, all of them."""

    rows: tuple[Row, ...]
    number: int
    size: int | None
    count: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.count // self.size)) if self.size else 1

    @property
    def has_previous(self) -> bool:
        """Tell whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Tell whether there is a page after."""
        return self.number < self.pages

    @property
    def first(self) -> int:
        """Return the rank of the first row in the whole list, from one; zero when there is none."""
        return (self.number - 1) * (self.size or 0) + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Return the rank of the last row in the whole list."""
        return self.first + len(self.rows) - 1 if self.rows else 0


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is wanted, and in what order; an unknown order is the usual one."""

    sort: str
    page: int
    size: int | None

    def order(self, keys: Mapping[str, sql.Composable], usual: str, tie: sql.SQL) -> sql.Composed:
        """Return the ORDER BY and LIMIT of the list; what is unknown always comes last."""
        sort = self.sort if self.sort.removeprefix("-") in keys else usual
        direction = sql.SQL("DESC NULLS LAST" if sort.startswith("-") else "ASC NULLS LAST")
        return sql.SQL("ORDER BY {} {}, {} LIMIT %(limit)s OFFSET %(offset)s").format(
            keys[sort.removeprefix("-")], direction, tie
        )

    def parameters(self) -> dict[str, int | None]:
        """Return the parameters of the LIMIT."""
        return {"limit": self.size, "offset": (self.number - 1) * (self.size or 0)}

    @property
    def number(self) -> int:
        """Return the page, the first one for a nonsense number."""
        return max(1, self.page) if self.size else 1

    def of(self, rows: tuple[Row, ...], count: int) -> Page[Row]:
        """Return the page made of these rows."""
        return Page(rows, self.number, self.size, count)
