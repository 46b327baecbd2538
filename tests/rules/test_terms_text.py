import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.terms import PaymentTerms, TermsNotUnderstoodError, describe, parse_terms

all_terms = st.builds(
    PaymentTerms,
    base=st.sampled_from(["invoice_date", "receipt", "delivery", "end_of_decade"]),
    days=st.integers(0, 366),
    end_of_month=st.sampled_from(["none", "before", "after"]),
    day_of_month=st.none() | st.integers(1, 31),
)

NET_30 = PaymentTerms(days=30)
NET_60 = PaymentTerms(days=60)
AFTER_45 = PaymentTerms(days=45, end_of_month="after")
BEFORE_45 = PaymentTerms(days=45, end_of_month="before")
ON_THE_10TH = PaymentTerms(days=30, end_of_month="after", day_of_month=10)
IMMEDIATE = PaymentTerms(days=0)
ON_RECEIPT = PaymentTerms("receipt", 0)


@pytest.mark.parametrize(
    ("terms", "texts"),
    [
        (
            NET_30,
            (
                "30 jours net|30 jours nets|30 j|30J|30jrs|net 30|"
                "Net 30 days|30 days|30 DAYS NET|30|à 30 jours|"
                "Trente jours|thirty days|30 jours date de facture|"
                "30 JOURS DATE FACTURE|30 j. DF|30 jours DDF|"
                "30 days from invoice date|30 days from the date of the invoice|"
                "30 jours à compter de la facture|"
                "30 jours à compter de la date d'émission de la facture|30 jours date d'émission|"
                "Virement 30 jours|VIR - 30 jours|LCR 30 jours|"
                "30 jours par chèque|within 30 days|sous 30 jours|"
                "Paiement à 30 jours net|payment terms: 30 days|30 days after issue"
            ),
        ),
        (NET_60, "60 jours date de facture|60 jours|net 60|soixante jours|60 days net"),
        (
            AFTER_45,
            (
                "45 jours fin de mois|45 days end of month|45 FDM|45J FDM|"
                "45j fdm|45 jours fin du mois|45 EOM|"
                "45 days EOM|net 45 EOM|45 jours, fin de mois|"
                "quarante-cinq jours fin de mois|45 days month end|"
                "45 jours F.D.M.|LCR 45 jours fin de mois|45 jours date de facture fin de mois"
            ),
        ),
        (
            BEFORE_45,
            (
                "fin de mois 45 jours|fin de mois + 45 jours|fin de mois puis 45 jours|FDM 45|FDM+45J|EOM 45|"
                "EOM + 45|end of month 45 days|end of month, then 45 days|45 days after end of month|"
                "45 days from the end of the month|45 jours après fin de mois|"
                "45 jours à compter de la fin de mois"
            ),
        ),
        (
            ON_THE_10TH,
            (
                "30J FDM le 10|30 jours fin de mois le 10|30 days end of month on the 10th|30 FDM 10|"
                "30 jours fin de mois, le 10 du mois suivant|30 jours le 10 du mois suivant|"
                "30 days EOM on the 10th of the following month|30 days, the 10th of next month|"
                "30 jours fin de mois le 10 du mois"
            ),
        ),
        (
            IMMEDIATE,
            "comptant|Au comptant|paiement comptant|cash|due immediately|immédiat|0 jours|0 days net",
        ),
        (
            ON_RECEIPT,
            (
                "à réception|A RECEPTION|à réception de facture|à réception de la facture|on receipt|"
                "due on receipt|upon receipt of invoice|payable à réception|comptant à réception"
            ),
        ),
        (PaymentTerms("receipt", 30), "30 jours à réception de facture|30 days from receipt of the invoice"),
        (
            PaymentTerms("delivery", 30),
            (
                "30 jours livraison|30 days from delivery|30 jours date de livraison|"
                "30 jours réception des marchandises|30 days after receipt of goods"
            ),
        ),
        (PaymentTerms("delivery", 0), "à la livraison|on delivery|cash on delivery|comptant à la livraison"),
        (
            PaymentTerms("end_of_decade", 30),
            "30 jours fin de décade|fin de décade 30 jours|30 days from the end of the ten-day period",
        ),
        (PaymentTerms(days=0, end_of_month="after"), "fin de mois|end of month|EOM|FDM"),
        (
            PaymentTerms(days=0, end_of_month="after", day_of_month=10),
            "fin de mois le 10|le 10 du mois suivant",
        ),
        (PaymentTerms(days=0, day_of_month=1), "le 1er|the 1st of the month"),
        (PaymentTerms(days=30, day_of_month=15), "30 jours le 15"),
        (PaymentTerms("delivery", 30, "after"), "30 jours fin de mois de livraison"),
        (PaymentTerms("invoice_date", 30, "before", 10), "fin de mois 30 jours le 10"),
    ],
    ids=lambda value: describe(value) if isinstance(value, PaymentTerms) else "",
)
def test_many_spellings_say_the_same_terms(terms, texts):
    assert {text: parse_terms(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), terms)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no number of days"),
        ("net", "no number of days"),
        ("à définir", "“definir” is not known"),
        ("30 jours fin de mois fin de mois", "end of month twice"),
        ("30/60/90 jours", "more than one number of days"),
        ("2/10 net 30", "more than one number of days"),
        ("30 jours 60 jours", "more than one number of days"),
        ("30.5 days", "more than one number of days"),
        ("2% 10 jours, net 30", "“2%” is not known"),
        ("30 jours le 10 le 20", "more than one day of the month"),
        ("30 jours réception livraison", "more than one date to count from"),
        ("comptant 30 jours", "immediate payment and for a delay"),
        ("comptant fin de mois", "immediate payment and for a delay"),
        ("fin de mois 30 jours le 10 du mois suivant", "needs a day"),
        ("30 jours du mois suivant", "needs a day"),
        ("fin du mois suivant", "“suivant” is not known"),
        ("1000 jours", "0 to 366 days, not 1000"),
        ("12345 jours", "“12345” is not known"),
        ("30 jours le 32", "1 to 31, not 32"),
        ("2 mois", "“mois” is not known"),
        ("30 дней", "“днеи” is not known"),
        ("virement 500 €", "“€” is not known"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(text, reason):
    with pytest.raises(TermsNotUnderstoodError) as refused:
        parse_terms(text)
    assert reason in str(refused.value)
    assert f"“{text}”" in str(refused.value)
    assert "Write for example “30 days net”" in str(refused.value)
    assert refused.value.text == text


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (NET_30, "30 days net"),
        (AFTER_45, "45 days end of month"),
        (BEFORE_45, "end of month then 45 days"),
        (ON_THE_10TH, "30 days end of month on the 10th"),
        (IMMEDIATE, "due immediately"),
        (ON_RECEIPT, "on receipt"),
        (PaymentTerms("delivery", 1, "none", 11), "1 day net on the 11th from delivery"),
        (
            PaymentTerms("end_of_decade", 30, "none", 22),
            "30 days net on the 22nd from the end of the ten-day period",
        ),
    ],
)
def test_terms_are_described_in_plain_english(terms, text):
    assert describe(terms) == text


@given(all_terms)
def test_what_is_described_is_read_back_to_the_same_terms(terms):
    assert parse_terms(describe(terms)) == terms


@given(st.text(max_size=60) | st.text(alphabet="0123456789 joursfindemclt+/.€%àé", max_size=40))
def test_any_text_is_understood_or_refused(text):
    try:
        terms = parse_terms(text)
    except TermsNotUnderstoodError:
        return
    assert parse_terms(describe(terms)) == terms
