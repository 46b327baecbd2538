"""The entries of a legal ledger file: amounts, dates, and which lines belong together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors import values
from encours.connectors.fec_lines import Lines
from encours.connectors.issues import Findings

Progress = Callable[[float], None]

CUSTOMER_CLASS = "41"
ACCOUNT = r"^\d"
DETAILS = (
    "journal_label",
    "account_label",
    "auxiliary",
    "auxiliary_label",
    "piece_on",
    "label",
    "letter",
    "letter_on",
    "due_on",
    "invoice_number",
    "customer_name",
)
CORE = (
    "line",
    "journal",
    "entry_number",
    "entry_on",
    "account",
    "piece",
    "debit_cents",
    "credit_cents",
    "cents",
)

DEBIT_SIDES = ("", "D", "DB", "DEBIT", "DÉBIT", "+1", "1", "+")
CREDIT_SIDES = ("C", "CR", "CREDIT", "CRÉDIT", "-1", "-")

# A file holds one fiscal year, at most twenty-four months: a few dates far from its middle are mistakes.
YEAR_SPREAD = timedelta(days=731)
NEAR = timedelta(days=366)
STRAY_SHARE = 0.02
SINGLE_LINE_SHARE = 0.6


@dataclass(frozen=True)
class Ledger:
    """Every line in short (`entries`), and the lines of class 41 in full (`customer_lines`)."""

    entries: pl.DataFrame
    customer_lines: pl.DataFrame
    period: tuple[date, date] | None


def ledger_of(lines: Lines, findings: Findings, progress: Progress | None = None) -> Ledger:
    """Return the typed entries of a file; a line without account or amount is reported and left out."""
    cores, details = [], []
    mark: values.Mark | None = None
    done, total = 0, max(lines.height, 1)
    for chunk in lines.chunks():
        mark = mark or values.mark_of(pl.concat([chunk["debit"], chunk["credit"], chunk["amount"]]))
        typed = _refuse(_with_cents(chunk, mark), findings)
        cores.append(typed.select(CORE))
        details.append(
            typed.filter(pl.col("account").str.starts_with(CUSTOMER_CLASS)).select("line", *DETAILS)
        )
        done += chunk.height
        if progress:
            progress(0.6 * done / total)
    if not cores:
        return Ledger(pl.DataFrame(), pl.DataFrame(), None)
    entries = pl.concat(cores).sort("line").rename({"entry_on": "entry_text"})
    entries = _with_entry(entries.with_columns(values.dates(entries["entry_text"]).alias("entry_on")))
    period, entries = _sound_dates(entries, findings)
    detail = pl.concat(details)
    detail = detail.with_columns(
        values.dates(detail[name]).alias(name) for name in ("piece_on", "letter_on", "due_on")
    )
    customer_lines = entries.join(detail, on="line", how="inner", maintain_order="left")
    return Ledger(entries, _dated(customer_lines, period, findings), period)


def _with_cents(chunk: pl.DataFrame, mark: values.Mark) -> pl.DataFrame:
    """Return the lines with their debit and credit in whole cents, null where they are no amounts."""
    debit, credit = (values.to_cents(chunk[name], mark) for name in ("debit", "credit"))
    if (chunk["amount"] != "").any():
        signed = values.to_cents(chunk["amount"], mark) * chunk.select(_sign()).to_series()
        debit, credit = debit + signed.clip(lower_bound=0), credit - signed.clip(upper_bound=0)
    return chunk.with_columns(
        debit.alias("debit_cents"), credit.alias("credit_cents"), (debit - credit).alias("cents")
    )


def _sign() -> pl.Expr:
    """Return 1 for a debit, -1 for a credit, null for neither; without side an amount carries its sign."""
    side = pl.col("side").str.to_uppercase()
    return pl.when(side.is_in(CREDIT_SIDES)).then(-1).when(side.is_in(DEBIT_SIDES)).then(1).cast(pl.Int64)


def _refuse(typed: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Return the lines that have an account and an amount, after reporting the others."""
    nameless = typed.filter(~pl.col("account").str.contains(ACCOUNT))
    findings.add_lines(
        "account_missing",
        _("The account %(value)s is no account number; the line was left out."),
        nameless.select("line", pl.format('"{}"', "account")).iter_rows(),
        severity="error",
    )
    typed = typed.filter(pl.col("account").str.contains(ACCOUNT))
    priceless = typed.filter(pl.col("cents").is_null())
    shown = pl.concat_str([pl.col(name) for name in ("debit", "credit", "amount", "side")], separator=" ")
    findings.add_lines(
        "amount_invalid",
        _("%(value)s is no amount; the line was left out."),
        priceless.select("line", pl.format('"{}"', shown.str.strip_chars())).iter_rows(),
        severity="error",
    )
    return typed.filter(pl.col("cents").is_not_null())


