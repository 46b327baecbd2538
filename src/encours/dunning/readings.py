"""Reading replies: what to read, in which order, what each was understood to mean, and what is owed beside it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Prefetch, Q, QuerySet, Value, When

from encours.accounts.models import Organization
from encours.channels.models import Content
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning.actions import readings as actions
from encours.dunning.models import InboundMessage, MessageKind, MessageState, Promise, Reading
from encours.receivables.models import Document, Item

# A payment that was announced may have come in a little before or after the day that was told.
_AROUND = timedelta(days=10)
_PAYMENTS_SHOWN = 5


def read(message: InboundMessage, now: datetime) -> list[Reading]:
    """Propose what a message that has just come in means; called at intake, in the transaction of the message."""
    return actions.propose(message, now)


def messages(organization: Organization, portfolio_user: int | None = None) -> QuerySet[InboundMessage]:
    """Return the messages a reader may see; who is held to a portfolio sees none that has no customer yet."""
    found = InboundMessage.objects.filter(organization=organization).exclude(kind=MessageKind.BOUNCE)
    if portfolio_user is not None:
        found = found.filter(customer__in=customers_of(organization.pk, portfolio_user))
    return found.select_related("customer", "customer__collector", "contact").prefetch_related(
        Prefetch("readings", Reading.objects.order_by("-confidence", "pk"))
    )


def to_read(found: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
    """Return those that wait for a person, the oldest first; automatic answers come last."""
    automatic = Case(
        When(kind=MessageKind.AUTO_REPLY, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    return found.filter(state=MessageState.NEW).order_by(automatic, "received_at", "pk")


def counts(organization: Organization, user_id: int, portfolio_user: int | None = None) -> dict[str, int]:
    """Return how many messages wait: mine, all, and those that nobody could match."""
    found = messages(organization, portfolio_user).filter(state=MessageState.NEW).order_by()
    counted: dict[str, int] = found.aggregate(
        mine=Count("pk", filter=Q(customer__collector_id=user_id)),
        all=Count("pk"),
        unmatched=Count("pk", filter=Q(customer=None)),
    )
    return counted


def open_items(customer: Customer) -> list[Item]:
    """Return what a customer still owes, the oldest due first."""
    return list(
        Item.objects.filter(
            organization_id=customer.organization_id,
            customer=customer,
            side="debit",
            open_amount__gt=0,
            missing_since=None,
        ).order_by("due_on", "pk")[:100]
    )


def payments_like(customer: Customer, amount: Decimal | None, on: date | None) -> list[Item]:
    """Return the payments of a customer that may be the one announced: still unallocated, or of that amount or day."""
    wanted = Q(open_amount__gt=0)
    if amount is not None:
        wanted |= Q(amount=amount)
    if on is not None:
        wanted |= Q(issued_on__range=(on - _AROUND, on + _AROUND))
    found = Item.objects.filter(
        wanted,
        organization_id=customer.organization_id,
        customer=customer,
        side="credit",
        kind__in=["payment", "prepayment"],
        missing_since=None,
    )
    return list(found.order_by("-open_amount", "-issued_on")[:_PAYMENTS_SHOWN])


def promises_of(customer: Customer) -> list[Promise]:
    """Return the last promises of a customer."""
    found = Promise.objects.filter(organization_id=customer.organization_id, customer=customer)
    return list(found.filter(canceled_at=None).order_by("-recorded_at")[:3])


def documents_for(customer: Customer, item_ids: list[int]) -> list[tuple[Document, bool]]:
    """Return the documents that an answer may carry, and whether each is of an item that is asked for."""
    numbers = list(Item.objects.filter(pk__in=item_ids, customer=customer).values_list("number", flat=True))
    found = Document.objects.filter(
        organization_id=customer.organization_id,
        customer=customer,
        kind__in=["invoice", "delivery_note", "order"],
    ).order_by("-added_at", "-pk")[:30]
    return [(one, any(number and number.lower() in one.name.lower() for number in numbers)) for one in found]


def attached(message: InboundMessage, place: int) -> tuple[str, str, bytes] | None:
    """Return the name, the kind and the bytes of what was attached at a place, unless they were erased."""
    if not 0 <= place < len(message.attachments):
        return None
    known = message.attachments[place]
    found = Content.objects.filter(
        organization_id=message.organization_id, sha256=known.get("sha256", "")
    ).first()
    if found is None:
        return None
    return known.get("name", ""), known.get("media_type") or "application/octet-stream", bytes(found.body)
