"""Which column says what, guessed from its name and from what it holds."""

import pytest

from encours.connectors.columns import SPELLINGS, Mapping, guess_mapping, header_fingerprint

SAMPLES = {
    "date": ["15/01/2024", "16/01/2024"],
    "amount": ["1 200,00", "-12,50"],
    "text": ["Dupont", "Martin"],
    "email": ["a@dupont.fr", "b@martin.fr"],
    "siren": ["732 829 320", "732829320"],
}


def guessed(**headers):
    """Return the guess for headers, each with a kind of content."""
    names = [header.replace("_", " ") for header in headers]
    rows = list(zip(*(SAMPLES[content] for content in headers.values()), strict=True))
    return dict(guess_mapping(names, rows).columns)


@pytest.mark.parametrize(
    ("header", "content", "name"),
    [
        ("N° facture", "text", "number"),
        ("Pièce", "text", "number"),
        ("Date d'échéance", "date", "due_on"),
        ("Éch.", "date", "due_on"),
        ("Due Date", "date", "due_on"),
        ("Reste dû", "amount", "open_amount"),
        ("Solde", "amount", "open_amount"),
        ("Amount due", "amount", "open_amount"),
        ("Code tiers", "text", "customer_code"),
        ("Customer No.", "text", "customer_code"),
        ("Raison sociale", "text", "customer_name"),
        ("Nom du client", "text", "customer_name"),
        ("Montant TTC", "amount", "amount"),
        ("Montant facturé (€)", "amount", "amount"),
        ("Type de pièce", "text", "kind"),
        ("E-mail", "email", "email"),
        ("Adresse mail comptabilité", "email", "email"),
        ("Téléphone", "text", "phone"),
        ("SIREN", "siren", "siren"),
        ("Conditions de règlement", "text", "terms"),
        ("Date de facture", "date", "issued_on"),
        ("Débit", "amount", "debit"),
        ("Lettrage", "text", "lettering"),
    ],
)
def test_a_header(header, content, name):
    values = ["01 02 03 04 05"] * 2 if name == "phone" else SAMPLES[content]
    assert guess_mapping([header], [(value,) for value in values]).columns == {name: header}


def test_content_contradicts_a_name():
    assert guessed(Date="text", Montant="text", SIREN="text") == {}


def test_content_alone_tells_an_email():
    assert guessed(Truc="email") == {"email": "Truc"}


def test_each_header_is_used_once():
    found = guessed(
        Client="text", Code_client="text", Date="date", Date_échéance="date", Montant="amount", Reste="amount"
    )
    assert found == {
        "customer_name": "Client",
        "customer_code": "Code client",
        "issued_on": "Date",
        "due_on": "Date échéance",
        "amount": "Montant",
        "open_amount": "Reste",
    }


def test_a_balance_beside_debit_and_credit_is_a_running_one():
    assert "open_amount" not in guessed(Débit="amount", Crédit="amount", Solde="amount")
    assert "open_amount" in guessed(Débit="amount", Crédit="amount", Reste_dû="amount")


def test_what_is_missing():
    assert Mapping({}).missing == ["customer_name", "issued_on", "amount"]
    assert Mapping({"account": "a", "due_on": "b", "debit": "c"}).missing == ["amount"]
    assert Mapping({"customer_code": "a", "issued_on": "b", "debit": "c", "credit": "d"}).missing == []


def test_how_amounts_and_dates_are_written_is_remembered_with_the_columns():
    mapping = Mapping({"number": "N°"}, decimal=",", dates="month first")
    assert Mapping.of_json(mapping.as_json()) == mapping
    assert Mapping.of_json({"decimal": "x", "dates": "never"}) == Mapping({})


def test_remembered_mapping_survives_json():
    mapping = Mapping({"number": "N°"}, {"number": 1.0})
    assert Mapping.of_json(mapping.as_json()).columns == mapping.columns
    assert Mapping.of_json({"gone": "x", "number": ""}).columns == {}


def test_fingerprint_recognizes_the_same_columns():
    assert header_fingerprint(["N° Facture", "Échéance"]) == header_fingerprint(["echeance ", "n facture"])
    assert header_fingerprint(["a"]) != header_fingerprint(["b"])


def test_no_spelling_is_written_with_accents_or_spaces():
    assert all(spelling.isascii() for spellings in SPELLINGS.values() for spelling in spellings.split())
