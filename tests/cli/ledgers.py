"""Counting a ledger file by hand, with nothing but the csv module: what an accountant would do with a pencil."""

import csv
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT.parent / "shared" / "samples" / "fec" / "900000001FEC20220831.txt"
# Customers, their bills, those in doubt, and what they paid in advance.
ACCOUNTS = ("411", "413", "416", "4191")
COLUMNS = ("not_due", "1_30", "31_60", "61_90", "over_90")


@dataclass
class Count:
    """The customer accounts of a FEC, counted line by line; an open line is (customer, day, what is left, signed)."""

    lines: int = 0
    by_customer: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    groups: dict[tuple[str, str], list[tuple[date, Decimal]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    open_lines: list[tuple[str, date, Decimal]] = field(default_factory=list)

    @property
    def outstanding(self) -> Decimal:
        return sum(self.by_customer.values(), Decimal(0))


def amount(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", ".") or "0")


def day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def counted(path: Path, *, encoding: str = "utf-8-sig", separator: str = "\t") -> Count:
    """Add up the customer accounts, customer by customer; a letter settles its lines, the oldest first."""
    count = Count()
    with path.open(encoding=encoding, newline="") as file:
        for row in csv.DictReader(file, delimiter=separator):
            if not row["CompteNum"].startswith(ACCOUNTS):
                continue
            signed = amount(row["Debit"]) - amount(row["Credit"])
            if not signed:
                continue
            customer, letter = row["CompAuxNum"], row["EcritureLet"].strip()
            on = day(row["PieceDate"] or row["EcritureDate"])
            count.lines += 1
            count.by_customer[customer] += signed
            if letter:
                count.groups[customer, letter].append((on, signed))
            else:
                count.open_lines.append((customer, on, signed))
    for (customer, _letter), lines in count.groups.items():
        count.open_lines.extend((customer, on, left) for on, left in left_of(lines))
    return count


def left_of(lines: list[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """Pay the oldest debits first with what there is of credits, and return what is left of either."""
    total = sum((signed for _on, signed in lines), Decimal(0))
    side = sorted((on, signed) for on, signed in lines if signed * total > 0)
    left = []
    for on, signed in reversed(side):
        take = min(abs(signed), abs(total))
        if take:
            left.append((on, take.copy_sign(signed)))
        total -= take.copy_sign(total)
    return left


def end_of_month_after(on: date, days: int) -> date:
    """45 days end of month, counted on the fingers."""
    reached = on + timedelta(days=days)
    return reached.replace(day=monthrange(reached.year, reached.month)[1])


def column(due_on: date, today: date) -> str:
    late = (today - due_on).days
    if late <= 0:
        return "not_due"
    return next(
        (name for name, last in zip(COLUMNS[1:], (30, 60, 90), strict=False) if late <= last), "over_90"
    )
