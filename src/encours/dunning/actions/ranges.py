"""Ranges of customers: how a run is cut into transactions, and what keeps two hands off the same customers."""

from collections.abc import Iterator, Sequence

from django.db import connection

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.customers.models import Customer

CUSTOMERS_AT_ONCE = 2_000
LOCK_CLASS = 4_204
# Customers are locked by blocks of consecutive numbers, and a run takes few locks however they are scattered.
BLOCK, BLOCKS = 2_048, 256
# Where each hand that helps begins, in eighths of the customers, as far as it gets from those before it.
PLACES = (8, 4, 6, 2, 7, 5, 3)


def ranges(organization: Organization, customer_ids: Sequence[int] | None = None) -> Iterator[list[int]]:
    """Cut the customers into ranges, in the order of their numbers."""
    if customer_ids is not None:
        chosen = sorted(set(customer_ids))
        for start in range(0, len(chosen), CUSTOMERS_AT_ONCE):
            yield chosen[start : start + CUSTOMERS_AT_ONCE]
        return
    last = 0
    while found := _next(organization, pk__gt=last):
        yield found
        last = found[-1]


def backwards(organization: Organization, place: int) -> Iterator[list[int]]:
    """Cut the customers into ranges against their order, from the place of a hand that helps."""
    with tenancy.inside(organization.pk):
        customers = Customer.objects.filter(organization_id=organization.pk).order_by("pk")
        numbers = customers.values_list("pk", flat=True)
        before = numbers.count() * PLACES[place] // 8
        first = numbers[before : before + 1].first()
    found = _next(organization, **({} if first is None else {"pk__lt": first}), forwards=False)
    while found:
        yield found
        found = _next(organization, pk__lt=found[0], forwards=False)


def hold(organization_id: int, customer_ids: Sequence[int]) -> None:
    """Wait until nobody else decides for these customers, and keep everybody off until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key",
            [LOCK_CLASS, _keys(organization_id, customer_ids)],
        )


def held(organization_id: int, customer_ids: Sequence[int]) -> bool:
    """Keep everybody off these customers until the transaction ends, unless somebody decides for them just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_try_advisory_xact_lock(%s, key)) FROM unnest(%s::int[]) AS key",
            [LOCK_CLASS, _keys(organization_id, customer_ids)],
        )
        return bool(cursor.fetchone()[0])


def _keys(organization_id: int, customer_ids: Sequence[int]) -> list[int]:
    """Return the locks of these customers in one order for everybody, so that no two wait for each other."""
    blocks = {customer_id // BLOCK % BLOCKS for customer_id in customer_ids}
    return sorted((organization_id * BLOCKS + block) % 2**31 for block in blocks)


def _next(organization: Organization, *, forwards: bool = True, **beyond: int) -> list[int]:
    with tenancy.inside(organization.pk):
        customers = Customer.objects.filter(organization_id=organization.pk, **beyond)
        found = customers.order_by("pk" if forwards else "-pk").values_list("pk", flat=True)
        return sorted(found[:CUSTOMERS_AT_ONCE])
