"""An import taken back after people and other files have worked on the same account."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.db import transaction

from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.receivables import actions
from encours.receivables.errors import ImportNotLastError, ImportWorkedOnError
from encours.receivables.marks import dispute_item
from encours.receivables.models import Allocation, Import, Item
from encours.receivables.rows import ALLOCATION_COLUMNS, CUSTOMER_COLUMNS, ITEM_COLUMNS, Batch, empty

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
INVOICE = {"kind": "invoice", "side": "debit", "due_on": date(2026, 2, 4)}
PAYMENT = {"kind": "payment", "side": "credit", "issued_on": date(2026, 2, 10)}


@pytest.fixture
def organization() -> Organization:
    user = User.objects.create_user("bob@lumiere.example", "a long password")
    return create_organization(user, name="Ateliers Lumière", now=NOW, default_terms="30 days")


def rows(columns: Any, *given: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: one.get(name) for name in columns} for one in given], schema=empty(columns).schema
    )


def item(number: str, amount: int, **fields: Any) -> dict[str, Any]:
    return {
        "external_id": number, "customer_code": "C1", "number": number, "reference": "", "label": "",
        "issued_on": date(2026, 1, 5), "due_on": None, "amount": Decimal(amount), "currency": "EUR", "line": 1,
        "carried": False, **fields,
    }  # fmt: skip


def batch(
    *items: dict[str, Any],
    source: str = "table",
    name: str = "Verger",
    allocated: Sequence[tuple[str, str, int]] = (),
    **customer: Any,
) -> Batch:
    """Return a batch about one customer, whose items are named by their numbers."""
    return Batch(
        source,
        f"{source}.csv",
        rows(CUSTOMER_COLUMNS, {"code": "C1", "name": name, "doubtful": False, **customer}),
        rows(ITEM_COLUMNS, *items),
        rows(
            ALLOCATION_COLUMNS,
            *(
                {
                    "debit_external_id": debit, "credit_external_id": credit, "amount": Decimal(amount),
                    "allocated_on": date(2026, 2, 10), "origin": "lettering",
                }
                for debit, credit, amount in allocated
            ),
        ),
        [], None, {},
    )  # fmt: skip


def load(organization: Organization, what: Batch, minute: int = 0) -> Import:
    received = Import.objects.create(organization=organization, source=what.source, file_name=what.origin)
    actions.load(organization, received, what, by="test", now=NOW + timedelta(minutes=minute))
    return received


def undo(one: Import) -> None:
    one.refresh_from_db()
    actions.undo_import(one, by="test", now=NOW + timedelta(hours=1))


def open_amounts() -> dict[str, Decimal]:
    return dict(Item.objects.values_list("number", "open_amount"))


def test_what_people_allocated_since_stays_counted(organization: Organization) -> None:
    invoice, payment = item("F1", 1000, **INVOICE), item("V1", 400, **PAYMENT)
    load(organization, batch(invoice, payment))
    second = load(organization, batch({**invoice, "due_on": date(2026, 3, 1)}, payment), 1)
    actions.allocate(
        Item.objects.get(number="F1"), Item.objects.get(number="V1"),
        amount=Decimal(400), on=date(2026, 3, 2), by="test", now=NOW,
    )  # fmt: skip
    undo(second)
    assert open_amounts() == {"F1": Decimal(600), "V1": Decimal(0)}
    assert Item.objects.get(number="V1").settled_on == date(2026, 3, 2)
    assert actions.rebuild_open_amounts(organization.pk) == 0


def test_an_allocation_that_people_replaced_does_not_come_back(organization: Organization) -> None:
    invoice, first, other = (
        item("F1", 1000, **INVOICE), item("V1", 1000, **PAYMENT), item("V2", 1000, **PAYMENT)
    )  # fmt: skip
    load(organization, batch(invoice, first, other, allocated=[("F1", "V1", 1000)]))
    second = load(organization, batch(invoice, first, other), 1)
    actions.allocate(
        Item.objects.get(number="F1"), Item.objects.get(number="V2"),
        amount=Decimal(1000), on=date(2026, 3, 2), by="test", now=NOW,
    )  # fmt: skip
    undo(second)
    assert open_amounts() == {"F1": Decimal(0), "V1": Decimal(1000), "V2": Decimal(0)}
    assert actions.rebuild_open_amounts(organization.pk) == 0


def test_two_sources_are_undone_one_after_the_other(organization: Organization) -> None:
    listed = load(organization, batch(item("F1", 400, **INVOICE)))
    invoice = Item.objects.get(number="F1")
    actions.record_payment(
        organization, invoice.customer, amount=Decimal(400), paid_on=date(2026, 2, 9), items=[invoice],
        reference="VIR", by="test", now=NOW,
    )  # fmt: skip
    ledger = load(organization, batch(item("V1", 400, **PAYMENT), source="fec"), 1)
    assert not Item.objects.filter(number="VIR").exists()

    undo(listed)
    assert open_amounts() == {"V1": Decimal(400)}
    undo(ledger)
    assert open_amounts() == {"VIR": Decimal(400)}
    assert not Allocation.objects.exists()
    assert actions.rebuild_open_amounts(organization.pk) == 0


def test_a_customer_never_goes_back_to_what_an_undone_file_said(organization: Organization) -> None:
    load(organization, batch(item("F1", 400, **INVOICE), source="fec"))
    listed = load(organization, batch(item("L1", 400, **INVOICE), name="VERGER SA", siren="732829320"), 1)
    ledger = load(organization, batch(item("F1", 400, **INVOICE), source="fec", name="Verger & Fils"), 2)

    undo(listed)
    customer = Customer.objects.get()
    assert (customer.name, customer.siren) == ("Verger & Fils", "")
    undo(ledger)
    customer.refresh_from_db()
    assert (customer.name, customer.siren) == ("Verger", "")


def test_files_loaded_in_the_same_instant_are_undone_in_turn(organization: Organization) -> None:
    first = load(organization, batch(item("F1", 400, **INVOICE)))
    second = load(organization, batch(item("F1", 500, **INVOICE)))
    with pytest.raises(ImportNotLastError):
        undo(first)
    undo(second)
    undo(first)
    assert not Item.objects.exists()


def test_what_was_allocated_by_hand_beyond_what_comes_back_is_refused(organization: Organization) -> None:
    payment = item("V1", 500, **PAYMENT)
    load(organization, batch(item("F1", 400, **INVOICE), payment))
    second = load(organization, batch(item("F1", 500, **INVOICE), payment), 1)
    actions.allocate(
        Item.objects.get(number="F1"), Item.objects.get(number="V1"),
        amount=Decimal(500), on=date(2026, 3, 2), by="test", now=NOW,
    )  # fmt: skip
    with pytest.raises(ImportWorkedOnError, match="by hand"), transaction.atomic():
        undo(second)
    assert open_amounts() == {"F1": Decimal(0), "V1": Decimal(0)}
    actions.deallocate(Allocation.objects.get(), by="test", now=NOW)
    undo(second)
    assert open_amounts() == {"F1": Decimal(400), "V1": Decimal(500)}


def test_an_amount_that_shrinks_below_what_is_contested_is_contested_whole(
    organization: Organization,
) -> None:
    invoice = item("F1", 1000, **INVOICE)
    load(organization, batch(invoice))
    dispute_item(
        Item.objects.get(), today=NOW.date(), reason="Broken", by="test", now=NOW, amount=Decimal(300)
    )
    second = load(organization, batch({**invoice, "amount": Decimal(250)}), 1)
    shown = Item.objects.get()
    assert (shown.open_amount, shown.disputed_amount, shown.asked_amount) == (Decimal(250), None, Decimal(0))
    Item.objects.update(disputed_amount=Decimal(100))
    undo(second)
    assert Item.objects.get().asked_amount == Decimal(900)


def test_undoing_never_leaves_more_contested_than_there_is(organization: Organization) -> None:
    invoice = item("F1", 200, **INVOICE)
    load(organization, batch(invoice))
    second = load(organization, batch({**invoice, "amount": Decimal(900)}), 1)
    dispute_item(
        Item.objects.get(), today=NOW.date(), reason="Broken", by="test", now=NOW, amount=Decimal(300)
    )
    undo(second)
    shown = Item.objects.get()
    assert (shown.open_amount, shown.disputed_amount, shown.asked_amount) == (Decimal(200), None, Decimal(0))
