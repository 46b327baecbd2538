"""Documents say exactly what they were given, whatever was given, and look the same on every machine."""

import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.channels import papers

from encours.channels import letters
from encours.channels.epc import PaymentDetailsError
from encours.channels.errors import DocumentError

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "channels"
PAPERS = {
    "letter": papers.letter,
    "statement": papers.statement,
    "report": papers.report,
    "aged_balance": papers.aged_balance,
    "posting": papers.posting,
}
HOSTILE = (
    '#import "@preview/x:0.1.0" #panic("x") #sys.inputs #{1+1} $x^2$ ] [ *b* _i_ `c` <l> @r \\ // /* = h '
    "- + / {{ }} {% %} %s %(x)s \\u{41} \"' ~ --- 😀 漢字 \u202egpj.exe\u200b\x00\x1b é ½ ﬁ Ω ж ș"
)
MILLIMETER = 72 / 25.4


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).replace("\u200b", "").split())


def hostile(value: Any) -> Any:
    """The same document with every text made hostile, but for the bank details and the words that are ours."""
    kept = {"labels", "language", "iban", "bic", "holder", "reference", "tone", "grade"}
    if isinstance(value, str):
        return HOSTILE + value
    if isinstance(value, dict):
        return {key: item if key in kept else hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return value


@pytest.mark.parametrize("name", letters.NAMES)
def test_a_document_reads_as_before(name: str) -> None:
    text = "\n\f\n".join(pages(letters.render(name, PAPERS[name]()))) + "\n"
    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", letters.NAMES)
def test_the_same_data_is_the_same_bytes(name: str) -> None:
    assert letters.render(name, PAPERS[name]()) == letters.render(name, PAPERS[name]())


@pytest.mark.parametrize("name", letters.NAMES)
def test_only_our_own_fonts_are_used(name: str) -> None:
    pdf = PdfReader(io.BytesIO(letters.render(name, hostile(PAPERS[name]()))))
    fonts = {
        font["/BaseFont"].split("+")[1].split("-")[0]
        for page in pdf.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert fonts <= {"LibertinusSerif", "NewCMMath", "DejaVuSansMono"}


@pytest.mark.parametrize("name", letters.NAMES)
def test_no_text_is_ever_read_as_markup(name: str) -> None:
    text = words(letters.render(name, hostile(PAPERS[name]())))
    assert '#import "@preview/x:0.1.0" #panic("x") #sys.inputs #{1+1} $x^2$ ] [ *b* _i_ `c` <l> @r' in text
    assert "\\ // /* = h" in text
    assert "□ □□ gpj.exe é ½" in text


def test_every_figure_of_a_letter_is_there() -> None:
    text = words(letters.render("letter", papers.letter()))
    for expected in [
        "Bâtiments Durand & Fils", "38200 Vienne", "Lettre recommandée avec avis de réception",
        "Lyon, le 22 novembre 2026", "Objet : Mise en demeure de payer la somme de 15 154,07 €",
        "FA-2026-01041 01/06/2026 01/07/2026 144 2 880,00 € 2 880,00 €",
        "01/02/2025 – 30/06/2025 150 12 000,00 € 13,15 % 648,4932 €",
        "Total à régler 15 154,07 €", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP", "RF18539007547034",
        "Scanner pour payer", "Inès Caron", "Art. L441-10 II", "Page 1 / 2", "Page 2 / 2",
    ]:  # fmt: skip
        assert expected in text.replace("\u00a0", " "), expected


def test_the_addressee_and_nobody_else_shows_in_the_window() -> None:
    many_lines = [f"Ligne {number}" for number in range(5)]
    data = papers.letter(recipient={"name": "Bâtiments Durand", "lines": many_lines})
    (first, *_) = PdfReader(io.BytesIO(letters.render("letter", data))).pages
    height = float(first.mediabox.height)
    seen: list[tuple[float, float, str]] = []

    def note(text: str, _cm: list[float], matrix: list[float], _font: object, _size: float) -> None:
        x = (_cm[0] * matrix[4] + _cm[4]) / MILLIMETER
        y = (height - (_cm[3] * matrix[5] + _cm[5])) / MILLIMETER
        seen.extend((x, y, line) for line in [text.strip()] if line)

    first.extract_text(visitor_text=note)
    shown = [text for x, y, text in seen if x > 90 and 44 < y < 90]
    assert " ".join(" ".join(shown).split()) == "Bâtiments Durand Ligne 0 Ligne 1 Ligne 2 Ligne 3 Ligne 4"
    assert all(x >= 100 and 55 <= y <= 79 for x, y, _ in seen if x > 90 and 44 < y < 90)


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    text = pages(letters.render("letter", papers.letter(items=120)))
    assert len(text) >= 4
    assert all("Échéance" in page for page in text[:3])
    assert all("Bâtiments Durand & Fils" in page for page in text)


def test_the_aged_balance_holds_any_number_of_customers() -> None:
    text = pages(letters.render("aged_balance", papers.aged_balance(rows=1000)))
    assert all("Non échu" in page for page in text)
    assert "C00999" in text[-1]
    assert "Total 412 380,50" in text[-1].replace("\u00a0", " ").replace("\n", " ")


def test_bare_documents_are_documents() -> None:
    party = {"name": "Morel"}
    bare = {"sender": party, "recipient": party, "dateline": "", "subject": "Merci"}
    assert "Merci" in words(letters.render("letter", bare))
    assert letters.render("statement", {**bare, "items": []})
    assert letters.render("report", {"organization": "Morel", "title": "Rien"})
    empty = {"organization": "Morel", "title": "Rien", "columns": [], "rows": [], "totals": [Decimal(0)]}
    assert letters.render("aged_balance", empty)


def test_english_figures_and_days() -> None:
    data = papers.letter(language="en", labels={})
    text = words(letters.render("letter", data)).replace("\u00a0", " ")
    assert "FA-2026-01041 1 Jun 2026 1 Jul 2026 144 €2,880.00 €2,880.00" in text
    assert "13.15% €648.4932" in text
    assert "To pay by bank transfer" in text


def test_other_currencies_have_their_own_decimals_and_no_payment_code() -> None:
    data = papers.letter(currency="XOF", payment={**papers.PAYMENT, "amount": Decimal(15154)})
    text = words(letters.render("letter", data)).replace("\u00a0", " ")
    assert "15 154 F" in text
    assert "Scanner pour payer" not in text


@pytest.mark.parametrize(
    "changes", [{"iban": "FR7630006000011234567890188"}, {"bic": "X"}, {"amount": Decimal(-1)}]
)
def test_wrong_bank_details_stop_the_letter(changes: dict[str, object]) -> None:
    with pytest.raises(PaymentDetailsError):
        letters.render("letter", papers.letter(payment={**papers.PAYMENT, **changes}))


def test_what_is_not_an_amount_is_refused() -> None:
    with pytest.raises(DocumentError):
        letters.render("letter", papers.letter(totals=[{"label": "x", "amount": Decimal("NaN")}]))


@pytest.mark.parametrize("name", ["", "../letter", "house", "glyphs"])
def test_there_is_no_other_document(name: str) -> None:
    with pytest.raises(DocumentError):
        letters.render(name, {})


def test_a_document_that_lacks_a_fact_says_which() -> None:
    with pytest.raises(DocumentError, match="subject"):
        letters.render("letter", {"sender": {"name": "Morel"}, "recipient": {"name": "Durand"}})


def test_many_letters_come_in_order_and_are_the_same_as_one_by_one() -> None:
    many = [papers.letter(subject=f"Lettre {number}") for number in range(12)]
    assert list(letters.render_many("letter", iter(many))) == [
        letters.render("letter", data) for data in many
    ]


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234567.8", "1 234 567,80", "1,234,567.80"),
        ("0", "0,00", "0.00"),
        ("-12", "−12,00", "−12.00"),
        ("648.4932", "648,4932", "648.4932"),
        ("12.500", "12,50", "12.50"),
        ("1E+3", "1 000,00", "1,000.00"),
    ],
)
def test_figures_are_written_and_never_rounded(value: str, french: str, english: str) -> None:
    assert letters.figure(Decimal(value)).replace("\u00a0", " ") == french
    assert letters.figure(Decimal(value), language="en") == english


def test_money_and_days_in_a_sentence() -> None:
    assert letters.money(Decimal("12345.67")) == "12\u00a0345,67\u00a0€"
    assert letters.money(Decimal("12345.67"), language="en") == "€12,345.67"
    assert letters.money(Decimal(12), language="en", currency="CHF") == "CHF\u00a012.00"
    assert letters.day(date(2026, 2, 1)) == "01/02/2026"
    assert letters.day(date(2026, 2, 1), language="en") == "1\u00a0Feb\u00a02026"


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_at_all_can_be_set(text: str) -> None:
    assert letters.render("letter", papers.letter(subject=text, paragraphs=[text], items=1))
