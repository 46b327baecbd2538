"""What changed since yesterday: what fell overdue, what came in, whose grade moved, which files were loaded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import sql

from encours.accounts.models import Organization
from encours.receivables.models import Import
from encours.reports import ledger
from encours.reports.filters import portfolio_condition

# A file brings what was paid since the one before it; older payments are not news.
RECENT_DAYS = 31
SHOWN = 20


@dataclass(frozen=True, slots=True)
class GradeChange:
    """A customer whose letter is no longer the one of the day before."""

    customer_id: int
    code: str
    name: str
    before: str
    after: str

    @property
    def worse(self) -> bool:
        """Tell whether the grade fell."""
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that was loaded or undone."""

    import_id: int
    file_name: str
    loaded_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a day; the grades shown are the first of them, the counts are of all."""

    since: date
    newly_overdue_count: int
    newly_overdue_amount: Decimal
    paid_from: date
    paid_count: int
    paid_amount: Decimal
    grade_changes: tuple[GradeChange, ...]
    grades_worse: int
    grades_better: int
    imports: tuple[FileChange, ...]


NEWLY_OVERDUE = sql.SQL("""
    SELECT count(*), coalesce(sum(i.open_amount), 0) FROM receivables_item i
    WHERE {counted} {more} AND i.open_amount > 0 AND i.side = 'debit'
      AND i.due_on >= %(since)s AND i.due_on < %(on)s
""")

PAID = sql.SQL("""
    SELECT count(*), coalesce(sum(i.amount), 0) FROM receivables_item i
    WHERE {counted} {more} AND i.side = 'credit' AND i.kind IN ('payment', 'prepayment')
      AND i.issued_on >= %(paid_from)s AND i.created_at >= %(since_at)s
""")

# The grade valid before that day is the one given before it and replaced since.
GRADES = sql.SQL("""
    SELECT c.id, c.code, c.name, before.grade, after.grade
    FROM scoring_score before
    JOIN scoring_score after ON after.organization_id = %(organization)s
        AND after.customer_id = before.customer_id AND after.replaced_on IS NULL AND after.grade <> before.grade
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = before.customer_id
    WHERE before.organization_id = %(organization)s
      AND before.graded_on < %(since)s AND before.replaced_on >= %(since)s
      AND (%(portfolio)s::bigint IS NULL OR c.collector_id = %(portfolio)s OR c.salesperson_id = %(portfolio)s)
    ORDER BY after.grade DESC, c.name
""")


def changes(organization: Organization, today: date, *, portfolio_user_id: int | None = None) -> Changes:
    """Return what changed since yesterday."""
    since = today - timedelta(days=1)
    since_at = datetime.combine(since, time.min, ZoneInfo(organization.timezone))
    portfolio = portfolio_condition(portfolio_user_id)
    files = Import.objects.filter(organization_id=organization.pk)
    # What a first file brings is all new here, and nothing of it is news but what happened since yesterday.
    known_before = files.filter(loaded_at__lt=since_at).exists()
    paid_from = today - timedelta(days=RECENT_DAYS - 1) if known_before else since
    values = ledger.parameters(organization, today, portfolio) | {
        "since": since,
        "since_at": since_at,
        "paid_from": paid_from,
    }
    parts = {"counted": ledger.COUNTED, "more": portfolio.text}
    ((overdue_count, overdue_amount),) = ledger.fetch(NEWLY_OVERDUE.format(**parts), values)
    ((paid_count, paid_amount),) = ledger.fetch(PAID.format(**parts), values)
    # A grade given yesterday was news yesterday, so that it is still compared with the one of the day before.
    grades = [GradeChange(*row) for row in ledger.fetch(GRADES, values)]
    return Changes(
        since,
        overdue_count,
        overdue_amount,
        paid_from,
        paid_count,
        paid_amount,
        tuple(grades[:SHOWN]),
        sum(grade.worse for grade in grades),
        sum(not grade.worse for grade in grades),
        tuple(
            FileChange(file.pk, file.file_name, file.loaded_at, file.state)
            for file in files.filter(loaded_at__gte=since_at).order_by("-loaded_at")[:SHOWN]
            if file.loaded_at
        ),
    )
