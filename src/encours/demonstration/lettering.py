"""Which items belong together, the codes that say so, and which items are still alive on a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import ascii_uppercase

from encours.demonstration.model import Allocation, Item


@dataclass(frozen=True, slots=True)
class Group:
    """Items joined by allocations; they are lettered together."""

    keys: tuple[int, ...]
    even: bool
    lettered_on: date | None


def letter_code(rank: int) -> str:
    """Return the lettering code of a rank: AA, AB … ZZ, then three letters."""
    letters = ""
    rank += len(ascii_uppercase)
    while rank >= 0:
        letters = ascii_uppercase[rank % 26] + letters
        rank = rank // 26 - 1
    return letters


def groups_on(day: date, items: Iterable[Item], allocations: Iterable[Allocation]) -> list[Group]:
    """Return the groups that the allocations made until a day form, in order of their first item."""
    parent = {item.key: item.key for item in items if item.booked_on <= day}
    signed = {
        item.key: item.amount if item.side == "debit" else -item.amount
        for item in items
        if item.booked_on <= day
    }

    def root(key: int) -> int:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    last: dict[int, date] = {}
    made = [allocation for allocation in allocations if allocation.allocated_on <= day]
    for allocation in made:
        first, second = sorted((root(allocation.debit), root(allocation.credit)))
        parent[second] = first
    for allocation in made:
        top = root(allocation.debit)
        last[top] = max(last.get(top, allocation.allocated_on), allocation.allocated_on)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for key in parent:
        members[root(key)].append(key)
    return [
        Group(tuple(keys), not sum((signed[key] for key in keys), Decimal(0)), last.get(top))
        for top, keys in members.items()
    ]


def alive_on(day: date, items: Iterable[Item], allocations: Iterable[Allocation]) -> set[int]:
    """Return the keys of the items booked until a day whose group is not even yet."""
    kept = tuple(items)
    return {key for group in groups_on(day, kept, allocations) if not group.even for key in group.keys}


def since(
    starts_on: date, items: tuple[Item, ...], allocations: tuple[Allocation, ...]
) -> tuple[tuple[Item, ...], tuple[Allocation, ...]]:
    """Return the ledger without what was over before it starts."""
    day_before = date.fromordinal(starts_on.toordinal() - 1)
    alive = alive_on(day_before, items, allocations)
    kept = tuple(item for item in items if item.booked_on >= starts_on or item.key in alive)
    keys = {item.key for item in kept}
    return kept, tuple(
        allocation for allocation in allocations if allocation.debit in keys and allocation.credit in keys
    )
