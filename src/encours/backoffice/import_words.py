"""Imports in the reader's words: steps, figures, columns, sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from encours.receivables.models import Import, ImportIssue, ImportState, ItemKind
from encours.ui import terms

BUSY = {ImportState.RECEIVED, ImportState.READING, ImportState.LOADING}
NOBODY_AFTER = timedelta(seconds=5)
STALLED_AFTER = timedelta(minutes=2)
SURE, LIKELY = 0.9, 0.6

SET_ASIDE = gettext_noop("Set aside before loading: nothing was changed.")
STEPS = {
    "file": gettext_lazy("File"),
    "reading": gettext_lazy("Reading"),
    "columns": gettext_lazy("Columns"),
    "preview": gettext_lazy("Check"),
    "loaded": gettext_lazy("Loaded"),
}
STEP_OF: dict[str, str] = {
    ImportState.RECEIVED: "reading",
    ImportState.READING: "reading",
    ImportState.MAPPING: "columns",
    ImportState.PREVIEWED: "preview",
    ImportState.LOADING: "loaded",
    ImportState.LOADED: "loaded",
    ImportState.UNDONE: "loaded",
}
TONES: dict[str, str] = {
    ImportState.LOADED: "ok",
    ImportState.REFUSED: "late",
    ImportState.UNDONE: "neutral",
    ImportState.PREVIEWED: "soon",
    ImportState.MAPPING: "soon",
}
FIGURES = {
    "new": gettext_lazy("new items"),
    "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "missing": gettext_lazy("no longer in the ledger"),
    "settled": gettext_lazy("settled since"),
    "new_customers": gettext_lazy("new customers"),
    "allocations": gettext_lazy("new allocations"),
    "proposed": gettext_lazy("proposed allocations"),
    "refused": gettext_lazy("refused lines"),
    "warnings": gettext_lazy("warnings"),
}
CHANGING = ("new", "changed", "missing", "settled", "new_customers", "allocations")
FIELDS = (
    (
        gettext_lazy("Customer"),
        {
            "customer_code": gettext_lazy("Customer code"),
            "customer_name": gettext_lazy("Customer name"),
            "account": gettext_lazy("Ledger account"),
        },
    ),
    (
        gettext_lazy("Item"),
        {
            "number": gettext_lazy("Number"),
            "issued_on": gettext_lazy("Issued on"),
            "due_on": gettext_lazy("Due on"),
            "kind": gettext_lazy("Kind"),
            "label": gettext_lazy("Label"),
            "reference": gettext_lazy("Reference"),
            "journal": gettext_lazy("Journal"),
        },
    ),
    (
        gettext_lazy("Amount"),
        {
            "amount": gettext_lazy("Amount"),
            "debit": gettext_lazy("Debit"),
            "credit": gettext_lazy("Credit"),
            "side": gettext_lazy("Debit or credit"),
            "open_amount": gettext_lazy("Still open"),
            "paid_amount": gettext_lazy("Already paid"),
            "currency": gettext_lazy("Currency"),
        },
    ),
    (
        gettext_lazy("Settlement"),
        {
            "lettering": gettext_lazy("Lettering"),
            "lettered_on": gettext_lazy("Lettered on"),
            "paid_on": gettext_lazy("Paid on"),
        },
    ),
    (
        gettext_lazy("About the customer"),
        {
            "terms": gettext_lazy("Payment terms"),
            "email": gettext_lazy("E-mail"),
            "phone": gettext_lazy("Telephone"),
            "siren": gettext_lazy("SIREN or SIRET"),
            "vat_number": gettext_lazy("VAT number"),
            "address": gettext_lazy("Address"),
            "postal_code": gettext_lazy("Postal code"),
            "city": gettext_lazy("City"),
            "country": gettext_lazy("Country"),
        },
    ),
)
NAMES = {name: label for _group, fields in FIELDS for name, label in fields.items()}
ORDERS = {
    "day first": gettext_lazy("day/month/year"),
    "month first": gettext_lazy("month/day/year"),
    "year first": gettext_lazy("year-month-day"),
    "mixed": gettext_lazy("several formats"),
}
MARKS = {",": gettext_lazy("comma"), ".": gettext_lazy("point")}
WRITTEN_AMOUNTS = {",": "1 234,56", ".": "1,234.56"}
WRITTEN_DATES = {order: label for order, label in ORDERS.items() if order != "mixed"}


@dataclass(frozen=True)
class Figure:
    """One count of what a file changes."""

    name: str
    label: str
    count: int

    @property
    def hurts(self) -> bool:
        """Tell whether the count deserves a look."""
        return bool(self.count) and self.name in {"refused", "missing"}


@dataclass(frozen=True)
class Row:
    """One of the first rows of a file, as it was read."""

    customer: str
    kind: str
    number: str
    label: str
    issued_on: date | None
    due_on: date | None
    derived: bool
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Progress:
    """How far the work on a file is, and whether somebody should look after it."""

    percent: int
    waited: int
    nobody: bool
    stalled: bool
    behind: int | None = None


@dataclass(frozen=True)
class Checked:
    """What is checked before a file is loaded: totals, due dates, first rows."""

    totals: dict[str, str]
    given: int = 0
    derived: int = 0
    terms: list[tuple[str, int]] = field(default_factory=list)
    unallocated: int = 0
    unallocated_amount: Decimal = Decimal(0)
    rows: list[Row] = field(default_factory=list)

    @property
    def debit(self) -> Decimal | None:
        """Return the debits of the customer accounts."""
        return self._money("ar_debit")

    @property
    def credit(self) -> Decimal | None:
        """Return the credits of the customer accounts."""
        return self._money("ar_credit")

    @property
    def outstanding(self) -> Decimal | None:
        """Return what the file says is owed."""
        return self._money("outstanding")

    @property
    def lines(self) -> int:
        """Return how many lines the file holds."""
        return int(self.totals.get("lines", 0))

    @property
    def customer_lines(self) -> int:
        """Return how many of them are on customer accounts."""
        return int(self.totals.get("ar_lines", 0))

    def _money(self, name: str) -> Decimal | None:
        return Decimal(self.totals[name]) if name in self.totals else None


def checked(source_import: Import, *, rows: bool = True) -> Checked:
    """Return what was read of a file, as it was kept."""
    kept = source_import.options
    due, left = kept.get("due") or {}, kept.get("unallocated") or {}
    return Checked(
        totals=kept.get("totals") or {},
        given=due.get("given", 0),
        derived=due.get("derived", 0),
        terms=[(terms.said(text), count) for text, count in due.get("terms") or []],
        unallocated=left.get("count", 0),
        unallocated_amount=Decimal(left.get("amount", 0)),
        rows=[_row(kept_row) for kept_row in (kept.get("rows") or [] if rows else [])],
    )


def _row(kept: Mapping[str, str]) -> Row:
    amount = Decimal(kept["amount"])
    return Row(
        customer=kept["customer"],
        kind=str(ItemKind(kept["kind"]).label),
        number=kept["number"],
        label=kept["label"],
        issued_on=_day(kept["issued_on"]),
        due_on=_day(kept["due_on"]),
        derived=kept["basis"] == "derived",
        amount=amount if kept["side"] == "debit" else -amount,
        currency=kept["currency"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def figures(found: Mapping[str, int] | None) -> list[Figure]:
    """Return the counts of a preview or of a load, in the order they are read."""
    have = found or {}
    return [Figure(name, str(label), int(have[name])) for name, label in FIGURES.items() if name in have]


def brought(source_import: Import) -> list[Figure]:
    """Return what an import brought, zeros left out."""
    have = source_import.summary if source_import.state == ImportState.LOADED else source_import.preview
    return [
        figure
        for figure in figures(have)
        if figure.count and figure.name in ("new", "changed", "settled", "new_customers")
    ]


def changes_nothing(source_import: Import) -> bool:
    """Tell whether loading a previewed file would change nothing."""
    have = source_import.preview or {}
    return not any(have.get(name) for name in CHANGING)


def progress(source_import: Import, now: datetime) -> Progress:
    """Return how far the work on a file is."""
    asked = source_import.options.get("asked_at")
    asked_at = datetime.fromisoformat(asked) if asked else source_import.created_at
    waited = max(now - asked_at, timedelta(0))
    behind = source_import.options.get("behind") if source_import.state == ImportState.LOADING else None
    idle = source_import.progress_percent == 0
    return Progress(
        source_import.progress_percent,
        int(waited.total_seconds()),
        nobody=idle and waited > NOBODY_AFTER and not behind,
        stalled=waited > STALLED_AFTER,
        behind=behind,
    )


def steps(source_import: Import | None) -> list[dict[str, object]]:
    """Return the stepper of an import: what is done, what is now, what is left."""
    names = [name for name in STEPS if name != "columns" or _is_list(source_import)]
    state = source_import.state if source_import else ""
    place = names.index(STEP_OF.get(state, "file"))
    if state in (ImportState.LOADED, ImportState.UNDONE):
        place = len(names)
    return [
        {"name": STEPS[name], "done": rank < place, "current": rank == place}
        for rank, name in enumerate(names)
    ]


def _is_list(source_import: Import | None) -> bool:
    return source_import is None or bool(source_import.options.get("sample"))


def told(message: str, params: Mapping[str, str]) -> str:
    """Return a kept sentence in the reader's language, its places filled."""
    try:
        return gettext(message) % dict(params)
    except (KeyError, ValueError, TypeError):
        return gettext(message)


def refusal(source_import: Import) -> str:
    """Return why a file was refused."""
    return told(source_import.error, (source_import.summary or {}).get("params", {}))


def issue_told(issue: ImportIssue) -> str:
    """Return what an issue says."""
    return told(issue.message, issue.params)


def state(source_import: Import) -> tuple[str, str]:
    """Return how far a file has come: a tone and a word."""
    if source_import.state == ImportState.REFUSED and source_import.error == SET_ASIDE:
        return "neutral", _("Set aside")
    return TONES.get(source_import.state, "neutral"), source_import.get_state_display()


def confidence(score: float | None) -> tuple[str, str]:
    """Return how sure a guessed column is: a tone and a word."""
    if score is None:
        return "", ""
    if score >= SURE:
        return "ok", _("sure")
    return ("neutral", _("likely")) if score >= LIKELY else ("soon", _("to check"))


def largest() -> str:
    """Return the weight of the largest file that is accepted."""
    return filesizeformat(settings.UPLOAD_MAX_BYTES)
