"""The lines of a legal ledger file, cut into columns under our names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from encours.connectors import fec_columns, files
from encours.connectors.fec_columns import Header
from encours.connectors.fec_mending import UNIT, Mender, joined
from encours.connectors.issues import Findings

CHUNK = 100_000
UNUSED = ("validated_on", "foreign_amount", "foreign_currency")
TRAILING_SHARE = 0.5
LINE = {"line": pl.Int64, "text": pl.String}


@dataclass(frozen=True)
class Lines:
    """Numbered lines, each a text to cut: those complete as they are, and those joined again by `UNIT`."""

    header: Header
    whole: pl.DataFrame
    joined: pl.DataFrame

    @property
    def height(self) -> int:
        """Return how many lines there are."""
        return self.whole.height + self.joined.height

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Return the lines cut into trimmed text columns, some hundred thousand at a time."""
        for frame, separator in ((self.whole, self.header.separator), (self.joined, UNIT)):
            quoted = frame["text"].str.contains('"', literal=True).any()
            chunks = frame.iter_slices(CHUNK)
            # Cutting keeps one core busy: two chunks at a time take half as long.
            while pair := list(islice(chunks, 2)):
                yield from pl.collect_all(
                    [self._cut(one.lazy(), separator, quoted=bool(quoted)) for one in pair]
                )

    def _cut(self, chunk: pl.LazyFrame, separator: str, *, quoted: bool) -> pl.LazyFrame:
        """Return lines cut at a separator; a column that the file lacks is blank."""
        names = self.header.names
        places = [(place, name) for place, name in enumerate(names) if name and name not in UNUSED]
        absent = [name for name in fec_columns.SPELLINGS if name not in names and name not in UNUSED]
        trim = _unwrapped if quoted else _trimmed
        cut = pl.col("text").str.split_exact(separator, len(names))
        return chunk.with_columns(cut.alias("cut")).select(
            pl.col("line"),
            *(trim(pl.col("cut").struct.field(f"field_{place}")).alias(name) for place, name in places),
            *(pl.lit("").alias(name) for name in absent),
        )


def lines_of(content: bytes, findings: Findings) -> Lines:
    """Return the lines of a text, complete ones as they are, broken ones mended or reported."""
    texts = pl.read_lines(content)["line"]
    if texts.str.contains("\r", literal=True).any():
        # The reader takes either usual line end; anything else is made plain first.
        content = files.plain(content)
        texts = pl.read_lines(content)["line"]
    header = fec_columns.require(fec_columns.header_of(head_of(content)))
    frame = pl.DataFrame(
        {"line": pl.int_range(1, texts.len() + 1, dtype=pl.Int64, eager=True), "text": texts}
    )
    repeated = frame["text"][header.line - 1] if header.line else None
    return _sorted_out(header, frame.slice(header.line), repeated, findings)


def head_of(content: bytes) -> list[str]:
    """Return the first lines of a text, where a header may be."""
    return content[:400_000].decode(errors="replace").split("\n")[: fec_columns.HEADER_DEPTH]


def lines_of_rows(header: Header, rows: Sequence[tuple[int, Sequence[str]]], findings: Findings) -> Lines:
    """Return lines that came already cut, with their numbers."""
    named = Header(header.line, UNIT, header.names, header.spelled)
    lines = [(number, joined(cells, named.width)) for number, cells in rows]
    return _sorted_out(named, pl.DataFrame(lines, schema=LINE, orient="row"), None, findings)


def _trimmed(text: pl.Expr) -> pl.Expr:
    """Return a text without blanks around it."""
    return text.fill_null("").str.strip_chars()


def _unwrapped(text: pl.Expr) -> pl.Expr:
    """Return a text without blanks around it, nor the quotes that a spreadsheet puts around and inside it."""
    text = _trimmed(text)
    paired = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() > 1)
    bare = text.str.strip_prefix('"').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    return pl.when(paired).then(bare.str.strip_chars()).otherwise(text)


def _sorted_out(header: Header, frame: pl.DataFrame, repeated: str | None, findings: Findings) -> Lines:
    """Return the lines that hold as many fields as the header, and the others mended."""
    text = pl.col("text")
    blank = text.str.strip_chars(header.separator + ' "\t\f') == ""
    surplus = text.str.count_matches(header.separator, literal=True).cast(pl.Int64) - (header.width - 1)
    frame = frame.filter(~blank & text.ne_missing(pl.lit(repeated))).with_columns(surplus.alias("surplus"))
    last_blank = text.str.ends_with(header.separator)
    if header.trailing:
        last_blank |= text.str.ends_with(header.separator + '""')
    trails = (pl.col("surplus") == 1) & last_blank
    trailing = header.trailing or (frame.select(trails.mean()).item() or 0) > TRAILING_SHARE
    complete = (pl.col("surplus") == 0) | (trails if trailing else pl.lit(value=False))
    whole = frame.filter(complete).select("line", "text")
    broken = list(frame.filter(~complete).select("line", "text").iter_rows())
    mended = Mender(header, whole, findings).mend(broken) if broken else []
    return Lines(header, whole, pl.DataFrame(mended, schema=LINE, orient="row"))
