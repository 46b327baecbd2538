"""Writes e-mails that no header can be smuggled into, with names that hold from one attempt to the next."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

import idna

from encours.channels.errors import InvalidMessageError

LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,300}>")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
LINK = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
LONGEST_HEADER = 500
REFERENCES_KEPT = 12
STYLE = "font:15px/1.55 Georgia,'Times New Roman',serif;color:#1b2330;max-width:620px"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said, by whom and to whom; the key names it for ever.

    `envelope` is where mail servers send back what they cannot deliver, `token` what that address is known by.
    """

    key: str
    sender: str
    recipient: str
    subject: str
    text: str
    written_at: datetime
    sender_name: str = ""
    recipient_name: str = ""
    reply_to: str = ""
    html: str = ""
    language: str = "fr"
    attachments: tuple[Attachment, ...] = ()
    references: tuple[str, ...] = ()
    automatic: bool = False
    copies: tuple[str, ...] = ()
    envelope: str = ""
    token: str = ""


def address(text: str) -> str:
    """Return an address as the wire wants it, its domain in ASCII, or refuse it."""
    local, at, domain = text.strip().rpartition("@")
    wrong_dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or wrong_dots or not LOCAL_PART.fullmatch(local):
        raise InvalidMessageError(f"This is not an e-mail address: {text!r}")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise InvalidMessageError(f"This is not an e-mail address: {text!r}") from error
    if not DOMAIN.fullmatch(ascii_domain):
        raise InvalidMessageError(f"This is not an e-mail address: {text!r}")
    return f"{local}@{ascii_domain}"


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a key: every attempt carries the same, so that servers see one message."""
    domain = address(sender).rpartition("@")[2]
    name = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:40]
    return f"<{name}.{_digest(key, sender)}@{domain}>"


def build(message: Message) -> bytes:
    """Return the bytes of a message, always the same for the same message: text, simple HTML, attachments."""
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(message.written_at)
    mail["From"] = _party(message.sender_name, message.sender)
    mail["To"] = _party(message.recipient_name, message.recipient)
    if message.copies:
        mail["Cc"] = [_party("", copy) for copy in message.copies]
    if message.reply_to:
        mail["Reply-To"] = _party(message.sender_name, message.reply_to)
    mail["Subject"] = _header("subject", message.subject)
    mail["Message-ID"] = message_id(message.key, message.sender)
    _chain(mail, message.references)
    if message.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    mail["X-Entity-Ref-ID"] = _digest(message.key, message.sender)
    mail["Content-Language"] = _header("language", message.language)
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html or html_of(message.text), subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        _attach(mail, attachment)
    for place, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{place}_{_digest(message.key, message.sender)}")
    return mail.as_bytes()


def html_of(text: str) -> str:
    """Return a text as plain HTML: its paragraphs, its line breaks and its links, nothing else."""
    paragraphs = [
        f"<p>{_inline(part)}</p>" for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    ]
    return f'<div style="{STYLE}">' + "\n".join(paragraphs) + "</div>\n"


def _inline(text: str) -> str:
    words, *rest = LINK.split(text)
    links = ((escape(link), escape(after)) for link, after in zip(rest[::2], rest[1::2], strict=True))
    html = escape(words) + "".join(f'<a href="{link}">{link}</a>{after}' for link, after in links)
    return html.replace("\n", "<br>")


def _digest(key: str, sender: str) -> str:
    return hashlib.sha256(f"{sender}\n{key}".encode()).hexdigest()[:20]


def _header(name: str, value: str) -> str:
    """Return a header value, refused if it holds anything that could end the line or turn its direction."""
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in value):
        raise InvalidMessageError(f"The {name} holds a line break or a control character.")
    if len(value) > LONGEST_HEADER:
        raise InvalidMessageError(f"The {name} is longer than {LONGEST_HEADER} characters.")
    return value


def _party(name: str, text: str) -> Address:
    return Address(display_name=_header("name", name).strip(), addr_spec=address(text))


def _chain(mail: EmailMessage, references: tuple[str, ...]) -> None:
    """Keep the reminders of one case in one thread: the last message answered, and those before it."""
    for reference in references:
        if not MESSAGE_ID.fullmatch(reference):
            raise InvalidMessageError(f"This is not a message identifier: {reference!r}")
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references[-REFERENCES_KEPT:])


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    if not MEDIA_TYPE.fullmatch(attachment.media_type):
        raise InvalidMessageError(f"This is not a media type: {attachment.media_type!r}")
    maintype, _, subtype = attachment.media_type.partition("/")
    name = _header("file name", attachment.name)
    if not name or "/" in name or "\\" in name:
        raise InvalidMessageError(f"This is not a file name: {name!r}")
    mail.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=name)
