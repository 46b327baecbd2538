"""`encours check`: it says that all holds when it does, and what does not when it does not."""

from decimal import Decimal
from pathlib import Path

import pytest
import typer
from django.conf import settings
from django.db import connections
from tests.cli.installation import NOW, loaded, outstanding
from typer.testing import CliRunner

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.channels.models import Sending
from encours.cli import start
from encours.cli.keeping import check
from encours.receivables.documents import path_of
from encours.receivables.models import Document, Item


@pytest.fixture
def ours(sample: Path, committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Organization:
    monkeypatch.setattr(settings, "DOCUMENTS", tmp_path / "documents")
    organization, _user = loaded(sample)
    return organization


def said(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(check)
    # A console keeps the width that it was born with, and one without a terminal asks nobody.
    start.console.width = 160
    result = CliRunner().invoke(app, words, env={"NO_COLOR": "1"})
    return result.exit_code, result.output


def as_owner(statement: str) -> None:
    """Do what no page can: a person with the keys of the database."""
    with connections["owner"].cursor() as cursor:
        # A plain owner is held by row-level security too, but may open it.
        cursor.execute("SELECT set_config('encours.organizations', (SELECT string_agg(id::text, ',')"
                       " FROM accounts_organization), false)")  # fmt: skip
        cursor.execute(statement)


@pytest.mark.usefixtures("ours")
def test_all_holds_after_a_load() -> None:
    code, output = said()
    assert code == 0, output
    assert "Everything holds" in output
    assert "538 items" in output


def test_a_wrong_open_amount_is_found_and_rebuilt(ours: Organization) -> None:
    right = outstanding(ours.pk)
    with tenancy.inside(ours.pk):
        settled = Item.objects.filter(open_amount=0, side="debit").order_by("pk")[0]
    as_owner(f"UPDATE receivables_item SET open_amount = 12, settled_on = NULL WHERE id = {settled.pk}")
    code, output = said()
    assert code == 1, output
    assert f"{settled.number} holds 12.00, counted 0.00" in output
    assert outstanding(ours.pk) != right
    code, output = said("--rebuild")
    assert code == 0, output
    assert "1 open amounts corrected" in output
    assert outstanding(ours.pk) == right
    with tenancy.inside(ours.pk):
        assert Item.objects.get(pk=settled.pk).settled_on == settled.settled_on


def test_more_allocated_than_there_is_is_found_and_left_to_a_person(ours: Organization) -> None:
    as_owner(
        "UPDATE receivables_allocation SET amount = amount + 1000000"
        " WHERE id = (SELECT min(id) FROM receivables_allocation)"
    )
    code, output = said("--rebuild")
    assert code == 1, output
    assert "allocated" in output


def test_a_rewritten_event_breaks_its_page(ours: Organization) -> None:
    as_owner("ALTER TABLE events_event DISABLE TRIGGER history")
    as_owner(
        f"UPDATE events_event SET actor = 'user:999' WHERE organization_id = {ours.pk} AND kind = 'import.loaded'"
    )
    as_owner("ALTER TABLE events_event ENABLE TRIGGER history")
    code, output = said()
    assert code == 1, output
    assert "page 1: an event was rewritten" in output


def test_a_document_that_changed_or_went_is_found(ours: Organization) -> None:
    with tenancy.inside(ours.pk):
        document = Document.objects.get()
    place = path_of(ours.pk, document.sha256)
    place.write_bytes(b"something else")
    assert "changed on the disk" in said()[1]
    place.unlink()
    code, output = said()
    assert (code, "not on the disk" in output) == (1, True)


def test_a_sending_in_doubt_is_shown_and_breaks_nothing(ours: Organization) -> None:
    with tenancy.inside(ours.pk):
        Sending.objects.create(
            organization_id=ours.pk, key="reminder:7", channel="email", state="in_doubt", recipient="a@example.org",
            content_hash="0" * 64, size=1, next_attempt_at=NOW, reserved_at=NOW, started_at=NOW,
        )  # fmt: skip
    code, output = said()
    assert (code, "reminder:7: in doubt" in output) == (0, True)


def test_a_table_that_row_level_security_does_not_hold_is_found(ours: Organization) -> None:
    as_owner("ALTER TABLE receivables_match NO FORCE ROW LEVEL SECURITY")
    try:
        code, output = said()
    finally:
        as_owner("ALTER TABLE receivables_match FORCE ROW LEVEL SECURITY")
    assert (code, "receivables_match" in output) == (1, True)
    assert outstanding(ours.pk) == Decimal("52517.24")
