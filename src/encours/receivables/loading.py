"""Writing a load plan: staged by COPY, then a handful of set-based statements and one event per change."""

import json
from datetime import date, datetime

import polars as pl

from encours.events.actions import record_from_select
from encours.receivables.changes import LoadPlan
from encours.receivables.rows import AMOUNT
from encours.receivables.staging import execute, fetch, stage, stage_rows

EVENT_FIELDS = "%(now)s::timestamptz, %(by)s"
CUSTOMER_TEXTS = ("siren", "vat_number", "address", "postal_code", "city", "account")


def write_plan(
    plan: LoadPlan,
    organization_id: int,
    source: str,
    import_id: int,
    *,
    by: str,
    now: datetime,
    today: date,
) -> None:
    """Write everything a plan says, in the caller's transaction."""
    parameters: dict[str, object] = {
        "organization": organization_id,
        "source": source,
        "import": import_id,
        "by": by,
        "now": now,
        "today": today,
    }
    _write_customers(plan, parameters)
    numbers = _new_numbers(plan.new_items.height)
    _remember(plan, parameters)
    _remove_allocations(plan, parameters)
    _write_new_items(plan, parameters, numbers)
    _write_changed_items(plan, parameters)
    if plan.new_items.height:
        execute("SELECT encours_analyze('receivables_item')")
    _write_amounts(plan, parameters)
    _write_allocations(plan, parameters, numbers)
    _mark_missing(plan, parameters)
    _remove_replaced(plan, parameters)


def _remove_replaced(plan: LoadPlan, parameters: dict[str, object]) -> None:
    """Remove the payments that people recorded and that the ledger has now brought itself."""
    for table, column in (("receivables_match", "credit_id"), ("receivables_item", "id")):
        execute(
            f"DELETE FROM {table} WHERE organization_id = %(organization)s AND {column} = ANY(%(ids)s)",
            {**parameters, "ids": plan.replaced_items},
        )


def _new_numbers(count: int) -> pl.Series:
    """Draw the numbers of new items, so that all that speaks of an item can be staged with its number."""
    drawn = fetch(
        "SELECT nextval(numbers.name) FROM (SELECT pg_get_serial_sequence('receivables_item', 'id')::regclass AS name"
        " OFFSET 0) numbers, generate_series(1, %s)",
        [count],
        {"number": pl.Int64},
    )
    return drawn["number"].sort()


def _numbered(name: str, numbers: pl.Series) -> pl.Expr:
    """Return the number of each item: a new one is known to the plan by a negative number, -1 the first."""
    column = pl.col(name)
    if numbers.is_empty():
        return column
    place = pl.when(column < 0).then(-column - 1).otherwise(0)
    return pl.when(column < 0).then(pl.lit(numbers).gather(place)).otherwise(column).alias(name)


def _money(name: str) -> pl.Expr:
    """Return whole cents as an exact amount."""
    return (pl.col(name).cast(pl.Decimal(20, 2)) / 100).cast(AMOUNT)


