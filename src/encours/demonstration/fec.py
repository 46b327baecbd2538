"""Writing a company's accounts as the French accounting entries file (FEC), one file per fiscal year."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from encours.demonstration.entries import (
    ACCOUNT_LABELS,
    BANK,
    LEDGER_JOURNALS,
    Entry,
    Line,
    bank_fees,
    customer_entries,
    customer_line,
)
from encours.demonstration.lettering import Group, alive_on, groups_on, letter_code
from encours.demonstration.model import Company
from encours.demonstration.overheads import overhead_entries

HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
    "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
    "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
CAPITAL, CASH = Decimal(800_000), Decimal(950_000)
RESULT, RETAINED = "120000", "110000"
BALANCE_SHEET = ("1", "2", "3", "4", "5")
Letters = dict[int, tuple[str, date]]


def write_fec(company: Company, folder: Path) -> list[Path]:
    """Write one file per calendar year and return their paths; each opens on what the last one left."""
    folder.mkdir(parents=True, exist_ok=True)
    booked = _booked(company)
    paths = []
    for year in range(company.starts_on.year, company.today.year + 1):
        first_on = max(company.starts_on, date(year, 1, 1))
        last_on = min(company.today, date(year, 12, 31))
        opening = _opening(company, booked, first_on)
        entries = [*opening, *(entry for entry in booked if first_on <= entry.booked_on <= last_on)]
        path = folder / f"{company.organization.siren}FEC{year}1231.txt"
        _write(path, entries, _letters(company, first_on, last_on), last_on)
        paths.append(path)
    return paths


def _booked(company: Company) -> list[Entry]:
    """Return every entry since the start, in order of date; a stable sort keeps the rest as posted."""
    current = [item for item in company.items if item.booked_on >= company.starts_on]
    sales = list(customer_entries(company, current))
    spent = overhead_entries(company, sales)
    return sorted(
        [*sales, *spent, *bank_fees(company.starts_on, company.today)], key=lambda entry: entry.booked_on
    )


def _opening(company: Company, booked: Sequence[Entry], first_on: date) -> list[Entry]:
    """Return the opening entries: each item still open by itself, then the other accounts by balance."""
    day_before = first_on - timedelta(days=1)
    kept = alive_on(day_before, company.items, company.allocations)
    carried = [item for item in company.items if item.key in kept]
    openings = [
        Entry("AN", first_on, item.number, item.issued_on, item.label, (customer_line(company, item),))
        for item in carried
    ]
    owed = sum((item.amount if item.side == "debit" else -item.amount for item in carried), Decimal(0))
    rest = _closing(company, booked, first_on, owed)
    openings.append(Entry("AN", first_on, f"AN{first_on.year}", first_on, "À nouveau", tuple(rest)))
    lines = tuple(line for entry in openings for line in entry.lines)
    if sum((line.amount if line.debit else -line.amount for line in lines), Decimal(0)):
        raise ArithmeticError(f"The opening of {first_on} is not balanced.")
    return openings


def _closing(company: Company, booked: Sequence[Entry], first_on: date, owed: Decimal) -> Iterator[Line]:
    """Yield the balances of the other balance sheet accounts on the eve of a year."""
    totals: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    totals[BANK, "", ""] = CASH
    totals["101000", "", ""] = -CAPITAL
    owed_at_start = _owed_at_start(company)
    totals[RETAINED, "", ""] = CAPITAL - CASH - owed_at_start
    for entry in booked:
        if entry.booked_on >= first_on:
            break
        for line in entry.lines:
            signed = line.amount if line.debit else -line.amount
            if line.key is not None:
                continue
            account = line.account if line.account.startswith(BALANCE_SHEET) else _result(entry, first_on)
            totals[account, line.auxiliary, line.auxiliary_label] += signed
    if owed + sum(totals.values(), Decimal(0)):
        raise ArithmeticError(f"The accounts before {first_on} are not balanced.")
    for (account, auxiliary, name), total in sorted(totals.items()):
        if total:
            yield Line(account, abs(total), total > 0, auxiliary, name)


def _result(entry: Entry, first_on: date) -> str:
    """Say where a year's result stands at an opening: the last year's apart, the older ones together."""
    return RESULT if entry.booked_on.year == first_on.year - 1 else RETAINED


def _owed_at_start(company: Company) -> Decimal:
    before = (item for item in company.items if item.booked_on < company.starts_on)
    return sum((item.amount if item.side == "debit" else -item.amount for item in before), Decimal(0))


def _letters(company: Company, first_on: date, last_on: date) -> Letters:
    """Return the codes of the items lettered in a year; they start again for each account and year.

    What is settled in part is lettered in small letters, as usual software does.
    """
    before = {
        key
        for group in groups_on(first_on - timedelta(days=1), company.items, company.allocations)
        if group.even and len(group.keys) > 1
        for key in group.keys
    }
    letters: Letters = {}
    counters: defaultdict[tuple[str, str], Iterator[int]] = defaultdict(count)
    for group in sorted(
        groups_on(last_on, company.items, company.allocations),
        key=lambda group: (group.lettered_on or date.max, group.keys),
    ):
        if group.lettered_on is None or group.keys[0] in before:
            continue
        _letter(company, group, counters, max(group.lettered_on, first_on), letters)
    return letters


def _letter(
    company: Company,
    group: Group,
    counters: defaultdict[tuple[str, str], Iterator[int]],
    lettered_on: date,
    letters: Letters,
) -> None:
    item = company.item(group.keys[0])
    code = letter_code(next(counters[item.account, item.customer_code]))
    for key in group.keys:
        letters[key] = (code if group.even else code.lower(), lettered_on)


def _write(path: Path, entries: Iterable[Entry], letters: Letters, last_on: date) -> None:
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(HEADER) + "\r\n")
        for entry in entries:
            number = 1 if entry.ledger_journal == "AN" else number + 1
            for row in _rows(entry, number, letters, last_on):
                file.write("\t".join(row) + "\r\n")


def _rows(entry: Entry, number: int, letters: Letters, last_on: date) -> Iterator[tuple[str, ...]]:
    next_month = entry.booked_on.replace(day=28) + timedelta(days=4)
    valid_on = min(next_month - timedelta(days=next_month.day), last_on)
    for line in entry.lines:
        code, lettered_on = letters.get(-1 if line.key is None else line.key, ("", None))
        yield (
            entry.ledger_journal,
            LEDGER_JOURNALS[entry.ledger_journal],
            str(number),
            f"{entry.booked_on:%Y%m%d}",
            line.account,
            ACCOUNT_LABELS[line.account],
            line.auxiliary,
            line.auxiliary_label,
            entry.piece,
            f"{line.piece_on or entry.piece_on:%Y%m%d}",
            entry.label,
            _amount(line.amount if line.debit else Decimal(0)),
            _amount(Decimal(0) if line.debit else line.amount),
            code,
            f"{lettered_on:%Y%m%d}" if lettered_on else "",
            f"{valid_on:%Y%m%d}",
            "",
            "",
        )


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
