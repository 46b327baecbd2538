"""Undoing an import: what it created goes, what it changed becomes what it was."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from encours.events.actions import record
from encours.receivables import matching
from encours.receivables.errors import (
    ImportChasedError,
    ImportNotLastError,
    ImportStateError,
    ImportWorkedOnError,
)
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
    ).filter(
        Q(loaded_at__gt=source_import.loaded_at)
        | Q(loaded_at=source_import.loaded_at, pk__gt=source_import.pk)
    )
    if later.exists():
        raise ImportNotLastError
    parameters: dict[str, object] = {
        "organization": source_import.organization_id,
        "import": source_import.pk,
        "loaded_at": source_import.loaded_at,
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
    changes = f"FROM receivables_importchange k WHERE {_MINE} AND k.subject_type = "
    # Rows that were removed come back whole; rows that were changed get their values back.
    execute(
        "INSERT INTO receivables_item SELECT (jsonb_populate_record(NULL::receivables_item, k.before)).*"
        f" {changes} 'item' AND NOT EXISTS (SELECT FROM receivables_item i WHERE i.id = k.subject_id)",
        parameters,
    )
    execute(
        "UPDATE receivables_item i SET customer_id = b.customer_id, kind = b.kind, side = b.side, number = b.number,"
        " issued_on = b.issued_on, due_on = b.due_on, due_basis = b.due_basis, amount = b.amount,"
        " open_amount = least(i.open_amount, b.amount), missing_since = b.missing_since,"
        " disputed_amount = CASE WHEN i.disputed_amount < b.amount THEN i.disputed_amount END"
        " FROM (SELECT (jsonb_populate_record(NULL::receivables_item, k.before)).* "
        f"{changes} 'item') b WHERE i.organization_id = b.organization_id AND i.id = b.id",
        parameters,
    )
    _give_back_allocations(parameters)
    _give_back_customers(parameters)
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


def _give_back_allocations(parameters: dict[str, object]) -> None:
    """Bring back the allocations that still fit, and count what is open from all there are, by hand or not.

    Another file's undoing may have taken away one of the two items; people may have allocated them otherwise since.
    """
    execute("DROP TABLE IF EXISTS pg_temp.given_back, pg_temp.touched")
    execute(
        "CREATE TEMPORARY TABLE given_back ON COMMIT DROP AS"
        " SELECT b.* FROM receivables_importchange k,"
        " jsonb_populate_record(NULL::receivables_allocation, k.before) b"
        f" WHERE {_MINE} AND k.subject_type = 'allocation'"
        " AND EXISTS (SELECT FROM receivables_item i WHERE i.id = b.debit_id)"
        " AND EXISTS (SELECT FROM receivables_item i WHERE i.id = b.credit_id)",
        parameters,
    )
    execute("INSERT INTO receivables_allocation SELECT * FROM given_back ON CONFLICT DO NOTHING", parameters)
    execute(
        "CREATE TEMPORARY TABLE touched ON COMMIT DROP AS"
        f" SELECT k.subject_id AS id FROM receivables_importchange k WHERE {_MINE} AND k.subject_type = 'item'"
        " UNION SELECT debit_id FROM given_back UNION SELECT credit_id FROM given_back",
        parameters,
    )
    execute(
        "DELETE FROM receivables_allocation a USING given_back b WHERE a.id = b.id"
        " AND a.organization_id = %(organization)s AND EXISTS ("
        f"SELECT FROM receivables_item i, LATERAL {_ALLOCATED} s WHERE i.id IN (b.debit_id, b.credit_id)"
        " AND s.amount > i.amount)",
        parameters,
    )
    if execute(f"{_WORKED_ON} LIMIT 1", parameters):
        raise ImportWorkedOnError
    execute(
        "UPDATE receivables_item i SET open_amount = i.amount - t.allocated,"
        " settled_on = CASE WHEN t.allocated = i.amount THEN t.allocated_on END"
        " FROM (SELECT i.id, coalesce(s.amount, 0) AS allocated, s.allocated_on FROM touched"
        f" JOIN receivables_item i USING (id), LATERAL {_ALLOCATED} s) t"
        " WHERE i.organization_id = %(organization)s AND i.id = t.id",
        parameters,
    )


def _give_back_customers(parameters: dict[str, object]) -> None:
    """Give customers back what was known of them, unless a later file of another source has changed it since.

    What that file would give back must then no longer be what this one said.
    """
    execute("DROP TABLE IF EXISTS pg_temp.told")
    execute(
        "CREATE TEMPORARY TABLE told ON COMMIT DROP AS"
        " SELECT k.subject_id, k.before, next.before AS said FROM receivables_importchange k LEFT JOIN LATERAL ("
        f"SELECT l.before {_LATER} ORDER BY l.id LIMIT 1) next ON true WHERE {_MINE} AND k.subject_type = 'customer'",
        parameters,
    )
    values = ", ".join(
        f"{name} = CASE WHEN {kept} THEN c.{name} ELSE (k.before->>'{name}'){cast} END"
        for name, cast in _TOLD.items()
        for kept in (
            f"k.said->'{name}' <> to_jsonb(c.{name})" + (" OR c.terms_agreed" if name == "terms" else ""),
        )
    )
    execute(
        f"UPDATE customers_customer c SET {values} FROM told k"
        " WHERE c.id = k.subject_id AND c.organization_id = %(organization)s",
        parameters,
    )
    execute(
        "UPDATE receivables_importchange l SET before = l.before || ("
        "SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(k.before) f"
        f" WHERE l.before->f.key = k.said->f.key) FROM told k WHERE l.id IN (SELECT l.id {_LATER})",
        parameters,
    )


_MINE = "k.organization_id = %(organization)s AND k.source_import_id = %(import)s"
# What later files that still stand have changed of the same customer.
_LATER = (
    "FROM receivables_importchange l JOIN receivables_import m ON m.id = l.source_import_id AND m.state = 'loaded'"
    " WHERE l.organization_id = %(organization)s AND l.subject_type = 'customer' AND l.subject_id = k.subject_id"
    " AND (m.loaded_at, m.id) > (%(loaded_at)s, %(import)s)"
)
_TOLD = {
    **dict.fromkeys(
        ("name", "siren", "vat_number", "address", "postal_code", "city", "terms", "account"), ""
    ),
    "doubtful": "::boolean",
}
_ALLOCATED = (
    "(SELECT sum(a.amount) AS amount, max(a.allocated_on) AS allocated_on FROM receivables_allocation a"
    " WHERE a.organization_id = i.organization_id AND (a.debit_id = i.id OR a.credit_id = i.id))"
)
# Allocated by hand beyond what the item amounted to, or with an item of what is another customer again.
_WORKED_ON = (
    f"SELECT 1 FROM touched JOIN receivables_item i USING (id), LATERAL {_ALLOCATED} s WHERE s.amount > i.amount"
    " UNION ALL SELECT 1 FROM receivables_allocation a JOIN receivables_item d ON d.id = a.debit_id"
    " JOIN receivables_item c ON c.id = a.credit_id WHERE a.organization_id = %(organization)s"
    " AND (a.debit_id IN (SELECT id FROM touched) OR a.credit_id IN (SELECT id FROM touched))"
    " AND d.customer_id <> c.customer_id"
)
_FORGOTTEN = (
    "c.id IN (SELECT e.customer_id FROM events_event e WHERE e.organization_id = %(organization)s"
    " AND e.kind = 'customer.imported' AND e.payload->>'import' = %(import)s::text)"
    " AND NOT EXISTS (SELECT FROM receivables_item i WHERE i.customer_id = c.id)"
    " AND NOT EXISTS (SELECT FROM events_event e WHERE e.organization_id = %(organization)s AND e.customer_id = c.id"
    "  AND e.kind NOT IN ('customer.imported', 'item.imported', 'item.settled', 'item.reopened', 'item.changed',"
    "  'item.missing', 'item.found', 'score.changed'))"
)