def _with_entry(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the key of the entry that they belong to.

    The number alone is no key: it may start again in each journal, be 0 or blank, or count lines.
    """
    numbered = pl.concat_str("journal", "entry_number", separator="\x1f").hash()
    by_piece = pl.concat_str("journal", "entry_text", "piece", separator="\x1f").hash()
    has_number = pl.col("entry_number").str.strip_chars("0") != ""
    entries = entries.with_columns(numbered.alias("entry"), has_number.alias("numbered"))
    with_number = entries.filter("numbered")["entry"]
    counts_lines = with_number.len() > 1 and with_number.n_unique() > SINGLE_LINE_SHARE * with_number.len()
    key = by_piece if counts_lines else pl.when("numbered").then("entry").otherwise(by_piece)
    return entries.with_columns(key.alias("entry")).drop("numbered")


def _sound_dates(entries: pl.DataFrame, findings: Findings) -> tuple[tuple[date, date] | None, pl.DataFrame]:
    """Return the period of the file, and its lines, a date out of reach replaced by that of their entry."""
    middle = entries["entry_on"].drop_nulls().median()
    if not isinstance(middle, date):
        return None, entries
    middle = date(middle.year, middle.month, middle.day)
    stray = ~pl.col("entry_on").is_between(middle - YEAR_SPREAD, middle + YEAR_SPREAD)
    if entries.select(stray.mean()).item() > STRAY_SHARE:
        stray = pl.lit(value=False)
    doubtful = stray | pl.col("entry_on").is_null()
    strays = entries.filter(doubtful)
    sound = entries.filter(~doubtful)["entry_on"]
    low, high = sound.min(), sound.max()
    period = (low, high) if isinstance(low, date) and isinstance(high, date) else None
    if not strays.height:
        return period, entries.with_columns(pl.lit(value=False).alias("stray"))
    findings.add_lines(
        "date_invalid",
        _("The date %(value)s is impossible or far from the fiscal year; that of the entry was used if any."),
        strays.select("line", pl.format('"{}"', "entry_text")).iter_rows(),
    )
    siblings = entries.filter(~doubtful).group_by("entry").agg(pl.col("entry_on").min().alias("sibling_on"))
    entries = entries.with_columns(doubtful.alias("stray")).join(
        siblings, on="entry", how="left", maintain_order="left"
    )
    day = pl.when("stray").then(pl.coalesce("sibling_on", "entry_on")).otherwise("entry_on")
    return period, entries.with_columns(
        day.alias("entry_on"), (pl.col("stray") & pl.col("sibling_on").is_null()).alias("stray")
    ).drop("sibling_on")


def _dated(
    customer_lines: pl.DataFrame, period: tuple[date, date] | None, findings: Findings
) -> pl.DataFrame:
    """Return the customer lines that have a date, that of the piece when the entry has none."""
    if period is not None:
        near = pl.col("piece_on").is_between(period[0] - NEAR, period[1] + NEAR)
        replaced = pl.when(pl.col("stray") & near).then("piece_on").otherwise("entry_on")
        customer_lines = customer_lines.with_columns(replaced.alias("entry_on"))
    lost = pl.col("entry_on").is_null()
    findings.add_lines(
        "date_missing",
        _("The customer line of %(value)s has no date at all and was left out."),
        customer_lines.filter(lost).select("line", values.amount("cents").cast(pl.String)).iter_rows(),
        severity="error",
    )
    return customer_lines.filter(~lost)
