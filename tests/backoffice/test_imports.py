"""The wizard of imports over HTTP: Bob brings files, Alice may look, Charlie sees nothing."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from encours.accounts.actions import change_organization
from encours.accounts.models import Membership, Organization, User
from encours.connectors import intake
from encours.demonstration import company, write_csv, write_fec
from encours.receivables import actions
from encours.receivables.documents import path_of
from encours.receivables.models import ColumnMapping, Import, ImportState, Item
from encours.receivables.rows import Issue

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HTMX = {"HTTP_HX_REQUEST": "true"}
LIST = (
    "Client;Numéro;Date facture;Échéance;Montant TTC;Remarque\r\n"
    "Dupont SARL;F1;01/10/2026;31/10/2026;1 200,50;rien\r\n"
    "Durand SA;F2;13/10/2026;12/11/2026;80,00;\r\n"
    "Durand SA;F3;pas une date;12/11/2026;70,00;\r\n"
).encode()


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture(autouse=True)
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The jobs that were left for a worker, newest last."""
    left: list[tuple[str, int]] = []

    def defer(name: str, *, import_id: int = 0, **_more: object) -> None:
        left.append((name, import_id))

    monkeypatch.setattr(intake, "defer", defer)
    monkeypatch.setattr("encours.backoffice.refresh.defer", defer)
    return left


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("ledger")
    made = company(date(2026, 11, 22), customers=12, months=6)
    return {"fec": write_fec(made, folder)[0], "csv": write_csv(made, folder / "ledger.csv")}


def work(organization: Organization, jobs: list[tuple[str, int]]) -> None:
    """Do what a worker would do with the jobs left for it."""
    while jobs:
        name, number = jobs.pop(0)
        if name == "imports.read":
            intake.read_import(organization.pk, number, now=NOW)
        elif name == "imports.load":
            intake.load_import(organization.pk, number, now=NOW)


def sent(client: Client, *contents: tuple[str, bytes]):
    uploaded = [SimpleUploadedFile(name, content) for name, content in contents]
    return client.post(reverse("import-new"), {"file": uploaded})


def latest(organization: Organization) -> Import:
    return Import.objects.filter(organization=organization).latest("pk")


def text(client: Client, name: str, *args: object, **extra: str) -> str:
    response = client.get(reverse(name, args=args), **extra)
    assert response.status_code == 200, response
    return response.content.decode()


def loaded(client: Client, organization: Organization, jobs, name: str, content: bytes) -> Import:
    sent(client, (name, content))
    work(organization, jobs)
    one = latest(organization)
    client.post(reverse("import-load", args=[one.pk]))
    work(organization, jobs)
    one.refresh_from_db()
    assert one.state == ImportState.LOADED
    return one


