"""One ledger, written in every way that real software writes it, says the same thing."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connectors.ledgers import HEADER, Writing, codes, ledger, read_ledger

from encours.connectors import errors, fec

AMOUNTS = {
    "comma": lambda text: text,
    "dot": lambda text: text.replace(",", "."),
    "zeros": lambda text: text.zfill(14),
    "space and zeros": lambda text: " " + text.zfill(15),
    "thousands space": lambda text: grouped(text, " "),
    "thousands no-break space": lambda text: grouped(text, "\u00a0"),
    "thousands dot": lambda text: grouped(text, "."),
    "eight decimals": lambda text: text.replace(",", ".") + "000000",
    "plus sign": lambda text: "+" + text,
    "blank when zero": lambda text: "" if text == "0,00" else text,
    "euro": lambda text: text + " €",
}
DATES = {
    "legal": lambda text: text,
    "iso": lambda text: f"{text[:4]}-{text[4:6]}-{text[6:]}" if text else "",
    "french": lambda text: f"{text[6:]}/{text[4:6]}/{text[:4]}" if text else "",
    "short year": lambda text: f"{text[6:]}.{text[4:6]}.{text[2:4]}" if text else "",
    "with time": lambda text: f"{text[:4]}-{text[4:6]}-{text[6:]} 00:00:00" if text else "",
}
HEADERS = {
    "legal": {},
    "upper": {name: name.upper() for name in HEADER},
    "renamed": {
        "JournalLib": "JournalLibelle", "EcritureNum": "Ecriture_Num", "EcritureLet": "EcritureLettrage",
        "CompteNum": "Numéro compte", "Debit": "Débit", "Credit": "Crédit", "Montantdevise": "MontantDevise",
    },
}  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso-8859-15", "cp850", "utf-16", "utf-16-le")
OPTIONAL = ("ValidDate", "Montantdevise", "Idevise", "DateLet")


def grouped(text, mark):
    """Return an amount with a mark between its thousands."""
    whole, cents = text.split(",")
    return f"{int(whole):,}".replace(",", mark) + "," + cents


def cell(amount, date, pad):
    def write(column, value):
        if column in ("Debit", "Credit"):
            value = AMOUNTS[amount](value)
        elif column.endswith("Date") or column == "DateLet":
            value = DATES[date](value)
        return f"  {value} " if pad else value

    return write


def said(batch):
    """Return what a batch says, apart from the lines it stands on."""
    items = batch.items.drop("line").sort("external_id").rows()
    return batch.customers.rows(), items, batch.allocations.rows(), batch.period


@pytest.fixture(scope="module")
def plain_batch(tmp_path_factory):
    return read_ledger(tmp_path_factory.mktemp("plain"), ledger())


def check(folder, plain_batch, writing, lines=None):
    batch = read_ledger(folder, lines or ledger(), writing)
    assert said(batch) == said(plain_batch)
    assert not batch.issues
    return batch


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amounts(tmp_path, plain_batch, amount):
    encodable = Writing(cell=cell(amount, "legal", pad=False))
    check(tmp_path, plain_batch, encodable)


@pytest.mark.parametrize("date", DATES)
def test_dates(tmp_path, plain_batch, date):
    check(tmp_path, plain_batch, Writing(cell=cell("comma", date, pad=False)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(tmp_path, plain_batch, encoding):
    batch = check(tmp_path, plain_batch, Writing(encoding=encoding))
    assert "Société Générale du Bâtiment" in batch.customers["name"].to_list()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("final_end", [True, False])
def test_line_ends(tmp_path, plain_batch, line_end, final_end):
    check(tmp_path, plain_batch, Writing(line_end=line_end, final_end=final_end))


@pytest.mark.parametrize("separator", ["\t", "|", ";", ","])
@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("trailing", [True, False])
def test_separators(tmp_path, plain_batch, separator, quoted, trailing):
    amount = "dot" if separator == "," else "comma"
    writing = Writing(
        separator=separator, quoted=quoted, trailing=trailing, cell=cell(amount, "legal", pad=False)
    )
    batch = check(tmp_path, plain_batch, writing)
    assert batch.facts["separator"] == separator


@pytest.mark.parametrize("header", HEADERS)
def test_header_spellings(tmp_path, plain_batch, header):
    check(tmp_path, plain_batch, Writing(header=HEADERS[header]))


def test_amount_and_side_instead_of_debit_and_credit(tmp_path, plain_batch):
    columns = tuple("Montant" if c == "Debit" else "Sens" if c == "Credit" else c for c in HEADER)
    for debit, credit in (("D", "C"), ("+1", "-1"), ("1", "-1"), ("d", "c"), ("Débit", "Crédit")):
        lines = [dict(one, Montant=one["Debit"], Sens=debit) for one in ledger()]
        for one in lines:
            if one["Debit"] == "0,00":
                one.update(Montant=one["Credit"], Sens=credit)
        check(tmp_path, plain_batch, Writing(columns=columns), lines)


def test_signed_amount_alone(tmp_path, plain_batch):
    columns = tuple("Montant" if c == "Debit" else c for c in HEADER if c != "Credit")
    lines = [
        dict(one, Montant=one["Debit"] if one["Debit"] != "0,00" else "-" + one["Credit"]) for one in ledger()
    ]
    check(tmp_path, plain_batch, Writing(columns=columns), lines)


def test_negative_debit_is_a_credit(tmp_path, plain_batch):
    lines = [
        dict(one, Debit="-" + one["Credit"], Credit="0,00") if one["Credit"] != "0,00" else one
        for one in ledger()
    ]
    check(tmp_path, plain_batch, Writing(), lines)


def test_unknown_columns_are_ignored(tmp_path, plain_batch):
    columns = ("CodeEtbt", *HEADER, "PieceJointe", "Analytique")
    lines = [dict(one, CodeEtbt="01", PieceJointe="a.pdf", Analytique="X") for one in ledger()]
    check(tmp_path, plain_batch, Writing(columns=columns), lines)


def test_file_without_header(tmp_path, plain_batch):
    path = tmp_path / "123456789FEC20241231.txt"
    path.write_text(Writing().text(ledger()).split("\n", 1)[1], encoding="utf-8")
    assert fec.looks_like_fec(path)
    assert said(fec.read(path)) == said(plain_batch)


def test_header_repeated_and_blank_lines(tmp_path, plain_batch):
    path = tmp_path / "123456789FEC20241231.txt"
    header, *rows = Writing().text(ledger()).split("\n")
    path.write_text("\n".join([header, *rows[:4], "", header, "\t" * 17, *rows[4:]]), encoding="utf-8")
    assert said(fec.read(path)) == said(plain_batch)


def test_quotes_only_where_needed(tmp_path, plain_batch):
    path = tmp_path / "123456789FEC20241231.txt"
    text = Writing(separator=";").text(ledger())
    path.write_text(
        text.replace("Facture FA2 Dupont SARL", '"Facture FA2; Dupont ""SARL"""'), encoding="utf-8"
    )
    batch = fec.read(path)
    assert 'Facture FA2; Dupont "SARL"' in batch.items["label"].to_list()
    assert batch.items["amount"].sum() == plain_batch.items["amount"].sum()
    assert not batch.issues


