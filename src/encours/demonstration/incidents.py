"""The particular stories of a ledger: prepayments, a returned debit, money nobody can place, doubtful accounts."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from encours.demonstration.book import Book
from encours.demonstration.days import working_from, working_until
from encours.demonstration.habits import Habit
from encours.demonstration.model import TRADE, Customer, Item, PayerKind

Account = tuple[Customer, Habit]

PREPAID_PART = Decimal("0.30")
PREPAID_LEAST = Decimal(2500)
DOUBTED_AFTER_DAYS = 150


def prepay_some(
    book: Book, customer: Customer, invoices: Sequence[Item], first_on: date, dice: random.Random
) -> None:
    """Have a customer pay 30 % with the order of its large invoices."""
    for invoice in invoices:
        paid_on = working_until(invoice.issued_on - timedelta(days=dice.randint(14, 35)))
        if invoice.amount < PREPAID_LEAST or paid_on < first_on:
            continue
        amount = (invoice.amount * PREPAID_PART / 100).to_integral_value() * 100
        prepayment = book.prepay(customer, paid_on, amount)
        book.use_prepayment(customer, invoice.issued_on, prepayment, invoice)


def prepay_an_order(book: Book, customer: Customer, today: date, dice: random.Random) -> None:
    """Have a customer pay in advance for an order that is not invoiced yet."""
    paid_on = working_until(today - timedelta(days=dice.randint(6, 24)))
    book.prepay(customer, paid_on, Decimal(dice.randint(12, 48)) * 100)


def return_debits(book: Book, accounts: Iterable[Account], today: date) -> None:
    """Return one old direct debit, paid again three weeks later, and a recent one that is still owed."""
    debited = [customer for customer, habit in accounts if habit.means == "PRLV"]
    if not debited:
        return
    old = _payment_before(book, debited[-1], today - timedelta(days=130), today - timedelta(days=220))
    if old:
        returned = book.send_back(debited[-1], _days_after(old, 5), old)
        book.settle([returned], book.pay(debited[-1], _days_after(returned, 21), returned.amount, "VIR"))
    recent = _payment_before(book, debited[0], today - timedelta(days=9), today - timedelta(days=80))
    if recent:
        book.send_back(debited[0], min(_days_after(recent, 5), working_until(today)), recent)


def lose_a_reference(book: Book, accounts: Sequence[Account], today: date) -> None:
    """Receive a transfer that names no invoice, from a customer with several open ones."""
    for customer, _ in accounts:
        due = [
            item
            for item in book.items
            if item.customer_code == customer.code
            and item.kind == "invoice"
            and book.left(item) == item.amount
            and item.due_on < today
        ]
        if customer.kind is PayerKind.SLOW and len(due) > 1:
            amount = sum((item.amount for item in due[:2]), Decimal(0)) / 100
            paid_on = working_until(today - timedelta(days=4))
            if paid_on > due[1].booked_on:
                book.pay(customer, paid_on, amount.to_integral_value() * 100, "VIR")
                return


def pay_twice(book: Book, accounts: Sequence[Account], today: date) -> None:
    """Receive the same transfer a second time, eleven days after the first."""
    for customer, habit in accounts:
        if customer.kind is PayerKind.GOOD and habit.means == "VIR":
            first = _payment_before(book, customer, today - timedelta(days=16), today - timedelta(days=60))
            if first:
                book.pay(customer, _days_after(first, 11), first.amount, "VIR")
                return


def doubt_unpaid(book: Book, customer: Customer, habit: Habit, today: date) -> None:
    """Move every invoice left unpaid to the doubtful customers, five months after the last payment."""
    doubted_on = working_from(habit.stops_on + timedelta(days=DOUBTED_AFTER_DAYS))
    if doubted_on > today:
        return
    for invoice in [item for item in book.items if item.customer_code == customer.code]:
        if invoice.kind == "invoice" and invoice.account == TRADE and book.left(invoice):
            book.doubt(customer, doubted_on, invoice)


def _payment_before(book: Book, customer: Customer, latest_on: date, earliest_on: date) -> Item | None:
    payments = [
        item
        for item in book.items
        if item.customer_code == customer.code
        and item.kind == "payment"
        and earliest_on <= item.booked_on <= latest_on
    ]
    return max(payments, key=lambda item: (item.booked_on, item.key), default=None)


def _days_after(item: Item, days: int) -> date:
    return working_from(item.booked_on + timedelta(days=days))