def test_a_fec_goes_from_the_drop_zone_to_the_accounts(
    bob: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    assert "No file yet" in text(bob, "imports")
    page = text(bob, "import-new")
    assert "Drop your ledger here" in page
    assert "Export FEC" in page
    assert 'name="csrfmiddlewaretoken"' in page

    response = sent(bob, (files["fec"].name, files["fec"].read_bytes()))
    one = latest(organization)
    assert response.url == reverse("import", args=[one.pk])
    assert one.imported_by == User.objects.get(email="bob@lumiere.example").pk
    assert jobs == [("imports.read", one.pk)]
    page = text(bob, "import", one.pk)
    assert "Waiting for a worker" in page
    assert "hx-trigger" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "<html" not in text(bob, "import", one.pk, **HTMX)

    work(organization, jobs)
    moved = bob.get(reverse("import", args=[one.pk]), **HTMX)
    assert moved.headers["HX-Redirect"] == reverse("import", args=[one.pk])
    page = text(bob, "import", one.pk)
    for words in (
        "What loading would change",
        "new items",
        "Due dates",
        "derived from payment terms",
        "First rows",
    ):
        assert words in page, words
    assert "Correct the columns" not in page
    assert not Item.objects.filter(organization=organization).exists()

    bob.post(reverse("import-load", args=[one.pk]))
    assert jobs == [("imports.load", one.pk)]
    assert "Loading…" in text(bob, "import", one.pk)
    work(organization, jobs)
    page = text(bob, "import", one.pk)
    for name in ("overview", "today", "customers"):
        assert f'href="{reverse(name)}"' in page
    assert "Loaded on" in page
    history = text(bob, "imports")
    assert files["fec"].name in history
    assert "Bob" in history
    assert reverse("import-undo", args=[one.pk]) in history


def test_the_columns_of_a_list_are_shown_corrected_and_remembered(
    bob: Client, organization: Organization, jobs
) -> None:
    sent(bob, ("open.csv", LIST))
    work(organization, jobs)
    one = latest(organization)
    address = reverse("import-mapping", args=[one.pk])
    assert bob.get(reverse("import", args=[one.pk])).url == address
    assert bob.get(reverse("import", args=[one.pk]), **HTMX).headers["HX-Redirect"] == address

    page = text(bob, "import-mapping", one.pk)
    for words in (
        "decimal comma",
        "dates as day/month/year",
        "sure",
        "€1,200.50",
        "Not read: Remarque",
        "in red",
    ):
        assert words in page, words
    assert 'class="misread">pas une date' in page

    columns = {
        "column-customer_name": "Client",
        "column-number": "Numéro",
        "column-issued_on": "Date facture",
        "column-amount": "Remarque",
    }
    shown = bob.post(address, {**columns, "show": "1"}, **HTMX)
    assert shown.status_code == 200
    assert b"<html" not in shown.content
    assert 'class="misread">rien' in shown.content.decode()
    missing = bob.post(address, {"column-customer_name": "Client", "column-number": "No such column"})
    assert missing.status_code == 422
    assert "Still missing: the invoice date, the amount" in missing.content.decode()
    assert not ColumnMapping.objects.filter(organization=organization).exists()

    columns |= {"column-amount": "Montant TTC", "column-due_on": "Échéance"}
    assert bob.post(address, columns).url == reverse("import", args=[one.pk])
    work(organization, jobs)
    one.refresh_from_db()
    assert one.state == ImportState.PREVIEWED
    assert one.preview["new"] == 2
    assert one.preview["refused"] == 1
    page = text(bob, "import", one.pk)
    assert "Correct the columns" in page
    assert "pas une date" in page
    assert "See 1 issue" in page

    sent(bob, ("open-again.csv", LIST.replace(b"F2", b"F9")))
    work(organization, jobs)
    second = latest(organization)
    assert second.state == ImportState.PREVIEWED
    assert "As for the last file of this layout" in text(bob, "import-mapping", second.pk)


def test_the_decimal_mark_and_the_order_of_dates_are_corrected_and_remembered(
    bob: Client, organization: Organization, jobs
) -> None:
    content = b"Client;No;Date;Montant\r\nDupont;F1;02/03/2026;1.234\r\nDurand;F2;04/05/2026;2.500\r\n"
    sent(bob, ("open.csv", content))
    work(organization, jobs)
    one = latest(organization)
    address = reverse("import-mapping", args=[one.pk])
    page = text(bob, "import-mapping", one.pk)
    for words in (
        "1 234,56",
        "1,234.56",
        "month/day/year",
        "year-month-day",
        "Detected",
        "€1,234.00",
        "2 Mar 2026",
    ):
        assert words in page, words

    columns = {f"column-{name}": header for name, header in one.options["sample"]["guess"].items()}
    chosen = {**columns, "decimal": ".", "dates": "month first"}
    shown = bob.post(address, {**chosen, "show": "1"}, **HTMX).content.decode()
    for words in ("decimal point", "dates as month/day/year", "€1.23", "3 Feb 2026"):
        assert words in shown, words
    bob.post(address, chosen)
    work(organization, jobs)
    one.refresh_from_db()
    assert Decimal(one.options["totals"]["outstanding"]) == Decimal("3.73")
    assert '<option value="." selected>' in text(bob, "import-mapping", one.pk)

    sent(bob, ("next.csv", content.replace(b"F2", b"F3")))
    work(organization, jobs)
    assert Decimal(latest(organization).options["totals"]["outstanding"]) == Decimal("3.73")
    bob.post(address, {**columns, "decimal": "'", "dates": "never"})
    work(organization, jobs)
    one.refresh_from_db()
    assert Decimal(one.options["totals"]["outstanding"]) == 3734


def test_a_large_csv_of_the_demonstration_is_loaded_with_the_guessed_columns(
    bob: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    sent(bob, ("ledger.csv", files["csv"].read_bytes()))
    work(organization, jobs)
    one = latest(organization)
    guess = one.options["sample"]["guess"]
    bob.post(
        reverse("import-mapping", args=[one.pk]),
        {f"column-{name}": header for name, header in guess.items()},
    )
    work(organization, jobs)
    bob.post(reverse("import-load", args=[one.pk]))
    work(organization, jobs)

    one.refresh_from_db()
    assert one.state == ImportState.LOADED
    assert one.summary["new"] == Item.objects.filter(organization=organization).count()
    assert bob.get(reverse("import-mapping", args=[one.pk])).url == reverse("import", args=[one.pk])


def test_several_files_come_together_and_are_loaded_the_oldest_first(
    bob: Client, organization: Organization, jobs, tmp_path: Path
) -> None:
    years = write_fec(company(date(2026, 11, 22), customers=12, months=14), tmp_path)
    response = sent(bob, *((file.name, file.read_bytes()) for file in reversed(years)))
    assert response.url == reverse("imports")
    assert "hx-trigger" in text(bob, "imports")
    work(organization, jobs)

    page = text(bob, "imports")
    assert "2 files to confirm" in page
    assert page.index(years[0].name) < page.index(years[1].name)
    bob.post(reverse("imports-load"))
    newer = Import.objects.get(organization=organization, file_name=years[1].name)
    assert "Waiting for the file before it" in text(bob, "import", newer.pk)
    work(organization, jobs)

    loaded_on = Import.objects.filter(organization=organization, state=ImportState.LOADED)
    assert loaded_on.count() == 2
    assert "hx-trigger" not in text(bob, "imports", **HTMX)


def test_the_same_file_again_says_that_it_would_change_nothing(
    bob: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    content = files["fec"].read_bytes()
    loaded(bob, organization, jobs, files["fec"].name, content)
    sent(bob, ("copy.txt", content))
    work(organization, jobs)
    page = text(bob, "import", latest(organization).pk)
    assert "This very file was already loaded on" in page
    assert "would change nothing" in page
    bob.post(reverse("import-discard", args=[latest(organization).pk]))
    assert latest(organization).state == ImportState.REFUSED
    assert "Set aside before loading" in text(bob, "import", latest(organization).pk)


def test_two_tabs_load_the_same_import_once(
    bob: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    sent(bob, (files["fec"].name, files["fec"].read_bytes()))
    work(organization, jobs)
    one = latest(organization)
    address = reverse("import-load", args=[one.pk])
    bob.post(address)
    bob.post(address)
    assert jobs == [("imports.load", one.pk)]
    work(organization, jobs)
    bob.post(address)
    assert jobs == []
    assert (
        Item.objects.filter(organization=organization).count()
        == Item.objects.filter(import_id=one.pk).count()
    )


def test_undoing_says_what_goes_and_takes_it_back(
    bob: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    one = loaded(bob, organization, jobs, files["fec"].name, files["fec"].read_bytes())
    page = text(bob, "import-undo", one.pk)
    assert "What goes" in page
    assert f"{one.summary['new']}" in page

    response = bob.post(reverse("import-undo", args=[one.pk]))
    assert response.url == reverse("import", args=[one.pk])
    assert jobs == [("daily.run", 0)]
    assert not Item.objects.filter(organization=organization).exists()
    assert "Undone on" in text(bob, "import", one.pk)
    again = bob.post(reverse("import-undo", args=[one.pk]), follow=True)
    assert b"no longer at that step" in again.content


def test_an_earlier_file_cannot_be_undone_before_the_last(
    bob: Client, organization: Organization, jobs
) -> None:
    sent(bob, ("one.csv", LIST))
    work(organization, jobs)
    first = latest(organization)
    guess = {f"column-{name}": header for name, header in first.options["sample"]["guess"].items()}
    bob.post(reverse("import-mapping", args=[first.pk]), guess)
    work(organization, jobs)
    bob.post(reverse("import-load", args=[first.pk]))
    work(organization, jobs)
    second = loaded(bob, organization, jobs, "two.csv", LIST.replace(b"F1", b"F7"))
    Import.objects.filter(pk=second.pk).update(loaded_at=NOW + timedelta(minutes=1))

    assert "undo the later ones first" in text(bob, "import-undo", first.pk)
    bob.post(reverse("import-undo", args=[first.pk]))
    first.refresh_from_db()
    assert first.state == ImportState.LOADED


def test_a_refused_file_says_why_and_what_to_do(bob: Client, organization: Organization, jobs) -> None:
    sent(bob, ("scan.pdf", b"%PDF-1.7 scan"))
    work(organization, jobs)
    one = latest(organization)
    page = text(bob, "import", one.pk)
    assert "This is a PDF" in page
    assert "Send another file" in page
    assert "This is a PDF" in text(bob, "imports")
    bob.post(reverse("import-again", args=[one.pk]))
    assert jobs == [("imports.read", one.pk)]


def test_a_file_that_left_the_store_is_asked_for_again(bob: Client, organization: Organization, jobs) -> None:
    sent(bob, ("open.csv", LIST))
    path_of(organization.pk, latest(organization).document.sha256).unlink()
    work(organization, jobs)
    page = text(bob, "import", latest(organization).pk)
    assert "is no longer in the store" in page
    assert str(organization.pk) + "/" not in latest(organization).error


def test_a_file_past_the_limit_is_refused_with_a_sentence(
    bob: Client, organization: Organization, settings, jobs
) -> None:
    settings.UPLOAD_MAX_BYTES = 2 * 1024 * 1024
    response = sent(bob, ("huge.txt", b"x" * (3 * 1024 * 1024)), ("open.csv", LIST))
    assert [one.file_name for one in Import.objects.filter(organization=organization)] == ["open.csv"]
    page = bob.get(response.url).content.decode()
    assert "“huge.txt” weighs more than the limit of 2.0\xa0MB" in page
    alone = sent(bob, ("huge.txt", b"x" * (3 * 1024 * 1024)))
    assert alone.status_code == 422
    assert Import.objects.filter(organization=organization).count() == 1


def test_nothing_chosen_is_said(bob: Client) -> None:
    response = bob.post(reverse("import-new"), {})
    assert response.status_code == 422
    assert b"Choose a file first" in response.content


def test_sending_a_file_needs_the_token_of_the_page(manager: User, organization: Organization) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert sent(client, ("open.csv", LIST)).status_code == 403
    assert not Import.objects.filter(organization=organization).exists()
    client.get(reverse("import-new"))
    token = client.cookies["csrftoken"].value
    uploaded = {"file": SimpleUploadedFile("open.csv", LIST), "csrfmiddlewaretoken": token}
    assert client.post(reverse("import-new"), uploaded).status_code == 302


def test_no_worker_and_a_killed_worker_are_said(
    bob: Client, organization: Organization, jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(bob, ("open.csv", LIST))
    one = latest(organization)
    assert "No worker has begun" not in text(bob, "import", one.pk)
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW + timedelta(seconds=9))
    assert "No worker has begun for 9 seconds" in text(bob, "import", one.pk)

    actions.set_state(one, ImportState.READING, 40)
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW + timedelta(minutes=3))
    page = text(bob, "import", one.pk)
    assert "nothing was half written" in page
    bob.post(reverse("import-again", args=[one.pk]))
    assert jobs[-1] == ("imports.read", one.pk)
    actions.set_state(one, ImportState.LOADING, 40)
    bob.post(reverse("import-again", args=[one.pk]))
    assert jobs[-1] == ("imports.load", one.pk)


def test_issues_are_counted_listed_and_exported(bob: Client, organization: Organization, jobs) -> None:
    one = actions.receive_file(organization, [LIST], name="a.csv", by="system", by_user=None, now=NOW)
    issues = [
        Issue(
            3, "date_invalid", "%(value)s is no date; the line was left out.", "error", {"value": "=SUM(1)"}
        ),
        Issue(4, "date_invalid", "%(value)s is no date; the line was left out.", "error", {"value": "hier"}),
        Issue(None, "odd", "A place %(without)s a value", "warning", {}),
    ]
    actions._keep_issues(one, issues)
    page = text(bob, "import-issues", one.pk)
    assert "hier is no date" in page
    assert page.index(">refused<") < page.index(">warning<")
    narrowed = bob.get(reverse("import-issues", args=[one.pk]), {"kind": "odd"}).content.decode()
    assert "hier is no date" not in narrowed
    answer = bob.get(reverse("import-issues-csv", args=[one.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Severity", "Kind", "What"]
    assert rows[1][0] == "3"
    assert not rows[1][3].startswith("=")
    assert len(rows) == 4


def test_the_welcome_goes_on_after_the_file(
    bob: Client, manager: User, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    change_organization(organization, by=manager, now=NOW, welcomed_at=None)
    assert "Welcome" in text(bob, "import-new")
    one = loaded(bob, organization, jobs, files["fec"].name, files["fec"].read_bytes())
    answer = bob.get(reverse("import", args=[one.pk]), **HTMX)
    assert answer.headers["HX-Redirect"] == reverse("welcome") + "?step=terms"
    assert "Continue the welcome" in text(bob, "import", one.pk)


CHANGES = ("import-load", "import-again", "import-discard", "import-undo", "import-mapping")


def test_alice_looks_and_changes_nothing(
    bob: Client, alice: Client, organization: Organization, jobs
) -> None:
    sent(bob, ("open.csv", LIST))
    work(organization, jobs)
    one = latest(organization)
    assert "Import a file" not in text(alice, "imports")
    assert "has to confirm the columns" in text(alice, "import", one.pk)
    assert alice.get(reverse("import-new")).status_code == 403
    assert sent(alice, ("open.csv", LIST)).status_code == 403
    assert alice.post(reverse("imports-load")).status_code == 403
    for name in CHANGES:
        assert alice.post(reverse(name, args=[one.pk])).status_code == 403, name
    assert Import.objects.filter(organization=organization).count() == 1


def test_somebody_held_to_a_portfolio_sees_files_but_not_the_ledger(
    bob: Client, alice: Client, organization: Organization, jobs, files: dict[str, Path]
) -> None:
    one = loaded(bob, organization, jobs, files["fec"].name, files["fec"].read_bytes())
    assert "First rows" in text(alice, "import", one.pk)
    Membership.objects.filter(organization=organization, role="collector").update(restricted=True)
    page = text(alice, "import", one.pk)
    assert "First rows" not in page
    assert "Outstanding" not in page
    assert alice.get(reverse("import-issues", args=[one.pk])).status_code == 404
    assert alice.get(reverse("import-issues-csv", args=[one.pk])).status_code == 404


def test_charlie_finds_nothing(bob: Client, charlie: Client, organization: Organization, jobs) -> None:
    sent(bob, ("open.csv", LIST))
    one = latest(organization)
    assert "open.csv" not in text(charlie, "imports")
    for name in ("import", "import-mapping", "import-undo", "import-issues", "import-issues-csv"):
        assert charlie.get(reverse(name, args=[one.pk])).status_code == 404, name
    for name in CHANGES:
        assert charlie.post(reverse(name, args=[one.pk])).status_code == 404, name


def test_changes_are_posted(bob: Client, organization: Organization, jobs) -> None:
    sent(bob, ("open.csv", LIST))
    for name in ("import-load", "import-again", "import-discard"):
        assert bob.get(reverse(name, args=[latest(organization).pk])).status_code == 405
    assert bob.get(reverse("imports-load")).status_code == 405
