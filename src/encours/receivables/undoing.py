"""Undoing an import: what it created goes, what it changed becomes what it was."""

from datetime import datetime

from django.db import IntegrityError, transaction

from encours.events.actions import record
from encours.receivables import matching
from encours.receivables.errors import ImportChasedError, ImportNotLastError, ImportStateError
from encours.receivables.models import Import, ImportState
from encours.receivables.staging import execute


def undo(source_import: Import, *, by: str, now: datetime) -> None:
    """Undo the last loaded import of its source, in the caller's transaction."""
    if source_import.state != ImportState.LOADED:
        raise ImportStateError
    later = Import.objects.filter(
        organization_id=source_import.organization_id,
        source=source_import.source,
        state=ImportState.LOADED,
        loaded_at__gt=source_import.loaded_at,
    )
    if later.exists():
        raise ImportNotLastError
    parameters: dict[str, object] = {
        "organization": source_import.organization_id,
        "import": source_import.pk,
    }
    try:
        with transaction.atomic():
            _take_away(parameters)
    except IntegrityError as error:
        raise ImportChasedError from error
    _give_back(parameters)
    source_import.state = ImportState.UNDONE
    source_import.undone_at = now
    source_import.save(update_fields=["state", "undone_at"])
    matching.propose_matches(source_import.organization_id, now)
    record(
        source_import.organization_id,
        "import.undone",
        by=by,
        at=now,
        subject=("import", source_import.pk),
        file=source_import.file_name,
    )


def _take_away(parameters: dict[str, object]) -> None:
    mine = "organization_id = %(organization)s AND import_id = %(import)s"
    ours = f"(SELECT id FROM receivables_item WHERE {mine})"
    here = "organization_id = %(organization)s AND "
    execute(
        f"DELETE FROM receivables_match WHERE {here} (debit_id IN {ours} OR credit_id IN {ours})", parameters
    )
    # Allocations of the file, and those that people made on its items since.
    execute(f"DELETE FROM receivables_allocation WHERE {mine}", parameters)
    execute(
        "UPDATE receivables_item i SET settled_on = NULL,"
        " open_amount = i.amount - coalesce((SELECT sum(a.amount) FROM receivables_allocation a"
        f"  WHERE a.organization_id = i.organization_id AND (a.debit_id = i.id OR a.credit_id = i.id)"
        f"  AND a.debit_id NOT IN {ours} AND a.credit_id NOT IN {ours}), 0)"
        " WHERE i.organization_id = %(organization)s AND i.id IN ("
        f"  SELECT debit_id FROM receivables_allocation WHERE {here} credit_id IN {ours}"
        f"  UNION SELECT credit_id FROM receivables_allocation WHERE {here} debit_id IN {ours})",
        parameters,
    )
    execute(
        f"DELETE FROM receivables_allocation WHERE {here} (debit_id IN {ours} OR credit_id IN {ours})",
        parameters,
    )
    execute(f"DELETE FROM receivables_item WHERE {mine}", parameters)


def _give_back(parameters: dict[str, object]) -> None:
    changes = (
        "FROM receivables_importchange k WHERE k.organization_id = %(organization)s"
        " AND k.source_import_id = %(import)s AND k.subject_type = "
    )
    # Rows that were removed come back whole; rows that were changed get their values back.
    execute(
        "INSERT INTO receivables_item SELECT (jsonb_populate_record(NULL::receivables_item, k.before)).*"
        f" {changes} 'item' AND NOT EXISTS (SELECT FROM receivables_item i WHERE i.id = k.subject_id)",
        parameters,
    )
    execute(
        "INSERT INTO receivables_allocation SELECT (jsonb_populate_record(NULL::receivables_allocation, k.before)).*"
        f" {changes} 'allocation' ON CONFLICT DO NOTHING",
        parameters,
    )
    execute(
        "UPDATE receivables_item i SET customer_id = b.customer_id, kind = b.kind, side = b.side, number = b.number,"
        " issued_on = b.issued_on, due_on = b.due_on, due_basis = b.due_basis, amount = b.amount,"
        " open_amount = b.open_amount, settled_on = b.settled_on, missing_since = b.missing_since"
        " FROM (SELECT (jsonb_populate_record(NULL::receivables_item, k.before)).* "
        f"{changes} 'item') b WHERE i.organization_id = b.organization_id AND i.id = b.id",
        parameters,
    )
    execute(
        "UPDATE customers_customer c SET name = k.before->>'name', siren = k.before->>'siren',"
        " vat_number = k.before->>'vat_number', address = k.before->>'address',"
        " postal_code = k.before->>'postal_code', city = k.before->>'city', terms = k.before->>'terms',"
        " doubtful = (k.before->>'doubtful')::boolean, account = k.before->>'account'"
        f" {changes} 'customer' AND c.id = k.subject_id AND c.organization_id = k.organization_id",
        parameters,
    )
    # Customers that came with the file alone go with it, unless people have worked on them since.
    execute(
        "DELETE FROM customers_contact t USING customers_customer c WHERE t.customer_id = c.id"
        " AND t.source = 'import' AND c.organization_id = %(organization)s AND " + _FORGOTTEN,
        parameters,
    )
    execute(
        "DELETE FROM customers_customer c WHERE c.organization_id = %(organization)s AND "
        + _FORGOTTEN
        + " AND NOT EXISTS (SELECT FROM customers_contact t WHERE t.customer_id = c.id)",
        parameters,
    )


_FORGOTTEN = (
    "c.id IN (SELECT e.customer_id FROM events_event e WHERE e.organization_id = %(organization)s"
    " AND e.kind = 'customer.imported' AND e.payload->>'import' = %(import)s::text)"
    " AND NOT EXISTS (SELECT FROM receivables_item i WHERE i.customer_id = c.id)"
    " AND NOT EXISTS (SELECT FROM events_event e WHERE e.organization_id = %(organization)s AND e.customer_id = c.id"
    "  AND e.kind NOT IN ('customer.imported', 'item.imported', 'item.settled', 'item.reopened', 'item.changed',"
    "  'item.missing', 'item.found', 'score.changed'))"
)
