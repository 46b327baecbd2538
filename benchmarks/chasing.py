"""The day's dunning run on a ledger of open items, with several plans and the guardrails on, beside one statement."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection

from benchmarks.measures import Figure, load, organization, peak, said, seconds
from encours.accounts import tenancy
from encours.accounts.models import Organization, User
from encours.demonstration import benchmark_items
from encours.dunning import actions as dunning
from encours.dunning.actions.assignments import NewRule, set_rules
from encours.dunning.actions.guardrails import change_guardrails
from encours.dunning.actions.plans import create_plan, put_in_force
from encours.dunning.day import CUSTOMERS_A_HAND, today_of
from encours.rules.dunning import DEFAULT_PLAN_STEPS

ITEMS_PER_CUSTOMER = 10
FIRST_EVENT = 500
LARGE, SMALL = Decimal(20_000), Decimal(2_000)

# What a statement that knows neither customer nor guardrail would write: each overdue item with the step of its age.
YARDSTICK = """
INSERT INTO yardstick (customer_id, item_id, amount, rank)
SELECT i.customer_id, i.id, i.open_amount,
       CASE WHEN %(today)s - i.due_on >= 45 THEN 4 WHEN %(today)s - i.due_on >= 30 THEN 3
            WHEN %(today)s - i.due_on >= 15 THEN 2 ELSE 1 END
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.side = 'debit' AND i.open_amount > 0 AND i.due_on < %(today)s
"""


def measure_chasing(size: int, home: Path, user: User, now: datetime) -> Iterator[Figure]:
    """Measure the run over so many open items, the first and the next one, and the yardstick on the same rows."""
    customers = size // ITEMS_PER_CUSTOMER
    file = benchmark_items(home / f"chased-{size}.csv", size, today=now.date(), customers=customers)
    found = _chased(f"bench chasing {size}", file, user, now)
    yardstick = seconds(lambda: _yardstick(found, now))
    before = peak()
    first = seconds(lambda: dunning.run(found, today_of(found, now), now))
    again = seconds(lambda: dunning.run(found, today_of(found, now), now))
    yield Figure("open items: one INSERT … SELECT", size, said(yardstick))
    yield Figure("open items: dunning run, three plans", size, f"{said(first)} ({first / yardstick:.0f} ×)")
    yield Figure("open items: the same run again", size, said(again))
    yield Figure("open items: memory before and after the runs", size, f"{before}, {peak()}")
    if customers >= CUSTOMERS_A_HAND:
        shared = _chased(f"bench sharing {size}", file, user, now)
        with another_worker(shared, now) as begin:
            begin()
            took = seconds(lambda: dunning.run(shared, today_of(shared, now), now))
        yield Figure(
            "open items: the run shared by two workers", size, f"{said(took)} ({took / first:.2f} ×)"
        )
    file.unlink()


def _chased(name: str, file: Path, user: User, now: datetime) -> Organization:
    """Return an organization that has the items, the plans and the guardrails, and has not run."""
    with organization(user, name, now) as found:
        load(found, file, now)
        _chase(found, user, now)
    with connection.cursor() as cursor:
        for table in ("customers_customer", "receivables_item"):
            cursor.execute("SELECT encours_analyze(%s)", [table])
    return found


@contextmanager
def another_worker(found: Organization, now: datetime) -> Iterator[Callable[[], None]]:
    """Have a second process ready, as another worker would be, that helps the run once it is told to begin."""
    arguments = [str(found.pk), now.isoformat()]
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.hand", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        if worker.stdin is None or worker.stdout is None:
            raise RuntimeError
        worker.stdout.readline()

        def begin() -> None:
            print(file=worker.stdin, flush=True)

        yield begin


def _chase(found: Organization, user: User, now: datetime) -> None:
    """Give the organization a plan by item for large accounts, another for small ones, and its guardrails."""
    dunning.ensure_default_plan(found, now=now)
    spoken = [
        replace(step, counts_from="previous", days=14) if 1 < step.rank < FIRST_EVENT else step
        for step in DEFAULT_PLAN_STEPS
    ]
    by_item = create_plan(found, name="By item", steps=DEFAULT_PLAN_STEPS, by=user, now=now)
    by_item.scope = "item"
    by_item.save(update_fields=["scope"])
    spaced = create_plan(found, name="Spaced", steps=spoken, by=user, now=now)
    for plan in (by_item, spaced):
        put_in_force(plan, by=user, now=now)
    rules = [
        NewRule("Large", by_item.lineage, {"outstanding_from": str(LARGE)}),
        NewRule("Small", spaced.lineage, {"outstanding_below": str(SMALL)}),
    ]
    set_rules(found, rules, by=user, now=now)
    change_guardrails(found, by=user, now=now, stale_hours=48, minimum_case=Decimal(50))


def _yardstick(found: Organization, now: datetime) -> None:
    with tenancy.inside(found.pk), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE yardstick (customer_id bigint, item_id bigint, amount numeric(15, 2), rank int)"
            " ON COMMIT DROP"
        )
        cursor.execute(YARDSTICK, {"organization": found.pk, "today": today_of(found, now)})
