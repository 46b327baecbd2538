"""A reference to a customer or an item must hold within its organization, though one check serves many rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.receivables.models import Allocation, Item


def organization(name: str) -> Organization:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
        number = cursor.fetchone()[0]
    tenancy.see(number)
    return Organization.objects.create(id=number, name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def written(organization_id: int, customer_id: int, number: str) -> Item:
    return Item.objects.create(
        organization_id=organization_id, customer_id=customer_id, kind="invoice", side="debit", number=number,
        issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31), amount=Decimal(10), open_amount=Decimal(10),
        source="test", external_id=number,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("together", [False, True], ids=["alone", "beside a good one"])
def test_an_item_refers_to_a_customer_of_its_organization(together: bool) -> None:
    theirs = organization("Theirs")
    foreign = Customer.objects.create(organization=theirs, code="C1", name="Verger")
    ours = organization("Ours")
    tenancy.see(ours.pk, theirs.pk)
    own = Customer.objects.create(organization=ours, code="C1", name="Verger")
    for wrong in (foreign.pk, 0):
        with pytest.raises(IntegrityError, match="customer_id"), transaction.atomic():
            Item.objects.bulk_create(
                Item(
                    organization_id=ours.pk, customer_id=customer, kind="invoice", side="debit",
                    issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31), amount=Decimal(10),
                    open_amount=Decimal(10), source="test", external_id=str(customer),
                )
                for customer in ([own.pk, wrong] if together else [wrong])
            )  # fmt: skip
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_an_allocation_refers_to_two_items_of_its_organization() -> None:
    ours = organization("Ours")
    customer = Customer.objects.create(organization=ours, code="C1", name="Verger")
    item = written(ours.pk, customer.pk, "F1")
    for debit, credit in ((item.pk, 0), (0, item.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.create(
                organization=ours, debit_id=debit, credit_id=credit, amount=Decimal(1),
                allocated_on=date(2026, 2, 1), origin="manual",
            )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(customer_id=0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])


def test_a_customer_referred_to_stays_until_the_transaction_ends(committed_db: None) -> None:
    with transaction.atomic():
        ours = organization("Ours")
        customer = Customer.objects.create(organization=ours, code="C1", name="Verger")
    with transaction.atomic():
        tenancy.see(ours.pk)
        written(ours.pk, customer.pk, "F1")
        with connections["owner"].cursor() as other:
            other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(OperationalError, match="lock"):
                other.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
            other.execute("RESET lock_timeout")
    with connections["owner"].cursor() as other, pytest.raises(IntegrityError):
        other.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
