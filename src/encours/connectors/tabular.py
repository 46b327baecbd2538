"""Reading a CSV or XLSX list of open items, or a customer ledger, from any software."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors import errors, tabular_customers, tabular_kinds, values
from encours.connectors.columns import AMOUNTS, SPELLINGS, Mapping, guess_mapping
from encours.connectors.issues import Findings
from encours.connectors.tables import Table, table_of
from encours.connectors.tabular_customers import HEADING_CELLS
from encours.connectors.tabular_settlements import settle
from encours.receivables.rows import ALLOCATION_COLUMNS, ITEM_COLUMNS, Batch, empty

SOURCE, CUSTOMERS_SOURCE = "table", "customers"
DEFAULT_CURRENCY = "EUR"
CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "EUROS": "EUR"}
SHOWN_ROWS = 50
GUESS_ROWS = 200

NAMES = {
    "customer_name": _("the customer"),
    "issued_on": _("the invoice date"),
    "amount": _("the amount"),
}
REFUSALS = {
    "amount_invalid": _("%(value)s is no amount; the line was left out."),
    "amount_missing": _("This line has no amount and was left out: %(value)s"),
    "date_invalid": _("%(value)s is no date; the line was left out."),
    "date_missing": _("This line has no date and was left out: %(value)s"),
    "customer_missing": _("This line names no customer and was left out: %(value)s"),
}
SUBTOTAL = r"(?i)^\W*(?:sous[- ]?)?(?:totaux|total)\b|^\W*(?:sub[- ]?total|grand total|cumul|report|à reporter|solde)\b"
SIDE_AFTER = r"(?i)(\d)\s*(?:db?|dr|cr?)$"
IDENTITY = ("customer_code", "side", "number", "issued_on", "due_on")


def sample(path: Path, rows: int = SHOWN_ROWS) -> Table:
    """Return the first rows of the table in a file, to be shown beside the guessed columns."""
    return table_of(path).head(rows)


def guess(table: Table) -> Mapping:
    """Return the likeliest meaning of the columns of a table."""
    width = len(table.headers)
    whole = [cells for _line, cells in table.rows[:GUESS_ROWS] if not any(cells[width:])]
    # A heading of a group of lines says nothing of what its columns hold.
    lines = [cells for cells in whole if width <= HEADING_CELLS or sum(map(bool, cells)) >= HEADING_CELLS]
    return guess_mapping(table.headers, lines or whole)


def read(
    path: Path,
    mapping: Mapping | None = None,
    *,
    name: str | None = None,
) -> Batch:
    """Return the customers, items and allocations of a list, by the given columns or the guessed ones.

    Where the list says what remains of an item, the part already settled is allocated, if need be to a payment made up
    for it (`tabular_settlements`), so that both the amount invoiced and the amount open are right. A list of customers
    alone brings no items.
    """
    table = table_of(path)
    mapping = mapping or guess(table)
    origin = name or path.name
    findings = Findings()
    for sheet in table.unread:
        findings.add(
            "sheet_left_out",
            _(
                "The sheet “%(sheet)s” holds a table too, which was not read: one sheet is read at a time. "
                "Send it as a file of its own if its lines are missing."
            ),
            sheet=sheet,
        )
    if mapping.lists_customers:
        return _customers(table, mapping, origin, findings)
    _require(mapping, table)
    frame = _without_totals(_cells(table, mapping, findings), findings)
    frame = _typed(tabular_customers.with_customer(frame), mapping, findings)
    if not frame.height:
        raise errors.LinesMissingError
    frame = _with_open(frame, mapping, findings)
    if not frame.height:
        raise errors.LinesMissingError
    frame = _identified(tabular_kinds.with_kind(frame))
    frame = frame.with_columns(_currency())
    items, allocations = settle(frame, open_told=bool({"open_amount", "paid_amount"} & set(mapping.columns)))
    customers = tabular_customers.customers_of(frame, findings)
    facts = _facts(table, mapping) | _totals(frame, items)
    return Batch(SOURCE, origin, customers, items, allocations, findings.all(), None, facts)


def _customers(table: Table, mapping: Mapping, origin: str, findings: Findings) -> Batch:
    """Return the customers of a list that speaks of nothing else."""
    frame = tabular_customers.with_customer(_cells(table, mapping, findings), headings=False)
    frame = _refuse(frame, pl.col("customer_code") == "", "first_cell", "customer_missing", findings)
    if not frame.height:
        raise errors.LinesMissingError
    customers = tabular_customers.customers_of(frame, findings)
    items, allocations = empty(ITEM_COLUMNS), empty(ALLOCATION_COLUMNS)
    facts = _facts(table, mapping)
    return Batch(CUSTOMERS_SOURCE, origin, customers, items, allocations, findings.all(), None, facts)


def _currency() -> pl.Expr:
    """Return the code of the currency, the euro when the list names none."""
    code = pl.col("currency").str.to_uppercase().replace(CURRENCY_SIGNS)
    return (
        pl.when(code.str.contains(r"^[A-Z]{3}$"))
        .then(code)
        .otherwise(pl.lit(DEFAULT_CURRENCY))
        .alias("currency")
    )


def _require(mapping: Mapping, table: Table) -> None:
    """Refuse a list without the columns that nothing can replace, or whose columns are not those of the mapping."""
    gone = [header for header in mapping.columns.values() if header not in table.headers]
    lacking = gone or [
        NAMES[name] for name in mapping.missing if name != "customer_name" or not _grouped(table)
    ]
    if lacking:
        raise errors.MappingNeededError(missing=", ".join(lacking), found=", ".join(table.headers))


def _grouped(table: Table) -> bool:
    """Tell whether lines that hold nothing but a name head the lines below them."""
    rows = [cells for _line, cells in table.rows[:GUESS_ROWS]]
    widest = max((sum(map(bool, cells)) for cells in rows), default=0)
    return widest > HEADING_CELLS and any(_heads(cells) for cells in rows)


def _heads(cells: Sequence[str]) -> bool:
    """Tell whether a row holds a name alone, or a code and a name at its very beginning."""
    filled = sum(map(bool, cells))
    return filled == 1 or (filled == 2 and len(cells) > 1 and bool(re.search(r"[^\W\d_]{2}", cells[1])))  # noqa: PLR2004 - a code and a name


def _cells(table: Table, mapping: Mapping, findings: Findings) -> pl.DataFrame:
    """Return the rows as text columns under our names; a row longer than the header is reported and left out."""
    width = len(table.headers)
    kept: list[tuple[object, ...]] = []
    for line, cells in table.rows:
        if any(cells[width:]):
            findings.add(
                "line_broken",
                _("This line holds more fields than the header and was left out: %(value)s"),
                line=line,
                severity="error",
                value=" · ".join(cells)[:120],
            )
        elif any(cells) and tuple(cells[:width]) != table.headers:
            kept.append((line, *(cells[place] if place < len(cells) else "" for place in range(width))))
    schema = {"line": pl.Int64, **{f"c{place}": pl.String for place in range(width)}}
    frame = pl.DataFrame(kept, schema=schema, orient="row")
    first = pl.coalesce(pl.when(pl.col(f"c{place}") != "").then(f"c{place}") for place in range(width))
    filled = pl.sum_horizontal((pl.col(f"c{place}") != "").cast(pl.Int32) for place in range(width))
    places = {name: table.headers.index(header) for name, header in mapping.columns.items()}
    return frame.select(
        "line",
        first.alias("first_cell"),
        (pl.col("c1") if width > 1 else pl.lit("")).str.strip_chars().alias("second_cell"),
        filled.alias("filled"),
        *(
            (pl.col(f"c{places[name]}").str.strip_chars() if name in places else pl.lit("")).alias(name)
            for name in SPELLINGS
        ),
    )


def _without_totals(frame: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Return the lines without subtotals, totals and footers, which name neither a date nor a piece."""
    anonymous = (pl.col("issued_on") == "") & (pl.col("due_on") == "")
    total = anonymous & pl.any_horizontal(
        pl.col(name).str.contains(SUBTOTAL)
        for name in ("first_cell", "label", "number", "customer_name", "customer_code")
    )
    findings.add_lines(
        "total_left_out",
        _("This line is a total, not an item, and was left out: %(value)s"),
        frame.filter(total).select("line", "first_cell").iter_rows(),
    )
    return frame.filter(~total)


