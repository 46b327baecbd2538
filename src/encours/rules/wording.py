"""The variable language of letters: named values and conditional passages, nothing that could run."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape

from encours.rules.sentences import gettext_noop

# A tag is the shortest stretch between double braces; what is inside must be one of the three known forms.
_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*([A-Za-z_]\w*)\s*")
_OPENING = re.compile(r"\s*#\s*if\s+([A-Za-z_]\w*)\s*")
_CLOSING = re.compile(r"\s*/\s*if\s*")
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that may stand in a letter, with the sentence that explains it."""

    name: str
    description: str


VARIABLES: tuple[Variable, ...] = (
    Variable("customer_name", gettext_noop("Name of the customer")),
    Variable("customer_code", gettext_noop("Code of the customer in your ledger")),
    Variable("contact_name", gettext_noop("Name of the person written to")),
    Variable("amount_overdue", gettext_noop("Amount overdue, all the invoices of the letter together")),
    Variable("amount_due_soon", gettext_noop("Amount of the invoices that fall due soon")),
    Variable("amount_paid", gettext_noop("Amount just received")),
    Variable("invoice_count", gettext_noop("Number of invoices in the letter")),
    Variable(
        "invoice_list", gettext_noop("List of the invoices: number, due date, amount left, days overdue")
    ),
    Variable("oldest_days", gettext_noop("Age in days of the oldest overdue invoice")),
    Variable("oldest_due_on", gettext_noop("Due date of the oldest invoice")),
    Variable("interest_amount", gettext_noop("Late interest to this day")),
    Variable("interest_rate", gettext_noop("Yearly rate of late interest")),
    Variable("interest_law", gettext_noop("Article that makes late interest due from this customer")),
    Variable("recovery_fees", gettext_noop("Recovery fees: 40 euros for each overdue invoice")),
    Variable("recovery_fee_law", gettext_noop("Article that makes the recovery fee due from this customer")),
    Variable(
        "total_claim",
        gettext_noop("All there is to pay: overdue, interest and fees, less what is unallocated"),
    ),
    Variable("unallocated_amount", gettext_noop("Payments received and not yet allocated")),
    Variable("deadline_on", gettext_noop("Date by which the letter asks to be paid")),
    Variable("today", gettext_noop("Date of the letter")),
    Variable("organization_name", gettext_noop("Name of your company")),
    Variable("sender_name", gettext_noop("Name of the person who signs")),
    Variable("sender_email", gettext_noop("E-mail address of the person who signs")),
    Variable("sender_phone", gettext_noop("Phone number of the person who signs")),
    Variable("iban", gettext_noop("Account number to pay to (IBAN)")),
    Variable("bic", gettext_noop("Bank code to pay to (BIC)")),
    Variable("payment_reference", gettext_noop("Reference to quote with the payment")),
    Variable("has_interest", gettext_noop("Condition: late interest is claimed")),
    Variable("has_recovery_fees", gettext_noop("Condition: recovery fees are claimed")),
    Variable("has_unallocated", gettext_noop("Condition: a payment is not yet allocated")),
    Variable("has_bank", gettext_noop("Condition: the bank account to pay to is known")),
)
VARIABLE_NAMES = frozenset(variable.name for variable in VARIABLES)


class WordingError(ValueError):
    """A letter cannot be written from this text: `code`, `line` and `name` say why, for a door."""

    def __init__(self, code: str, line: int, name: str = "") -> None:
        super().__init__(f"line {line}: {code}" + (f" ({name})" if name else ""))
        self.code = code
        self.line = line
        self.name = name


class UnknownVariableError(WordingError):
    """The text names a variable that does not exist; `suggestion` is the nearest one that does."""

    def __init__(self, name: str, line: int, suggestion: str | None) -> None:
        super().__init__("unknown_variable", line, name)
        self.suggestion = suggestion


def render(text: str, values: Mapping[str, object], allowed: Collection[str] = VARIABLE_NAMES) -> str:
    """Write the letter: replace each variable by its value, and drop the passages whose condition is not met.

    >>> text = "Owed: {{ amount_overdue }}.{{# if has_interest }} Interest: {{ interest_amount }}.{{/ if }}"
    >>> render(text, {"amount_overdue": "1 200,00 €", "has_interest": False})
    'Owed: 1 200,00 €.'
    """
    return "".join(_written(text, values, allowed, str))


