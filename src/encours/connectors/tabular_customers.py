"""Whose line it is in a list: by its own columns, or by the heading above a group of lines."""

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors.issues import Findings
from encours.receivables.rows import CUSTOMER_COLUMNS, conform

TEXTS = ("email", "phone", "address", "postal_code", "city", "country", "terms")
HEADING_CELLS = 3
# A code and a name.
PAIR = 2
CODED_HEADING = r"^(\S*\d\S*)\s*[-:–]?\s+(\S.*)$"
SHARED_ACCOUNT = r"^41\d?0*$"
LEDGER_ACCOUNT = r"^\d{3,}"
CODE_LENGTH = 60


def with_customer(frame: pl.DataFrame, *, headings: bool = True) -> pl.DataFrame:
    """Return the lines of customer accounts with the code and the name of their customer.

    A cell left blank repeats the customer above it, as merged cells do; a line that holds nothing but a name heads the
    lines below it.
    """
    amounts = pl.all_horizontal(pl.col(name) == "" for name in ("amount", "debit", "credit", "open_amount"))
    dates = ~pl.any_horizontal(pl.col(name).str.contains(r"\d") for name in ("issued_on", "due_on"))
    heading = amounts & dates & (pl.col("filled") <= HEADING_CELLS) & pl.lit(headings)
    first, second = pl.col("first_cell"), pl.col("second_cell")
    pair = (pl.col("filled") == pl.lit(PAIR)) & (second != "") & (second != first)
    pair &= pl.all_horizontal(pl.col(name) == "" for name in ("customer_code", "customer_name", "account"))
    head_code = pl.coalesce(
        _given("customer_code"),
        _given("account"),
        pl.when(pair).then(first),
        first.str.extract(CODED_HEADING, 1),
    )
    head_name = pl.coalesce(
        _given("customer_name"), pl.when(pair).then(second), first.str.extract(CODED_HEADING, 2), first
    )
    single = _given("customer_name").n_unique().over("account") == 1
    owned = single & ~pl.col("account").str.contains(SHARED_ACCOUNT)
    nameless = _given("customer_name").is_null()
    own_code = pl.coalesce(_given("customer_code"), pl.when(owned | nameless).then(_given("account")))
    frame = frame.with_columns(
        heading.alias("heading"),
        pl.when(heading).then(head_code).otherwise(own_code).alias("code_seen"),
        pl.when(heading).then(head_name).otherwise(_given("customer_name")).alias("name_seen"),
    )
    known = pl.col("code_seen").is_not_null() | pl.col("name_seen").is_not_null()
    block = known.cum_sum()
    frame = frame.with_columns(block.alias("block"))
    owners = frame.filter(known).select(
        "block", pl.col("code_seen").alias("owner_code"), pl.col("name_seen").alias("owner_name")
    )
    frame = frame.join(owners, on="block", how="left", maintain_order="left").filter(~pl.col("heading"))
    own_ledger = ~pl.col("account").str.contains(LEDGER_ACCOUNT) | pl.col("account").str.starts_with("41")
    name = pl.col("owner_name").str.replace_all(r"\s+", " ")
    code = pl.coalesce("owner_code", name.str.to_uppercase().str.slice(0, CODE_LENGTH), pl.lit(""))
    return frame.filter(own_ledger).with_columns(
        code.str.replace_all(r"\s+", " ").alias("customer_code"),
        pl.coalesce(name, code).alias("customer_name"),
    )


def customers_of(frame: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Return one row per customer; each of its facts is the last one that the list gives."""
    digits = pl.col("siren").str.replace_all(r"\D", "")
    siren = pl.when(digits.str.len_bytes().is_in([9, 14])).then(digits.str.slice(0, 9)).otherwise(pl.lit(""))
    vat = pl.col("vat_number").str.replace_all(r"[\s.]", "").str.to_uppercase()
    email = pl.col("email").str.to_lowercase().str.extract(r"([^\s;,<>]+@[^\s;,<>]+)", 1).fill_null("")
    frame = frame.with_columns(siren.alias("siren"), vat.alias("vat_number"), email.alias("email"))
    customers = (
        frame.sort("issued_on", "line")
        .group_by(pl.col("customer_code").alias("code"))
        .agg(
            pl.col("customer_name").last().alias("name"),
            pl.col("customer_name").str.to_lowercase().n_unique().alias("names"),
            pl.col("account").str.starts_with("416").fill_null(value=False).any().alias("doubtful"),
            *(
                pl.col(name).filter(pl.col(name) != "").last().alias(name)
                for name in ("siren", "vat_number", "account", *TEXTS)
            ),
        )
        .sort("code")
    )
    for code, name in customers.filter(pl.col("names") > 1).select("code", "name").iter_rows():
        findings.add(
            "customer_renamed",
            _("The customer %(customer)s has several names in this file; the last one, %(name)s, was kept."),
            customer=code,
            name=name,
        )
    return conform(customers, CUSTOMER_COLUMNS)


def _given(name: str) -> pl.Expr:
    """Return a text, or null where it is blank."""
    return pl.when(pl.col(name) != "").then(pl.col(name))