def _typed(frame: pl.DataFrame, mapping: Mapping, findings: Findings) -> pl.DataFrame:
    """Return the lines with typed dates and amounts; a line that lacks one of them is reported and left out."""
    # Their column says it already: a letter after the amount repeats it.
    frame = frame.with_columns(pl.col(name).str.replace(SIDE_AFTER, "${1}") for name in ("debit", "credit"))
    mark = mapping.decimal or values.mark_of(pl.concat([frame[name] for name in AMOUNTS]))
    texts = frame.select(
        "line", *(pl.col(name).alias(f"{name}_text") for name in (*AMOUNTS, "issued_on", "due_on"))
    )
    frame = frame.with_columns(
        *(values.to_cents(frame[name], mark).alias(name) for name in AMOUNTS),
        *(
            values.dates(frame[name], formats=mapping.formats, serial=True).alias(name)
            for name in ("issued_on", "due_on", "paid_on", "lettered_on")
        ),
        *((frame[name] != "").alias(f"has_{name}") for name in (*AMOUNTS, "issued_on", "due_on")),
    ).join(texts, on="line", how="left", maintain_order="left")
    for name in AMOUNTS:
        frame = _refuse(frame, pl.col(name).is_null(), f"{name}_text", "amount_invalid", findings)
    undated = pl.col("has_issued_on") & pl.col("issued_on").is_null()
    frame = _refuse(frame, undated, "issued_on_text", "date_invalid", findings)
    odd = frame.filter(pl.col("has_due_on") & pl.col("due_on").is_null())
    findings.add_lines(
        "due_date_invalid",
        _("%(value)s is no date; the due date will be derived from the payment terms."),
        odd.select("line", "due_on_text").iter_rows(),
    )
    frame = frame.with_columns(pl.coalesce("issued_on", "due_on").alias("issued_on"))
    frame = _refuse(frame, pl.col("issued_on").is_null(), "first_cell", "date_missing", findings)
    frame = _refuse(frame, pl.col("customer_code") == "", "first_cell", "customer_missing", findings)
    early = frame.filter(pl.col("due_on") < pl.col("issued_on"))
    findings.add_lines(
        "due_before_issue",
        _("The due date %(value)s precedes the invoice; it will be derived from the payment terms."),
        early.select("line", "due_on_text").iter_rows(),
    )
    return frame.with_columns(pl.when(pl.col("due_on") >= pl.col("issued_on")).then("due_on").alias("due_on"))


