"""Whether what is stored still adds up: open amounts, allocations, documents on the disk."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connection

from encours.receivables.documents import path_of
from encours.receivables.models import Document

BLOCK = 1 << 20

# What was allocated to every item, on either side, and on which day last; the rebuild reads the same.
ALLOCATED = """
    SELECT item_id, sum(amount) AS amount, max(allocated_on) AS allocated_on FROM (
        SELECT debit_id AS item_id, amount, allocated_on FROM receivables_allocation
        WHERE organization_id = %(organization)s
        UNION ALL
        SELECT credit_id, amount, allocated_on FROM receivables_allocation
        WHERE organization_id = %(organization)s
    ) share GROUP BY item_id
"""
WRONG = f"""
    SELECT i.id, i.number, i.open_amount, i.amount - coalesce(a.amount, 0)
    FROM receivables_item i LEFT JOIN ({ALLOCATED}) a ON a.item_id = i.id
    WHERE i.organization_id = %(organization)s
      AND (i.open_amount <> i.amount - coalesce(a.amount, 0) OR (i.open_amount = 0) <> (i.settled_on IS NOT NULL))
    ORDER BY i.id
"""
OVERDRAWN = f"""
    SELECT i.id, i.number, i.amount, a.amount
    FROM receivables_item i JOIN ({ALLOCATED}) a ON a.item_id = i.id
    WHERE i.organization_id = %(organization)s AND a.amount > i.amount
    ORDER BY i.id
"""
CROSSED = """
    SELECT a.id FROM receivables_allocation a
    JOIN receivables_item d ON d.organization_id = a.organization_id AND d.id = a.debit_id
    JOIN receivables_item c ON c.organization_id = a.organization_id AND c.id = a.credit_id
    WHERE a.organization_id = %(organization)s
      AND (d.side <> 'debit' OR c.side <> 'credit' OR d.customer_id <> c.customer_id)
    ORDER BY a.id
"""


@dataclass(frozen=True, slots=True)
class WrongAmount:
    """An item whose stored figure is not the one that its allocations give."""

    item_id: int
    number: str
    kept: Decimal
    counted: Decimal


@dataclass(frozen=True, slots=True)
class LostDocument:
    """A document whose content is gone from the disk, or is no longer what was kept."""

    document_id: int
    name: str
    changed: bool


def wrong_open_amounts(organization_id: int) -> list[WrongAmount]:
    """Return the items whose open amount is not their amount less what is allocated, or whose settlement disagrees."""
    return _amounts(WRONG, organization_id)


def overdrawn_items(organization_id: int) -> list[WrongAmount]:
    """Return the items to which more is allocated than they amount to."""
    return _amounts(OVERDRAWN, organization_id)


def crossed_allocations(organization_id: int) -> list[int]:
    """Return the allocations that do not lead from a debit to a credit of the same customer."""
    with connection.cursor() as cursor:
        cursor.execute(CROSSED, {"organization": organization_id})
        return [row[0] for row in cursor.fetchall()]


def lost_documents(organization_id: int) -> Iterator[LostDocument]:
    """Yield the documents that the disk no longer holds as they were kept; each content is read once."""
    sound: dict[str, bool | None] = {}
    for document in Document.objects.filter(organization_id=organization_id).order_by("pk"):
        if document.sha256 not in sound:
            sound[document.sha256] = _holds(path_of(organization_id, document.sha256), document.sha256)
        holds = sound[document.sha256]
        if not holds:
            yield LostDocument(document.pk, document.name, changed=holds is not None)


def _amounts(statement: str, organization_id: int) -> list[WrongAmount]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organization": organization_id})
        return [WrongAmount(*row) for row in cursor.fetchall()]


def _holds(path: Path, sha256: str) -> bool | None:
    """Tell whether a file has this hash; nothing when there is no file."""
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while block := reader.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == sha256
