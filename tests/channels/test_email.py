"""An e-mail says what it should, threads with those before it, and cannot be made to say anything else."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.channels import email
from encours.channels.errors import InvalidMessageError

TEXT = """Bonjour,

Sauf erreur de notre part, il reste 2 880,00 € à régler.
Payer : https://morel.example/p?a=1&b=2.

Inès Caron
"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def message(**changes: Any) -> email.Message:
    facts: dict[str, Any] = {
        "key": "reminder-118",
        "sender": "recouvrement@morel.example",
        "sender_name": "Menuiserie Morel",
        "recipient": "compta@durand.example",
        "recipient_name": "Bâtiments Durand & Fils",
        "reply_to": "recouvrement+118@morel.example",
        "subject": "Facture FA-2026-01041 échue depuis 24 jours",
        "text": TEXT,
        "written_at": NOON,
    }
    return email.Message(**{**facts, **changes})


def read(content: bytes) -> EmailMessage:
    parsed = message_from_bytes(content, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_an_automatic_reminder() -> None:
    content = email.build(
        message(
            automatic=True,
            references=("<first@morel.example>", "<second@morel.example>"),
            attachments=(email.Attachment("relevé – novembre.pdf", b"%PDF-1.7 dummy"),),
        )
    )
    mail = read(content)
    assert mail["From"] == "Menuiserie Morel <recouvrement@morel.example>"
    assert mail["To"] == "Bâtiments Durand & Fils <compta@durand.example>"
    assert mail["Reply-To"] == "Menuiserie Morel <recouvrement+118@morel.example>"
    assert mail["Subject"] == "Facture FA-2026-01041 échue depuis 24 jours"
    assert mail["Message-ID"] == email.message_id("reminder-118", "recouvrement@morel.example")
    assert mail["In-Reply-To"] == "<second@morel.example>"
    assert mail["References"] == "<first@morel.example> <second@morel.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOON
    assert mail["List-Unsubscribe"] is None
    text, html, pdf = [part for part in mail.walk() if not part.is_multipart()]
    assert text.get_content().replace("\r\n", "\n") == message().text
    assert html.get_content_type() == "text/html"
    assert (pdf.get_filename(), pdf.get_content()) == ("relevé – novembre.pdf", b"%PDF-1.7 dummy")
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 998


def test_the_same_message_is_the_same_bytes() -> None:
    attachments = (email.Attachment("a.pdf", b"1"), email.Attachment("b.pdf", b"2"))
    assert email.build(message(attachments=attachments)) == email.build(message(attachments=attachments))


def test_a_person_who_writes_is_not_a_machine() -> None:
    assert read(email.build(message()))["Auto-Submitted"] is None


def test_message_ids_are_stable_readable_and_apart() -> None:
    first = email.message_id("Reminder 118/éà", "a@morel.example")
    assert first == email.message_id("Reminder 118/éà", "a@morel.example")
    assert first.startswith("<reminder-118.")
    assert first.endswith("@morel.example>")
    assert first != email.message_id("reminder 118", "a@morel.example")
    assert first != email.message_id("Reminder 118/éà", "b@morel.example")


def test_simple_html_holds_links_and_nothing_else() -> None:
    html = email.html_of(
        "Bonjour <script>alert(1)</script> & Cie\nligne\n\n\nhttps://morel.example/p?a=1&b=2."
    )
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Cie<br>ligne</p>" in html
    assert '<a href="https://morel.example/p?a=1&amp;b=2">https://morel.example/p?a=1&amp;b=2</a>.' in html
    assert 'href="https://x.example/&quot;' not in email.html_of('https://x.example/"onmouseover="alert(1)')


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("compta@durand.example", "compta@durand.example"),
        ("  Compta@DURAND.Example ", "Compta@durand.example"),
        ("contact@société-générale.example", "contact@xn--socit-gnrale-eebbcb.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("o'neil+factures@sub.domain.example", "o'neil+factures@sub.domain.example"),
    ],
)
def test_addresses_as_the_wire_wants_them(given: str, wire: str) -> None:
    assert email.address(given) == wire


@pytest.mark.parametrize(
    "wrong",
    [
        "", "@", "a@", "@b.example", "a b@c.example", "a@b", "a@b..example", ".a@b.example", "a..b@c.example",
        "a@b.example\r\nBcc: all@b.example", "a@b.example,c@d.example", "a@b.example>", "<a@b.example>",
        "a@-b.example", "a@b.example\0", "é@b.example", "a@b.1", "a\n@b.example", "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_addresses_refused(wrong: str) -> None:
    with pytest.raises(InvalidMessageError):
        email.address(wrong)


@pytest.mark.parametrize("field", ["subject", "sender_name", "recipient_name", "language"])
@pytest.mark.parametrize(
    "smuggled",
    ["x\r\nBcc: all@victim.example", "x\nBcc: y", "x\rBcc: y", "x\0", "x\u2028y", "x\x0by", "x" * 501],
)
def test_no_header_is_smuggled(field: str, smuggled: str) -> None:
    with pytest.raises(InvalidMessageError):
        email.build(message(**{field: smuggled}))


@pytest.mark.parametrize("reference", ["plain", "<a b@c>", "<a@b>\r\nBcc: x", "<" + "a" * 400 + ">"])
def test_no_reference_is_smuggled(reference: str) -> None:
    with pytest.raises(InvalidMessageError):
        email.build(message(references=(reference,)))


@pytest.mark.parametrize(
    "attachment",
    [
        email.Attachment("a\r\nX: y.pdf", b""),
        email.Attachment("../a.pdf", b""),
        email.Attachment("", b""),
        email.Attachment("a.pdf", b"", "application/pdf\r\nX: y"),
    ],
)
def test_no_attachment_is_smuggled(attachment: email.Attachment) -> None:
    with pytest.raises(InvalidMessageError):
        email.build(message(attachments=(attachment,)))


@given(name=st.text(max_size=200), subject=st.text(max_size=300))
def test_whatever_the_names_the_headers_stay_ours(name: str, subject: str) -> None:
    try:
        content = email.build(message(sender_name=name, recipient_name=name, subject=subject))
    except InvalidMessageError:
        return
    mail = read(content)
    assert mail.keys() == read(email.build(message())).keys()
    assert mail["To"].addresses[0].addr_spec == "compta@durand.example"
    assert len(mail["To"].addresses) == 1
    assert mail["From"].addresses[0].addr_spec == "recouvrement@morel.example"


def test_threads_stay_short() -> None:
    references = tuple(f"<{place}@morel.example>" for place in range(40))
    assert len(read(email.build(message(references=references)))["References"].split()) == 12
