"""A ledger is loaded whole or not at all, once, year after year, and can be taken back."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from encours.accounts import tenancy
from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.connectors import fec
from encours.customers.models import Customer
from encours.demonstration import Company, company, write_fec
from encours.events.models import Event
from encours.receivables import actions
from encours.receivables.errors import ImportNotLastError, ImportStateError
from encours.receivables.models import Allocation, Import, Item, Match

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate"
    "|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\n"
)


@pytest.fixture
def organization() -> Organization:
    user = User.objects.create_user("bob@lumiere.example", "a long password")
    return create_organization(user, name="Ateliers Lumière", now=NOW, default_terms="30 days")


@pytest.fixture(scope="module")
def made() -> Company:
    return company(TODAY, customers=40, months=26)


@pytest.fixture(scope="module")
def files(made: Company, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_fec(made, tmp_path_factory.mktemp("ledger"))


def load(organization: Organization, file: Path, now: datetime = NOW) -> tuple[Import, dict[str, int]]:
    batch = fec.read(file)
    received = Import.objects.create(organization=organization, source=batch.source, file_name=file.name)
    return received, actions.load(organization, received, batch, by="test", now=now)


def written(folder: Path, lines: list[str], name: str = "900000001FEC20261231.txt") -> Path:
    file = folder / name
    file.write_text(HEADER + "".join(line + "\n" for line in lines))
    return file


def balances() -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for code, side, total in Item.objects.values_list("customer__code", "side").annotate(Sum("open_amount")):
        found[code] += total if side == "debit" else -total
    return {code: total for code, total in found.items() if total}


def picture() -> dict[str, list[object]]:
    """Return what the account says, without the numbers that rows happen to have."""
    return {
        "items": list(
            Item.objects.order_by("source", "external_id").values_list(
                "external_id",
                "customer__code",
                "kind",
                "side",
                "amount",
                "open_amount",
                "due_on",
                "settled_on",
            )
        ),
        "allocations": list(
            Allocation.objects.order_by("debit__external_id", "credit__external_id").values_list(
                "debit__external_id", "credit__external_id", "amount", "allocated_on"
            )
        ),
    }


def test_three_years_give_what_the_company_is_owed(
    organization: Organization, made: Company, files: list[Path]
) -> None:
    for file in files:
        load(organization, file)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for key, amount in made.open_amounts(TODAY).items():
        item = made.item(key)
        expected[item.customer_code] += amount if item.side == "debit" else -amount
    assert balances() == {code: total for code, total in expected.items() if total}


def test_open_amounts_follow_from_allocations(organization: Organization, files: list[Path]) -> None:
    for file in files:
        load(organization, file)
    assert actions.rebuild_open_amounts(organization.pk) == 0


def test_loading_again_changes_nothing(organization: Organization, files: list[Path]) -> None:
    for file in files:
        load(organization, file)
    before = picture()
    for file in (*files, *reversed(files)):
        _received, figures = load(organization, file)
        assert {name: figures[name] for name in ("new", "changed", "missing", "settled", "allocations")} == {
            "new": 0,
            "changed": 0,
            "missing": 0,
            "settled": 0,
            "allocations": 0,
        }
    assert picture() == before


def test_a_preview_says_what_the_load_does_and_writes_nothing(
    organization: Organization, files: list[Path]
) -> None:
    batch = fec.read(files[0])
    received = Import.objects.create(organization=organization, source="fec", file_name="a")
    said = actions.preview(organization, received, batch, now=NOW).figures
    assert Item.objects.count() == 0
    done = actions.load(organization, received, batch, by="test", now=NOW)
    assert {name: done[name] for name in said} == said


def test_every_new_item_has_its_event(organization: Organization, files: list[Path]) -> None:
    _received, figures = load(organization, files[0])
    assert Event.objects.filter(kind="item.imported").count() == figures["new"] == Item.objects.count()
    assert Event.objects.filter(kind="import.loaded").count() == 1


def test_undoing_gives_back_the_account_as_it_was(organization: Organization, files: list[Path]) -> None:
    load(organization, files[0])
    before = picture()
    people = set(Customer.objects.values_list("code", flat=True))
    second, _figures = load(organization, files[1])
    assert picture() != before
    actions.undo_import(second, by="test", now=NOW)
    assert picture() == before
    assert set(Customer.objects.values_list("code", flat=True)) == people
    assert actions.rebuild_open_amounts(organization.pk) == 0
    with pytest.raises(ImportStateError):
        actions.undo_import(second, by="test", now=NOW)


def test_only_the_last_import_is_undone(organization: Organization, files: list[Path]) -> None:
    first, _figures = load(organization, files[0])
    load(organization, files[1])
    Import.objects.filter(pk=first.pk).update(loaded_at=datetime(2026, 11, 1, tzinfo=UTC))
    first.refresh_from_db()
    with pytest.raises(ImportNotLastError):
        actions.undo_import(first, by="test", now=NOW)


SALE = "VE|Ventes|1|20260105|411000|Clients|C1|Verger|F1|20260105|Facture F1|1000,00|0,00|{let}||||"
INCOME = "VE|Ventes|1|20260105|707000|Ventes|||F1|20260105|Facture F1|0,00|1000,00|||||"
MONEY = "BQ|Banque|2|20260210|411000|Clients|C1|Verger|V1|20260210|Virement|0,00|400,00|{let}||||"
BANK = "BQ|Banque|2|20260210|512000|Banque|||V1|20260210|Virement|400,00|0,00|||||"


def test_a_payment_that_a_person_recorded_counts_once(organization: Organization, tmp_path: Path) -> None:
    load(organization, written(tmp_path, [SALE.format(let=""), INCOME]))
    invoice = Item.objects.get(number="F1")
    actions.record_payment(
        organization,
        invoice.customer,
        amount=Decimal(400),
        paid_on=date(2026, 2, 9),
        items=[invoice],
        by="test",
        now=NOW,
    )
    invoice.refresh_from_db()
    assert invoice.open_amount == Decimal(600)
    load(organization, written(tmp_path, [SALE.format(let=""), INCOME, MONEY.format(let=""), BANK]))
    invoice.refresh_from_db()
    assert invoice.open_amount == Decimal(600)
    assert list(Item.objects.filter(kind="payment").values_list("source", "open_amount")) == [
        ("fec", Decimal(0))
    ]
    assert actions.rebuild_open_amounts(organization.pk) == 0


def test_a_lettering_taken_back_in_the_ledger_reopens_the_invoice(
    organization: Organization, tmp_path: Path
) -> None:
    load(organization, written(tmp_path, [SALE.format(let="A"), INCOME, MONEY.format(let="A"), BANK]))
    assert Item.objects.get(number="F1").open_amount == Decimal(600)
    load(organization, written(tmp_path, [SALE.format(let=""), INCOME, MONEY.format(let=""), BANK]))
    assert Item.objects.get(number="F1").open_amount == Decimal(1000)
    assert not Allocation.objects.exists()


def test_a_line_gone_from_the_ledger_is_marked_and_found_again(
    organization: Organization, tmp_path: Path
) -> None:
    whole = [SALE.format(let=""), INCOME, MONEY.format(let=""), BANK]
    load(organization, written(tmp_path, whole))
    _received, figures = load(organization, written(tmp_path, whole[:2]))
    assert figures["missing"] == 1
    assert Item.objects.get(kind="payment").missing_since == NOW.date()
    load(organization, written(tmp_path, whole))
    assert Item.objects.get(kind="payment").missing_since is None
    # Past midnight in Paris it is still the day before at Greenwich.
    load(organization, written(tmp_path, whole[:2]), datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert Item.objects.get(kind="payment").missing_since == date(2026, 11, 23)


def test_what_is_not_lettered_is_only_proposed(organization: Organization, tmp_path: Path) -> None:
    exact = MONEY.format(let="").replace("400,00", "1000,00")
    load(
        organization,
        written(tmp_path, [SALE.format(let=""), INCOME, exact, BANK.replace("400,00", "1000,00")]),
    )
    match = Match.objects.get()
    assert (match.amount, Item.objects.get(number="F1").open_amount) == (Decimal(1000), Decimal(1000))
    actions.accept_match(match, on=TODAY, by="test", now=NOW)
    assert Item.objects.get(number="F1").open_amount == 0


def test_a_refused_proposal_is_not_made_again(organization: Organization, tmp_path: Path) -> None:
    exact = MONEY.format(let="").replace("400,00", "1000,00")
    lines = [SALE.format(let=""), INCOME, exact, BANK.replace("400,00", "1000,00")]
    load(organization, written(tmp_path, lines))
    actions.refuse_match(Match.objects.get(), by="test", now=NOW)
    load(organization, written(tmp_path, lines))
    assert Match.objects.filter(refused_at=None).count() == 0


def test_due_dates_that_the_file_lacks_are_derived(organization: Organization, tmp_path: Path) -> None:
    load(organization, written(tmp_path, [SALE.format(let=""), INCOME]))
    invoice = Item.objects.get()
    assert (invoice.due_on, invoice.due_basis) == (date(2026, 2, 4), "derived")


def test_a_load_that_fails_leaves_nothing(
    organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> int:
        message = "the machine stops here"
        raise RuntimeError(message)

    monkeypatch.setattr(actions.matching, "propose_matches", fail)
    with pytest.raises(RuntimeError):
        load(organization, written(tmp_path, [SALE.format(let=""), INCOME]))
    assert (Item.objects.count(), Customer.objects.count()) == (0, 0)


def test_another_organization_is_not_touched(organization: Organization, tmp_path: Path) -> None:
    stranger = User.objects.create_user("charlie@elsewhere.example", "a long password")
    theirs = create_organization(stranger, name="Elsewhere", now=NOW)
    load(theirs, written(tmp_path, [SALE.format(let=""), INCOME]))
    tenancy.see(organization.pk)
    assert Item.objects.count() == 0
    load(organization, written(tmp_path, [SALE.format(let=""), INCOME]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM receivables_item")
        assert cursor.fetchone()[0] == 1
