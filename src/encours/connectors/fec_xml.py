"""The XML variant of the legal ledger file, read as the same lines."""

from pathlib import Path
from xml.parsers import expat

from encours.connectors import errors, fec_columns
from encours.connectors.fec_columns import LEGAL_ORDER, SPELLED, Header
from encours.connectors.fec_lines import Lines, lines_of_rows
from encours.connectors.issues import Findings

XML_COLUMNS = (*LEGAL_ORDER, "amount", "side")
LEVELS = ("journal", "ecriture", "ligne")


class _Reader:
    """Keeps the fields of the open journal, entry and line; a closed line is a row."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True
        self.levels: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
        self.open: list[str] = []
        self.text = ""
        self.rows: list[tuple[int, list[str]]] = []

    def _doctype(self, *_declaration: object) -> None:
        raise errors.DoctypeRefusedError

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        level = name.lower()
        if level in self.levels:
            self.open.append(level)
            self.levels[level] = {}
        self.text = ""

    def _text(self, text: str) -> None:
        self.text += text

    def _end(self, name: str) -> None:
        level = name.lower()
        if self.open and level == self.open[-1]:
            self.open.pop()
            if level == "ligne":
                row = {key: value for one in LEVELS for key, value in self.levels[one].items()}
                self.rows.append(
                    (self.parser.CurrentLineNumber, [row.get(column, "") for column in XML_COLUMNS])
                )
        elif self.open and (column := SPELLED.get(fec_columns.plain(name))):
            self.levels[self.open[-1]][column] = self.text.strip()
        self.text = ""


def lines_of_xml(path: Path, findings: Findings) -> Lines:
    """Return the lines of an XML ledger; a document type is refused, as nothing good hides in one."""
    reader = _Reader()
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise errors.XmlBrokenError(line=str(error.lineno)) from error
    if not reader.rows:
        raise errors.LinesMissingError
    return lines_of_rows(Header(0, "", XML_COLUMNS, ()), reader.rows, findings)


def looks_like_fec_xml(path: Path) -> bool:
    """Tell whether an XML file opens as a ledger does."""
    with path.open("rb") as stream:
        head = stream.read(4000).lower()
    return b"<comptabilite" in head or b"<journalcode" in head