def render_html(text: str, values: Mapping[str, object], allowed: Collection[str] = VARIABLE_NAMES) -> str:
    """Write the letter as HTML paragraphs, in which neither the text nor a value can become markup.

    >>> render_html("Dear {{ customer_name }},", {"customer_name": "Dupont & <b>Fils</b>"})
    '<p>Dear Dupont &amp; &lt;b&gt;Fils&lt;/b&gt;,</p>'
    """
    written = "".join(_written(text, values, allowed, escape)).replace("\r\n", "\n").strip()
    paragraphs = (paragraph for paragraph in _PARAGRAPHS.split(written) if paragraph)
    return "\n".join("<p>" + paragraph.replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)


def variables_in(text: str) -> list[str]:
    """List the variables that a text uses, conditions included, in the order of their first appearance.

    >>> variables_in("{{ today }}{{# if has_interest }}{{ interest_amount }}{{/ if }}{{ today }}")
    ['today', 'has_interest', 'interest_amount']
    """
    return list(dict.fromkeys(piece.content for piece in _pieces(text) if piece.kind in {"variable", "if"}))


def check(text: str, allowed: Collection[str] = VARIABLE_NAMES) -> None:
    """Refuse a text from which a letter could not be written, whatever the values."""
    for piece in _pieces(text):
        if piece.kind in {"variable", "if"}:
            _known(piece, allowed)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    content: str
    line: int


def _pieces(text: str) -> list[_Piece]:
    """Cut a text into its plain parts and its tags, and refuse what is neither."""
    pieces: list[_Piece] = []
    position, line, opened = 0, 1, list[_Piece]()
    for tag in _TAG.finditer(text):
        plain = text[position : tag.start()]
        pieces.append(_plain(plain, line))
        line += plain.count("\n")
        piece = _tag(tag[1], line)
        if piece.kind == "if":
            opened.append(piece)
        elif piece.kind == "end":
            if not opened:
                raise WordingError("nothing_to_close", line)
            opened.pop()
        pieces.append(piece)
        position, line = tag.end(), line + tag[0].count("\n")
    pieces.append(_plain(text[position:], line))
    if opened:
        raise WordingError("condition_not_closed", opened[-1].line, opened[-1].content)
    return pieces


def _plain(text: str, line: int) -> _Piece:
    for braces in ("{{", "}}"):
        if braces in text:
            raise WordingError("braces_not_paired", line + text[: text.index(braces)].count("\n"))
    return _Piece("text", text, line)


def _tag(inside: str, line: int) -> _Piece:
    if found := _VARIABLE.fullmatch(inside):
        return _Piece("variable", found[1], line)
    if found := _OPENING.fullmatch(inside):
        return _Piece("if", found[1], line)
    if _CLOSING.fullmatch(inside):
        return _Piece("end", "", line)
    raise WordingError("not_a_variable", line, inside.strip())


def _known(piece: _Piece, allowed: Collection[str]) -> str:
    if piece.content in allowed:
        return piece.content
    near = get_close_matches(piece.content, sorted(allowed), n=1)
    raise UnknownVariableError(piece.content, piece.line, near[0] if near else None)


def _written(
    text: str, values: Mapping[str, object], allowed: Collection[str], safe: Callable[[str], str]
) -> Iterator[str]:
    """Yield the letter piece by piece; values are never read again, so they cannot name a variable."""
    shown = [True]
    for piece in _pieces(text):
        if piece.kind == "end":
            shown.pop()
        elif piece.kind == "text":
            if shown[-1]:
                yield safe(piece.content)
        else:
            name = _known(piece, allowed)
            if name not in values and shown[-1]:
                # Better no letter than "Dear ,".
                raise WordingError("value_missing", piece.line, name)
            if piece.kind == "if":
                shown.append(shown[-1] and bool(values[name]))
            elif shown[-1]:
                yield safe(str(values[name]))
