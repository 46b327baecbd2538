"""Which credit pays which debit: the lettering that a file states, and marked guesses for the rest."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

Identifier = int | str | UUID
Rule = Literal["reference", "amount", "sum", "oldest_first"]

# Number of debits, from the oldest, among which a sum is looked for: further on, sums agree by chance.
SUM_REACH = 200
# Number of neighboring words of a label that may together be one document number ("FA 2026 0391").
WORDS_PER_NUMBER = 4
NUMBER_MINIMUM = 4
# Bare digits are also years and amounts: they must be longer to mean a document.
DIGITS_MINIMUM = 5
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Debit:
    """Something a customer owes: what is left of it, when it falls due, and the number it is known by."""

    id: Identifier
    amount: Decimal
    due_on: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """Something in a customer's favor: what is left of it, its date, and every word written on it."""

    id: Identifier
    amount: Decimal
    issued_on: date
    text: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guess that a credit pays a debit, with the rule that made it."""

    debit_id: Identifier
    credit_id: Identifier
    amount: Decimal
    rule: Rule


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a debit that a credit pays."""

    debit_id: Identifier
    credit_id: Identifier
    amount: Decimal


def letter(debits: Iterable[Debit], credits_: Iterable[Credit]) -> list[Allocation]:
    """Allocate the credits of one lettering group to its debits, oldest first; any excess stays open.

    >>> invoices = [Debit("F1", Decimal(60), date(2026, 1, 31)), Debit("F2", Decimal(60), date(2026, 2, 28))]
    >>> [(a.debit_id, a.amount) for a in letter(invoices, [Credit("P1", Decimal(100), date(2026, 3, 5))])]
    [('F1', Decimal('60')), ('F2', Decimal('40'))]
    """
    account = _Account(debits, credits_)
    return [
        Allocation(proposal.debit_id, proposal.credit_id, proposal.amount)
        for proposal in account.oldest_first()
    ]


def propose(
    debits: Iterable[Debit], credits_: Iterable[Credit], *, oldest_first: bool = False
) -> list[Proposal]:
    """Guess which credits pay which debits of one customer: by number, amount, sum, then by age if asked.

    >>> invoices = [Debit(1, Decimal(50), date(2026, 1, 31), "FA-2026-001")]
    >>> transfer = Credit(9, Decimal(40), date(2026, 3, 5), "VIR FA2026001 MERCI")
    >>> for proposal in propose(invoices, [transfer]):
    ...     print(proposal.debit_id, proposal.amount, proposal.rule)
    1 40 reference
    """
    account = _Account(debits, credits_)
    proposals = [*account.by_reference(), *account.by_amount(), *account.by_sum()]
    if oldest_first:
        proposals.extend(account.oldest_first())
    return proposals


class _Account:
    """The debits and credits of one customer, and what is left of each while it is being given away."""

    def __init__(self, debits: Iterable[Debit], credits_: Iterable[Credit]) -> None:
        self.debits = sorted((item for item in debits if item.amount > 0), key=lambda item: item.due_on)
        self.credits = sorted((item for item in credits_ if item.amount > 0), key=lambda item: item.issued_on)
        self.owed = {item.id: item.amount for item in self.debits}
        self.paid = {item.id: item.amount for item in self.credits}

    def give(self, debit: Debit, credit: Credit, rule: Rule) -> Proposal:
        amount = min(self.owed[debit.id], self.paid[credit.id])
        self.owed[debit.id] -= amount
        self.paid[credit.id] -= amount
        return Proposal(debit.id, credit.id, amount, rule)

    def open_debits(self) -> list[Debit]:
        return [debit for debit in self.debits if self.owed[debit.id]]

    def open_credits(self) -> list[Credit]:
        return [credit for credit in self.credits if self.paid[credit.id]]

    def by_reference(self) -> Iterator[Proposal]:
        numbered: dict[str, list[Debit]] = defaultdict(list)
        for debit in self.debits:
            if number := _number_key(debit.number):
                numbered[number].append(debit)
        for credit in self.credits:
            found = {debit.id: debit for key in _keys_in(credit.text) for debit in numbered.get(key, ())}
            for debit in sorted(found.values(), key=lambda debit: debit.due_on):
                if self.owed[debit.id] and self.paid[credit.id]:
                    yield self.give(debit, credit, "reference")

    def by_amount(self) -> Iterator[Proposal]:
        waiting: dict[Decimal, deque[Debit]] = defaultdict(deque)
        for debit in self.open_debits():
            waiting[self.owed[debit.id]].append(debit)
        for credit in self.open_credits():
            if same := waiting.get(self.paid[credit.id]):
                yield self.give(same.popleft(), credit, "amount")

    def by_sum(self) -> Iterator[Proposal]:
        debits = self.open_debits()
        for credit in self.open_credits():
            run = self._run_of(self.paid[credit.id], debits[:SUM_REACH])
            for debit in run:
                yield self.give(debit, credit, "sum")
            if run:
                debits = self.open_debits()

    def oldest_first(self) -> Iterator[Proposal]:
        debits = deque(self.open_debits())
        for credit in self.open_credits():
            while debits and self.paid[credit.id]:
                yield self.give(debits[0], credit, "oldest_first")
                if not self.owed[debits[0].id]:
                    debits.popleft()

    def _run_of(self, amount: Decimal, debits: Sequence[Debit]) -> Sequence[Debit]:
        """Find the oldest run of debits, neighbors by due date, that adds up to the amount exactly."""
        total, start = Decimal(0), 0
        for end, debit in enumerate(debits):
            total += self.owed[debit.id]
            while total > amount:
                total -= self.owed[debits[start].id]
                start += 1
            if total == amount:
                return debits[start : end + 1]
        return ()


def _number_key(number: str) -> str:
    """Reduce a document number to its letters and digits, or to nothing if too short to recognize."""
    key = "".join(_WORD.findall(number.upper()))
    enough = DIGITS_MINIMUM if key.isdecimal() else NUMBER_MINIMUM
    return key if len(key) >= enough and any(sign.isdecimal() for sign in key) else ""


def _keys_in(text: str) -> Iterator[str]:
    """List every document number that a label might hold, whatever separators were typed."""
    words = _WORD.findall(text.upper())
    for start in range(len(words)):
        for end in range(start + 1, min(start + WORDS_PER_NUMBER, len(words)) + 1):
            yield "".join(words[start:end])
