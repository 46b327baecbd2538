"""Whose line it is: the auxiliary account, else the account itself, else one customer for all."""

import polars as pl
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors.issues import Findings
from encours.receivables.rows import CUSTOMER_COLUMNS, conform

RETAINED = r"^(?:411|413|416|4191|41\d?0*$|419?0*$)"
NOT_INVOICED = "418"
DOUBTFUL = "416"
ROOT = r"^(?:4191|419|411|413|416|41)"
BLANK_CODE = r"^[-0. ]*$"


def retained(customer_lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of accounts that customers owe on: 411, 413, 416 and the advances of 4191."""
    bare_others = pl.col("account").str.contains(r"^41[^01369]")
    return customer_lines.filter(
        pl.col("account").str.contains(RETAINED) & ~bare_others | (pl.col("account") == "41")
    )


def with_customer(lines: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Return the lines with the code of their customer.

    Without auxiliary, it is the customer whose code ends the account: 416DUPONT is DUPONT or 411DUPONT.
    """
    auxiliary = pl.col("auxiliary").str.replace_all(r"\s+", " ")
    named = pl.col("customer_name").str.replace_all(r"\s+", " ")
    given = pl.when(~auxiliary.str.contains(BLANK_CODE)).then(auxiliary).when(named != "").then(named)
    lines = lines.with_columns(given.alias("given"), pl.col("account").str.replace(ROOT, "").alias("suffix"))
    codes = lines["given"].drop_nulls().unique()
    own = lines.filter(pl.col("given").is_null())["account"].unique()
    twin = pl.concat_str(pl.lit("411"), "suffix")
    code = (
        pl.when(pl.col("given").is_not_null())
        .then("given")
        .when((pl.col("suffix") != "") & pl.col("suffix").is_in(codes.implode()))
        .then("suffix")
        .when(twin.is_in(own.implode()))
        .then(twin)
        .otherwise("account")
    )
    lines = lines.with_columns(code.alias("customer_code"))
    _report_collective(lines, findings)
    return lines.drop("given", "suffix")


def collective_codes(lines: pl.DataFrame) -> list[str]:
    """Return the codes under which several customers are mixed, as the file does not tell them apart."""
    bare = pl.col("customer_code").str.contains(r"^41\d*0$|^41\d?$") & (
        pl.col("customer_code") != pl.col("auxiliary")
    )
    general = pl.col("customer_code").str.replace(ROOT, "").str.contains(r"^0*$")
    return lines.filter(bare & general)["customer_code"].unique().sort().to_list()


def customers_of(lines: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Return one row per customer; its name is the last one the file gives it."""
    own_account = pl.col("customer_code").str.starts_with("41") & (pl.col("auxiliary") == "")
    name = (
        pl.when(pl.col("auxiliary_label") != "")
        .then("auxiliary_label")
        .when(pl.col("customer_name") != "")
        .then("customer_name")
        .when(own_account)
        .then("account_label")
        .otherwise(pl.lit(""))
    )
    main = pl.col("account").str.starts_with("411")
    lines = lines.select(
        "customer_code", "account", "entry_on", "line", name.str.replace_all(r"\s+", " ").alias("name")
    ).sort("entry_on", "line")
    spelled = pl.col("name").filter(pl.col("name") != "")
    customers = (
        lines.group_by(pl.col("customer_code").alias("code"))
        .agg(
            spelled.last().alias("name"),
            spelled.str.to_lowercase().n_unique().alias("names"),
            pl.col("account").filter(main).min().alias("main_account"),
            pl.col("account").min().alias("account"),
            pl.col("account").str.starts_with(DOUBTFUL).any().alias("doubtful"),
        )
        .sort("code")
    )
    for code, last_name in customers.filter(pl.col("names") > 1).select("code", "name").iter_rows():
        findings.add(
            "customer_renamed",
            _("The customer %(customer)s has several names in this file; the last one, %(name)s, was kept."),
            customer=code,
            name=last_name,
        )
    customers = customers.with_columns(
        pl.coalesce("name", "code"), pl.coalesce("main_account", "account").alias("account")
    )
    return conform(customers, CUSTOMER_COLUMNS)


def _report_collective(lines: pl.DataFrame, findings: Findings) -> None:
    """Say which lines carry no customer."""
    for code in collective_codes(lines):
        count = lines.filter(pl.col("customer_code") == code).height
        findings.add(
            "customer_unknown",
            _(
                "%(count)s lines of the account %(account)s name no customer and are kept together. "
                "Export the ledger with auxiliary accounts to see who owes what."
            ),
            count=str(count),
            account=code,
        )
