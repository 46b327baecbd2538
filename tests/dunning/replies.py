"""Messages that came in, with fixed readable values."""

from datetime import date
from hashlib import sha256
from itertools import count
from typing import Any

from tests.dunning import desk

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning import readings
from encours.dunning.models import InboundMessage

_numbers = count(1)


def message(
    organization: Organization, customer: Customer | None, said: str, day: date, **fields: Any
) -> InboundMessage:
    """A message as the intake writes it, read at once."""
    number = next(_numbers)
    contact = customer.contacts.first() if customer else None
    defaults: dict[str, Any] = {
        "source_key": f"test-{number}",
        "message_id": f"<{number}@verger.example>",
        "from_address": contact.email if contact else "claire@inconnu.example",
        "from_name": "Claire Lefèvre",
        "subject": "Re: Relance",
        "text": said,
        "content_hash": sha256(said.encode()).hexdigest(),
        "contact": contact,
        "matched_by": "sender" if customer else "",
        "received_at": desk.at(day),
        "written_at": desk.at(day),
    }
    found = InboundMessage.objects.create(
        organization=organization, customer=customer, said=said, **{**defaults, **fields}
    )
    readings.read(found, desk.at(day))
    return found
