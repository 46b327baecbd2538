"""What each customer does with its invoices: pays them together, in part, in installments, or not at all."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from encours.demonstration.book import VAT_RATE, Book
from encours.demonstration.days import run_from, working_from
from encours.demonstration.dice import cents
from encours.demonstration.habits import Habit, pays_on
from encours.demonstration.model import Customer, Item, PayerKind

CREDIT_NOTE_CHANCE = 0.014
WAITING_CREDIT_NOTE_CHANCE = 0.3
WAITING_DAYS = 120
RESIDUE_CHANCE = 0.004
PATIENCE_DAYS = 60
OLD_DISPUTE_CHANCE = 0.06
DISPUTE_DAYS, TOO_RECENT_DAYS = 210, 8
MOST_DISPUTES = 3
LARGE_INVOICE = Decimal(2500)


@dataclass(frozen=True, slots=True)
class Account:
    """One customer's account while its owner's dice decide what happens to it, up to today."""

    book: Book
    customer: Customer
    habit: Habit
    today: date
    dice: random.Random

    def settle(self, invoices: Sequence[Item]) -> None:
        """Post the payments and credit notes of the customer."""
        withheld = self._withheld(invoices)
        runs: defaultdict[date, list[Item]] = defaultdict(list)
        for invoice in invoices:
            paid_on = pays_on(self.habit, invoice.issued_on, invoice.due_on, self.today, self.dice)
            self._take_back(invoice, paid_on or self.today)
            if paid_on is None or paid_on > self.today:
                continue
            if invoice.key in withheld:
                self._pay(invoice, paid_on, self.book.left(invoice) - withheld[invoice.key])
            elif self.customer.kind is PayerKind.INSTALLMENTS:
                self._pay_in_installments(invoice, paid_on)
            elif self.customer.kind is PayerKind.DISPUTING and self.dice.random() < OLD_DISPUTE_CHANCE:
                self._dispute_and_agree(invoice, paid_on)
            elif self.dice.random() < RESIDUE_CHANCE:
                self._leave_a_residue(invoice, paid_on)
            else:
                runs[paid_on].append(invoice)
        self._pay_together(runs)

    def _pay_together(self, runs: dict[date, list[Item]]) -> None:
        for paid_on, due in sorted(runs.items()):
            amount = sum((self.book.left(item) for item in due), Decimal(0))
            self.book.settle(due, self.book.pay(self.customer, paid_on, amount, self.habit.means))

    def _pay(self, invoice: Item, paid_on: date, amount: Decimal) -> None:
        if amount > 0:
            self.book.settle([invoice], self.book.pay(self.customer, paid_on, amount, self.habit.means))

    def _take_back(self, invoice: Item, paid_on: date) -> None:
        """Now and then take back goods before the payment; a recent credit note may still wait to be used."""
        if self.dice.random() >= CREDIT_NOTE_CHANCE:
            return
        issued_on = working_from(invoice.issued_on + timedelta(days=self.dice.randint(5, 22)))
        net = cents((invoice.amount - invoice.vat) * Decimal(self.dice.randint(4, 22)) / 100)
        recent = self.today - issued_on < timedelta(days=WAITING_DAYS)
        waits = recent and self.dice.random() < WAITING_CREDIT_NOTE_CHANCE
        if issued_on >= paid_on or issued_on > self.today:
            return
        credit_note = self.book.credit(self.customer, issued_on, net, invoice)
        if not waits:
            self.book.settle([invoice], credit_note)

    def _withheld(self, invoices: Iterable[Item]) -> dict[int, Decimal]:
        """Choose the recent invoices of which a part is contested, in round tens of euros."""
        if self.customer.kind is not PayerKind.DISPUTING:
            return {}
        after = self.today - timedelta(days=DISPUTE_DAYS)
        before = self.today - timedelta(days=TOO_RECENT_DAYS)
        recent = [item for item in invoices if after <= item.due_on < before]
        chosen = self.dice.sample(recent, min(len(recent), self.dice.randint(1, MOST_DISPUTES)))
        return {
            item.key: (item.amount * self.dice.randint(10, 45) / 1000).to_integral_value() * 10
            for item in sorted(chosen, key=lambda item: item.key)
        }

    def _pay_in_installments(self, invoice: Item, paid_on: date) -> None:
        parts = 3 if invoice.amount > LARGE_INVOICE else 2
        each = cents(invoice.amount / parts)
        day = paid_on
        for rank in range(parts):
            if day > self.today:
                return
            left = self.book.left(invoice)
            self._pay(invoice, day, left if rank == parts - 1 else min(each, left))
            day = run_from(day + timedelta(days=self.dice.randint(24, 32)), self.habit.weekday)

    def _dispute_and_agree(self, invoice: Item, paid_on: date) -> None:
        """Withhold a part, and end the matter with a credit note some weeks later."""
        net = cents((invoice.amount - invoice.vat) * Decimal(self.dice.randint(8, 25)) / 100)
        self._pay(invoice, paid_on, self.book.left(invoice) - net - cents(net * VAT_RATE))
        agreed_on = working_from(paid_on + timedelta(days=self.dice.randint(25, 60)))
        if agreed_on <= self.today:
            self.book.settle([invoice], self.book.credit(self.customer, agreed_on, net, invoice))

    def _leave_a_residue(self, invoice: Item, paid_on: date) -> None:
        """Pay short by a few euros; what is still small at the end of the year is written off."""
        rest = min(Decimal(self.dice.randint(180, 4490)) / 100, cents(invoice.amount / 4))
        self._pay(invoice, paid_on, self.book.left(invoice) - rest)
        closing = date(paid_on.year, 12, 31)
        if closing < self.today and (closing - paid_on).days > PATIENCE_DAYS:
            self.book.write_off(self.customer, closing, invoice)
