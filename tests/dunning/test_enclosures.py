"""What goes with a reminder by e-mail: the statement, then the invoices kept as files, up to a size."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning import parcels
from encours.dunning.models import Reminder, Step
from encours.receivables.documents import add_document

TODAY = date(2026, 11, 24)


@pytest.fixture
def reminder(db: None, settings: Any, tmp_path: Path) -> Reminder:
    """A reminder of two invoices whose step sends everything."""
    settings.DOCUMENTS = tmp_path
    organization = desk.company()
    Step.objects.filter(organization=organization, rank=1).update(attach_statement=True, attach_invoices=True)
    buyer = desk.customer(organization)
    for number in ("F-12", "F-1"):
        desk.item(buyer, number, date(2026, 11, 19), 800)
    desk.run(organization, TODAY)
    return desk.only(organization)


def keep(reminder: Reminder, name: str, content: bytes, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "kind": "invoice",
        "media_type": "application/pdf",
        "customer_id": reminder.customer_id,
    }
    add_document(
        reminder.organization_id, [content], name=name, by="system", by_user=None, now=desk.at(TODAY),
        **{**fields, **changes},
    )  # fmt: skip


def named(reminder: Reminder) -> list[str]:
    organization = Organization.objects.get(pk=reminder.organization_id)
    return [one.name for one in parcels.enclosures(organization, reminder, TODAY, "fr")]


def test_the_invoices_go_with_the_statement_under_their_numbers(reminder: Reminder) -> None:
    keep(reminder, "facture_F-12_signée.pdf", b"%PDF twelve")
    keep(reminder, "F-1.pdf", b"%PDF one")
    keep(reminder, "F-12 bon de livraison.pdf", b"%PDF delivery", kind="delivery_note")
    keep(reminder, "F-1.png", b"png", media_type="image/png")
    other = desk.customer(reminder.organization, "C002")
    keep(reminder, "F-1 of another.pdf", b"%PDF other", customer_id=other.pk)
    statement, *invoices = named(reminder)
    assert statement.endswith("-C001-20261124.pdf")
    assert sorted(invoices) == ["F-1.pdf", "F-12.pdf"]
    assert {one.content for one in parcels.invoices(reminder)} == {b"%PDF one", b"%PDF twelve"}


def test_a_number_inside_another_is_no_invoice_of_ours(reminder: Reminder) -> None:
    keep(reminder, "F-123.pdf", b"%PDF")
    keep(reminder, "XF-12.pdf", b"%PDF x")
    assert len(named(reminder)) == 1


def test_what_would_be_too_heavy_stays_home(reminder: Reminder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "MOST_BYTES", 20)
    keep(reminder, "F-12.pdf", b"%PDF" + b"x" * 30)
    keep(reminder, "F-1.pdf", b"%PDF small")
    assert [one.name for one in parcels.invoices(reminder)] == ["F-1.pdf"]


def test_a_file_that_was_erased_is_left_out(reminder: Reminder, tmp_path: Path) -> None:
    keep(reminder, "F-12.pdf", b"%PDF")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.unlink()
    assert list(parcels.invoices(reminder)) == []
    assert Customer.objects.count() == 1