def _write_customers(plan: LoadPlan, parameters: dict[str, object]) -> None:
    named = pl.col("name").fill_null(pl.col("code"))
    stage("staged_customer", plan.customers.with_columns(named))
    stage("staged_new_customer", plan.new_customers.with_columns(named))
    execute(
        "INSERT INTO receivables_importchange (organization_id, source_import_id, subject_type, subject_id, before)"
        " SELECT c.organization_id, %(import)s, 'customer', c.id, jsonb_build_object("
        "  'name', c.name, 'siren', c.siren, 'vat_number', c.vat_number, 'address', c.address,"
        "  'postal_code', c.postal_code, 'city', c.city, 'terms', c.terms, 'doubtful', c.doubtful,"
        "  'account', c.account)"
        " FROM customers_customer c JOIN staged_customer s ON s.code = c.code"
        " WHERE c.organization_id = %(organization)s AND " + _CUSTOMER_DIFFERS,
        parameters,
    )
    execute(
        "UPDATE customers_customer c SET name = s.name, updated_at = %(now)s,"
        + ",".join(f" {name} = coalesce(nullif(c.{name}, ''), s.{name}, '')" for name in CUSTOMER_TEXTS)
        + ", terms = CASE WHEN c.terms_agreed THEN c.terms ELSE coalesce(s.terms, c.terms) END"
        ", doubtful = coalesce(s.doubtful, false)"
        " FROM staged_customer s WHERE s.code = c.code AND c.organization_id = %(organization)s AND "
        + _CUSTOMER_DIFFERS,
        parameters,
    )
    execute(
        "INSERT INTO customers_customer (organization_id, code, name, siren, siret, vat_number, legal_form,"
        " activity_code, activity, address, postal_code, city, country, language, terms, terms_agreed, relationship,"
        " sole_trader, public_buyer, segment, doubtful, account, note, custom, created_at, updated_at)"
        " SELECT %(organization)s, left(s.code, 60), left(s.name, 200), coalesce(s.siren, ''), '',"
        " coalesce(s.vat_number, ''), '', '', '', coalesce(s.address, ''), coalesce(s.postal_code, ''),"
        " coalesce(s.city, ''), coalesce(left(s.country, 2), 'FR'), 'fr', coalesce(left(s.terms, 100), ''), false,"
        " 'general', false, false, '', coalesce(s.doubtful, false), coalesce(s.account, ''), '', '{}', %(now)s, %(now)s"
        " FROM staged_new_customer s",
        parameters,
    )
    execute("SELECT encours_analyze('customers_customer')")
    execute(
        "INSERT INTO customers_contact (organization_id, customer_id, name, role, email, phone, source, created_at)"
        " SELECT %(organization)s, c.id, '', 'payables', coalesce(lower(s.email), ''), coalesce(left(s.phone, 30), ''),"
        " 'import', %(now)s FROM staged_customer s JOIN customers_customer c"
        " ON c.organization_id = %(organization)s AND c.code = s.code"
        " WHERE (s.email <> '' OR s.phone <> '') AND NOT EXISTS (SELECT FROM customers_contact k"
        " WHERE k.organization_id = c.organization_id AND k.customer_id = c.id"
        " AND (k.source = 'import' OR k.email = lower(s.email)))",
        parameters,
    )
    record_from_select(
        int(str(parameters["organization"])),
        "customer.imported",
        f"SELECT {EVENT_FIELDS}, c.id, 'customer', c.id, jsonb_build_object('import', %(import)s::bigint)"
        " FROM customers_customer c JOIN staged_new_customer s ON s.code = c.code"
        " WHERE c.organization_id = %(organization)s",
        parameters,
    )


_CUSTOMER_DIFFERS = (
    "(c.name <> s.name"
    + "".join(f" OR (c.{name} = '' AND s.{name} <> '')" for name in CUSTOMER_TEXTS)
    + " OR (NOT c.terms_agreed AND s.terms IS NOT NULL AND c.terms <> s.terms)"
    " OR c.doubtful <> coalesce(s.doubtful, false))"
)


def _write_new_items(plan: LoadPlan, parameters: dict[str, object], numbers: pl.Series) -> None:
    if plan.new_items.is_empty():
        return
    customers = fetch(
        "SELECT id, code FROM customers_customer WHERE organization_id = %s",
        [parameters["organization"]],
        {"customer_id": pl.Int64, "customer_code": pl.String},
    )
    amounts = plan.amounts.select("item_id", "open_cents", "settled_on")
    columns = stage_rows(
        "staged_item",
        "receivables_item",
        plan.new_items.with_columns(pl.col("customer_code").str.slice(0, 60))
        .join(amounts, on="item_id", how="left", maintain_order="left")
        .join(customers, on="customer_code", maintain_order="left")
        .select(
            _numbered("item_id", numbers).alias("id"),
            "customer_id",
            "kind",
            "side",
            pl.col("number").str.slice(0, 80),
            pl.col("reference").str.slice(0, 80),
            pl.col("label").str.slice(0, 300),
            "issued_on",
            "due_on",
            "due_basis",
            _money("cents").alias("amount"),
            _money("open_cents").alias("open_amount"),
            "settled_on",
            "currency",
            "external_id",
            "line",
            pl.col("lettering").fill_null("").str.slice(0, 40),
        ),
    )
    execute(
        f"INSERT INTO receivables_item (organization_id, source, import_id, dispute_reason, {columns})"
        f" SELECT %(organization)s, %(source)s, %(import)s, '', {columns} FROM staged_item",
        parameters,
    )
    record_from_select(
        int(str(parameters["organization"])),
        "item.imported",
        f"SELECT {EVENT_FIELDS}, customer_id, 'item', id, %(payload)s::jsonb FROM staged_item",
        {**parameters, "payload": json.dumps({"import": parameters["import"]})},
    )


