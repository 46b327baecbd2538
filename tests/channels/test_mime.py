"""What arrives is read whatever it is made of, its last words apart, and what no person wrote is known."""

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.imap_server import letter

from encours.channels.mime import parse, said_in

OUTLOOK = """Bonjour,

Le virement part vendredi 27 novembre.

Cordialement,
Claire Lefèvre

De : Ateliers Lumière <relances@lumiere.example>
Envoyé : vendredi 20 novembre 2026 09:00
À : Claire Lefèvre
Objet : Votre facture F-1

Sauf erreur de notre part, la facture F-1 reste impayée.
"""
GMAIL = """Bonjour, nous avons déjà payé le 12 novembre.

Le ven. 20 nov. 2026 à 09:00, Ateliers Lumière <relances@lumiere.example> a écrit :

> Sauf erreur de notre part, la facture F-1 reste impayée.
> Merci de votre règlement.
"""
THUNDERBIRD = """Le 20/11/2026 à 09:00, Ateliers Lumière a écrit :
> La facture F-1 reste impayée.

Le prix ne correspond pas au devis.
"""
ORIGINAL = """Merci de nous renvoyer la facture.

-----Message d'origine-----
De : Ateliers Lumière
La facture F-1 reste impayée.
"""
IPHONE = """Je vois avec ma comptable.

Envoyé de mon iPhone

> Le 20 nov. 2026 à 09:00, Ateliers Lumière <relances@lumiere.example> a écrit :
>
> La facture F-1 reste impayée.
"""
ENGLISH = """We will pay next week.

On Fri, Nov 20, 2026 at 9:00 AM Ateliers Lumiere <relances@lumiere.example> wrote:
> Invoice F-1 is unpaid.
"""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (OUTLOOK, "Le virement part vendredi 27 novembre."),
        (GMAIL, "Bonjour, nous avons déjà payé le 12 novembre."),
        (THUNDERBIRD, "Le prix ne correspond pas au devis."),
        (ORIGINAL, "Merci de nous renvoyer la facture."),
        (IPHONE, "Je vois avec ma comptable."),
        (ENGLISH, "We will pay next week."),
        ("Bonjour.\n", "Bonjour."),
    ],
)
def test_the_last_words_are_kept_and_ours_are_not(text: str, kept: str) -> None:
    said = said_in(text)
    assert kept in said
    assert "impayée" not in said
    assert "unpaid" not in said


def test_a_message_that_only_quotes_keeps_its_words() -> None:
    assert said_in("> La facture F-1 est payée.\n")


def test_html_shows_words_and_nothing_runs() -> None:
    page = (
        '<p onclick="x()">Bonjour,</p><script>alert(1)</script><img src="http://t.example/p.gif">'
        '<p>Payé <b>hier</b>.<br>Merci</p><a href="javascript:x()">ici</a><style>p{}</style>'
        '<div class="gmail_quote"><p>La facture reste impayée.</p></div>'
    )
    raw = letter(text=page).replace(b"text/plain", b"text/html")
    arrived = parse(raw)
    for refused in ("script", "onclick", "img", "javascript", "alert", "style"):
        assert refused not in arrived.html
    assert arrived.text.startswith("Bonjour,\nPayé hier.\nMerci")
    assert "impayée" in arrived.text
    assert "impayée" not in arrived.said


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Réponse automatique : Votre facture", ""),
        ("Automatic reply: invoice", ""),
        ("Absence du bureau", ""),
        ("Absente du bureau : Votre facture", ""),
        ("Out of office", ""),
        ("Re: facture", "Auto-Submitted: auto-replied"),
        ("Re: facture", "X-Autoreply: yes"),
        ("Re: facture", "Precedence: auto_reply"),
        ("Re: facture", "Return-Path: <>"),
    ],
)
def test_automatic_replies_are_known(subject: str, headers: str) -> None:
    assert parse(letter(subject, headers=headers)).automatic


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Re: Votre facture", "Auto-Submitted: no"),
        ("Re: absence de bon de commande", ""),
        ("Automobile Dupont", ""),
    ],
)
def test_what_a_person_wrote_is_not_automatic(subject: str, headers: str) -> None:
    assert not parse(letter(subject, headers=headers)).automatic


def test_addresses_threads_and_files_are_found() -> None:
    raw = (
        b"From: =?utf-8?q?Claire_Lef=C3=A8vre?= <Claire@Verger.example>\r\n"
        b"To: Relances <relances+abc@lumiere.example>, autre@lumiere.example\r\n"
        b"Delivered-To: relances@lumiere.example\r\nSubject: =?iso-8859-1?q?Pay=E9?=\r\n"
        b"Message-ID: <m@verger.example>\r\n"
        b"In-Reply-To: <b@l.example>\r\nReferences: <a@l.example>\r\n <b@l.example>\r\n"
        b"Date: Fri, 20 Nov 2026 09:30:00 +0100\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nPay\xe9 hier.\r\n"
        b'--x\r\nContent-Type: application/pdf; name="avis ../de.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"JVBERi0=\r\n--x--\r\n"
    )
    arrived = parse(raw)
    assert (arrived.from_address, arrived.from_name) == ("claire@verger.example", "Claire Lefèvre")
    assert arrived.to == ("relances+abc@lumiere.example", "autre@lumiere.example", "relances@lumiere.example")
    assert arrived.references == ("<a@l.example>", "<b@l.example>")
    assert (arrived.subject, arrived.text) == ("Payé", "Payé hier.")
    (file,) = arrived.attachments
    assert (file.name, file.content, file.media_type) == ("avis ..-de.pdf", b"%PDF-", "application/pdf")