def _refuse(frame: pl.DataFrame, wrong: pl.Expr, shown: str, code: str, findings: Findings) -> pl.DataFrame:
    """Return the lines that are right, after reporting the others."""
    rows = frame.filter(wrong).select("line", pl.format('"{}"', pl.col(shown))).iter_rows()
    findings.add_lines(code, REFUSALS[code], rows, severity="error")
    return frame.filter(~wrong)


def _with_open(frame: pl.DataFrame, mapping: Mapping, findings: Findings) -> pl.DataFrame:
    """Return the lines with their signed total and what is open of it, in whole cents; lines of nothing are dropped."""
    have = set(mapping.columns)
    negative = pl.col("side").str.to_uppercase().is_in(["C", "CR", "CREDIT", "CRÉDIT", "-1", "-"])
    if {"debit", "credit"} <= have:
        total = pl.col("debit") - pl.col("credit")
    elif "amount" in have:
        total = pl.when(negative).then(-pl.col("amount")).otherwise(pl.col("amount"))
    else:
        total = pl.when(negative).then(-pl.col("open_amount")).otherwise(pl.col("open_amount"))
    frame = frame.with_columns(total.alias("cents"))
    frame = _refuse(
        frame, ~pl.any_horizontal(f"has_{name}" for name in AMOUNTS), "first_cell", "amount_missing", findings
    )
    rest = pl.col("cents").abs()
    if "open_amount" in have:
        blank = ~pl.col("has_open_amount")
        rest = pl.when(blank).then(rest).otherwise(pl.col("open_amount").abs())
    elif "paid_amount" in have:
        rest = rest - pl.col("paid_amount").abs()
    frame = frame.with_columns(rest.alias("open_cents"))
    more = (pl.col("open_cents") > pl.col("cents").abs()) | (pl.col("open_cents") < 0)
    findings.add_lines(
        "open_exceeds_amount",
        _(
            "What remains of this item, %(value)s, is more than its amount; the remainder was taken as its amount."
        ),
        frame.filter(more).select("line", values.amount("open_cents").cast(pl.String)).iter_rows(),
    )
    sign = (
        pl.when(pl.col("cents") < 0)
        .then(-1)
        .when(pl.col("cents") > 0)
        .then(1)
        .otherwise(pl.col("open_amount").sign())
    )
    kept = pl.col("open_cents").clip(lower_bound=0)
    frame = frame.with_columns(
        pl.when(more).then(sign * kept).otherwise("cents").alias("cents"),
        kept.alias("open_cents"),
    )
    return frame.filter(pl.col("cents") != 0)