def test_lone_quotes_are_characters(tmp_path, plain_batch):
    path = tmp_path / "123456789FEC20241231.txt"
    path.write_text(
        Writing().text(ledger()).replace("Facture FA2 Dupont SARL", '"Facture FA2 Dupont SARL'),
        encoding="utf-8",
    )
    batch = fec.read(path)
    assert '"Facture FA2 Dupont SARL' in batch.items["label"].to_list()
    assert batch.items.height == plain_batch.items.height


def test_eight_columns_are_enough(tmp_path):
    columns = (
        "EcritureDate",
        "JournalCode",
        "CompteNum",
        "CompAuxNum",
        "PieceRef",
        "EcritureLib",
        "Debit",
        "Credit",
    )
    batch = read_ledger(tmp_path, ledger(), Writing(columns=columns))
    assert batch.facts["outstanding"] == 680
    assert batch.customers["name"].to_list() == ["C1", "C2"]


@pytest.mark.parametrize(
    ("dropped", "missing"),
    [("CompteNum", "CompteNum"), ("Debit", "Debit, Credit"), ("EcritureDate", "EcritureDate")],
)
def test_indispensable_columns(tmp_path, dropped, missing):
    columns = tuple(
        c for c in HEADER if c != dropped and not (dropped == "EcritureDate" and c == "PieceDate")
    )
    with pytest.raises(errors.ColumnsMissingError) as refusal:
        read_ledger(tmp_path, ledger(), Writing(columns=columns))
    assert refusal.value.params["missing"] == missing
    assert missing in str(refusal.value)


def test_header_alone(tmp_path):
    with pytest.raises(errors.LinesMissingError):
        read_ledger(tmp_path, [])


