"""The files of the demonstration company are balanced, continue each other, and agree among themselves."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from encours.demonstration import Company, company, write_csv, write_customers_csv, write_fec
from encours.demonstration.__main__ import main

TODAYS = (date(2026, 11, 22), date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29))
CUSTOMER_ACCOUNTS = ("411000", "416000", "419100")
Row = dict[str, str]


def decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def signed(row: Row) -> Decimal:
    return decimal(row["Debit"]) - decimal(row["Credit"])


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def customers_in(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["CompteNum"] in CUSTOMER_ACCOUNTS]


def totals(rows: list[Row]) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["CompteNum"], row["CompAuxNum"]] += signed(row)
    return {key: total for key, total in found.items() if total}


class Written:
    """A company and its files, read back."""

    def __init__(self, today: date, folder: Path) -> None:
        self.company: Company = company(today, customers=60)
        self.paths = write_fec(self.company, folder)
        self.years = [rows_of(path) for path in self.paths]
        with write_csv(self.company, folder / "ledger.csv").open(encoding="cp1252", newline="") as file:
            self.ledger = list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module", params=TODAYS, ids=str)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(request.param, tmp_path_factory.mktemp("demonstration"))


def test_there_is_one_file_for_each_fiscal_year(written: Written):
    years = range(written.company.starts_on.year, written.company.today.year + 1)
    siren = written.company.organization.siren
    assert [path.name for path in written.paths] == [f"{siren}FEC{year}1231.txt" for year in years]


def test_every_entry_is_balanced(written: Written):
    for rows in written.years:
        entries: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            entries[row["EcritureNum"]] += signed(row)
        assert not [number for number, total in entries.items() if total]
        assert not sum(map(signed, rows))


def test_entries_are_numbered_in_order_of_date(written: Written):
    for rows in written.years:
        numbers = [int(row["EcritureNum"]) for row in rows]
        assert numbers == sorted(numbers)
        assert set(numbers) == set(range(1, numbers[-1] + 1))
        dates = [row["EcritureDate"] for row in rows]
        assert dates == sorted(dates)


def test_each_year_opens_on_what_the_last_one_left(written: Written):
    for before, after in zip(written.years, written.years[1:], strict=False):
        opening = customers_in([row for row in after if row["JournalCode"] == "AN"])
        assert totals(opening) == totals(customers_in(before))


def test_openings_name_the_piece_they_carry(written: Written):
    for before, after in zip(written.years, written.years[1:], strict=False):
        known = {(row["CompAuxNum"], row["PieceRef"], row["PieceDate"]) for row in customers_in(before)}
        opening = customers_in([row for row in after if row["JournalCode"] == "AN"])
        assert opening
        assert {(row["CompAuxNum"], row["PieceRef"], row["PieceDate"]) for row in opening} <= known


def test_whole_letters_are_balanced_and_small_ones_are_not(written: Written):
    for rows in written.years:
        groups: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for row in customers_in(rows):
            if row["EcritureLet"]:
                assert row["DateLet"][:4] == row["EcritureDate"][:4]
                groups[row["CompteNum"], row["CompAuxNum"], row["EcritureLet"]] += signed(row)
        for (_, _, code), total in groups.items():
            assert (total == 0) == code.isupper()


def test_lettering_starts_again_for_each_customer(written: Written):
    year = written.years[-2]
    firsts = {row["CompAuxNum"] for row in customers_in(year) if row["EcritureLet"].upper() == "AA"}
    assert len(firsts) > 30


def test_the_csv_says_what_the_fec_says(written: Written):
    left: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in written.ledger:
        left[row["Compte"], row["Code client"]] += decimal(row["Reste dû"])
    assert {key: total for key, total in left.items() if total} == totals(customers_in(written.years[-1]))
    unlettered = sum((decimal(row["Reste dû"]) for row in written.ledger if not row["Lettrage"]), Decimal(0))
    fec_unlettered = sum(
        (signed(row) for row in customers_in(written.years[-1]) if not row["EcritureLet"]), Decimal(0)
    )
    assert unlettered == fec_unlettered


def test_the_csv_has_the_open_amounts_of_the_company(written: Written):
    expected = sum(written.company.open_amounts(written.company.today).values(), Decimal(0))
    assert sum(abs(decimal(row["Reste dû"])) for row in written.ledger) == expected


def test_the_customer_file_gives_contacts_and_terms(tmp_path: Path):
    made = company(date(2026, 11, 22), customers=20, months=3)
    with write_customers_csv(made, tmp_path / "customers.csv").open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["Code client"] for row in rows] == [customer.code for customer in made.customers]
    first = rows[0]
    assert first["Raison sociale"] == "Comptoir électrique des Quais SA" or first["Conditions"]
    assert all("@" in row["E-mail"] and row["Conditions"] and row["Langue"] in {"fr", "en"} for row in rows)


def test_the_command_writes_the_files_and_prints_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(
        "sys.argv", ["demonstration", str(tmp_path), "--today", "2026-02-28", "--customers", "20"]
    )
    main()
    printed = capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 5
    assert "DSO" in printed
    assert "over_90" in printed
