"""Verbs on sendings: reserve, deliver once, and what a person decides when nobody knows.

A delivery commits before and after the wire. Whatever happens between the two, the row says `sending`, no
worker touches it again, and the sweep shows it to a person as `in_doubt`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import F, Q

from encours.channels import email, queries
from encours.channels.errors import (
    InsideTransactionError,
    PermanentWireError,
    SendingStateError,
    TemporaryWireError,
    WireError,
)
from encours.channels.models import Channel, Content, Delivery, Sending, State
from encours.channels.providers import CANCELED, POSTED, SUBMITTED, News, Receipt, advanced

BACK_OFF_MINUTES = (1, 5, 15, 60, 180, 360, 720)
# No fault of the message, and a person will hear of it: it waits as long as it takes.
WAITS = frozenset({"token_refused"})
DOUBT_AFTER = timedelta(minutes=15)
CODE_LENGTH, RECEIPT_LENGTH = 40, 500

Guard = Callable[[], str | None]
Inside = Callable[[], AbstractContextManager[object]]


class Transport(Protocol):
    """Whatever can carry bytes to a recipient."""

    def send(self, content: bytes, sender: str, recipient: str) -> str | Receipt:
        """Carry the bytes and return the other side's receipt, or raise the `WireError` that fits."""


def reserve(
    organization_id: int,
    key: str,
    *,
    channel: Channel,
    recipient: str,
    content: bytes,
    media_type: str,
    now: datetime,
    sender: str = "",
    subject: str = "",
    message_id: str = "",
    token: str = "",
    options: dict[str, object] | None = None,
    provider: str = "",
    price: Decimal | None = None,
) -> Sending:
    """Keep a message under its key, to leave later; a key that is already taken gives back what took it.

    Call it in the transaction of the fact that makes the message necessary.
    """
    taken = queries.sending_of(organization_id, key)
    if taken is not None:
        return taken
    digest = hashlib.sha256(content).hexdigest()
    Content.objects.bulk_create(
        [Content(organization_id=organization_id, sha256=digest, media_type=media_type, body=content)],
        ignore_conflicts=True,
    )
    row = Sending(
        organization_id=organization_id,
        key=key,
        channel=channel,
        recipient=recipient,
        sender=sender,
        subject=subject,
        message_id=message_id,
        token=token,
        options=options or {},
        provider=provider,
        price=price,
        content_hash=digest,
        size=len(content),
        reserved_at=now,
        next_attempt_at=now,
    )
    Sending.objects.bulk_create([row], ignore_conflicts=True)
    return Sending.objects.get(organization_id=organization_id, key=key)


def reserve_email(
    organization_id: int, message: email.Message, now: datetime, *, options: dict[str, object] | None = None
) -> Sending:
    """Compose an e-mail and keep it under its key; its recipient comes first, those in copy after it."""
    return reserve(
        organization_id,
        message.key,
        channel=Channel.EMAIL,
        recipient=", ".join(email.address(one) for one in (message.recipient, *message.copies)),
        sender=email.address(message.envelope or message.sender),
        token=message.token,
        options=options,
        subject=message.subject,
        message_id=email.message_id(message.key, message.sender),
        content=email.build(message),
        media_type="message/rfc822",
        now=now,
    )


def deliver(
    sending_id: int, transport: Transport, *, now: datetime, guard: Guard, inside: Inside = transaction.atomic
) -> Sending:
    """Claim a sending, ask the guard once more, put it on the wire and record what came of it.

    The guard answers nothing, or the code of the reason to hold the message. `inside` opens a transaction
    that sees the organization. A sending that is not due, or that somebody else holds, comes back untouched.
    """
    if connection.in_atomic_block:
        raise InsideTransactionError("A delivery commits twice by itself: call it outside any transaction.")
    with inside():
        attempt = _claim(sending_id, now)
        claimed = queries.sending(sending_id)
        content = queries.content_of(claimed) if attempt else None
    if not attempt:
        return claimed
    if content is None or hashlib.sha256(content).hexdigest() != claimed.content_hash:
        return _record(claimed, inside, now, state=State.FAILED, error_code="content_lost")
    try:
        with inside():
            reason = guard()
    except Exception:
        _postpone(claimed, inside, now, TemporaryWireError("guard_failed"))
        raise
    if reason:
        return _record(claimed, inside, now, state=State.CANCELED, error_code=reason[:CODE_LENGTH])
    return _carry(claimed, content, transport, inside, now)


def _claim(sending_id: int, now: datetime) -> bool:
    """Take a sending that is due: of any number of workers, one succeeds."""
    return bool(
        Sending.objects.filter(pk=sending_id, state=State.RESERVED, next_attempt_at__lte=now).update(
            state=State.SENDING,
            started_at=now,
            finished_at=None,
            attempts=F("attempts") + 1,
            error_code="",
            error="",
        )
    )


