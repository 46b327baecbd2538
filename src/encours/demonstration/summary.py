"""What a credit manager looks at first in a demonstration company."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from encours.demonstration.model import PREPAID, Company, PayerKind

COLUMNS = ("not_due", "1-30", "31-60", "61-90", "over_90")
LIMITS = (0, 30, 60, 90)
YEAR, TOP = 365, 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Totals of a ledger on its last day, all taxes included except the turnover."""

    net_turnover: Decimal
    open_debits: Decimal
    open_credits: Decimal
    prepaid: Decimal
    aged: dict[str, Decimal]
    dso_days: int
    largest: list[tuple[str, Decimal, Decimal]]
    kinds: Counter[PayerKind]
    items: int

    @property
    def outstanding(self) -> Decimal:
        """What customers owe, net of what we owe them."""
        return self.open_debits - self.open_credits

    def part(self, *columns: str) -> Decimal:
        """Return the part of the open debits that stands in some columns."""
        return sum((self.aged[column] for column in columns), Decimal(0)) / self.open_debits


def figures(company: Company) -> Figures:
    """Return the totals of a company's customer ledger today."""
    today = company.today
    open_amounts = company.open_amounts(today)
    aged = dict.fromkeys(COLUMNS, Decimal(0))
    owed: defaultdict[str, Decimal] = defaultdict(Decimal)
    overdue: defaultdict[str, Decimal] = defaultdict(Decimal)
    credits_left = prepaid = Decimal(0)
    for item in company.items:
        left = open_amounts[item.key]
        if item.account == PREPAID:
            prepaid += left if item.side == "credit" else -left
        elif item.side == "credit":
            credits_left += left
        else:
            column = _column((today - item.due_on).days)
            aged[column] += left
            owed[item.customer_code] += left
            if column != COLUMNS[0]:
                overdue[item.customer_code] += left
    debits = sum(aged.values(), Decimal(0))
    sales = _sales(company, today - timedelta(days=YEAR), today)
    return Figures(
        net_turnover=sum((net for _, net, _ in sales), Decimal(0)),
        open_debits=debits,
        open_credits=credits_left,
        prepaid=prepaid,
        aged=aged,
        dso_days=round((debits - credits_left) / sum((gross for *_, gross in sales), Decimal(0)) * YEAR),
        largest=[
            (company.customer_of[code].name, owed[code], overdue[code])
            for code in sorted(owed, key=lambda code: (-owed[code], code))[:TOP]
        ],
        kinds=Counter(customer.kind for customer in company.customers),
        items=len(company.items),
    )


def _column(days: int) -> str:
    return COLUMNS[sum(days > limit for limit in LIMITS)]


def _sales(company: Company, after: date, until: date) -> list[tuple[date, Decimal, Decimal]]:
    signs = {"invoice": 1, "credit_note": -1}
    return [
        (item.booked_on, signs[item.kind] * (item.amount - item.vat), signs[item.kind] * item.amount)
        for item in company.items
        if item.kind in signs and after < item.booked_on <= until
    ]
