"""The lines of a legal ledger file, cut into columns; broken ones are mended where there is one way to."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors import fec_columns
from encours.connectors.fec_columns import Header
from encours.connectors.issues import Findings

# Quoted and workbook files are rewritten with this separator, which no label holds.
UNIT = "\x1f"
MERGEABLE = ("label", "account_label", "auxiliary_label", "piece", "journal_label")
CHUNK = 200_000
UNUSED = ("validated_on", "foreign_amount", "foreign_currency")
MAX_JOINED = 4
QUOTED_RECORD_LINES = 50
TRAILING_SHARE = 0.5
RELIABLE_SAMPLE = 20_000


@dataclass
class Lines:
    """The lines of a file with their numbers, each a text to cut, and where the columns are."""

    header: Header
    frame: pl.DataFrame
    findings: Findings = field(default_factory=Findings)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Return the lines cut into trimmed text columns under our names, some hundred thousand at a time."""
        header = self.header
        places = [(place, name) for place, name in enumerate(header.names) if name and name not in UNUSED]
        absent = [name for name in fec_columns.SPELLINGS if name not in header.names and name not in UNUSED]
        trim = _unwrapped if self.frame["text"].str.contains('"', literal=True).any() else _trimmed
        for chunk in self.frame.iter_slices(CHUNK):
            cut = pl.col("text").str.split_exact(header.separator, header.width)
            yield chunk.with_columns(cut.alias("cut")).select(
                pl.col("line"),
                *(trim(pl.col("cut").struct.field(f"field_{place}")).alias(name) for place, name in places),
                *(pl.lit("").alias(name) for name in absent),
            )


def lines_of(content: bytes, findings: Findings) -> Lines:
    """Return the lines of a text, complete ones as they are, broken ones mended or reported."""
    head = content[:400_000].decode(errors="replace").split("\n")[: fec_columns.HEADER_DEPTH]
    header = fec_columns.require(fec_columns.header_of(head))
    if _quoted(content, header.separator):
        rewritten = _unquoted(content, header)
        if rewritten is not None:
            header = Header(header.line, UNIT, header.names, header.spelled, header.trailing)
            return _mended(Lines(header, rewritten, findings), "")
    frame = pl.read_lines(content).select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"), pl.col("line").alias("text")
    )
    first = head[header.line - 1] if header.line else ""
    return _mended(Lines(header, frame.slice(header.line), findings), first)


def lines_of_rows(header: Header, rows: Sequence[tuple[int, Sequence[str]]], findings: Findings) -> Lines:
    """Return lines that came already cut, with their numbers."""
    named = Header(header.line, UNIT, header.names, header.spelled)
    return _mended(Lines(named, _joined(rows, named.width), findings), "")


def _trimmed(text: pl.Expr) -> pl.Expr:
    """Return a text without blanks around it."""
    return text.fill_null("").str.strip_chars()


def _unwrapped(text: pl.Expr) -> pl.Expr:
    """Return a text without blanks around it, nor the pair of quotes around it."""
    text = _trimmed(text)
    paired = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() > 1)
    return pl.when(paired).then(text.str.strip_chars('"').str.strip_chars()).otherwise(text)


def _quoted(content: bytes, separator: str) -> bool:
    """Tell whether the file quotes its fields: as many quotes open at the edge of a field as close."""
    if b'"' not in content:
        return False
    edge = separator.encode()
    opening = content.count(edge + b'"') + content.count(b'\n"') + content.startswith(b'"')
    if not opening:
        return False
    closing = content.count(b'"' + edge) + content.count(b'"\n') + content.endswith(b'"')
    return opening == closing


def _unquoted(content: bytes, header: Header) -> pl.DataFrame | None:
    """Return the lines of a file that quotes its fields, or nothing when the quotes lead astray."""
    reader = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=header.separator)
    rows: list[tuple[int, Sequence[str]]] = []
    before = 0
    try:
        for cells in reader:
            if reader.line_num - before > QUOTED_RECORD_LINES:
                return None
            if before >= header.line:
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error:
        return None
    return _joined(rows, header.width)


def _joined(rows: Sequence[tuple[int, Sequence[str]]], width: int) -> pl.DataFrame:
    """Return cut rows as lines again, under a separator that no field holds."""
    numbers, texts = [], []
    for number, cells in rows:
        fields = [cell.replace("\n", " ").replace(UNIT, " ") for cell in cells]
        while len(fields) > width and not fields[-1].strip():
            fields.pop()
        numbers.append(number)
        texts.append(UNIT.join(fields) if any(field.strip() for field in fields) else "")
    return pl.DataFrame({"line": numbers, "text": texts}, schema={"line": pl.Int64, "text": pl.String})


def _mended(lines: Lines, repeated: str) -> Lines:
    """Return lines that all hold as many fields as the header, after mending those that do not."""
    header = lines.header
    blank = pl.col("text").str.strip_chars(header.separator + " \t\f") == ""
    frame = lines.frame.filter(~blank & (pl.col("text") != repeated) if repeated else ~blank)
    surplus = pl.col("text").str.count_matches(header.separator, literal=True).cast(pl.Int64) - (
        header.width - 1
    )
    frame = frame.with_columns(surplus.alias("surplus"))
    trails = (pl.col("surplus") == 1) & pl.col("text").str.ends_with(header.separator)
    trailing = header.trailing or (frame.select(trails.mean()).item() or 0) > TRAILING_SHARE
    complete = (pl.col("surplus") == 0) | (trails if trailing else pl.lit(value=False))
    broken = frame.filter(~complete)
    frame = frame.filter(complete).select("line", "text")
    if broken.height:
        mended = Mender(header, frame, lines.findings).mend(list(broken.select("line", "text").iter_rows()))
        frame = pl.concat([frame, mended]).sort("line")
    return Lines(header, frame, lines.findings)


class Mender:
    """Puts broken lines together again when only one way of doing so makes an entry."""

    def __init__(self, header: Header, whole: pl.DataFrame, findings: Findings) -> None:
        self.header = header
        self.findings = findings
        self.known = self._known(whole)

    def mend(self, broken: list[tuple[int, str]]) -> pl.DataFrame:
        """Return the lines that could be mended, and report what was done about every one."""
        mended: list[tuple[int, str]] = []
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
                mended.append((number, self.header.separator.join(cells)))
            place += taken
        return pl.DataFrame(mended, schema={"line": pl.Int64, "text": pl.String}, orient="row")

    def _mend_at(self, broken: list[tuple[int, str]], place: int) -> tuple[int, list[str] | None]:
        """Return how many lines were used from this one on, and the fields they make."""
        number, text = broken[place]
        joined = text
        for taken in range(1, MAX_JOINED + 1):
            cells = self._fields(joined)
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
            joined = f"{joined} {broken[following][1]}"
        return 1, None

    def _fields(self, text: str) -> list[str] | None:
        """Return the fields of a line that has too many or too few, when one reading of it makes an entry."""
        cells = text.split(self.header.separator)
        surplus = len(cells) - self.header.width
        if surplus <= 0:
            padded = [*cells, *[""] * -surplus]
            return padded if self._plausible(padded) else None
        if not any(cell.strip() for cell in cells[self.header.width :]) and self._plausible(
            cells[: self.header.width]
        ):
            return cells[: self.header.width]
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
