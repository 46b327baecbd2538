"""Sentences of a message: greetings and signatures say nothing, abbreviations end nothing, places are true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.test_reply_dates import WEDNESDAY

from encours.rules.replies.cues import CUES, cues
from encours.rules.replies.details import Details, details, named, reason
from encours.rules.replies.sentences import fold, sentences


def said(text: str) -> list[str]:
    return [one.text for one in sentences(text)]


def test_a_letter_is_cut_into_what_it_says() -> None:
    text = "Bonjour Madame,\n\nLe virement part le 5. Merci.\nLa F.12 est en litige, cf. mail du 3/11."
    text += "\n\nBien cordialement,\nC. L.\n04 65 71 00 00"
    assert said(text) == ["Le virement part le 5.", "La F.12 est en litige, cf. mail du 3/11."]


def test_a_line_folded_by_the_mail_program_goes_on() -> None:
    text = "Nous vous informons que le règlement de la facture sera\neffectué vendredi.\nMerci"
    assert said(text) == ["Nous vous informons que le règlement de la facture sera\neffectué vendredi."]


def test_a_postscript_after_the_signature_counts() -> None:
    assert said("Bien reçu.\nCordialement\nPaul\nPS : le chèque part demain") == [
        "Bien reçu.",
        "PS : le chèque part demain",
    ]


def test_thanks_do_not_end_a_message() -> None:
    assert said("Merci,\nLe virement part demain.") == ["Le virement part demain."]


def test_a_message_of_thanks_alone_still_says_them() -> None:
    assert said("Merci !") == ["Merci !"]
    assert said("") == []


@pytest.mark.parametrize("text", ["M. Durand part demain.", "Voir fact. 1207 du 3/11.", "Le n. 12 est payé."])
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert said(text) == [text]


@given(st.text(max_size=300))
def test_every_sentence_stands_where_it_says(text: str) -> None:
    for one in sentences(text):
        assert text[one.start : one.end] == one.text
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("nous avons bien réglé", "paid"),
        ("The invoice was paid", "paid"),
        ("le virement partira", "will_pay"),
        ("we will pay you", "will_pay"),
        ("nous contestons", "contest"),
        ("envoyez-moi un duplicata", "copy"),
        ("elle a quitté la société", "left_firm"),
        ("redressement judiciaire", "insolvent"),
        ("je suis absente", "away"),
        ("dès réception de l’avoir", "condition"),
        ("c’est quoi ?", "question"),
    ],
)
def test_turns_of_phrase(text: str, cue: str) -> None:
    assert cue in cues(fold(text))
    assert cue in CUES


@pytest.mark.parametrize(
    "text",
    [
        "Nous n'avons pas encore payé cette facture.",
        "Cette facture n'est pas réglée.",
        "We have not paid yet.",
        "It hasn't been paid.",
        "We cannot pay this month.",
    ],
)
def test_what_is_denied_was_not_done(text: str) -> None:
    found = cues(fold(text))
    assert "not_paid" in found
    assert "paid" not in found


def of(meaning: str, text: str) -> Details:
    return details(meaning, text, sentences(text)[0], WEDNESDAY)


def test_the_date_may_stand_in_the_next_sentence() -> None:
    assert str(of("promise", "Le virement est prévu. Il partira le 5 décembre.").on) == "2026-12-05"


def test_the_amount_beside_belongs_to_another_matter() -> None:
    assert of("promise", "Nous payons vendredi. L'avoir attendu est de 120 €.").amount is None


def test_a_promise_never_lies_in_the_past() -> None:
    assert of("promise", "Nous avions dit le 12/11/2026, nous paierons.").on is None


@pytest.mark.parametrize(
    ("meaning", "text", "day"),
    [
        (
            "already_paid",
            "Suite à votre relance du 19/11, la facture du 15/10 a été réglée le 12/11.",
            "2026-11-12",
        ),
        ("already_paid", "Invoice F-118 dated 15 October was paid on 12 November.", "2026-11-12"),
        ("already_paid", "Facture F-118 de 1 250,00 € du 15/10 : virement du 12/11.", "2026-11-12"),
        ("already_paid", "Votre facture a été payée en date du 12/11.", "2026-11-12"),
        ("already_paid", "Votre facture du 15/10 est déjà payée.", None),
        ("promise", "Suite à notre échange téléphonique de ce jour, nous réglerons le 30/11.", "2026-11-30"),
        ("promise", "À ce jour rien n'est parti, nous paierons le 30 novembre.", "2026-11-30"),
        ("promise", "La facture du 05/01 sera réglée le 30/11.", "2026-11-30"),
        ("promise", "We will pay your invoice of 5 January on 30 November.", "2026-11-30"),
        ("promise", "Nous réglons ce jour.", "2026-11-25"),
        ("promise", "Nous réglerons la facture F-118 le 30/11.", "2026-11-30"),
        ("promise", "Règlement prévu à échéance du 30/11.", "2026-11-30"),
        ("insolvency", "Suite à votre courrier du 20/11 : jugement du 03/11/2026.", "2026-11-03"),
    ],
)
def test_the_date_of_a_letter_or_of_an_invoice_is_not_that_of_its_payment(
    meaning: str, text: str, day: str | None
) -> None:
    found = of(meaning, text).on
    assert (found.isoformat() if found else None) == day


def test_a_return_is_the_last_of_the_days_named() -> None:
    assert str(of("out_of_office", "Absente du 23 novembre au 4 décembre.").on) == "2026-12-04"


def test_a_contact_is_named_with_address_and_phone() -> None:
    found = of(
        "wrong_contact", "Merci de contacter Mme Sophie Renard, S.Renard@Verger.example ou 02 61 91 33 44."
    )
    assert (found.name, found.email, found.phone) == (
        "Sophie Renard",
        "s.renard@verger.example",
        "02 61 91 33 44",
    )


def test_other_meanings_have_no_details() -> None:
    assert of("asks_copy", "Renvoyez la facture du 3/11 de 12 €.") == Details()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Vous avez facturé deux fois.", "duplicate"),
        ("Nous n'avons jamais commandé cela.", "not_ordered"),
        ("Il manque le bon de commande.", "missing_document"),
        ("La livraison n'est jamais arrivée.", "not_delivered"),
        ("Le matériel est défectueux.", "goods"),
        ("Le tarif est erroné.", "price"),
        ("We await your credit note.", "credit_note"),
        ("Nous contestons.", "other"),
    ],
)
def test_the_reason_of_a_dispute(text: str, kind: str) -> None:
    assert reason(text, sentences(text)[0]) == kind


def test_numbers_are_named_whatever_stands_between_their_parts() -> None:
    known = ["FA-2026-0118", "FA-2026-0121", "7", "F-3", "26/1043"]
    assert named("fa 2026/0118, la 0121 et F3, 7 pièces, 261043", known) == [
        "FA-2026-0118",
        "FA-2026-0121",
        "F-3",
        "26/1043",
    ]
    assert named("rien de tout cela : 10118 ou 0118-4", known) == []
    assert named("la 0118", ["FA-2025-0118", "FA-2026-0118"]) == []
