"""How customers pay, added up by the database, and the grades they were given."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import LiteralString

from django.db import connection
from psycopg import sql

from encours.customers.models import Customer
from encours.rules.behavior import PREVIOUS_DAYS, WINDOW_DAYS, BehaviorSums
from encours.scoring.models import Score

# So many customers at a time: enough to keep the database busy, few enough to keep memory flat.
RANGE_SIZE = 5_000

# The parts of invoices, as rules.behavior wants them: settled ones with their date, open ones without.
PARTS = sql.SQL("""
    SELECT i.customer_id, a.amount, i.due_on, a.allocated_on AS settled_on
    FROM receivables_item i
    JOIN receivables_allocation a ON a.organization_id = i.organization_id AND a.debit_id = i.id
    WHERE i.organization_id = %(organization)s AND {chosen}
      AND i.side = 'debit' AND i.kind IN ('invoice', 'opening')
      AND i.disputed_on IS NULL AND i.missing_since IS NULL
    UNION ALL
    SELECT i.customer_id, i.open_amount, i.due_on, NULL
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND {chosen} AND i.open_amount > 0
      AND i.side = 'debit' AND i.kind IN ('invoice', 'opening')
      AND i.disputed_on IS NULL AND i.missing_since IS NULL
""")

SUMS = sql.SQL("""
    SELECT customer_id,
        coalesce(sum(amount) FILTER (WHERE counted), 0),
        coalesce(sum(amount * greatest(delay, 0)) FILTER (WHERE counted), 0),
        coalesce(sum(amount) FILTER (WHERE counted AND delay > 0), 0),
        max(greatest(delay, 0)) FILTER (WHERE counted),
        coalesce(sum(amount) FILTER (WHERE previous_counted), 0),
        coalesce(sum(amount * greatest(previous_delay, 0)) FILTER (WHERE previous_counted), 0),
        count(*) FILTER (WHERE recent),
        coalesce(sum(delay) FILTER (WHERE recent), 0),
        coalesce(sum(delay * delay) FILTER (WHERE recent), 0),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY delay) FILTER (WHERE recent),
        percentile_disc(0.9) WITHIN GROUP (ORDER BY delay) FILTER (WHERE recent),
        coalesce(array_agg(%(today)s::date - due_on) FILTER (WHERE waiting), '{{}}'),
        min(CASE WHEN settled_on <= %(today)s THEN least(due_on, settled_on)
                 WHEN due_on <= %(today)s THEN due_on END),
        max(settled_on) FILTER (WHERE settled_on <= %(today)s)
    FROM (
        SELECT *, recent OR waiting AS counted, previous_recent OR previous_waiting AS previous_counted
        FROM (
            SELECT *,
                least(coalesce(settled_on, %(today)s), %(today)s) - due_on AS delay,
                least(coalesce(settled_on, %(previous)s), %(previous)s) - due_on AS previous_delay,
                coalesce(settled_on > %(since)s AND settled_on <= %(today)s, false) AS recent,
                due_on < %(today)s AND coalesce(settled_on > %(today)s, true) AS waiting,
                coalesce(settled_on > %(previous_since)s AND settled_on <= %(previous)s, false)
                    AS previous_recent,
                due_on < %(previous)s AND coalesce(settled_on > %(previous)s, true) AS previous_waiting
            FROM ({parts}) part
        ) dated
    ) counted
    GROUP BY customer_id
""")

STANDINGS = sql.SQL("""
    SELECT c.id, c.doubtful, coalesce(c.insolvent_on <= %(today)s, false),
        coalesce(sum(i.open_amount) FILTER (WHERE overdue), 0),
        coalesce(max(%(today)s - i.due_on) FILTER (WHERE overdue), 0),
        coalesce(sum(CASE i.side WHEN 'debit' THEN i.open_amount ELSE -i.open_amount END), 0)
    FROM customers_customer c
    LEFT JOIN (
        SELECT *, side = 'debit' AND due_on < %(today)s AND disputed_on IS NULL AS overdue
        FROM receivables_item
        WHERE organization_id = %(organization)s AND open_amount > 0 AND missing_since IS NULL
    ) i ON i.customer_id = c.id
    WHERE c.organization_id = %(organization)s AND {chosen}
    GROUP BY c.id
""")

RANGES = """
    SELECT min(id), max(id) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS piece
        FROM customers_customer WHERE organization_id = %s
    ) numbered GROUP BY piece ORDER BY piece
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer owes on a day, and what is known of its trouble; disputes are left out."""

    doubtful: bool
    insolvent: bool
    overdue_amount: Decimal
    overdue_oldest_days: int
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Among:
    """The customers a statement looks at: a range of them, or a list."""

    first_id: int
    last_id: int
    ids: list[int] | None = None

    @classmethod
    def these(cls, ids: Iterable[int]) -> "Among":
        """Look at these customers."""
        return cls(0, 0, sorted(ids))

    def condition(self, column: LiteralString) -> sql.Composed:
        """Return the condition that holds the statement to these customers."""
        if self.ids is None:
            return sql.SQL("{} BETWEEN %(first)s AND %(last)s").format(sql.SQL(column))
        return sql.SQL("{} = ANY(%(ids)s)").format(sql.SQL(column))

    def parameters(self) -> dict[str, int | list[int] | None]:
        """Return the parameters of the condition."""
        return {"first": self.first_id, "last": self.last_id, "ids": self.ids}


def ranges(organization_id: int, size: int = RANGE_SIZE) -> Iterator[Among]:
    """Yield ranges that together hold every customer of the organization."""
    with connection.cursor() as cursor:
        cursor.execute(RANGES, [size, organization_id])
        found = cursor.fetchall()
    for first_id, last_id in found:
        yield Among(first_id, last_id)


def behaviors_among(organization_id: int, today: date, among: Among) -> dict[int, BehaviorSums]:
    """Return the sums of the customers of one range."""
    previous = today - timedelta(days=PREVIOUS_DAYS)
    parts = PARTS.format(chosen=among.condition("i.customer_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            SUMS.format(parts=parts),
            {
                "organization": organization_id,
                "today": today,
                "since": today - timedelta(days=WINDOW_DAYS),
                "previous": previous,
                "previous_since": previous - timedelta(days=WINDOW_DAYS),
                **among.parameters(),
            },
        )
        return {row[0]: _sums(today, row) for row in cursor.fetchall()}


def _sums(today: date, row: Sequence[object]) -> BehaviorSums:
    days = row[12]
    fields = (*row[1:12], tuple(days) if isinstance(days, list) else (), *row[13:])
    return BehaviorSums(today, *fields)  # type: ignore[arg-type]  # the columns of SUMS stand in the order of the fields


def standings(organization_id: int, today: date, among: Among) -> dict[int, Standing]:
    """Return what the customers of one range owe, those who owe nothing included."""
    with connection.cursor() as cursor:
        cursor.execute(
            STANDINGS.format(chosen=among.condition("c.id")),
            {"organization": organization_id, "today": today, **among.parameters()},
        )
        return {row[0]: Standing(*row[1:]) for row in cursor.fetchall()}


def current(organization_id: int, customer_ids: Iterable[int]) -> dict[int, Score]:
    """Return the grade that is valid now for each of these customers who has one."""
    scores = Score.objects.filter(
        organization_id=organization_id, customer_id__in=list(customer_ids), replaced_on=None
    )
    return {score.customer_id: score for score in scores}


def history(customer: Customer) -> list[Score]:
    """Return every grade a customer was given, newest first."""
    scores = Score.objects.filter(organization_id=customer.organization_id, customer=customer)
    return list(scores.order_by("-graded_on", "-id"))