def _carry(claimed: Sending, content: bytes, transport: Transport, inside: Inside, now: datetime) -> Sending:
    try:
        receipt = transport.send(content, claimed.sender, claimed.recipient)
    except TemporaryWireError as fault:
        return _postpone(claimed, inside, now, fault)
    except PermanentWireError as fault:
        return _record(claimed, inside, now, state=State.FAILED, error_code=fault.code, error=fault.message)
    except WireError as fault:
        return _record(claimed, inside, now, state=State.IN_DOUBT, error_code=fault.code, error=fault.message)
    except Exception as error:
        # An unforeseen fault says nothing about what left.
        _record(claimed, inside, now, state=State.IN_DOUBT, error_code="unforeseen", error=repr(error))
        raise
    return _record(claimed, inside, now, state=State.SENT, **_receipt_facts(claimed, receipt))


def _receipt_facts(claimed: Sending, receipt: str | Receipt) -> dict[str, Any]:
    """Return what a receipt says, to be kept: a provider's own number, its price, its very words."""
    if isinstance(receipt, str):
        return {"provider_id": receipt[:RECEIPT_LENGTH]}
    facts: dict[str, Any] = {
        "provider": receipt.provider,
        "provider_id": receipt.provider_id[:RECEIPT_LENGTH],
        "delivery": SUBMITTED,
        "options": {**claimed.options, "test": receipt.test, "receipt": dict(receipt.raw)},
    }
    return facts if receipt.price is None else {**facts, "price": receipt.price}


def _postpone(claimed: Sending, inside: Inside, now: datetime, fault: TemporaryWireError) -> Sending:
    """Put a sending that did not leave back in line, later each time; after the last delay it has failed."""
    if claimed.attempts > len(BACK_OFF_MINUTES) and fault.code not in WAITS:
        return _record(claimed, inside, now, state=State.FAILED, error_code=fault.code, error=fault.message)
    wait = timedelta(minutes=BACK_OFF_MINUTES[min(claimed.attempts, len(BACK_OFF_MINUTES)) - 1])
    return _record(
        claimed,
        inside,
        now,
        state=State.RESERVED,
        next_attempt_at=now + wait,
        error_code=fault.code,
        error=fault.message,
    )


def _record(claimed: Sending, inside: Inside, now: datetime, *, state: State, **facts: object) -> Sending:
    """Write what came of an attempt, unless a person has decided or another attempt has begun meanwhile.

    A worker slower than the sweep still knows the truth, so it settles the doubt about its own attempt.
    """
    # PostgreSQL keeps no NUL, and a strange answer must not stop us from recording it.
    facts = {name: fact.replace("\0", "") if isinstance(fact, str) else fact for name, fact in facts.items()}
    facts.setdefault("error_code", "")
    finished_at = None if state == State.RESERVED else now
    with inside():
        Sending.objects.filter(
            pk=claimed.pk, attempts=claimed.attempts, state__in=[State.SENDING, State.IN_DOUBT]
        ).update(state=state, finished_at=finished_at, **facts)
        return queries.sending(claimed.pk)


def sweep(organization_id: int, now: datetime, *, after: timedelta = DOUBT_AFTER) -> list[Sending]:
    """Put in doubt the sendings whose worker never said what became of them, and return them."""
    with transaction.atomic():
        lost = list(
            Sending.objects.select_for_update(skip_locked=True)
            .filter(organization_id=organization_id, state=State.SENDING, started_at__lte=now - after)
            .order_by("pk")
        )
        for sending in lost:
            sending.state, sending.error_code = State.IN_DOUBT, "interrupted"
        Sending.objects.bulk_update(lost, ["state", "error_code"], batch_size=500)
    return lost


def confirm_sent(sending_id: int, now: datetime) -> Sending:
    """Take a person's word that it left: a doubtful message that arrived, or a letter posted by hand."""
    posted = Q(state=State.RESERVED, channel=Channel.LETTER)
    return _decide(
        sending_id,
        Q(state=State.IN_DOUBT) | posted,
        state=State.SENT,
        finished_at=now,
        error_code="",
        error="",
    )


def send_again(sending_id: int, now: datetime) -> Sending:
    """Put a message back in line because a person decided it.

    They accept that a doubtful one may arrive twice, or they have corrected what made it fail.
    """
    allowed = Q(state__in=[State.IN_DOUBT, State.FAILED])
    return _decide(sending_id, allowed, state=State.RESERVED, next_attempt_at=now, finished_at=None)


