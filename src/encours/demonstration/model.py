"""What a demonstration company is made of: who sells, who buys, what is owed and what settled it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Literal

from encours.rules.terms import PaymentTerms, due_on, parse_terms

Side = Literal["debit", "credit"]
ItemKind = Literal["invoice", "credit_note", "payment", "prepayment", "returned_payment", "adjustment"]

TRADE = "411000"
DOUBTFUL = "416000"
PREPAID = "419100"


class PayerKind(StrEnum):
    """How a customer pays."""

    GOOD = "good"
    SLOW = "slow"
    DRIFTING = "drifting"
    BROKEN = "broken"
    SEASONAL = "seasonal"
    DISPUTING = "disputing"
    INSTALLMENTS = "installments"
    NEW = "new"
    PUBLIC = "public"
    LARGE = "large"
    DORMANT = "dormant"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Organization:
    """The company whose ledger it is."""

    name: str
    siren: str
    vat_number: str
    address: str
    postal_code: str
    city: str
    email: str
    phone: str
    iban: str
    bic: str
    naf: str
    activity: str


@dataclass(frozen=True, slots=True)
class Customer:
    """One company that buys."""

    code: str
    name: str
    siren: str
    vat_number: str
    naf: str
    activity: str
    email: str
    phone: str
    address: str
    postal_code: str
    city: str
    terms: str
    language: str
    kind: PayerKind
    yearly_net: Decimal
    invoice_net: Decimal
    season: tuple[int, ...]

    def due_on(self, issued_on: date) -> date:
        """Return the day on which an invoice of this date falls due."""
        return due_on(payment_terms(self.terms), issued_on)


@cache
def payment_terms(text: str) -> PaymentTerms:
    """Return the terms that a text of the ledger says."""
    return parse_terms(text)


@dataclass(frozen=True, slots=True)
class Item:
    """One line on a customer's account; `entry` says which accounting entry it belongs to."""

    key: int
    entry: int
    customer_code: str
    account: str
    kind: ItemKind
    side: Side
    booked_on: date
    issued_on: date
    due_on: date
    amount: Decimal
    vat: Decimal = Decimal(0)
    means: str = ""
    origin: int | None = None
    number: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a credit item settles so much of a debit item, since this day."""

    debit: int
    credit: int
    amount: Decimal
    allocated_on: date


@dataclass(frozen=True)
class Company:
    """A whole demonstration company, in memory."""

    organization: Organization
    customers: tuple[Customer, ...]
    items: tuple[Item, ...]
    allocations: tuple[Allocation, ...]
    starts_on: date
    today: date
    seed: int
    _by_key: dict[int, Item] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {item.key: item for item in self.items})

    @cached_property
    def customer_of(self) -> dict[str, Customer]:
        """Customers by code."""
        return {customer.code: customer for customer in self.customers}

    def item(self, key: int) -> Item:
        """Return one item by its key."""
        return self._by_key[key]

    def open_amounts(self, on: date) -> dict[int, Decimal]:
        """Return what is left of each item booked until a day, after the allocations made until then."""
        settled: defaultdict[int, Decimal] = defaultdict(Decimal)
        for allocation in self.allocations:
            if allocation.allocated_on <= on:
                settled[allocation.debit] += allocation.amount
                settled[allocation.credit] += allocation.amount
        return {item.key: item.amount - settled[item.key] for item in self.items if item.booked_on <= on}
