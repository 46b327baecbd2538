"""The addresses of a case: who writes, where answers come back, and the tokens by which they are known again.

A token is the number of a customer followed by a print that only this installation can make: whoever changes the
number speaks of nobody. Signs are lower-case letters and digits, which every mail server leaves alone.
"""

import base64
import hmac
import re
import string
from collections.abc import Iterable

from django.conf import settings

from encours.accounts.models import Organization, Sender, SenderPurpose

PRINT_LENGTH = 12
DIGITS = string.digits + string.ascii_lowercase
TAG = re.compile(r"\[#\s?c-([a-z0-9]{13,26})\s?\]", re.IGNORECASE)
BOUNCE_WORD = "bounce-"


def sender_for(organization: Organization, purpose: str, collector_id: int | None) -> Sender | None:
    """Return who writes for a purpose, or the organization itself where nobody was named for it."""
    found = {
        (sender.purpose, sender.user_id): sender
        for sender in Sender.objects.filter(organization=organization)
        if sender.purpose != SenderPurpose.COLLECTOR or sender.user_id == collector_id
    }
    own = {
        SenderPurpose.COLLECTOR.value: found.get((SenderPurpose.COLLECTOR, collector_id)),
        SenderPurpose.ESCALATED.value: found.get((SenderPurpose.ESCALATED, None)),
    }
    return own.get(purpose) or found.get((SenderPurpose.MAIN, None))


def token_of(organization_id: int, customer_id: int) -> str:
    """Return the token of a customer's case."""
    number = _in_letters(customer_id)
    return number + _print("case", organization_id, number)


def customer_of(organization_id: int, token: str) -> int | None:
    """Return the customer of a token, or nothing when this organization did not make it."""
    token = token.lower()
    number, said = token[:-PRINT_LENGTH], token[-PRINT_LENGTH:]
    if not number or not hmac.compare_digest(said.encode(), _print("case", organization_id, number).encode()):
        return None
    return int(number, 36)


def sending_token(organization_id: int, key: str) -> str:
    """Return the token of one message, by which the mail servers' answers are known again."""
    return _print("sending", organization_id, key, length=20)


def reply_to(sender: Sender, token: str) -> str:
    """Return where answers are asked to come back: with the token, if the mail server takes such addresses."""
    address = sender.reply_to or sender.email
    return plus(address, token) if sender.plus_addresses else sender.reply_to


def envelope_sender(sender: Sender, token: str) -> str:
    """Return where mail servers send back what they could not deliver."""
    address = sender.bounce_to or sender.email
    return plus(address, BOUNCE_WORD + token) if sender.plus_addresses else address


def plus(address: str, word: str) -> str:
    """Return an address with a word after a plus sign; a name too long for it stays as it is."""
    name, _, domain = address.rpartition("@")
    longer = f"{name.partition('+')[0]}+{word}"
    return f"{longer}@{domain}" if len(longer) <= 64 else address  # noqa: PLR2004 - RFC 5321 §4.5.3.1.1


def tagged(subject: str, token: str) -> str:
    """Return a subject that ends with the tag of the case, once."""
    return subject if TAG.search(subject) else f"{subject} [#C-{token}]"


def untagged(subject: str) -> str:
    """Return a subject as people wrote it, without the tag of the case."""
    return " ".join(TAG.sub(" ", subject).split())


def tags_in(subject: str) -> list[str]:
    """Return the tokens that the tags of a subject hold."""
    return [found.lower() for found in TAG.findall(subject)]


def words_in(addresses: Iterable[str]) -> list[str]:
    """Return the words that stand after a plus sign in these addresses."""
    names = (address.rpartition("@")[0].lower() for address in addresses)
    return [name.partition("+")[2] for name in names if "+" in name]


def _in_letters(number: int) -> str:
    signs = ""
    while number:
        number, rest = divmod(number, 36)
        signs = DIGITS[rest] + signs
    return signs or "0"


def _print(purpose: str, organization_id: int, said: str, *, length: int = PRINT_LENGTH) -> str:
    digest = hmac.digest(
        settings.SECRET_KEY.encode(), f"{purpose}|{organization_id}|{said}".encode(), "sha256"
    )
    return base64.b32encode(digest).decode().lower()[:length]
