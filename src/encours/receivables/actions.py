"""Verbs on items and imports: load a file, undo it, record a payment, allocate; each with its events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from encours.accounts.models import Organization
from encours.accounts.queries import today_of
from encours.customers.models import Customer
from encours.events.actions import hold_page_open, record
from encours.receivables import matching, undoing
from encours.receivables.changes import LoadPlan, Setting
from encours.receivables.documents import add_document
from encours.receivables.errors import (
    AllocationFromLedgerError,
    AmountBeyondOpenError,
    AmountNotPositiveError,
    DifferentCustomersError,
    ImportStateError,
)
from encours.receivables.known import known
from encours.receivables.loading import write_plan
from encours.receivables.models import (
    Allocation,
    ColumnMapping,
    Import,
    ImportIssue,
    ImportState,
    Item,
    Match,
)
from encours.receivables.plan import plan_load
from encours.receivables.rows import Batch, Issue
from encours.receivables.staging import execute

ISSUES_KEPT = 5_000
ISSUES_SHOWN = 200


@dataclass(frozen=True)
class Preview:
    """What a load would change, in figures, with the first issues."""

    figures: dict[str, int]
    issues: list[Issue]


def setting_of(organization: Organization, batch: Batch, now: datetime) -> Setting:
    """Return what a plan needs to know of the organization."""
    return Setting(
        source=batch.source,
        today=today_of(organization, now),
        default_terms=organization.default_terms,
        currency=organization.currency,
    )


def plan_of(organization: Organization, batch: Batch, now: datetime) -> LoadPlan:
    """Compare a batch with what the organization has; nothing is written."""
    have = known(organization.pk, batch.source, batch.period)
    return plan_load(batch, have, setting_of(organization, batch, now))


@transaction.atomic
def preview(organization: Organization, source_import: Import, batch: Batch, *, now: datetime) -> Preview:
    """Say what a file would change and keep that with the import: the same run as the load, without the write."""
    plan = plan_of(organization, batch, now)
    source_import.source = batch.source
    source_import.state = ImportState.PREVIEWED
    source_import.preview = dict(plan.figures)
    if batch.period:
        source_import.period_from, source_import.period_to = batch.period
    source_import.save()
    _keep_issues(source_import, plan.issues)
    return Preview(dict(plan.figures), plan.issues[:ISSUES_SHOWN])


@transaction.atomic
def load(
    organization: Organization, source_import: Import, batch: Batch, *, by: str, now: datetime
) -> dict[str, int]:
    """Load a batch in one transaction and return what changed; loading the same file again changes nothing."""
    if source_import.state in {ImportState.LOADED, ImportState.UNDONE, ImportState.REFUSED}:
        raise ImportStateError
    hold_page_open(organization.pk)
    # One load at a time for an organization: two comparisons with the same past would both be right, and add up.
    execute("SELECT pg_advisory_xact_lock(4202, %(id)s)", {"id": organization.pk % 2**31})
    plan = plan_of(organization, batch, now)
    today = today_of(organization, now)
    write_plan(plan, organization.pk, batch.source, source_import.pk, by=by, now=now, today=today)
    figures = dict(plan.figures)
    figures["proposed"] = matching.propose_matches(organization.pk, now)
    source_import.source = batch.source
    source_import.state = ImportState.LOADED
    source_import.loaded_at = now
    source_import.summary = figures
    source_import.progress_percent = 100
    if batch.period:
        source_import.period_from, source_import.period_to = batch.period
    source_import.save()
    _keep_issues(source_import, plan.issues)
    record(
        organization.pk,
        "import.loaded",
        by=by,
        at=now,
        subject=("import", source_import.pk),
        file=source_import.file_name,
        **figures,
    )
    return figures


def _keep_issues(source_import: Import, issues: list[Issue]) -> None:
    ImportIssue.objects.filter(
        organization_id=source_import.organization_id, source_import=source_import
    ).delete()
    ImportIssue.objects.bulk_create(
        ImportIssue(
            organization_id=source_import.organization_id,
            source_import=source_import,
            line=issue.line,
            code=issue.code,
            severity=issue.severity,
            message=issue.message,
            params=dict(issue.params),
        )
        for issue in sorted(issues, key=lambda one: (one.severity != "error", one.line or 0))[:ISSUES_KEPT]
    )


@transaction.atomic
def refuse(source_import: Import, message: str, params: Mapping[str, str], *, by: str, now: datetime) -> None:
    """Keep why a file was refused: a sentence with its places, so that a door can translate it."""
    source_import.state = ImportState.REFUSED
    source_import.error = message
    source_import.summary = {"params": dict(params)}
    source_import.save(update_fields=["state", "error", "summary"])
    record(
        source_import.organization_id,
        "import.refused",
        by=by,
        at=now,
        subject=("import", source_import.pk),
        reason=message % params,
    )


@transaction.atomic
def undo_import(source_import: Import, *, by: str, now: datetime) -> None:
    """Bring the account back to what it was before the last loaded file."""
    undoing.undo(source_import, by=by, now=now)


@transaction.atomic
def receive_file(
    organization: Organization,
    blocks: Iterable[bytes],
    *,
    name: str,
    by: str,
    by_user: int | None,
    now: datetime,
    mapping: dict[str, object] | None = None,
) -> Import:
    """Keep a ledger file as it came, before anything is read from it."""
    document = add_document(
        organization.pk,
        blocks,
        kind="ledger",
        name=name,
        media_type="application/octet-stream",
        by=by,
        by_user=by_user,
        now=now,
    )
    received = Import.objects.create(
        organization=organization,
        document=document,
        file_name=document.name,
        size=document.size,
        source="",
        mapping=mapping,
        imported_by=by_user,
    )
    record(
        organization.pk,
        "import.received",
        by=by,
        at=now,
        subject=("import", received.pk),
        file=received.file_name,
    )
    return received


@transaction.atomic
def remember_mapping(organization: Organization, fingerprint: str, mapping: dict[str, object]) -> None:
    """Remember how the columns of one layout are read, for the next file of the same layout."""
    ColumnMapping.objects.update_or_create(
        organization=organization, fingerprint=fingerprint, defaults={"mapping": mapping}
    )


@transaction.atomic
def set_mapping(source_import: Import, mapping: dict[str, object]) -> None:
    """Set how the columns of a file are read, and have it read again."""
    source_import.mapping = mapping
    source_import.state = ImportState.RECEIVED
    source_import.save(update_fields=["mapping", "state"])


def set_state(source_import: Import, state: str, progress_percent: int = 0, **known: object) -> None:
    """Show how far a file has come, and keep what its next page shows."""
    source_import.state = state
    source_import.progress_percent = progress_percent
    source_import.options = {**source_import.options, **known}
    source_import.save(update_fields=["state", "progress_percent", "options"])


@transaction.atomic
def record_payment(
    organization: Organization,
    customer: Customer,
    *,
    amount: Decimal,
    paid_on: date,
    items: list[Item],
    reference: str = "",
    by: str,
    now: datetime,
) -> Item:
    """Record money that arrived before the ledger says so, and allocate it to the chosen items, oldest first."""
    if amount <= 0:
        raise AmountNotPositiveError
    payment = Item.objects.create(
        organization=organization,
        customer=customer,
        kind="payment",
        side="credit",
        number=reference[:80],
        reference="",
        label="",
        issued_on=paid_on,
        due_on=paid_on,
        due_basis="same_day",
        amount=amount,
        open_amount=amount,
        currency=organization.currency,
        source="desk",
        external_id=str(uuid4()),
    )
    record(
        organization.pk,
        "payment.recorded",
        by=by,
        at=now,
        customer_id=customer.pk,
        subject=("item", payment.pk),
        amount=amount,
    )
    left = amount
    for item in sorted(items, key=lambda one: (one.due_on, one.pk)):
        part = min(left, item.open_amount)
        if part > 0:
            allocate(item, payment, amount=part, on=paid_on, by=by, now=now)
            left -= part
    payment.refresh_from_db()
    matching.propose_matches(organization.pk, now, customer_ids=[customer.pk])
    return payment


@transaction.atomic
def allocate(
    debit: Item, credit: Item, *, amount: Decimal, on: date, by: str, now: datetime, origin: str = "manual"
) -> Allocation:
    """Say that so much of a credit settles a debit; never more than is open on either side."""
    both = {
        item.pk: item
        for item in Item.objects.select_for_update().filter(pk__in=[debit.pk, credit.pk]).order_by("pk")
    }
    debit, credit = both[debit.pk], both[credit.pk]
    if debit.customer_id != credit.customer_id:
        raise DifferentCustomersError
    if amount <= 0 or amount > min(debit.open_amount, credit.open_amount):
        raise AmountBeyondOpenError
    allocation, created = Allocation.objects.get_or_create(
        organization_id=debit.organization_id,
        debit=debit,
        credit=credit,
        defaults={"amount": amount, "allocated_on": on, "origin": origin},
    )
    if not created:
        allocation.amount += amount
        allocation.save(update_fields=["amount"])
    for item in (debit, credit):
        item.open_amount -= amount
        item.settled_on = on if item.open_amount == 0 else None
        item.save(update_fields=["open_amount", "settled_on"])
        if item.open_amount == 0 and item.side == "debit":
            record(
                item.organization_id,
                "item.settled",
                by=by,
                at=now,
                customer_id=item.customer_id,
                subject=("item", item.pk),
            )
    if origin == "manual":
        record(
            debit.organization_id,
            "item.allocated",
            by=by,
            at=now,
            customer_id=debit.customer_id,
            subject=("item", debit.pk),
            amount=amount,
        )
    return allocation


@transaction.atomic
def deallocate(allocation: Allocation, *, by: str, now: datetime) -> None:
    """Take back an allocation that a person made."""
    if allocation.origin not in {"manual", "match"}:
        raise AllocationFromLedgerError
    for item in Item.objects.select_for_update().filter(pk__in=[allocation.debit_id, allocation.credit_id]):
        item.open_amount += allocation.amount
        item.settled_on = None
        item.save(update_fields=["open_amount", "settled_on"])
    record(
        allocation.organization_id,
        "item.deallocated",
        by=by,
        at=now,
        customer_id=allocation.debit.customer_id,
        subject=("item", allocation.debit_id),
        amount=allocation.amount,
    )
    allocation.delete()


@transaction.atomic
def accept_match(match: Match, *, on: date, by: str, now: datetime) -> Allocation:
    """Agree with a proposal: from now on it is an allocation."""
    allocation = allocate(
        match.debit, match.credit, amount=match.amount, on=on, by=by, now=now, origin="match"
    )
    record(
        match.organization_id,
        "match.accepted",
        by=by,
        at=now,
        customer_id=match.customer_id,
        subject=("item", match.debit_id),
        amount=match.amount,
        rule=match.rule,
    )
    customer_id, organization_id = match.customer_id, match.organization_id
    match.delete()
    matching.propose_matches(organization_id, now, customer_ids=[customer_id])
    return allocation


@transaction.atomic
def refuse_match(match: Match, *, by: str, now: datetime) -> None:
    """Disagree with a proposal; it is not made again."""
    match.refused_at = now
    match.save(update_fields=["refused_at"])
    record(
        match.organization_id,
        "match.refused",
        by=by,
        at=now,
        customer_id=match.customer_id,
        subject=("item", match.debit_id),
        rule=match.rule,
    )


@transaction.atomic
def rebuild_open_amounts(organization_id: int) -> int:
    """Recompute every open amount from its allocations and return how many were wrong."""
    return execute(
        "UPDATE receivables_item i SET open_amount = i.amount - used.sum"
        " FROM (SELECT x.id, coalesce((SELECT sum(a.amount) FROM receivables_allocation a"
        "   WHERE a.organization_id = x.organization_id AND (a.debit_id = x.id OR a.credit_id = x.id)), 0) AS sum"
        "  FROM receivables_item x WHERE x.organization_id = %(organization)s) used"
        " WHERE used.id = i.id AND i.organization_id = %(organization)s AND i.open_amount <> i.amount - used.sum",
        {"organization": organization_id},
    )
