"""The account of every customer of a file at a day: what is open, what was settled and when."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import polars as pl

from encours.receivables.changes import (
    ALLOCATIONS_KNOWN,
    CUSTOMERS_KNOWN,
    ITEMS_KNOWN,
    Known,
    Setting,
)
from encours.receivables.plan import plan_load
from encours.receivables.rows import Batch, Issue
from encours.rules.behavior import OpenPart, SettledPart

# What a customer's habits and late interest are counted on: its invoices, those carried from earlier years included.
BILLED = ("invoice", "opening")


@dataclass(frozen=True, slots=True)
class Account:
    """The items of a file in one currency, and the parts of debits that credits have settled."""

    items: pl.DataFrame
    parts: pl.DataFrame
    currency: str
    other_currencies: dict[str, Decimal]
    later_items: int
    issues: list[Issue]


def account_of(batch: Batch, today: date, default_terms: str) -> Account:
    """Replay a file as it stood on a day, by the same plan that would load it into an empty account."""
    known_then = batch.items.filter(pl.col("issued_on") <= today)
    settled_then = batch.allocations.filter(pl.col("allocated_on") <= today)
    then = replace(batch, items=known_then, allocations=settled_then)
    currency = _main_currency(known_then)
    nothing = Known(
        pl.DataFrame(schema=CUSTOMERS_KNOWN),
        pl.DataFrame(schema=ITEMS_KNOWN),
        pl.DataFrame(schema=ALLOCATIONS_KNOWN),
    )
    plan = plan_load(then, nothing, Setting(batch.source, today, default_terms, currency))
    items = plan.new_items.join(
        plan.amounts.select("item_id", "open_cents", "settled_on"),
        on="item_id",
        how="left",
        maintain_order="left",
    )
    foreign = items.filter(pl.col("currency") != currency)
    items = items.filter(pl.col("currency") == currency)
    return Account(
        items,
        _parts(items, plan.new_allocations),
        currency,
        _outstanding_by_currency(foreign),
        batch.items.height - known_then.height,
        plan.issues,
    )


def _main_currency(items: pl.DataFrame) -> str:
    counted = items["currency"].drop_nulls().value_counts(sort=True)
    return str(counted["currency"][0]) if counted.height else "EUR"


def _outstanding_by_currency(items: pl.DataFrame) -> dict[str, Decimal]:
    signed = pl.when(pl.col("side") == "debit").then("open_cents").otherwise(-pl.col("open_cents"))
    sums = items.group_by("currency").agg(signed.sum().alias("cents")).sort("currency")
    return {currency: amount(cents) for currency, cents in sums.iter_rows()}


def _parts(items: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """Return the settled parts of debits: item_id, customer_code, kind, due_on, cents, settled_on, by_kind."""
    credits_ = items.select(pl.col("item_id").alias("credit"), pl.col("kind").alias("by_kind"))
    debits = items.select(pl.col("item_id").alias("debit"), "customer_code", "kind", "due_on")
    return (
        allocations.join(debits, on="debit")
        .join(credits_, on="credit")
        .select(
            pl.col("debit").alias("item_id"),
            "customer_code",
            "kind",
            "due_on",
            "cents",
            pl.col("allocated_on").alias("settled_on"),
            "by_kind",
        )
        .sort("item_id", "settled_on", descending=[True, False])
    )


def settled_parts(account: Account) -> dict[str, list[SettledPart]]:
    """Return what each customer settled of its invoices, and when."""
    found: dict[str, list[SettledPart]] = defaultdict(list)
    billed = account.parts.filter(pl.col("kind").is_in(BILLED))
    for code, cents, due_on, settled_on in billed.select(
        "customer_code", "cents", "due_on", "settled_on"
    ).iter_rows():
        found[code].append(SettledPart(amount(cents), due_on, settled_on))
    return found


def open_parts(account: Account) -> dict[str, list[OpenPart]]:
    """Return what each customer has left to pay of its invoices."""
    found: dict[str, list[OpenPart]] = defaultdict(list)
    billed = account.items.filter(
        (pl.col("side") == "debit") & (pl.col("open_cents") > 0) & pl.col("kind").is_in(BILLED)
    )
    for code, cents, due_on in billed.select("customer_code", "open_cents", "due_on").iter_rows():
        found[code].append(OpenPart(amount(cents), due_on))
    return found


def amount(cents: int) -> Decimal:
    """Return whole cents as an exact amount.

    >>> amount(123456)
    Decimal('1234.56')
    """
    return Decimal(cents).scaleb(-2)
