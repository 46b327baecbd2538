"""The real file: totals counted another way, with the csv module and nothing of ours."""

import csv
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from encours.connectors import fec

SAMPLE = Path(__file__).parents[2] / "../shared/samples/fec/900000001FEC20220831.txt"
pytestmark = pytest.mark.skipif(
    not SAMPLE.exists() and not os.environ.get("CI"), reason=f"the sample ledger is not at {SAMPLE}"
)


@pytest.fixture(scope="module")
def rows():
    with SAMPLE.open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream, delimiter="\t") if row["CompteNum"].startswith("411")]


@pytest.fixture(scope="module")
def batch():
    return fec.read(SAMPLE)


def amount(text):
    return Decimal(text.replace(",", "."))


def test_totals(rows, batch):
    debit = sum(amount(row["Debit"]) for row in rows)
    credit = sum(amount(row["Credit"]) for row in rows)
    assert batch.facts["ar_debit"] == debit == Decimal("1185535.04")
    assert batch.facts["ar_credit"] == credit == Decimal("1133017.80")
    assert batch.facts["outstanding"] == debit - credit == Decimal("52517.24")
    assert batch.items.height == batch.facts["ar_lines"] == len(rows) == 538
    assert batch.facts["lines"] == 5422


def test_customers(rows, batch):
    names = {row["CompAuxNum"]: row["CompAuxLib"] for row in rows}
    assert dict(batch.customers.select("code", "name").rows()) == names
    assert len(names) == 17


def test_outstanding_of_each_customer(rows, batch):
    owed = defaultdict(Decimal)
    for row in rows:
        owed[row["CompAuxNum"]] += amount(row["Debit"]) - amount(row["Credit"])
    found = defaultdict(Decimal)
    for code, side, value in batch.items.select("customer_code", "side", "amount").rows():
        found[code] += value if side == "debit" else -value
    assert found == owed


def test_allocated_is_the_smaller_side_of_each_group(rows, batch):
    groups = defaultdict(lambda: [Decimal(), Decimal()])
    for row in rows:
        if row["EcritureLet"]:
            sides = groups[row["CompAuxNum"], row["EcritureLet"]]
            sides[0] += amount(row["Debit"])
            sides[1] += amount(row["Credit"])
    assert len(groups) == 134
    assert sum(debit == credit for debit, credit in groups.values()) == 119
    assert batch.allocations["amount"].sum() == sum(min(sides) for sides in groups.values())


def test_nothing_is_allocated_beyond_an_item(batch):
    amounts = dict(batch.items.select("external_id", "amount").rows())
    for side in ("debit_external_id", "credit_external_id"):
        totals = defaultdict(Decimal)
        for key, value in batch.allocations.select(side, "amount").rows():
            totals[key] += value
        assert totals
        assert all(total <= amounts[key] for key, total in totals.items())


def test_kinds(rows, batch):
    counts = dict(batch.items["kind"].value_counts().rows())
    assert counts["opening"] == sum(row["JournalCode"] == "ANO" for row in rows) == 7
    assert counts["invoice"] == sum(row["JournalCode"] == "VEN" and amount(row["Debit"]) > 0 for row in rows)
    assert counts["returned_payment"] == 2
    assert counts["credit_note"] == 9
    assert batch.items.filter(kind="opening")["carried"].all()
    assert batch.issues == []


def test_numbers_and_dates(batch):
    assert "FA 220001" in batch.items["number"].to_list()
    assert not set(batch.items["number"]) & {"0000000", "RAN", "VT"}
    assert str(batch.facts["closing_on"]) == "2022-08-31"
    assert batch.facts["siren"] == "900000001"
    assert [str(day) for day in batch.period] == ["2021-09-01", "2022-08-31"]