def cancel(sending_id: int, now: datetime, *, reason: str = "canceled_by_person") -> Sending:
    """Keep a message that has not begun to leave from leaving."""
    allowed = Q(state=State.RESERVED)
    return _decide(sending_id, allowed, state=State.CANCELED, finished_at=now, error_code=reason)


def _decide(sending_id: int, allowed: Q, **facts: object) -> Sending:
    with transaction.atomic():
        changed = Sending.objects.filter(allowed, pk=sending_id).update(**facts)
        found = queries.sending(sending_id)
    if not changed:
        raise SendingStateError(f"The sending {sending_id} is {found.state}: this cannot be done to it now.")
    return found


@transaction.atomic
def keep_news(
    sending_id: int, told: Iterable[News], now: datetime, proofs: Mapping[str, tuple[bytes, str]]
) -> list[News]:
    """Keep what is told of a sending, each thing once and its proof with it, and return what was new.

    What comes with a proof that could not be fetched is left for the next look.
    """
    sending = Sending.objects.select_for_update().get(pk=sending_id)
    known = set(sending.deliveries.values_list("status", "happened_at"))
    statuses = {status for status, _ in known}
    fresh = [
        news
        for news in told
        if (news.status, news.happened_at) not in known
        and (news.happened_at is not None or news.status not in statuses)
        and (not news.proof_address or news.proof_address in proofs)
    ]
    for news in fresh:
        _keep_one(sending, news, now, proofs.get(news.proof_address))
        sending.options = {**sending.options, **news.facts}
        if advanced(sending.delivery, [news.status]) != sending.delivery:
            sending.delivery, sending.delivery_at = news.status, news.happened_at or now
    if fresh:
        sending.save(update_fields=["delivery", "delivery_at", "options"])
    return fresh


def _keep_one(sending: Sending, news: News, now: datetime, proof: tuple[bytes, str] | None) -> None:
    content, media_type = proof or (b"", "")
    digest = hashlib.sha256(content).hexdigest() if content else ""
    if digest:
        Content.objects.bulk_create(
            [
                Content(
                    organization_id=sending.organization_id,
                    sha256=digest,
                    media_type=media_type,
                    body=content,
                )
            ],
            ignore_conflicts=True,
        )
    row = Delivery(
        organization_id=sending.organization_id,
        sending=sending,
        status=news.status,
        happened_at=news.happened_at or now,
        told_at=now,
        detail=news.detail[:500],
        raw=dict(news.raw),
        proof_kind=news.proof_kind if digest else "",
        proof_hash=digest,
    )
    Delivery.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def settle_doubt(sending_id: int, receipt: Receipt | None, now: datetime) -> Sending:
    """Keep what the provider itself says of a doubtful sending: it has it, or it knows of none.

    That it knows of none proves nothing: the sending stays in doubt, and is shown with this word.
    """
    found = Sending.objects.select_for_update().get(pk=sending_id)
    if found.state == State.IN_DOUBT:
        facts: dict[str, Any] = {"error_code": "provider_unaware", "error": ""}
        if receipt is not None:
            settled = {
                "state": State.SENT,
                "finished_at": found.started_at or now,
                "error_code": "",
                "error": "",
            }
            facts = {**_receipt_facts(found, receipt), **settled}
        Sending.objects.filter(pk=sending_id).update(**facts)
    return queries.sending(sending_id)


def look_again(sending_ids: Iterable[int], at: datetime) -> None:
    """Say when these sendings are to be asked about again."""
    Sending.objects.filter(pk__in=list(sending_ids)).update(next_attempt_at=at)


@transaction.atomic
def keep_posted(sending_id: int, now: datetime, *, number: str = "") -> Sending:
    """Take a person's word that a letter was posted, with the number the post gave it."""
    found = confirm_sent(sending_id, now)
    found.delivery, found.delivery_at = POSTED, now
    found.options = {**found.options, **({"tracking_number": number} if number else {})}
    found.save(update_fields=["delivery", "delivery_at", "options"])
    _keep_one(found, News(POSTED, now, number), now, None)
    return found


@transaction.atomic
def keep_recalled(sending_id: int, now: datetime) -> Sending:
    """Keep that a carrier gave a message up before it left."""
    carried = Q(state=State.SENT) & ~Q(provider="")
    return _decide(
        sending_id,
        carried,
        state=State.CANCELED,
        finished_at=now,
        error_code="canceled_by_person",
        delivery=CANCELED,
        delivery_at=now,
    )


def keep_unposted(sending_id: int) -> Sending:
    """Take back the word that a letter was posted."""
    posted = Q(state=State.SENT, channel=Channel.LETTER, provider="")
    found = _decide(sending_id, posted, state=State.RESERVED, finished_at=None, delivery="", delivery_at=None)
    found.deliveries.filter(status=POSTED).delete()
    return found
