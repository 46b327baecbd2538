"""Reading a legal ledger file (FEC, article A47 A-1 LPF): its customer accounts become a batch."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors import (
    encodings,
    errors,
    fec_columns,
    fec_customers,
    fec_kinds,
    files,
    lettering,
    sheets,
    values,
)
from encours.connectors.fec_ledger import Ledger, Progress, ledger_of
from encours.connectors.fec_lines import Lines, lines_of, lines_of_rows
from encours.connectors.fec_xml import lines_of_xml, looks_like_fec_xml
from encours.connectors.issues import Findings
from encours.receivables.rows import ALLOCATION_COLUMNS, CUSTOMER_COLUMNS, ITEM_COLUMNS, Batch, conform, empty

SOURCE = "fec"
CURRENCY = "EUR"
FIRST_PIECE_YEAR = 1980
BOOKED_LATE, BOOKED_EARLY = pl.duration(days=400), pl.duration(days=31)
HEAD_BYTES = 64 * 1024

IDENTITY = ("journal", "entry_number", "account", "customer_code", "piece")
IDENTITY_NUMBERS = ("entry_on", "piece_on", "cents")


def looks_like_fec(path: Path, *, name: str | None = None) -> bool:
    """Tell whether a file is a legal ledger: its header speaks the words of the law."""
    kind = files.kind_of(path)
    if kind == "xml":
        return looks_like_fec_xml(path)
    if kind == "workbook":
        return any(_workbook_header(sheet) is not None for sheet in sheets.sheets_of(path))
    with path.open("rb") as stream:
        text, _encoding = encodings.utf_8(stream.read(HEAD_BYTES))
    header = fec_columns.header_of(text.decode(errors="replace").replace("\r", "").split("\n"))
    if header is None or fec_columns.missing(header.names):
        return False
    return header.legal or header.line == 0 or files.named(name or path.name).siren is not None


def read(path: Path, *, progress: Progress | None = None, name: str | None = None) -> Batch:
    """Return the customers, items and allocations of a legal ledger file."""
    findings = Findings()
    lines, written = _lines(path, findings)
    facts: dict[str, object] = {**written, "lines": lines.height}
    ledger = ledger_of(lines, findings, progress)
    del lines  # the whole text of the file, which nothing needs any more
    if ledger.period is None:
        raise errors.LinesMissingError
    _check_balance(ledger, findings)
    origin = name or path.name
    said = files.named(origin)
    closing_on = said.closing_on or ledger.period[1]
    retained = _customer_lines(ledger, findings)
    tell = progress or (lambda _share: None)
    tell(0.7)
    facts |= {"siren": said.siren, "closing_on": said.closing_on, **_ledger_facts(ledger)}
    if not retained.height:
        findings.add(
            "customer_lines_missing",
            _("No line of this ledger is on a customer account (411, 413, 416, 4191)."),
        )
        nothing = empty(ALLOCATION_COLUMNS)
        return Batch(
            SOURCE,
            origin,
            empty(CUSTOMER_COLUMNS),
            empty(ITEM_COLUMNS),
            nothing,
            findings.all(),
            ledger.period,
            facts,
        )
    retained = _identified(lettering.groups_of(retained))
    tell(0.85)
    customers = fec_customers.customers_of(retained, findings)
    allocations = lettering.allocations_of(retained)
    items = _items(retained, closing_on)
    facts |= _customer_facts(retained)
    tell(1.0)
    return Batch(SOURCE, origin, customers, items, allocations, findings.all(), ledger.period, facts)


def _lines(path: Path, findings: Findings) -> tuple[Lines, Mapping[str, object]]:
    """Return the lines of a file, however it is wrapped, and how it was written."""
    kind = files.kind_of(path)
    if kind == "xml":
        return lines_of_xml(path, findings), {"encoding": "xml", "separator": ""}
    if kind == "workbook":
        for sheet in sheets.sheets_of(path):
            header = _workbook_header(sheet)
            if header is not None:
                body = [row for row in sheet.rows if row[0] > header.line]
                facts = {"encoding": sheet.encoding, "separator": "", "sheet": sheet.name}
                return lines_of_rows(header, body, findings), facts
        raise errors.HeaderMissingError
    text = files.read_text(path, line_ends="kept")
    if text.damaged:
        findings.add(
            "characters_unreadable",
            _("Some characters of this file cannot be read and show as a replacement mark."),
        )
    lines = lines_of(text.content, findings)
    return lines, {"encoding": text.encoding, "separator": lines.header.separator}


def _workbook_header(sheet: sheets.Sheet) -> fec_columns.Header | None:
    """Return the header of a sheet that holds a legal ledger."""
    head = ["\t".join(cells) for _number, cells in sheet.rows[: fec_columns.HEADER_DEPTH]]
    header = fec_columns.header_of(head)
    return header if header is not None and header.line and header.legal else None


def _check_balance(ledger: Ledger, findings: Findings) -> None:
    """Say when the file or some of its entries do not balance; customer accounts alone never do."""
    entries = ledger.entries
    if entries["account"].str.starts_with("41").all():
        return
    gap = int(entries["cents"].sum())
    if gap:
        findings.add(
            "ledger_unbalanced",
            _("The file does not balance: debits exceed credits by %(amount)s. Some lines may be missing.")
            if gap > 0
            else _(
                "The file does not balance: credits exceed debits by %(amount)s. Some lines may be missing."
            ),
            amount=str(values.money(abs(gap))),
        )
    gaps = (
        entries.group_by("entry")
        .agg(
            pl.col("cents").sum(),
            pl.col("line").min(),
            pl.col("journal").first(),
            pl.col("entry_number").first(),
        )
        .filter(pl.col("cents") != 0)
        .sort(pl.col("cents").abs(), "line", descending=[True, False])
    )
    if gaps.height:
        line, journal, number = gaps.select("line", "journal", "entry_number").row(0)
        findings.add(
            "entries_unbalanced",
            _(
                "%(count)s entries do not balance; the largest gap is %(amount)s "
                "(journal %(journal)s, entry %(number)s, line %(at)s)."
            ),
            count=str(gaps.height),
            amount=str(values.money(abs(gaps["cents"][0]))),
            journal=journal,
            number=number,
            at=str(line),
        )


def _customer_lines(ledger: Ledger, findings: Findings) -> pl.DataFrame:
    """Return the retained lines with customer, kind, number and dates."""
    lines = fec_customers.retained(ledger.customer_lines).filter(pl.col("cents") != 0)
    if not lines.height:
        return lines
    lines = fec_kinds.kinds(fec_customers.with_customer(lines, findings), ledger.entries, ledger.period)
    lines = fec_kinds.with_number(lines)
    piece, entry = pl.col("piece_on"), pl.col("entry_on")
    dated = pl.col("kind").is_in(["invoice", "credit_note"]) & piece.is_between(
        entry - BOOKED_LATE, entry + BOOKED_EARLY
    )
    old = pl.col("carried") & (piece < entry) & (piece.dt.year() >= FIRST_PIECE_YEAR)
    lines = lines.with_columns(pl.when(dated | old).then(piece).otherwise(entry).alias("issued_on"))
    billed = pl.col("kind").is_in(["invoice", "opening"]) & (pl.col("cents") > 0)
    early = billed & (pl.col("due_on") < pl.col("issued_on"))
    findings.add_lines(
        "due_before_issue",
        _("The due date %(value)s precedes the invoice; it will be derived from the payment terms."),
        lines.filter(early).select("line", pl.col("due_on").dt.to_string("%Y-%m-%d")).iter_rows(),
    )
    return lines.with_columns(pl.when(billed & ~early).then("due_on").alias("due_on"))


def _identified(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with an identity that a later export of the same ledger repeats.

    Neither the line number, nor the label, nor the lettering is part of it: these change from one export to
    the next. Lines alike in everything else are told apart by their rank.
    """
    texts = [pl.col(name).str.replace_all(r"\s+", " ") for name in IDENTITY]
    numbers = [pl.col(name).to_physical().cast(pl.String).fill_null("") for name in IDENTITY_NUMBERS]
    parts = [*texts, *numbers]
    lines = lines.with_columns(pl.concat_str(parts, separator="\x1f").alias("identity"))
    key = pl.col("identity").hash()
    unique = lines.select(key.n_unique()).item() == lines.height
    rank = pl.lit(0) if unique else pl.int_range(pl.len()).over(key)
    identities = lines.select(pl.concat_str("identity", rank.cast(pl.String), separator="\x1f")).to_series()
    # It begins with its customer: rows of one customer lie together in the index that makes an item unique.
    codes = lines["customer_code"].unique()
    begins = [blake2b(code.encode(), digest_size=4).hexdigest() for code in codes]
    digests = [blake2b(identity.encode(), digest_size=12).hexdigest() for identity in identities]
    begin = lines.select(
        pl.col("customer_code").replace_strict(codes, begins, return_dtype=pl.String)
    ).to_series()
    return lines.with_columns((begin + pl.Series(digests, dtype=pl.String)).alias("external_id")).drop(
        "identity"
    )


