"""A small installation with real data, committed, as a person would have it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.cli.ledgers import counted

from encours.accounts import tenancy
from encours.accounts.actions import create_organization, switch_sending
from encours.accounts.models import Organization, User
from encours.connectors.reading import read_any
from encours.events.actions import seal
from encours.receivables import actions
from encours.receivables.models import Item

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def loaded(file: Path, name: str = "Verger & Fils") -> tuple[Organization, User]:
    """Load a ledger into a new organization whose sending is on, and seal its history."""
    user = User.objects.filter(email="claire@example.org").first() or User.objects.create_user(
        "claire@example.org", "correct horse battery"
    )
    organization = create_organization(user, name=name, now=NOW)
    batch = read_any(file)
    with tenancy.inside(organization.pk):
        with file.open("rb") as reader:
            received = actions.receive_file(
                organization,
                iter(lambda: reader.read(1 << 20), b""),
                name=file.name,
                by="cli",
                by_user=None,
                now=NOW,
            )
        actions.load(organization, received, batch, by="cli", now=NOW)
        switch_sending(organization, on=True, by=user, now=NOW)
        seal(organization.pk, NOW)
    return organization, user


def outstanding(organization_id: int) -> Decimal:
    """Add up what is open."""
    with tenancy.inside(organization_id):
        return sum(
            (one.open_amount if one.side == "debit" else -one.open_amount for one in Item.objects.all()),
            Decimal(0),
        )


__all__ = ["NOW", "counted", "loaded", "outstanding"]
