"""The code that a banking application reads follows EPC069-12."""

from decimal import Decimal

import pytest

from encours.channels import epc
from encours.channels.epc import PaymentDetailsError

IBAN = "FR7630006000011234567890189"


def test_a_payment_with_a_creditor_reference() -> None:
    text = epc.payload(
        holder="Menuiserie  Morel SAS",
        iban="FR76 3000 6000 0112 3456 7890 189",
        bic="agrifrpp",
        amount=Decimal("15154.07"),
        reference="RF18 5390 0754 7034",
    )
    assert text.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "AGRIFRPP",
        "Menuiserie Morel SAS",
        IBAN,
        "EUR15154.07",
        "",
        "RF18539007547034",
    ]


def test_any_other_reference_is_text() -> None:
    text = epc.payload(holder="Morel", iban=IBAN, amount=Decimal("0.01"), reference="FA-2026-01041 é")
    assert text.split("\n")[-3:] == ["", "", "FA-2026-01041 é"]
    assert "EUR0.01" in text


def test_nothing_follows_the_last_line_used() -> None:
    assert epc.payload(holder="Morel", iban=IBAN, amount=Decimal(12)).endswith("EUR12.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"iban": "FR7630006000011234567890188"},
        {"iban": "FR76"},
        {"iban": ""},
        {"bic": "NOTABIC"},
        {"amount": Decimal(0)},
        {"amount": Decimal(-1)},
        {"amount": Decimal(1_000_000_000)},
        {"amount": Decimal("1.005")},
        {"amount": Decimal("NaN")},
        {"holder": "é" * 70, "reference": "é" * 140},
    ],
)
def test_details_that_cannot_be_paid_to(changes: dict[str, object]) -> None:
    with pytest.raises(PaymentDetailsError):
        epc.payload(**{"holder": "Morel", "iban": IBAN, "amount": Decimal(1), **changes})


@pytest.mark.parametrize(
    ("text", "valid"),
    [("RF18539007547034", True), ("RF19539007547034", False), ("FA-1", False), ("RF181", False), ("", False)],
)
def test_creditor_references(text: str, *, valid: bool) -> None:
    assert epc.is_creditor_reference(text) is valid


def test_long_names_are_cut_not_refused() -> None:
    assert "A" * 70 in epc.payload(holder="A" * 90, iban=IBAN, amount=Decimal(1)).split("\n")


def test_the_drawing_stands_alone() -> None:
    drawing = epc.svg(epc.payload(holder="Morel", iban=IBAN, amount=Decimal(1)))
    assert drawing.startswith("<svg")
    assert "http://www.w3.org/2000/svg" in drawing
