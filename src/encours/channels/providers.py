"""What a company that carries text messages or letters can be asked, and how far it says a message has come."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

SUBMITTED, ACCEPTED, PRINTED, POSTED = "submitted", "accepted", "printed", "posted"
IN_TRANSIT, AWAITING_PICKUP, DELIVERED = "in_transit", "awaiting_pickup", "delivered"
UNCLAIMED, REFUSED, UNKNOWN_ADDRESS = "returned_unclaimed", "returned_refused", "returned_unknown"
LOST, FAILED, CANCELED = "lost", "failed", "canceled"

WAY = (SUBMITTED, ACCEPTED, PRINTED, POSTED, IN_TRANSIT, AWAITING_PICKUP)
UNDELIVERED = frozenset({UNCLAIMED, REFUSED, UNKNOWN_ADDRESS, LOST, FAILED})
ENDS = UNDELIVERED | {DELIVERED, CANCELED}


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed to a provider: the content, from whom, to whom, and how."""

    content: bytes
    sender: str
    recipient: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's word that it took a message; `test` when it will never carry it."""

    provider: str
    provider_id: str
    price: Decimal | None = None
    test: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """One thing a provider tells about a message, perhaps with a proof to fetch."""

    status: str
    happened_at: datetime | None = None
    detail: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    proof_kind: str = ""
    proof_address: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """How an account stands at its provider: what is left on it, and the names it may send under."""

    balance: str = ""
    senders: tuple[str, ...] = ()
    test: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text message that somebody sent back."""

    provider_id: str
    sender: str
    text: str
    received_at: datetime
    raw: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """A company that carries messages. Each verb may raise the `WireError` that says what may be done next."""

    @property
    def name(self) -> str:
        """The short name it is kept under."""

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Hand over a message under a key that can be looked up later."""

    def find(self, parcel: Parcel, key: str) -> Receipt | None:
        """Return what was taken under a key, or nothing if the provider knows of none."""

    def poll(self, provider_id: str) -> list[News]:
        """Return everything that is told of a message, the oldest first."""

    def proof(self, address: str) -> tuple[bytes, str]:
        """Return a proof and its media type."""

    def cancel(self, provider_id: str) -> bool:
        """Take a message back if it has not left, and tell whether that was still possible."""

    def price(self, parcel: Parcel) -> Decimal | None:
        """Return what a message costs, if that can be known."""

    def check(self) -> Account:
        """Try the credentials without sending anything."""

    def parse_callback(self, query: Mapping[str, str], body: bytes) -> list[str]:
        """Return the messages that a call from outside speaks of: nothing else in it is believed."""


class TextProvider(Provider, Protocol):
    """A provider of text messages, which may bring answers back."""

    def incoming(self, since: datetime, known: Container[str] = ()) -> list[Incoming]:
        """Return the texts that came back since a moment, but for those already known."""

    def opted_out(self) -> list[str]:
        """Return the numbers that asked to receive no more."""


def advanced(current: str, told: Iterable[str]) -> str:
    """Return how far a message has come after what is told of it: it never goes back, and an end is an end."""
    for status in told:
        if current not in ENDS and (status in ENDS or _place(status) >= _place(current)):
            current = status
    return current


def _place(status: str) -> int:
    return WAY.index(status) if status in WAY else -1


@dataclass(frozen=True, slots=True)
class Carriage:
    """A provider as a transport of one sending: its key goes with it, so that a doubt can be looked up."""

    provider: Provider
    key: str
    options: Mapping[str, Any]

    def send(self, content: bytes, sender: str, recipient: str) -> Receipt:
        """Hand the sending over and return the provider's receipt."""
        return self.provider.send(Parcel(content, sender, recipient, self.options), self.key)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A provider in test mode: it takes everything, knows what it was given, and opens no connection."""

    name: str

    def send(self, parcel: Parcel, key: str) -> Receipt:  # noqa: ARG002 - nothing leaves
        """Say that the message was taken."""
        return Receipt(self.name, f"test-{key}", Decimal(0), test=True, raw={"test": True})

    def find(self, parcel: Parcel, key: str) -> Receipt | None:
        """Say that the message was taken, as `send` would have."""
        return self.send(parcel, key)

    def poll(self, provider_id: str) -> list[News]:  # noqa: ARG002
        """Tell a good end."""
        return [News(ACCEPTED, raw={"test": True}), News(DELIVERED, raw={"test": True})]

    def proof(self, address: str) -> tuple[bytes, str]:  # noqa: ARG002
        """Return nothing: what never left has no proof."""
        return b"", ""

    def cancel(self, provider_id: str) -> bool:  # noqa: ARG002
        """Say that it was still possible."""
        return True

    def price(self, parcel: Parcel) -> Decimal | None:  # noqa: ARG002
        """Return that it costs nothing."""
        return Decimal(0)

    def check(self) -> Account:
        """Say that nothing would leave."""
        return Account(test=True)

    def parse_callback(self, query: Mapping[str, str], body: bytes) -> list[str]:  # noqa: ARG002 - no call is believed
        """Believe nobody: no call is expected."""
        return []

    def incoming(self, since: datetime, known: Container[str] = ()) -> list[Incoming]:  # noqa: ARG002 - nothing ever comes
        """Return nothing: nobody was written to."""
        return []

    def opted_out(self) -> list[str]:
        """Return nobody."""
        return []