@given(st.binary(max_size=400))
def test_no_bytes_stop_the_reading(noise: bytes) -> None:
    arrived = parse(b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n" + noise)
    assert "\0" not in arrived.text + arrived.subject + arrived.html + arrived.said


def test_an_unknown_charset_and_a_wrong_date_are_no_obstacle() -> None:
    raw = letter().replace(b"charset=utf-8", b"charset=x-unknown").replace(b"Date: Fri, 20", b"Date: Fri, 99")
    arrived = parse(raw)
    assert "vendredi" in arrived.text
    assert arrived.written_at is None


HEADERS = b"From: a@b.fr\r\nSubject: Facture\r\nMessage-ID: <a@b.fr>\r\n"
DEEP = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(1500)
)


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Type: text/plain; charset=undefined\r\n\r\nBonjour",
        b'Content-Type: text/plain; charset="a\0b"\r\n\r\nBonjour',
        b"Content-Type: text/plain; charset*=a\0''u\r\n\r\nBonjour",
        b"Content-Type: application/pdf; name*=a%00b''%41\r\n\r\nBonjour",
        b"Content-Type: image/p\0ng; name=x\r\n\r\nBonjour",
        b"To: =?utf-8?B?A?= <c@d.fr>\r\n\r\nBonjour",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed\r\nX\xe9: \0\r\n\r\nBonjour",
        b"Content-Type: message/rfc822\r\n\r\n" * 600 + b"Bonjour",
        DEEP + b"Content-Type: text/plain\r\n\r\nBonjour",
    ],
    ids=["undefined", "nul", "rfc2231", "name", "type", "base64", "inner", "nested", "deep"],
)
def test_no_trick_stops_the_reading(rest: bytes) -> None:
    arrived = parse(HEADERS + rest)
    assert (arrived.from_address, arrived.message_id) == ("a@b.fr", "<a@b.fr>")
    kept = [arrived.subject, arrived.text, arrived.said, *(file.media_type for file in arrived.attachments)]
    assert not any("\0" in one for one in kept)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("html", b"<div" * 50_000), ("html", b"<br" * 66_000), ("plain", b"On Mon " * 2_800)],
)
def test_no_length_stops_the_reading(kind: str, body: bytes) -> None:
    begun = monotonic()
    parse(HEADERS + f"Content-Type: text/{kind}\r\n\r\n".encode() + body)
    assert monotonic() - begun < 10


@pytest.mark.parametrize("said", ["Réponse automatique : absente", "Facture n° 12 réglée"])
@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_headers_in_eight_bits_are_read(said: str, charset: str) -> None:
    arrived = parse(f"From: René <a@b.fr>\r\nSubject: {said}\r\n\r\n.".encode(charset))
    assert (arrived.subject, arrived.from_name) == (said, "René")
    assert arrived.automatic == said.startswith("Réponse")


def test_eight_bits_stand_beside_encoded_words() -> None:
    raw = "From: a@b.fr\r\nSubject: =?utf-8?q?R=C3=A9gl=C3=A9?= à échéance =?x?b?!?=\r\n\r\n.".encode()
    assert parse(raw).subject == "Réglé à échéance =?x?b?!?="


@pytest.mark.parametrize("year", ["9999", "1601"])
def test_a_year_that_cannot_be_is_no_date(year: str) -> None:
    assert parse(HEADERS + f"Date: Fri, 31 Dec {year} 23:59:00 -1200\r\n\r\n.".encode()).written_at is None


def test_windows_signs_under_another_name() -> None:
    raw = HEADERS + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nJ\x92ai pay\xe9 450 \x80"
    assert parse(raw).said == "J’ai payé 450 €"


def test_words_after_a_page_do_not_hide_it() -> None:
    raw = (
        HEADERS + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n"
        b"--m\r\nContent-Type: text/html\r\n\r\n<p>Nous payons vendredi.</p>"
        b'<blockquote class="gmail_quote">La facture F-1 reste due.</blockquote>\r\n'
        b"--m\r\nContent-Type: text/plain\r\n\r\nCe message a ete verifie par un antivirus.\r\n--m--\r\n"
    )
    arrived = parse(raw)
    assert "Nous payons vendredi." in arrived.said
    assert "reste due" not in arrived.said
    assert "reste due" in arrived.text


def test_a_receipt_is_automatic() -> None:
    kind = b"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n\r\n"
    raw = HEADERS + kind + b"--r\r\nContent-Type: text/plain\r\n\r\nLu le 20/11/2026\r\n--r--\r\n"
    assert parse(raw).automatic


def test_the_name_of_a_file_names_no_place_and_no_line() -> None:
    raw = (
        HEADERS + b"Content-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''..%2F..%2Ffac%0D%0Ature%E2%80%AEfdp.exe\r\n\r\nx"
    )
    (file,) = parse(raw).attachments
    assert file.name == "..-..-fac--ture-fdp.exe"
