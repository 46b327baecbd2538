"""What to do today, by the default plan, for customers to whom nothing has been said yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from encours.reports.analysis.account import Account, amount
from encours.reports.analysis.model import CustomerAnalysis, Task
from encours.rules.behavior import HABIT_MINIMUM, WINDOW_DAYS
from encours.rules.cases import Case, CaseItem, Hold, Plan, Remind
from encours.rules.dunning import DEFAULT_PLAN_STEPS, decide, order
from encours.rules.priority import paid_after
from encours.rules.rates import RateTable

PLAN = Plan("default", DEFAULT_PLAN_STEPS)


def work_of(
    account: Account,
    customers: Sequence[CustomerAnalysis],
    people: pl.DataFrame,
    today: date,
    rates: RateTable,
) -> tuple[tuple[Task, ...], tuple[Hold, ...]]:
    """Return what the default plan would do today, best first, and what it would leave alone and why.

    A ledger file knows no earlier reminder, so every customer starts at the first step, whatever the age. Where the
    file speaks of no e-mail or postal address at all, each customer is taken to have one.
    """
    by_code = {customer.code: customer for customer in customers}
    items = _items(account)
    delays = _delays(account, today)
    reachable = _reachable(people, "email"), _reachable(people, "address")
    decisions = order(
        decide(
            Case(
                customer_id=code,
                items=tuple(items[code]),
                unallocated_amount=customer.aged.unallocated,
                has_email=reachable[0] is None or code in reachable[0],
                has_address=reachable[1] is None or code in reachable[1],
                usual_delay_days=_usual_delay(customer),
                rates_known_until=rates.known_until(),
                paid_after=paid_after(delays.get(code, ())),
            ),
            PLAN,
            today,
        )
        for code, customer in by_code.items()
        if code in items
    )
    tasks = tuple(Task(by_code[str(one.customer_id)], one) for one in decisions if isinstance(one, Remind))
    return tasks, tuple(one for one in decisions if isinstance(one, Hold))


def _items(account: Account) -> dict[str, list[CaseItem]]:
    found: dict[str, list[CaseItem]] = defaultdict(list)
    owed = account.items.filter((pl.col("side") == "debit") & (pl.col("open_cents") > 0))
    for item_id, code, number, cents, due_on in owed.select(
        "item_id", "customer_code", "number", "open_cents", "due_on"
    ).iter_rows():
        found[code].append(CaseItem(item_id, number, amount(cents), due_on))
    return found


def _delays(account: Account, today: date) -> Mapping[str, list[int]]:
    """Return by how many days each customer paid its items after they fell due, over the last year."""
    since = today - timedelta(days=WINDOW_DAYS)
    settled = account.items.filter(
        (pl.col("side") == "debit") & pl.col("settled_on").is_between(since, today)
    ).select("customer_code", (pl.col("settled_on") - pl.col("due_on")).dt.total_days())
    found: dict[str, list[int]] = defaultdict(list)
    for code, days in settled.iter_rows():
        found[code].append(days)
    return found


def _usual_delay(customer: CustomerAnalysis) -> int | None:
    behavior = customer.behavior
    return behavior.usual_delay_days if behavior.settled_count >= HABIT_MINIMUM else None


def _reachable(people: pl.DataFrame, column: str) -> set[str] | None:
    """Return the customers of whom the file gives this, or nothing when it gives it of nobody."""
    told = people.filter(pl.col(column).is_not_null() & (pl.col(column) != ""))["code"]
    return set(told.to_list()) if len(told) else None


def held_by_reason(holds: Iterable[Hold]) -> list[tuple[str, int, Decimal]]:
    """Return how many customers are left alone for each reason, and for how much, the largest amount first."""
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for hold in holds:
        counts[hold.reason_code] += 1
        amounts[hold.reason_code] += Decimal(str(hold.params.get("amount", 0)))
    return sorted(
        ((code, count, amounts[code]) for code, count in counts.items()),
        key=lambda one: (-one[2], -one[1], one[0]),
    )
