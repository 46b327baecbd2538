"""Putting broken lines of a ledger together again, where there is only one way to."""

import csv
from collections.abc import Iterator, Sequence

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors import fec_columns
from encours.connectors.fec_columns import Header
from encours.connectors.issues import Findings

Line = tuple[int, str]

# Mended lines and those of workbooks are joined by this separator, which no label holds.
UNIT = "\x1f"

MERGEABLE = ("label", "account_label", "auxiliary_label", "piece", "journal_label")
MAX_JOINED = 4
RELIABLE_SAMPLE = 20_000


def joined(cells: Sequence[str], width: int) -> str:
    """Return the fields of a line under a separator that none of them holds."""
    return UNIT.join(cell.replace("\n", " ").replace(UNIT, " ") for cell in cells[:width])


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Return the lines in groups that follow one another in the file."""
    run: list[Line] = []
    for line in lines:
        if run and line[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(line)
    yield run


class Mender:
    """Puts broken lines together again when only one way of doing so makes an entry."""

    def __init__(self, header: Header, whole: pl.DataFrame, findings: Findings) -> None:
        self.header = header
        self.findings = findings
        self.known = self._known(whole)

    def mend(self, broken: Sequence[Line]) -> list[Line]:
        """Return the lines that could be mended, and report what was done about the others."""
        mended, unread = self._quoted(broken)
        return mended + self._joined(unread)

    def _quoted(self, broken: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Return the lines whose quotes explain what is inside them, and those that remain broken."""
        if not any('"' in text for _number, text in broken):
            return [], list(broken)
        read: list[Line] = []
        unread: list[Line] = []
        for run in _runs(broken):
            reader = csv.reader((f"{text}\n" for _number, text in run), delimiter=self.header.separator)
            before = 0
            try:
                for row in reader:
                    if self._fits(row):
                        read.append((run[before][0], joined(row, self.header.width)))
                    else:
                        unread += run[before : reader.line_num]
                    before = reader.line_num
            except csv.Error:
                unread += run[before:]
        return read, unread

    def _fits(self, cells: Sequence[str]) -> bool:
        """Tell whether there are as many fields as announced, or only blank ones more."""
        width = self.header.width
        return len(cells) >= width and not any(cell.strip() for cell in cells[width:])

    def _joined(self, broken: Sequence[Line]) -> list[Line]:
        """Return the lines that make an entry once joined to the next ones, or once a label takes its pieces back."""
        mended: list[Line] = []
        place = 0
        while place < len(broken):
            number, text = broken[place]
            taken, cells = self._mend_at(broken, place)
            if cells is None:
                self.findings.add(
                    "line_broken",
                    _("This line does not have the announced fields and was left out: %(value)s"),
                    line=number,
                    severity="error",
                    value=text[:120].replace(self.header.separator, " · "),
                )
            else:
                mended.append((number, joined(cells, self.header.width)))
            place += taken
        return mended

    def _mend_at(self, broken: Sequence[Line], place: int) -> tuple[int, list[str] | None]:
        """Return how many lines were used from this one on, and the fields they make."""
        number, text = broken[place]
        whole = text
        for taken in range(1, MAX_JOINED + 1):
            cells = self._fields(whole)
            if cells is not None:
                if taken > 1:
                    self.findings.add(
                        "line_break_mended",
                        _("A line break inside a label was taken for a space."),
                        line=number,
                    )
                return taken, cells
            following = place + taken
            if following >= len(broken) or broken[following][0] != number + taken:
                break
            whole = f"{whole} {broken[following][1]}"
        return 1, None

    def _fields(self, text: str) -> list[str] | None:
        """Return the fields of a line that has too many or too few, when one reading of it makes an entry."""
        cells = text.split(self.header.separator)
        surplus = len(cells) - self.header.width
        if surplus <= 0:
            padded = [*cells, *[""] * -surplus]
            return padded if self._plausible(padded) else None
        whole = cells[: self.header.width]
        if self._fits(cells) and self._plausible(whole):
            return whole
        return self._merged(cells, surplus)

    def _merged(self, cells: list[str], surplus: int) -> list[str] | None:
        """Return the fields once the separators inside one label are taken for spaces."""
        readings: dict[str, list[str]] = {}
        for name in MERGEABLE:
            place = self.header.position(name)
            if place is not None:
                label = " ".join(cells[place : place + surplus + 1])
                candidate = [*cells[:place], label, *cells[place + surplus + 1 :]]
                if self._plausible(candidate):
                    readings[name] = candidate
        if not readings:
            return None
        ranked = sorted(readings.values(), key=self._familiarity, reverse=True)
        if len(ranked) > 1 and self._familiarity(ranked[0]) == self._familiarity(ranked[1]):
            return None
        return ranked[0]

    def _row(self, cells: Sequence[str]) -> dict[str, str]:
        return {name: cell.strip() for name, cell in zip(self.header.names, cells, strict=False) if name}

    def _plausible(self, cells: Sequence[str]) -> bool:
        return fec_columns.plausible(self._row(cells))

    def _familiarity(self, cells: Sequence[str]) -> int:
        """Return how many short fields of a line hold what whole lines hold there too."""
        row = self._row(cells)
        return sum(row.get(name, "") in values for name, values in self.known.items())

    def _known(self, whole: pl.DataFrame) -> dict[str, set[str]]:
        names = [
            name
            for name in ("journal_label", "account_label", "auxiliary", "auxiliary_label", "piece")
            if name in self.header.names
        ]
        sample = whole.head(RELIABLE_SAMPLE)["text"].to_list()
        rows = [self._row(text.split(self.header.separator)) for text in sample]
        return {name: {row.get(name, "") for row in rows} for name in names}