def _identified(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with an identity that the next export repeats, even once part of the item is paid.

    The amount counts only for a line without number: a list of what remains shows another amount after each payment.
    """
    frame = frame.with_columns(
        pl.when(pl.col("cents") > 0).then(pl.lit("debit")).otherwise(pl.lit("credit")).alias("side"),
        pl.col("cents").abs(),
    )
    amount = pl.when(pl.col("number") == "").then(pl.col("cents").cast(pl.String)).otherwise(pl.lit(""))
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in IDENTITY]
    frame = frame.with_columns(pl.concat_str(*parts, amount, separator="\x1f").alias("identity"))
    rank = pl.int_range(pl.len()).over("identity")
    identities = frame.select(pl.concat_str("identity", rank.cast(pl.String), separator="\x1f")).to_series()
    digests = [blake2b(identity.encode(), digest_size=16).hexdigest() for identity in identities]
    return frame.with_columns(pl.Series("external_id", digests, dtype=pl.String)).drop("identity")


def _facts(table: Table, mapping: Mapping) -> dict[str, object]:
    """Return where the table was found and how it was read."""
    return {
        "sheet": table.sheet,
        "header_line": table.header_line,
        "encoding": table.encoding,
        "separator": table.separator,
        "fingerprint": table.fingerprint,
        "mapping": mapping.as_json(),
        "lines": len(table.rows),
    }


def _totals(frame: pl.DataFrame, items: pl.DataFrame) -> dict[str, object]:
    """Return the totals that a person checks against the list."""
    sign = pl.when(pl.col("side") == "debit").then(1).otherwise(-1)
    outstanding = frame.select((pl.col("open_cents") * sign).sum()).item()
    by_side = {side: frame.filter(pl.col("side") == side)["cents"] for side in ("debit", "credit")}
    return {
        "ar_lines": frame.height,
        "ar_debit": values.total(by_side["debit"]),
        "ar_credit": values.total(by_side["credit"]),
        "outstanding": values.money(outstanding),
        "settled_before_import": items.height - frame.height,
        "first_on": frame["issued_on"].min(),
        "last_on": frame["issued_on"].max(),
    }
