"""Items as a list tells them: what each is called, its sign, its state in words, and the cells of its file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from encours.backoffice import aged
from encours.channels.xlsx import Cell, Column
from encours.receivables.due import DERIVED
from encours.receivables.models import ItemKind, Side
from encours.reports.claims import Claims
from encours.reports.items import SETTLED, ItemRow
from encours.rules.aging import Columns
from encours.ui import formats


@dataclass(frozen=True)
class ItemLine:
    """One item of a list; what takes away from the account carries a minus."""

    item: ItemRow
    title: str
    kind: str
    amount: Decimal
    open_amount: Decimal
    tone: str
    state: str
    derived: bool
    note: str
    interest: Decimal | None = None
    fee: Decimal | None = None

    @property
    def about(self) -> str:
        """Return its kind and its label, the kind once where the label begins with it."""
        if self.note.casefold().startswith(self.kind.casefold()):
            return self.note
        return f"{self.kind} · {self.note}" if self.note else self.kind


def lines(rows: Iterable[ItemRow]) -> list[ItemLine]:
    """Tell items in the reader's words."""
    return [line(row) for row in rows]


def line(row: ItemRow) -> ItemLine:
    """Tell one item in the reader's words."""
    debit = row.side == Side.DEBIT
    tone, state = state_of(row)
    kind = kind_label(row.kind)
    title = row.number or row.reference or kind
    note = row.label if row.label != title else ""
    return ItemLine(
        row,
        title,
        kind,
        row.amount if debit else -row.amount,
        row.open_amount if debit else -row.open_amount,
        tone,
        state,
        debit and row.due_basis == DERIVED,
        note,
    )


def claimed(told: Iterable[ItemLine], found: Claims) -> list[ItemLine]:
    """Add to each invoice the late interest and the fee that may be claimed for it."""
    by_item = {claim.item_id: claim for claim in found.claims}
    return [
        replace(one, interest=claim.interest.total, fee=claim.fee.amount.amount if claim.fee else None)
        if (claim := by_item.get(one.item.id))
        else one
        for one in told
    ]


def kind_label(kind: str) -> str:
    """Name a kind of item."""
    return str(ItemKind(kind).label) if kind in ItemKind.values else kind


def state_of(row: ItemRow) -> tuple[str, str]:
    """Return the tone and the words of an item's state: settled, unallocated, or its age."""
    if not row.open_amount:
        return "ok", _("settled")
    if row.side == Side.CREDIT:
        return "neutral", _("unallocated")
    tone = "late" if row.days_overdue > 30 else "soon" if row.days_overdue > 0 else "neutral"  # noqa: PLR2004 - a month
    return tone, formats.age(row.days_overdue)


def file_columns() -> list[Column]:
    """Return the columns of a file of items."""
    return [
        Column(_("Number"), width=18),
        Column(_("Kind"), width=16),
        Column(_("Customer code"), width=14),
        Column(_("Customer")),
        Column(_("Reference"), width=18),
        Column(_("Label")),
        Column(_("Issued on"), "date"),
        Column(_("Due on"), "date"),
        Column(_("Due date derived"), width=10),
        Column(_("Days overdue"), "int"),
        Column(_("Column"), width=16),
        Column(_("Amount"), "money", total=True),
        Column(_("Open"), "money", total=True),
        Column(_("Currency"), width=9),
        Column(_("Settled on"), "date"),
        Column(_("Disputed on"), "date"),
        Column(_("Line of the file"), "int"),
    ]


def file_rows(rows: Iterable[ItemRow], columns: Columns) -> Iterable[Sequence[Cell]]:
    """Yield the cells of a file of items, signed as the list shows them; each word is looked up once."""
    kinds: dict[str, str] = {}
    places: dict[str, str] = {}
    yes = _("yes")
    for row in rows:
        debit = row.side == Side.DEBIT
        days = row.days_overdue if row.open_amount and debit else None
        if row.kind not in kinds:
            kinds[row.kind] = kind_label(row.kind)
        if row.column not in places:
            places[row.column] = column_word(row, columns)
        yield (
            row.number,
            kinds[row.kind],
            row.customer_code,
            row.customer_name,
            row.reference,
            row.label,
            row.issued_on,
            row.due_on,
            yes if debit and row.due_basis == DERIVED else "",
            max(days, 0) if days is not None else None,
            places[row.column],
            row.amount if debit else -row.amount,
            row.open_amount if debit else -row.open_amount,
            row.currency,
            row.settled_on,
            row.disputed_on,
            row.line,
        )


def column_word(row: ItemRow, columns: Columns) -> str:
    """Name the column of the aged balance in which an item stands."""
    return _("Settled") if row.column == SETTLED else aged.label(row.column, columns)
