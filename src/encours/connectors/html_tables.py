"""The tables of a web page: what much software writes under the name of an old Excel workbook."""

from html.parser import HTMLParser

WIDEST = 1_000

Rows = list[list[str]]


class _Reader(HTMLParser):
    """Keeps the rows of every table, those of a table inside another apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Rows] = []
        self.open: list[Rows] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._close_cell()
            self.open.append([])
            self.tables.append(self.open[-1])
        elif tag == "tr" and self.open:
            self._close_cell()
            self.open[-1].append([])
        elif tag in {"td", "th"} and self.open:
            self._close_cell()
            if not self.open[-1]:
                self.open[-1].append([])
            span = dict(attrs).get("colspan") or "1"
            self.span = min(int(span), WIDEST) if span.isdecimal() else 1
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._close_cell()
        if tag == "table" and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close_cell(self) -> None:
        if self.cell is not None and self.open and self.open[-1]:
            text = " ".join("".join(self.cell).split())
            self.open[-1][-1].extend([text, *[""] * (self.span - 1)])
        self.cell = None


def tables_of(page: str) -> list[Rows]:
    """Return the rows of cells of every table that has some."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [table for table in reader.tables if any(table)]
