"""A file on its way: read by a job, loaded by a job, killed, repeated, gone from the store."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from encours.accounts import tenancy
from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.connectors import intake
from encours.connectors.columns import Mapping
from encours.connectors.intake_facts import reading_of
from encours.demonstration import company, figures, write_csv, write_fec
from encours.receivables import actions, import_queries
from encours.receivables.documents import path_of
from encours.receivables.models import ColumnMapping, Import, ImportState, Item
from encours.receivables.queries import loaded_imports

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture
def organization(db: None) -> Organization:
    user = User.objects.create_user("bob@lumiere.example", "a long password", language="en")
    return create_organization(user, name="Ateliers Lumière", now=NOW, welcomed_at=NOW)


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The jobs that were left for a worker."""
    jobs: list[tuple[str, int]] = []
    monkeypatch.setattr(intake, "defer", lambda name, **what: jobs.append((name, what["import_id"])))
    return jobs


@pytest.fixture(scope="module")
def made():
    return company(TODAY, customers=12, months=6)


@pytest.fixture(scope="module")
def fec_files(made, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(write_fec(made, tmp_path_factory.mktemp("fec")))


@pytest.fixture(scope="module")
def csv_file(made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(made, tmp_path_factory.mktemp("csv") / "ledger.csv")


def received(organization: Organization, content: bytes, name: str) -> Import:
    return actions.receive_file(organization, [content], name=name, by="system", by_user=None, now=NOW)


def state(source_import: Import) -> str:
    source_import.refresh_from_db()
    return source_import.state


def read(source_import: Import) -> str:
    intake.read_import(source_import.organization_id, source_import.pk, now=NOW)
    return state(source_import)


def load(source_import: Import) -> str:
    intake.load_import(source_import.organization_id, source_import.pk, now=NOW)
    return state(source_import)


def outstanding(organization: Organization) -> Decimal:
    def total(side: str) -> Decimal:
        found = Item.objects.filter(organization=organization, side=side)
        return found.aggregate(sum=Sum("open_amount"))["sum"] or Decimal(0)

    return total("debit") - total("credit")


def test_a_fec_is_read_shown_and_loaded(
    organization: Organization, fec_files: list[Path], made, deferred
) -> None:
    for file in fec_files:
        source_import = received(organization, file.read_bytes(), file.name)
        assert read(source_import) == ImportState.PREVIEWED
        assert Item.objects.filter(import_id=source_import.pk).count() == 0
        kept = source_import.options
        assert source_import.period_to is not None
        assert Decimal(kept["totals"]["ar_debit"]) > 0
        assert kept["due"]["given"] == 0
        assert kept["due"]["derived"] == sum(count for _terms, count in kept["due"]["terms"])
        assert len(kept["rows"]) == 10
        assert source_import.preview["new"] > 0
        assert load(source_import) == ImportState.LOADED
        assert source_import.summary["new"] == Item.objects.filter(import_id=source_import.pk).count()
    said = figures(made)
    assert outstanding(organization) == said.open_debits - said.open_credits - said.prepaid
    assert str(outstanding(organization)) == source_import.options["totals"]["outstanding"]


def test_a_list_waits_until_its_columns_are_confirmed_and_the_next_one_does_not(
    organization: Organization, csv_file: Path, deferred
) -> None:
    first = received(organization, csv_file.read_bytes(), "ledger.csv")
    assert read(first) == ImportState.MAPPING
    sample = first.options["sample"]
    assert sample["guess"]["due_on"] == "Échéance"
    assert sample["confidence"]["due_on"] > 0.9
    assert sample["headers"][0] == "Code client"

    actions.remember_mapping(organization, sample["fingerprint"], sample["guess"])
    actions.set_mapping(first, sample["guess"])
    assert read(first) == ImportState.PREVIEWED
    assert first.options["sample"]["headers"] == sample["headers"]
    assert first.options["due"]["derived"] == 0
    assert load(first) == ImportState.LOADED

    second = received(organization, csv_file.read_bytes(), "ledger-2.csv")
    assert read(second) == ImportState.PREVIEWED
    assert second.mapping == sample["guess"]
    assert second.options["sample"]["fingerprint"] == sample["fingerprint"]
    assert second.preview["new"] == second.preview["changed"] == 0
    assert second.preview["unchanged"] > 0
    before = outstanding(organization)
    assert load(second) == ImportState.LOADED
    assert outstanding(organization) == before


def test_columns_that_do_not_fit_bring_the_person_back(
    organization: Organization, csv_file: Path, deferred
) -> None:
    source_import = received(organization, csv_file.read_bytes(), "ledger.csv")
    actions.set_mapping(source_import, {"customer_code": "Code client", "amount": "Montant TTC"})

    assert read(source_import) == ImportState.MAPPING
    assert source_import.options["sample"]["guess"]["amount"] == "Montant TTC"


def test_a_remembered_layout_whose_columns_changed_their_spelling_is_asked_again(
    organization: Organization, deferred
) -> None:
    content = "Client;Numéro;Date;Échéance;Montant\nDupont;F1;01/10/2026;31/10/2026;120,00\n"
    source_import = received(organization, content.encode(), "list.csv")
    read(source_import)
    ColumnMapping.objects.create(
        organization=organization,
        fingerprint=source_import.options["sample"]["fingerprint"],
        mapping={"customer_name": "CLIENT", "issued_on": "DATE", "amount": "MONTANT"},
    )
    second = received(organization, content.encode(), "list.csv")

    assert read(second) == ImportState.MAPPING


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 not a ledger", "This is a PDF"),
        (b"<?xml version='1.0'?><note><to>nobody</to></note>", "cannot be read as a customer ledger"),
        (b"PK\x03\x04" + b"\x00" * 60, "damaged"),
        (bytes(range(256)) * 40, "not text"),
        (b"no table here\nat all\n", "names its columns"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    organization: Organization, content: bytes, words: str
) -> None:
    source_import = received(organization, content, "odd.bin")

    assert read(source_import) == ImportState.REFUSED
    assert words in source_import.error % source_import.summary["params"]
    assert read(source_import) == ImportState.REFUSED


def test_a_file_that_left_the_store_is_refused_at_either_step(
    organization: Organization, fec_files: list[Path], deferred
) -> None:
    early = received(organization, b"anything at all", "early.txt")
    path_of(organization.pk, early.document.sha256).unlink()
    assert read(early) == ImportState.REFUSED
    assert "early.txt" in early.summary["params"]["name"]
    assert str(path_of(organization.pk, early.document.sha256)) not in str(early.summary)

    late = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    assert read(late) == ImportState.PREVIEWED
    path_of(organization.pk, late.document.sha256).unlink()
    assert load(late) == ImportState.REFUSED
    assert not Item.objects.filter(organization=organization).exists()


def test_a_job_killed_in_the_middle_is_simply_done_again(
    organization: Organization, fec_files: list[Path], deferred
) -> None:
    source_import = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    actions.set_state(source_import, ImportState.READING, 40)
    assert read(source_import) == ImportState.PREVIEWED

    actions.set_state(source_import, ImportState.LOADING, 40)
    assert load(source_import) == ImportState.LOADED
    count = Item.objects.filter(organization=organization).count()
    assert load(source_import) == ImportState.LOADED
    assert read(source_import) == ImportState.LOADED
    assert Item.objects.filter(organization=organization).count() == count


def test_a_failure_while_writing_leaves_nothing_half_written(
    organization: Organization, fec_files: list[Path], monkeypatch: pytest.MonkeyPatch, deferred
) -> None:
    source_import = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    read(source_import)

    def killed(*_args: object, **_kwargs: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("encours.receivables.matching.propose_matches", killed)
        with pytest.raises(KeyboardInterrupt):
            load(source_import)
    assert state(source_import) == ImportState.LOADING
    assert not Item.objects.filter(organization=organization).exists()
    assert load(source_import) == ImportState.LOADED


def test_several_files_are_loaded_one_after_the_other_in_the_order_of_their_periods(
    organization: Organization, tmp_path: Path, deferred: list[tuple[str, int]]
) -> None:
    files = sorted(write_fec(company(TODAY, customers=12, months=14), tmp_path), key=lambda one: one.name)
    assert len(files) > 1
    imports = [received(organization, file.read_bytes(), file.name) for file in reversed(files)]
    for one in imports:
        read(one)

    ready = import_queries.to_confirm(organization.pk)
    assert [one.file_name for one in ready] == [file.name for file in files]
    intake.ask_to_load(ready, now=NOW)
    assert deferred == [("imports.load", ready[0].pk)]
    for place, one in enumerate(ready):
        assert load(one) == ImportState.LOADED
        assert deferred[-1] == ("imports.load", ready[min(place + 1, len(ready) - 1)].pk)
    assert loaded_imports(organization.pk).count() == len(files)


def test_a_preview_made_before_another_file_was_loaded_is_made_again(
    organization: Organization, fec_files: list[Path], deferred: list[tuple[str, int]]
) -> None:
    first = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    twin = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    read(first)
    read(twin)
    assert twin.preview["new"] > 0

    load(first)

    assert state(twin) == ImportState.RECEIVED
    assert deferred == [("imports.read", twin.pk)]
    assert read(twin) == ImportState.PREVIEWED
    assert twin.preview["new"] == 0
    assert import_queries.loaded_with_same_content(twin) == first


def test_only_the_last_file_of_a_source_may_be_undone(
    organization: Organization, csv_file: Path, fec_files: list[Path], deferred
) -> None:
    ledger = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    read(ledger)
    load(ledger)
    changes = import_queries.changes_of(ledger)
    assert changes["items"] == ledger.summary["new"]
    assert import_queries.undoable(organization.pk) == {ledger.pk}

    actions.undo_import(ledger, by="system", now=NOW)

    assert not Item.objects.filter(organization=organization).exists()
    assert import_queries.undoable(organization.pk) == set()


def test_another_organization_sees_nothing_of_it(organization: Organization, csv_file: Path) -> None:
    source_import = received(organization, csv_file.read_bytes(), "ledger.csv")
    other = User.objects.create_user("charlie@elsewhere.example", "a long password")
    elsewhere = create_organization(other, name="Elsewhere", now=NOW, welcomed_at=NOW)

    with tenancy.inside(elsewhere.pk):
        assert not import_queries.imports_of(elsewhere.pk).exists()
        assert not Import.objects.filter(pk=source_import.pk).exists()


def test_first_rows_are_read_as_the_load_will() -> None:
    headers = ["Client", "Date", "Montant"]
    rows = [["Dupont", "05/10/2026", "1 234,50"], ["Durand", "13/10/2026", "abc"], ["Petit", "", ""]]
    mapping = Mapping({"customer_name": "Client", "issued_on": "Date", "amount": "Montant"})

    reading = reading_of(headers, rows, mapping)

    assert reading.names == ["customer_name", "issued_on", "amount"]
    assert (reading.mark, reading.order, reading.wrong) == (",", "day first", 1)
    assert reading.rows[0][1].read == date(2026, 10, 5)
    assert reading.rows[0][2].read == Decimal("1234.50")
    assert reading.rows[1][2].wrong
    assert not reading.rows[2][1].wrong


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-10-05", "2026-10-13"], "year first"),
        (["20261005", "20261013"], "year first"),
        (["10/05/2026", "10/13/2026"], "month first"),
        (["05/10/26", "13/10/26"], "day first"),
        (["05/10/2026", "2026-10-13"], "mixed"),
        (["", ""], ""),
    ],
)
def test_the_order_of_dates_is_told(cells: list[str], order: str) -> None:
    reading = reading_of(["Date"], [[cell] for cell in cells], Mapping({"issued_on": "Date"}))

    assert reading.order == order


def test_a_failure_of_the_program_is_told_on_the_import_and_writes_nothing(
    organization: Organization, fec_files: list[Path], deferred: list[tuple[str, int]], monkeypatch
) -> None:
    source_import = received(organization, fec_files[0].read_bytes(), fec_files[0].name)
    read(source_import)

    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError("a fault nobody thought of")

    monkeypatch.setattr(intake.actions, "load", fail)
    with pytest.raises(ArithmeticError):
        load(source_import)
    assert state(source_import) == ImportState.REFUSED
    source_import.refresh_from_db()
    assert "unforeseen" in source_import.error
    assert outstanding(organization) == 0
