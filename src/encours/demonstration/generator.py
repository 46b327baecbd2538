"""Making a whole company: customers, twenty-six months of sales, and how each account was settled."""

from collections import defaultdict
from datetime import date

from encours.demonstration.book import Book
from encours.demonstration.cast import customers_of
from encours.demonstration.days import months_later
from encours.demonstration.dice import dice_for
from encours.demonstration.habits import Habit, habit_of
from encours.demonstration.identifiers import iban, phone, siren, vat_number
from encours.demonstration.incidents import (
    doubt_unpaid,
    lose_a_reference,
    pay_twice,
    prepay_an_order,
    prepay_some,
    return_debits,
)
from encours.demonstration.lettering import since
from encours.demonstration.model import Company, Customer, Item, Organization, PayerKind
from encours.demonstration.numbering import numbered
from encours.demonstration.sales import sales_of
from encours.demonstration.settling import Account

SEED = 1
MONTHS_BEFORE = 7
PREPAYING, ORDERING = 3, 2
ORGANIZATION_SERIAL = 42


def company(today: date, *, customers: int = 200, months: int = 26, seed: int = SEED) -> Company:
    """Return a believable company whose ledger of so many months ends today; the same seed gives the same."""
    cast = customers_of(seed, customers)
    starts_on = months_later(today.replace(day=1), 1 - months)
    warm_up_on = months_later(starts_on, -MONTHS_BEFORE)
    book = Book()
    accounts = [_fill(book, customer, warm_up_on, today, seed) for customer in cast]
    _add_stories(book, accounts, today, seed)
    by_code = {customer.code: customer for customer in cast}
    items = numbered(book.items, book.allocations, by_code)
    items, allocations = since(starts_on, items, tuple(book.allocations))
    return Company(_organization(), cast, items, allocations, starts_on, today, seed)


def _organization() -> Organization:
    number = siren(ORGANIZATION_SERIAL)
    return Organization(
        name="Ateliers Lumière SAS",
        siren=number,
        vat_number=vat_number(number),
        address="14 rue des Verriers",
        postal_code="69007",
        city="Lyon",
        email="comptabilite@ateliers-lumiere.example",
        phone=phone("04", 1895),
        iban=iban(18_951_228),
        bic="ENCOFRP1XXX",
        naf="27.40Z",
        activity="Fabrication d'appareils d'éclairage électrique",
    )


def _fill(book: Book, customer: Customer, first_on: date, today: date, seed: int) -> tuple[Customer, Habit]:
    """Write the account of one customer, with dice of its own."""
    dice = dice_for(seed, customer.code)
    habit = habit_of(customer, today, dice)
    invoices: list[Item] = [
        book.sell(customer, issued_on, net)
        for issued_on, net in sales_of(customer, habit, first_on, today, dice)
    ]
    if _rank(customer) % 31 == PREPAYING and customer.kind is PayerKind.GOOD:
        prepay_some(book, customer, invoices, first_on, dice)
    Account(book, customer, habit, today, dice).settle(invoices)
    if customer.kind is PayerKind.DOUBTFUL:
        doubt_unpaid(book, customer, habit, today)
    return customer, habit


def _add_stories(book: Book, accounts: list[tuple[Customer, Habit]], today: date, seed: int) -> None:
    kinds: defaultdict[PayerKind, list[Customer]] = defaultdict(list)
    for customer, _ in accounts:
        kinds[customer.kind].append(customer)
    dice = dice_for(seed, "stories")
    for customer in kinds[PayerKind.GOOD][-ORDERING:]:
        prepay_an_order(book, customer, today, dice)
    return_debits(book, accounts, today)
    lose_a_reference(book, accounts, today)
    pay_twice(book, accounts[20:], today)


def _rank(customer: Customer) -> int:
    return int(customer.code[1:])
