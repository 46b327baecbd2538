"""When each item falls due: as the file says, else by the customer's terms, else by the organization's default."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from encours.receivables.rows import Issue
from encours.rules.terms import PaymentTerms, TermsNotUnderstoodError, due_on, parse_terms

GIVEN, DERIVED, SAME_DAY, DESK = "given", "derived", "same_day", "desk"


def with_due_dates(
    items: pl.DataFrame, terms: Mapping[str, str], default_terms: str
) -> tuple[pl.DataFrame, list[Issue]]:
    """Fill `due_on` and say in `due_basis` where it comes from.

    What the customer owes is derived from terms; a credit has no term and carries its own date.
    """
    issues: list[Issue] = []
    read: dict[str, PaymentTerms] = {}
    default = parse_terms(default_terms)

    def terms_of(text: str | None) -> PaymentTerms:
        if not text:
            return default
        if text not in read:
            try:
                read[text] = parse_terms(text)
            except TermsNotUnderstoodError:
                read[text] = default
                issues.append(
                    Issue(
                        None,
                        "terms_not_understood",
                        "The payment terms “%(terms)s” were not understood; the default terms are used instead. "
                        "Correct them on the customer's page.",
                        params={"terms": text},
                    )
                )
        return read[text]

    owes = pl.col("side") == "debit"
    frame = items.with_columns(
        pl.col("customer_code")
        .replace_strict(dict(terms), default="", return_dtype=pl.String)
        .alias("terms"),
    )
    wanted = frame.filter(owes & pl.col("due_on").is_null()).select("terms", "issued_on").unique()
    computed: list[date] = [due_on(terms_of(text), issued) for text, issued in wanted.iter_rows()]
    table = wanted.with_columns(pl.Series("computed", computed, dtype=pl.Date))
    frame = frame.join(table, on=["terms", "issued_on"], how="left", maintain_order="left")
    frame = frame.with_columns(
        pl.when(~owes)
        .then(pl.lit(SAME_DAY))
        .when(pl.col("due_on").is_not_null())
        .then(pl.lit(GIVEN))
        .otherwise(pl.lit(DERIVED))
        .alias("due_basis"),
        pl.when(owes)
        .then(pl.coalesce("due_on", "computed"))
        .otherwise(pl.coalesce("due_on", "issued_on"))
        .alias("due_on"),
    )
    return frame.drop("terms", "computed"), issues
