"""Carries letters by MySendingBox, simple or registered: printed and posted there, followed to their proofs."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlsplit

from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError
from encours.channels.providers import (
    ACCEPTED,
    AWAITING_PICKUP,
    CANCELED,
    DELIVERED,
    FAILED,
    IN_TRANSIT,
    LOST,
    POSTED,
    REFUSED,
    SUBMITTED,
    UNCLAIMED,
    UNKNOWN_ADDRESS,
    Account,
    News,
    Parcel,
    Receipt,
)
from encours.channels.wire import MOST_PROOF, TIMEOUT_SECONDS, Reply, ask, refuse

BASE = "https://api.mysendingbox.fr"
TEST_KEYS = "test_"
PAGES_LOOKED_AT = 3
LONGEST_LINE = 38
FRENCH_POSTAL_CODE = re.compile(r"\d{5}")
EVENTS = {
    "letter.created": SUBMITTED,
    "letter.accepted": ACCEPTED,
    "letter.filing_proof": POSTED,
    "letter.sent": POSTED,
    "letter.in_transit": IN_TRANSIT,
    "letter.waiting_to_be_withdrawn": AWAITING_PICKUP,
    "letter.distributed": DELIVERED,
    "letter.delivery_proof": DELIVERED,
    "letter.returned_to_sender": UNCLAIMED,
    "letter.return_to_sender_proof": UNCLAIMED,
    "letter.wrong_address": UNKNOWN_ADDRESS,
    "letter.lost": LOST,
    "letter.error": FAILED,
    "letter.canceled": CANCELED,
}
PROOFS = {
    "letter.filing_proof": ("filing", "filing_proof"),
    "letter.delivery_proof": ("delivery", "delivery_proof"),
    "letter.return_to_sender_proof": ("return", "return_to_sender_proof"),
}
# How the post words the return of a registered letter.
RETURNS = {"refus": REFUSED, "npai": UNKNOWN_ADDRESS, "inconnu": UNKNOWN_ADDRESS, "adresse": UNKNOWN_ADDRESS}


@dataclass(frozen=True, slots=True)
class MySendingBox:
    """One account at MySendingBox."""

    key: str = field(repr=False)
    base: str = BASE
    color: bool = False
    address_page: bool = False
    timeout: float = TIMEOUT_SECONDS
    name: str = "mysendingbox"

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Hand over one letter as PDF with its two addresses, its key kept beside it."""
        fields = {
            "description": key,
            "metadata[encours]": key,
            "source_file_type": "file",
            "both_sides": "true",
            "address_placement": "insert_blank_page" if self.address_page else "first_page",
            "manage_delivery_proof": _flag(parcel.options.get("registered")),
            "manage_returned_mail": "true",
            **self._postage(parcel),
            **_address("to", parcel.options["to"]),
            **_address("from", parcel.options["from"]),
        }
        files = {"source_file": ("letter.pdf", parcel.content, "application/pdf")}
        reply = self._call("POST", "/letters", commits=True, data=fields, files=files)
        refuse(reply)
        try:
            return self._receipt(json.loads(reply.body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DoubtfulWireError("provider_unclear", reply.words()) from error

    def find(self, parcel: Parcel, key: str) -> Receipt | None:  # noqa: ARG002 - the key is enough
        """Look for the key among the latest letters of the account."""
        for letter in self._latest():
            if (letter.get("metadata") or {}).get("encours") == key or letter.get("description") == key:
                return self._receipt(letter)
        return None

    def poll(self, provider_id: str) -> list[News]:
        """Return the events of a letter, each with the proof it brings."""
        reply = self._call("GET", f"/letters/{quote(provider_id, safe='')}")
        if reply.missing:
            return []
        refuse(reply)
        letter = reply.json()
        if not isinstance(letter, dict):
            raise TemporaryWireError("provider_unclear", reply.words())
        return sorted(_news(letter), key=lambda news: news.happened_at or datetime.min.replace(tzinfo=UTC))

    def proof(self, address: str) -> tuple[bytes, str]:
        """Fetch a proof; the key goes to MySendingBox alone, never to where its files lie."""
        own = urlsplit(address).netloc == urlsplit(self.base).netloc
        auth = (self.key, "") if own else None
        headers = {"Accept": "*/*"}
        reply = ask("GET", address, timeout=self.timeout, most=MOST_PROOF, headers=headers, auth=auth)
        refuse(reply)
        return reply.body, reply.media_type or "application/pdf"

    def cancel(self, provider_id: str) -> bool:
        """Take back a letter that is not printed yet; an account that lets nobody in says nothing about it."""
        reply = self._call("DELETE", f"/letters/{quote(provider_id, safe='')}")
        try:
            refuse(reply)
        except PermanentWireError:
            return False
        return True

    def price(self, parcel: Parcel) -> Decimal | None:
        """Ask what a letter of so many pages costs; an account without an answer has no price."""
        asked = {
            **self._postage(parcel),
            "both_sides": "true",
            "page_count": str(int(parcel.options.get("pages") or 1) + self.address_page),
        }
        reply = self._call("GET", "/letters/price", params=asked)
        return None if reply.missing else _price(_checked(reply))

    def check(self) -> Account:
        """Sign in by reading the first page of letters."""
        reply = self._call("GET", "/letters", params={"page": "1"})
        _checked(reply)
        return Account(test=self.key.startswith(TEST_KEYS))

    def parse_callback(self, query: Mapping[str, str], body: bytes) -> list[str]:  # noqa: ARG002
        """Return the letter that a call names: calls are not signed, so nothing else is read."""
        try:
            told = json.loads(body)
            number = (told.get("letter") or {}).get("_id") or (told.get("event") or {}).get("letter")
        except (ValueError, AttributeError):
            return []
        return [number] if isinstance(number, str) and number.isalnum() else []

    def _latest(self) -> Iterator[dict[str, Any]]:
        for page in range(1, PAGES_LOOKED_AT + 1):
            told = _checked(self._call("GET", "/letters", params={"page": str(page)}))
            letters = told.get("letters") or told.get("data") or [] if isinstance(told, dict) else told
            found = [letter for letter in letters if isinstance(letter, dict)]
            yield from found
            if not found:
                return

    def _postage(self, parcel: Parcel) -> dict[str, str]:
        registered = bool(parcel.options.get("registered"))
        return {
            "postage_type": "lrar" if registered else str(parcel.options.get("postage") or "verte"),
            "color": "color" if self.color else "bw",
        }

    def _receipt(self, letter: Mapping[str, Any]) -> Receipt:
        number = str(letter["_id"])
        test = letter.get("mode") == "test" or self.key.startswith(TEST_KEYS)
        return Receipt(self.name, number, _price(letter), test=test, raw=_slim(letter))

    def _call(self, method: str, path: str, *, commits: bool = False, **options: Any) -> Reply:  # noqa: ANN401
        return ask(
            method,
            f"{self.base}{path}",
            commits=commits,
            timeout=self.timeout,
            auth=(self.key, ""),
            **options,
        )


def address_fault(party: Mapping[str, str]) -> str:
    """Return what keeps an address from a letter that machines sort, or nothing."""
    for line in ("name", "line1", "postal_code", "city"):
        if not party.get(line):
            return f"address_{line}"
    if party.get("country", "FR") in {"", "FR"} and not FRENCH_POSTAL_CODE.fullmatch(party["postal_code"]):
        return "address_postal_code"
    return ""


def fitted(lines: list[str]) -> list[str]:
    """Return the lines of an address cut at words, none longer than the post reads."""
    cut: list[str] = []
    for line in lines:
        current = ""
        for word in line.split():
            if current and len(current) + 1 + len(word) > LONGEST_LINE:
                cut.append(current)
                current = ""
            current = f"{current} {word}".strip()[:LONGEST_LINE]
        if current:
            cut.append(current)
    return cut


def _address(prefix: str, party: Mapping[str, str]) -> dict[str, str]:
    if fault := address_fault(party):
        raise PermanentWireError("address_incomplete", fault)
    lines = fitted([party.get("line1", ""), party.get("line2", "")])
    names = fitted([party["name"]])
    fields = {
        "name": names[0],
        "company": " ".join(names[1:])[:LONGEST_LINE],
        **{f"address_line{place}": line for place, line in enumerate(lines[:3], start=1)},
        "address_postalcode": party["postal_code"],
        "address_city": party["city"],
        "address_country": party.get("country_name") or "France",
    }
    return {f"{prefix}[{name}]": value for name, value in fields.items() if value}


def _news(letter: Mapping[str, Any]) -> Iterator[News]:
    number = str(letter.get("tracking_number") or "")
    facts = {"tracking_number": number} if number else {}
    for event in letter.get("events") or []:
        name = event.get("name", "")
        status = EVENTS.get(name)
        if status is None:
            continue
        detail = str(event.get("description") or "")[:500]
        if status == UNCLAIMED:
            status, detail = _returned(letter, detail)
        kind, place = PROOFS.get(name, ("", ""))
        address = str((letter.get(place) or {}).get("url") or "") if place else ""
        yield News(status, _moment(event.get("created_at")), detail, {"event": event}, kind, address, facts)


def _returned(letter: Mapping[str, Any], detail: str) -> tuple[str, str]:
    reason = str(letter.get("returnToSenderReason") or detail)
    found = (status for word, status in RETURNS.items() if word in reason.lower())
    return next(found, UNCLAIMED), reason[:500]


def _checked(reply: Reply) -> Any:  # noqa: ANN401 - any JSON
    refuse(reply)
    return reply.json()


def _price(told: object) -> Decimal | None:
    found = told.get("price", told) if isinstance(told, dict) else None
    total = found.get("total") if isinstance(found, dict) else found
    try:
        return Decimal(str(total)) if isinstance(total, int | float | str) else None
    except InvalidOperation:
        return None


def _slim(letter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a letter without the file it carries."""
    return {name: value for name, value in letter.items() if name not in {"file", "user"}}


def _flag(value: object) -> str:
    return "true" if value else "false"


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
