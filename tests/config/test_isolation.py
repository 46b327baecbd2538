"""Row-level security holds every tenant table, and the start refuses a role that could see past it."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.config import provision
from encours.customers.models import Contact, Customer

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def organization(name: str) -> Organization:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
        number = cursor.fetchone()[0]
    tenancy.see(number)
    return Organization.objects.create(id=number, name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_without_a_context_nothing_is_visible() -> None:
    ours = organization("Ours")
    Customer.objects.create(organization=ours, code="C1", name="Verger")
    assert Customer.objects.count() == 1
    tenancy.see()
    assert Customer.objects.count() == 0
    assert Organization.objects.count() == 0


def test_another_organization_is_invisible_and_cannot_be_written() -> None:
    theirs = organization("Theirs")
    Customer.objects.create(organization=theirs, code="C1", name="Verger")
    ours = organization("Ours")
    assert not Customer.objects.exists()
    with pytest.raises(ProgrammingError), transaction.atomic():
        Customer.objects.create(organization=theirs, code="C2", name="Intruder")
    tenancy.see(ours.pk)
    assert Customer.objects.filter(organization=theirs).update(name="Changed") == 0


def test_a_reference_cannot_cross_the_border() -> None:
    theirs = organization("Theirs")
    foreign = Customer.objects.create(organization=theirs, code="C1", name="Verger")
    ours = organization("Ours")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(organization=ours, customer_id=foreign.pk, email="a@b.example")


def test_every_table_with_an_organization_is_held() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " AND a.attname = 'organization_id' WHERE c.relkind = 'r' AND NOT c.relforcerowsecurity"
        )
        assert cursor.fetchall() == []
    provision.refuse_unsafe_role()


def test_the_start_refuses_a_superuser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "connections", {"default": connections["owner"]})
    with pytest.raises(ImproperlyConfigured, match="refuses to serve"):
        provision.refuse_unsafe_role()
