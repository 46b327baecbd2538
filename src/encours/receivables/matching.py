"""Proposals for what the ledger leaves unallocated: kept as guesses that change no amount."""

from collections import defaultdict
from datetime import datetime

from encours.receivables.models import Item, Match
from encours.receivables.staging import execute
from encours.rules.allocation import Credit, Debit, propose


def propose_matches(organization_id: int, now: datetime, *, customer_ids: list[int] | None = None) -> int:
    """Propose, for customers with both open debits and open credits, which pays which; refused guesses stay refused."""
    candidates = (
        Item.objects.filter(organization_id=organization_id, open_amount__gt=0, missing_since__isnull=True)
        .filter(customer_id__in=_customers_with_both(organization_id, customer_ids))
        .order_by("customer_id", "due_on", "id")
        .values_list(
            "customer_id", "id", "side", "open_amount", "due_on", "issued_on", "number", "reference", "label"
        )
    )
    debits: dict[int, list[Debit]] = defaultdict(list)
    credits_: dict[int, list[Credit]] = defaultdict(list)
    for customer, number_, side, amount, due_on, issued_on, number, reference, label in candidates.iterator(
        10_000
    ):
        if side == "debit":
            debits[customer].append(Debit(number_, amount, due_on, number))
        else:
            credits_[customer].append(Credit(number_, amount, issued_on, f"{number} {reference} {label}"))
    condition = "" if customer_ids is None else " AND customer_id = ANY(%(customers)s)"
    execute(
        "DELETE FROM receivables_match WHERE organization_id = %(organization)s AND refused_at IS NULL"
        + condition,
        {"organization": organization_id, "customers": customer_ids},
    )
    found = [
        Match(
            organization_id=organization_id,
            customer_id=customer,
            debit_id=int(str(proposal.debit_id)),
            credit_id=int(str(proposal.credit_id)),
            amount=proposal.amount,
            rule=proposal.rule,
            proposed_on=now.date(),
        )
        for customer, owed in debits.items()
        for proposal in propose(owed, credits_.get(customer, []))
    ]
    Match.objects.bulk_create(found, ignore_conflicts=True, batch_size=2_000)
    return len(found)


def _customers_with_both(organization_id: int, customer_ids: list[int] | None) -> list[int]:
    open_items = Item.objects.filter(organization_id=organization_id, open_amount__gt=0)
    if customer_ids is not None:
        open_items = open_items.filter(customer_id__in=customer_ids)
    owing = open_items.filter(side="debit").values_list("customer_id", flat=True)
    favored = open_items.filter(side="credit").values_list("customer_id", flat=True)
    return list(set(owing) & set(favored))