def _items(lines: pl.DataFrame, closing_on: date) -> pl.DataFrame:
    """Return the lines as items."""
    year = pl.lit(str(closing_on.year))
    return conform(
        lines.with_columns(
            pl.when(pl.col("cents") > 0).then(pl.lit("debit")).otherwise(pl.lit("credit")).alias("side"),
            pl.col("label").str.replace_all(r"\s+", " "),
            pl.lit(CURRENCY).alias("currency"),
            pl.when(pl.col("group").is_not_null())
            .then(pl.concat_str(year, "group", separator=":"))
            .alias("lettering"),
            pl.col("cents").abs(),
        ).with_columns(values.amount("cents").alias("amount")),
        ITEM_COLUMNS,
    )


def _ledger_facts(ledger: Ledger) -> dict[str, object]:
    """Return the totals of the whole file that an accountant checks first."""
    entries = ledger.entries
    not_invoiced = entries.filter(pl.col("account").str.starts_with(fec_customers.NOT_INVOICED))
    return {
        "entries": entries["entry"].n_unique(),
        "debit": values.total(entries["debit_cents"]),
        "credit": values.total(entries["credit_cents"]),
        "not_invoiced": values.total(not_invoiced["cents"]),
        "ar_lines": 0,
    }


def _customer_facts(lines: pl.DataFrame) -> dict[str, object]:
    """Return the totals of the customer accounts, and the sales of each month, credit notes deducted."""
    sums = lines.group_by("account").agg(pl.col("cents").sum(), pl.len()).sort("account")
    sold = lines.filter(pl.col("kind").is_in(["invoice", "credit_note"]))
    months = (
        sold.group_by(pl.col("issued_on").dt.strftime("%Y-%m").alias("month"))
        .agg(pl.col("cents").sum())
        .sort("month")
    )
    sales: dict[str, Decimal] = {month: values.money(whole) for month, whole in months.iter_rows()}
    return {
        "ar_lines": lines.height,
        "ar_debit": values.total(lines["debit_cents"]),
        "ar_credit": values.total(lines["credit_cents"]),
        "outstanding": values.total(lines["cents"]),
        "accounts": {account: values.money(whole) for account, whole, _count in sums.iter_rows()},
        "collective": fec_customers.collective_codes(lines),
        "sales": sales,
    }
