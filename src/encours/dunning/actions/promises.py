"""Promises to pay: heard and kept by a person, then judged against the ledger by the daily run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.dunning.actions import tasks
from encours.dunning.errors import PromiseAmountError, PromiseDateError, PromiseEndedError, PromiseItemsError
from encours.dunning.models import Decision, Guardrails, Promise, PromiseItem, TaskKind
from encours.events.actions import record
from encours.receivables.models import Item
from encours.rules.installments import FARTHEST

# What was paid of each promise by its last day of grace: what was open when it was made, less what is left of it
# by that day. Money that came but is not yet allocated could still keep a promise: nobody says it is broken.
JUDGED = """
WITH running AS (
    SELECT p.id, p.customer_id, p.amount, p.made_on, p.promised_on + %(grace)s AS last_on
    FROM dunning_promise p
    WHERE p.organization_id = %(organization)s
      AND p.canceled_at IS NULL AND p.kept_on IS NULL AND p.broken_on IS NULL
), covered AS (
    SELECT r.id, sum(l.open_amount) AS covered,
           sum(CASE WHEN i.missing_since IS NOT NULL THEN l.open_amount
               ELSE greatest(l.open_amount - (i.amount - coalesce(a.allocated, 0)), 0) END) AS paid
    FROM running r
    JOIN dunning_promiseitem l ON l.organization_id = %(organization)s AND l.promise_id = r.id
    JOIN receivables_item i ON i.organization_id = %(organization)s AND i.id = l.item_id
    LEFT JOIN LATERAL (
        SELECT sum(a.amount) AS allocated FROM receivables_allocation a
        WHERE a.organization_id = %(organization)s AND a.debit_id = i.id
          AND a.allocated_on <= least(r.last_on, %(today)s)
    ) a ON true
    GROUP BY r.id
)
SELECT r.id, c.paid >= least(r.amount, c.covered) AS kept, c.paid,
       r.last_on < %(today)s AND least(r.amount, c.covered) - c.paid > coalesce((
           SELECT sum(u.open_amount) FROM receivables_item u
           WHERE u.organization_id = %(organization)s AND u.customer_id = r.customer_id AND u.side = 'credit'
             AND u.kind IN ('payment', 'prepayment') AND u.open_amount > 0 AND u.missing_since IS NULL
             AND u.issued_on BETWEEN r.made_on AND r.last_on), 0) AS broken
FROM running r JOIN covered c USING (id)
WHERE c.paid >= least(r.amount, c.covered) OR r.last_on < %(today)s
ORDER BY r.id
"""


@dataclass(frozen=True)
class Judged:
    """How many promises the ledger says were kept, and how many broken."""

    kept: int = 0
    broken: int = 0


@transaction.atomic
def promise(
    organization: Organization,
    customer: Customer,
    *,
    amount: Decimal,
    promised_on: date,
    items: Sequence[Item],
    source: str,
    sentence: str,
    by: User | None,
    now: datetime,
    message_id: int | None = None,
    reminder_id: int | None = None,
) -> Promise:
    """Keep what a debtor promised about these open items; an older promise about any of them gives way to it."""
    made_on = now.astimezone(ZoneInfo(organization.timezone)).date()
    if amount <= 0:
        raise PromiseAmountError
    if not made_on <= promised_on <= FARTHEST:
        raise PromiseDateError
    covered = _open(organization, customer, items)
    if not covered:
        raise PromiseItemsError
    for older in _running(customer).filter(lines__item__in=covered).distinct():
        _end(older, "replaced", by, now)
    made = Promise.objects.create(
        organization=organization,
        customer=customer,
        amount=amount,
        promised_on=promised_on,
        made_on=made_on,
        source=source,
        sentence=sentence.strip(),
        reminder_id=reminder_id,
        message_id=message_id,
        recorded_by=by.pk if by else None,
        recorded_at=now,
    )
    PromiseItem.objects.bulk_create(
        PromiseItem(organization=organization, promise=made, item=item, open_amount=item.open_amount)
        for item in covered
    )
    _tell(made, "promise.made", by, now, amount=amount, promised_on=promised_on, heard=source)
    return made


@transaction.atomic
def cancel_promise(made: Promise, *, by: User | None, now: datetime, reason: str = "") -> Promise:
    """Take a promise back while it still runs: it was misheard, or holds no more."""
    found = _running(made.customer).select_for_update(of=("self",)).filter(pk=made.pk).first()
    if found is None:
        raise PromiseEndedError
    _end(found, reason.strip() or "withdrawn", by, now)
    return found


@transaction.atomic
def settle_promises(organization: Organization, today: date, now: datetime) -> Judged:
    """Say once of each running promise that it was kept or broken, as the ledger shows; a broken one is a task."""
    guardrails = Guardrails.objects.filter(organization=organization).first() or Guardrails()
    with connection.cursor() as cursor:
        cursor.execute(
            JUDGED,
            {
                "organization": organization.pk,
                "today": today,
                "grace": guardrails.promise_grace_days,
            },
        )
        judged = {number: (kept, broken, paid) for number, kept, paid, broken in cursor.fetchall()}
    count = {"kept": 0, "broken": 0}
    found = Promise.objects.select_for_update(of=("self",)).select_related("customer")
    for one in found.filter(pk__in=judged, kept_on=None, broken_on=None, canceled_at=None).order_by("pk"):
        kept, broken, paid = judged[one.pk]
        if kept:
            one.kept_on = today
            _tell(one, "promise.kept", None, now, amount=one.amount, promised_on=one.promised_on)
        elif broken:
            one.broken_on = today
            _tell(one, "promise.broken", None, now, amount=one.amount, promised_on=one.promised_on, paid=paid)
            _ask_what_happened(organization, one, today, now)
        else:
            continue
        one.save(update_fields=["kept_on", "broken_on"])
        count["kept" if kept else "broken"] += 1
    return Judged(**count)


def _ask_what_happened(organization: Organization, broken: Promise, today: date, now: datetime) -> None:
    """Put a broken promise on the collector's desk, once."""
    tasks.add(
        organization,
        kind=TaskKind.CHECK_PROMISE,
        title=broken.customer.name,
        due_on=today,
        customer=broken.customer,
        key=f"promise-{broken.pk}",
        reminder_id=broken.reminder_id,
        message_id=broken.message_id,
        by=None,
        now=now,
    )


def _open(organization: Organization, customer: Customer, items: Iterable[Item]) -> list[Item]:
    """Return those of these items that this customer still owes."""
    return list(
        Item.objects.filter(
            organization=organization,
            customer=customer,
            pk__in=[item.pk for item in items],
            side="debit",
            open_amount__gt=0,
            missing_since=None,
        ).order_by("due_on", "pk")
    )


def _running(customer: Customer) -> "QuerySet[Promise]":
    return Promise.objects.filter(
        organization_id=customer.organization_id,
        customer=customer,
        canceled_at=None,
        kept_on=None,
        broken_on=None,
    )


def _end(made: Promise, why: str, by: User | None, now: datetime) -> None:
    Promise.objects.filter(pk=made.pk).update(canceled_at=now)
    made.canceled_at = now
    _tell(made, "promise.canceled", by, now, amount=made.amount, promised_on=made.promised_on, why=why)


def _tell(made: Promise, kind: str, by: User | None, now: datetime, **payload: object) -> None:
    """Record it on the timeline, and let the next run look at the customer again."""
    record(
        made.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=made.customer_id,
        subject=("promise", made.pk),
        **payload,
    )
    Decision.objects.filter(organization_id=made.organization_id, customer_id=made.customer_id).update(
        basis=""
    )