def test_xml_variant(tmp_path, plain_batch):
    journal = ("JournalCode", "JournalLib")
    entry = ("EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate")
    rest = tuple(name for name in HEADER if name not in (*journal, *entry))

    def tags(one, names):
        return "".join(f"<{name}>{one[name]}</{name}>" for name in names)

    entries = "".join(
        f"<journal>{tags(one, journal)}<ecriture>{tags(one, entry)}"
        f"<ligne>{tags(one, rest)}</ligne></ecriture></journal>\n"
        for one in ledger()
    )
    path = tmp_path / "123456789FEC20241231.xml"
    head = '<?xml version="1.0" encoding="ISO-8859-15"?>'
    document = f"{head}<comptabilite><exercice>{entries}</exercice></comptabilite>"
    path.write_text(document, encoding="iso-8859-15")
    assert fec.looks_like_fec(path)
    assert said(fec.read(path)) == said(plain_batch)
    path.write_text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><comptabilite/>', encoding="utf-8")
    with pytest.raises(errors.DoctypeRefusedError):
        fec.read(path)
    path.write_text("<?xml version='1.0'?><comptabilite><journal>", encoding="utf-8")
    with pytest.raises(errors.XmlBrokenError):
        fec.read(path)


def test_workbook(tmp_path, plain_batch):
    import xlsxwriter

    path = tmp_path / "123456789FEC20241231.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Notes").write(0, 0, "made by hand")
    sheet = book.add_worksheet("FEC")
    for row, text in enumerate(Writing(final_end=False).text(ledger()).split("\n")):
        sheet.write_row(row, 0, text.split("\t"))
    book.close()
    assert fec.looks_like_fec(path)
    batch = fec.read(path)
    assert said(batch) == said(plain_batch)
    assert batch.facts["sheet"] == "FEC"


@st.composite
def writings(draw):
    separator = draw(st.sampled_from(["\t", "|", ";", ","]))
    encoding = draw(st.sampled_from(ENCODINGS))
    quoted = draw(st.booleans())
    amounts = set(AMOUNTS) - ({"euro"} if encoding == "cp850" else set())
    if separator == "," and not quoted:
        amounts &= {"dot", "eight decimals"}
    columns = [c for c in HEADER if c not in draw(st.sets(st.sampled_from(OPTIONAL)))]
    return Writing(
        separator=separator,
        encoding=encoding,
        quoted=quoted,
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r\r\n"])),
        header=HEADERS[draw(st.sampled_from(sorted(HEADERS)))],
        columns=tuple(draw(st.permutations(columns)) if draw(st.booleans()) else columns),
        trailing=draw(st.booleans()),
        final_end=draw(st.booleans()),
        cell=cell(
            draw(st.sampled_from(sorted(amounts))),
            draw(st.sampled_from(sorted(DATES))),
            pad=draw(st.booleans()),
        ),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writing=writings())
def test_any_mixture_says_the_same(tmp_path, plain_batch, writing):
    check(tmp_path, plain_batch, writing)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(ledger()))), data=st.data())
def test_identity_survives_another_export(tmp_path, plain_batch, order, data):
    lines = [dict(one) for one in ledger()]
    for one in lines:
        one["EcritureLib"] = data.draw(
            st.sampled_from([one["EcritureLib"], one["EcritureLib"].replace(" ", "  ")])
        )
        one["EcritureLet"] = data.draw(st.sampled_from(["", "A", "Z"]))
    batch = read_ledger(tmp_path, [lines[place] for place in order])
    assert set(batch.items["external_id"]) == set(plain_batch.items["external_id"])


def test_line_numbers_are_those_of_the_file(tmp_path):
    batch = read_ledger(tmp_path, ledger(), replace(Writing(), line_end="\r\n"))
    text = (tmp_path / "123456789FEC20241231.txt").read_text(encoding="utf-8").splitlines()
    for number, piece in batch.items.select("line", "number").iter_rows():
        assert piece in text[number - 1] or f"VIR{piece}" in text[number - 1]


def test_progress_goes_up_to_one(tmp_path):
    seen = []
    fec.read(Writing().write(tmp_path / "l.txt", ledger()), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_damaged_characters_are_told(tmp_path):
    path = tmp_path / "l.txt"
    content = Writing().text(ledger() * 20).encode()
    path.write_bytes(content.replace("Société".encode(), b"Soci\xe9t\xc3\xa9", 1))
    assert "characters_unreadable" in codes(fec.read(path))