def _write_changed_items(plan: LoadPlan, parameters: dict[str, object]) -> None:
    if plan.changed_items.is_empty():
        return
    stage(
        "staged_change",
        plan.changed_items.select(
            "item_id", "customer_code", "kind", "side", "number", "issued_on", "due_on", "due_basis", "cents"
        ),
    )
    execute(
        "UPDATE receivables_item i SET customer_id = c.id, kind = s.kind, side = s.side, number = s.number,"
        " issued_on = s.issued_on, due_on = s.due_on, due_basis = s.due_basis, amount = s.cents * 0.01,"
        " open_amount = least(i.open_amount, s.cents * 0.01), disputed_amount ="
        # Of less than was contested of it, all is.
        " CASE WHEN i.disputed_amount < s.cents * 0.01 THEN i.disputed_amount END"
        " FROM staged_change s JOIN customers_customer c"
        " ON c.organization_id = %(organization)s AND c.code = s.customer_code"
        " WHERE i.id = s.item_id AND i.organization_id = %(organization)s",
        parameters,
    )
    record_from_select(
        int(str(parameters["organization"])),
        "item.changed",
        f"SELECT {EVENT_FIELDS}, i.customer_id, 'item', i.id, jsonb_build_object('import', %(import)s::bigint)"
        " FROM staged_change s JOIN receivables_item i ON i.id = s.item_id",
        parameters,
    )


def _write_amounts(plan: LoadPlan, parameters: dict[str, object]) -> None:
    """Bring the open amounts of existing items up to date; those of new items came with the row."""
    frame = plan.amounts.filter(pl.col("item_id") > 0)
    if frame.is_empty():
        return
    stage("staged_amount", frame)
    execute(
        "UPDATE receivables_item i SET open_amount = s.open_cents * 0.01, settled_on = s.settled_on"
        " FROM staged_amount s WHERE i.id = s.item_id AND i.organization_id = %(organization)s",
        parameters,
    )
    for kind, condition in (
        ("item.settled", "s.open_cents = 0 AND s.was_open_cents > 0"),
        ("item.reopened", "s.open_cents > 0 AND s.was_open_cents = 0"),
    ):
        record_from_select(
            int(str(parameters["organization"])),
            kind,
            f"SELECT {EVENT_FIELDS}, i.customer_id, 'item', i.id, jsonb_build_object('import', %(import)s::bigint)"
            f" FROM staged_amount s JOIN receivables_item i ON i.id = s.item_id WHERE {condition}",
            parameters,
        )


def _write_allocations(plan: LoadPlan, parameters: dict[str, object], numbers: pl.Series) -> None:
    if plan.new_allocations.is_empty():
        return
    columns = stage_rows(
        "staged_allocation",
        "receivables_allocation",
        plan.new_allocations.select(
            _numbered("debit", numbers).alias("debit_id"),
            _numbered("credit", numbers).alias("credit_id"),
            _money("cents").alias("amount"),
            "allocated_on",
            "origin",
        ).sort("debit_id", "credit_id"),
    )
    execute(
        f"INSERT INTO receivables_allocation (organization_id, import_id, {columns})"
        f" SELECT %(organization)s, %(import)s, {columns} FROM staged_allocation",
        parameters,
    )


def _remove_allocations(plan: LoadPlan, parameters: dict[str, object]) -> None:
    execute(
        "DELETE FROM receivables_allocation WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)",
        {**parameters, "ids": plan.removed_allocations},
    )


def _mark_missing(plan: LoadPlan, parameters: dict[str, object]) -> None:
    for ids, value, kind in (
        (plan.missing_items, "%(today)s", "item.missing"),
        (plan.found_items, "NULL", "item.found"),
    ):
        if not ids:
            continue
        execute(
            f"UPDATE receivables_item SET missing_since = {value}"
            " WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)",
            {**parameters, "ids": ids},
        )
        record_from_select(
            int(str(parameters["organization"])),
            kind,
            f"SELECT {EVENT_FIELDS}, customer_id, 'item', id, jsonb_build_object('import', %(import)s::bigint)"
            " FROM receivables_item WHERE id = ANY(%(ids)s)",
            {**parameters, "ids": ids},
        )


def _remember(plan: LoadPlan, parameters: dict[str, object]) -> None:
    """Keep what the rows were, so that the import can be undone."""
    touched = {
        *plan.changed_items["item_id"].to_list(),
        *plan.amounts.filter(pl.col("item_id") > 0)["item_id"].to_list(),
        *plan.missing_items,
        *plan.found_items,
        *plan.replaced_items,
    }
    if touched:
        execute(
            "INSERT INTO receivables_importchange"
            " (organization_id, source_import_id, subject_type, subject_id, before)"
            " SELECT organization_id, %(import)s, 'item', id, to_jsonb(receivables_item)"
            " FROM receivables_item WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)",
            {**parameters, "ids": list(touched)},
        )
    if plan.removed_allocations:
        execute(
            "INSERT INTO receivables_importchange"
            " (organization_id, source_import_id, subject_type, subject_id, before)"
            " SELECT organization_id, %(import)s, 'allocation', id, to_jsonb(receivables_allocation)"
            " FROM receivables_allocation WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)",
            {**parameters, "ids": plan.removed_allocations},
        )
