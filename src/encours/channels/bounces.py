"""Reads the reports that mail servers send back: what did not arrive (RFC 3464), what was complained of (RFC 5965)."""

import re
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from encours.rules.bounces import STATUS, Failure

# As addresses stand among words: between quotes, after a sign of equality, before a full stop.
ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+&-])[A-Za-z0-9_][A-Za-z0-9._%+&'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z0-9-]{2,63}"
)
ALONE = re.compile(r"[^\s<>@\"]{1,64}@[^\s<>@\"]{3,255}")
MESSAGE_ID = re.compile(r"<[^<>\s]{3,300}>")
DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
RETURNED = re.compile(
    r"(?im)^(?:message-id|received|return-path):|original message|message d[’']origine|copy of the message"
)
SUBJECT = re.compile(
    r"undeliver|returned mail|delivery (status|failure|has failed)|failure notice|mail delivery failed"
    r"|non remis|non délivr|échec de la remise|echec de la remise|n'a pas pu être remis|message retourné",
    re.IGNORECASE,
)
DELAY = re.compile(
    r"\bdelay|\bretard|will (?:continue|keep|retry|be retried)|still (?:trying|being)|no action is required"
    r"|nouvel(?:le)?s? (?:tentative|essai)|aucune action",
    re.IGNORECASE,
)
LONGEST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says about one message of ours."""

    kind: Literal["delivery", "complaint"]
    failures: tuple[Failure, ...]
    message_id: str = ""


def report_of(message: Message, *, sender: str, subject: str, text: str) -> Report | None:
    """Return the report that a message is, or nothing; one in words only is read as far as it can be."""
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type") or "").lower()
        if kind == "delivery-status":
            return Report("delivery", tuple(_failures(message)), _returned_id(message))
        if kind == "feedback-report":
            return Report("complaint", tuple(_complaints(message)), _returned_id(message))
    if DAEMON.match(sender) and SUBJECT.search(subject):
        return Report("delivery", tuple(_in_words(subject, text, sender)), _returned_id(message))
    return None


def _failures(message: Message) -> list[Failure]:
    found = []
    for part in message.walk():
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            recipient = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
            if not isinstance(block, Message) or not recipient:
                continue
            found.append(
                Failure(
                    recipient=_bare(recipient),
                    action=_plain(str(block.get("Action", "failed"))).lower() or "failed",
                    status=_plain(str(block.get("Status", ""))),
                    diagnostic=_plain(_typed(block, "Diagnostic-Code")),
                )
            )
    return found


def _complaints(message: Message) -> list[Failure]:
    """Return who complained; where the report hides them, whom the returned message was written to."""
    named: list[str] = []
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            named += [
                _bare(line)
                for line in re.findall(
                    r"(?im)^(?:original|removal)-(?:rcpt-to|recipient):\s*(\S+)", _inner(part)
                )
            ]
    if not named:
        named = ADDRESS.findall(_returned(message, "To"))
    return [Failure(recipient=one, action="complaint") for one in dict.fromkeys(named)]


def _in_words(subject: str, text: str, sender: str) -> list[Failure]:
    """Return what a report without fields says: the addresses it names before the message it returns.

    What is only delayed may still arrive: taken for a failure, it would be said twice.
    """
    own = RETURNED.split(text[:LONGEST_WORDS])[0]
    status = STATUS.search(own)
    named = [found for found in ADDRESS.findall(own) if found.lower() != sender.lower()]
    said = _plain(own)[:300]
    code = status.group(0) if status else ""
    late = not code.startswith("5") and DELAY.search(f"{subject}\n{own}")
    return [
        Failure(recipient=one.lower(), action="delayed" if late else "failed", status=code, diagnostic=said)
        for one in dict.fromkeys(named)
    ]


def _returned_id(message: Message) -> str:
    found = MESSAGE_ID.search(_returned(message, "Message-ID"))
    return _plain(found.group(0)) if found else ""


def _returned(message: Message, name: str) -> str:
    """Return a header of the message that comes back, whole or as its headers."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" or (kind == "message/global" and part.is_multipart()):
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message) and inner[0].get(name):
                return str(inner[0].get(name))
        elif kind in {"text/rfc822-headers", "message/global-headers", "text/plain"}:
            found = re.search(rf"(?im)^{name}:[ \t]*(.+(?:\r?\n[ \t].+)*)", _inner(part))
            if found:
                return found.group(1)
    return ""


def _inner(part: Message) -> str:
    """Return the words of a part, whatever the parser made of it."""
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content.decode("utf-8", "replace")
    blocks = part.get_payload()
    return "\n".join(str(block) for block in blocks) if isinstance(blocks, list) else str(blocks)


def _typed(block: object, name: str) -> str:
    """Return a field whose value follows its type, as in `rfc822; name@domain`."""
    value = str(block.get(name, "")) if isinstance(block, Message) else ""
    return value.partition(";")[2].strip() or value.strip()


def _bare(address: str) -> str:
    alone = _plain(address).strip("<> '\"")
    found = None if ALONE.fullmatch(alone) else ADDRESS.search(alone)
    return found.group(0).lower() if found else alone.lower()


def _plain(text: str) -> str:
    """Return words on one line, of signs that can be kept."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
