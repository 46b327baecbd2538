"""Asks carriers what became of what they took: news, proofs, doubts, and the texts that came back."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from encours.accounts import tenancy
from encours.accounts.models import Organization, User
from encours.channels import actions as channels
from encours.channels.errors import WireError
from encours.channels.models import Channel, Sending, State
from encours.channels.providers import ACCEPTED, SUBMITTED, News, Provider, TextProvider
from encours.channels.queries import followed_sendings
from encours.dunning import carriers
from encours.dunning.actions import carriage, outcomes
from encours.dunning.errors import CarrierSilentError, LetterGoneError, ReminderStateError
from encours.dunning.models import Reminder, ReminderState

logger = logging.getLogger("encours.dunning")
AT_ONCE = 200
SILENCES_IN_A_ROW = 3
# Texts that came back are looked for over these days, so that a worker that stood still misses none.
INCOMING_SINCE = timedelta(days=14)
# A provider may be slow to list what it took: until then its ignorance says nothing.
IGNORANCE_COUNTS_AFTER = timedelta(minutes=30)

# What a carrier says of a letter while it can still be stopped.
BEFORE_PRINTING = ("", SUBMITTED, ACCEPTED)


@dataclass
class TrackingSummary:
    """What one look at the carriers brought."""

    asked: int = 0
    news: int = 0
    settled: int = 0
    texts: int = 0
    opted_out: int = 0


def waiting(organization_id: int, now: datetime) -> bool:
    """Tell whether a carrier has to be asked about something; call it inside the organization."""
    account = carriers.account_of(organization_id, Channel.SMS)
    return (account is not None and not account.test_mode) or followed_sendings(organization_id, now).exists()


def follow(organization_id: int, now: datetime) -> TrackingSummary:
    """Ask every carrier about what is on its way, is in doubt or came back; call it outside any transaction.

    A carrier that does not answer three times in a row is left alone until the next look.
    """
    summary = TrackingSummary()
    with tenancy.inside(organization_id):
        sendings = list(followed_sendings(organization_id, now)[:AT_ONCE])
    silent: dict[str, int] = {}
    for sending in sendings:
        if silent.get(sending.provider, 0) >= SILENCES_IN_A_ROW:
            continue
        try:
            _look(sending, now, summary)
            silent[sending.provider] = 0
        except WireError as fault:
            logger.info("%s says nothing of %s: %s", sending.provider, sending.key, fault.code)
            silent[sending.provider] = silent.get(sending.provider, 0) + 1
        with tenancy.inside(organization_id):
            carriage.look_later(sending, now)
    _take_texts(organization_id, now, summary)
    return summary


def recallable(reminder: Reminder, sending: Sending | None) -> bool:
    """Tell whether a letter is at its carrier and, as far as is known, not printed yet."""
    return (
        sending is not None
        and reminder.state == ReminderState.SENT
        and sending.channel == Channel.LETTER
        and sending.state == State.SENT
        and bool(sending.provider)
        and sending.delivery in BEFORE_PRINTING
    )


def recall(reminder: Reminder, *, by: User, now: datetime) -> Reminder:
    """Ask a carrier to stop a letter; it then waits here to be confirmed, rewritten or skipped."""
    sending = Sending.objects.filter(pk=reminder.sending_id or 0).first()
    waiting = Reminder.objects.filter(
        organization_id=reminder.organization_id,
        customer_id=reminder.customer_id,
        state__in=[ReminderState.DRAFTED, ReminderState.CONFIRMED],
    )
    if sending is None or not recallable(reminder, sending) or waiting.exists():
        raise ReminderStateError
    provider = carriers.provider_for(sending)
    try:
        stopped = provider is not None and provider.cancel(sending.provider_id)
    except WireError as fault:
        raise CarrierSilentError from fault
    if not stopped:
        raise LetterGoneError
    return outcomes.keep_recalled(reminder, by=by, now=now)


def _look(sending: Sending, now: datetime, summary: TrackingSummary) -> None:
    with tenancy.inside(sending.organization_id):
        provider = carriers.provider_for(sending)
    if provider is None:
        return
    summary.asked += 1
    if sending.state == State.IN_DOUBT:
        _settle(provider, sending, now, summary)
        return
    told = provider.poll(sending.provider_id)
    proofs = _proofs(provider, sending, told)
    with tenancy.inside(sending.organization_id):
        fresh = channels.keep_news(sending.pk, told, now, proofs)
        carriage.keep_delivery(Sending.objects.get(pk=sending.pk), fresh, now)
    summary.news += len(fresh)


def _settle(provider: Provider, sending: Sending, now: datetime, summary: TrackingSummary) -> None:
    """Look a doubtful sending up at the provider by its key: what it has, left; what it has not is a person's."""
    with tenancy.inside(sending.organization_id):
        parcel = carriers.parcel_of(sending)
    receipt = provider.find(parcel, carriers.key_of(sending))
    young = sending.started_at is not None and now - sending.started_at < IGNORANCE_COUNTS_AFTER
    if receipt is None and young:
        return
    with tenancy.inside(sending.organization_id):
        settled = channels.settle_doubt(sending.pk, receipt, now)
    summary.settled += settled.state == State.SENT


def _proofs(provider: Provider, sending: Sending, told: list[News]) -> dict[str, tuple[bytes, str]]:
    """Fetch the proofs that are not kept yet; one that cannot be had now is fetched at the next look."""
    with tenancy.inside(sending.organization_id):
        kept = set(sending.deliveries.values_list("status", "happened_at"))
    found = {}
    for news in told:
        if news.proof_address and (news.status, news.happened_at) not in kept:
            try:
                found[news.proof_address] = provider.proof(news.proof_address)
            except WireError as fault:
                logger.info("A proof of %s could not be fetched: %s", sending.key, fault.code)
    return found


def _take_texts(organization_id: int, now: datetime, summary: TrackingSummary) -> None:
    with tenancy.inside(organization_id):
        account = carriers.account_of(organization_id, Channel.SMS)
        provider = carriers.provider_of(account) if account else None
        known = carriage.texts_known(organization_id)
    if account is None or account.test_mode or provider is None:
        return
    texts: TextProvider = provider  # type: ignore[assignment]  # every provider of texts hears answers
    try:
        incoming, closed = texts.incoming(now - INCOMING_SINCE, known), texts.opted_out()
    except WireError as fault:
        logger.info("%s brings no answers: %s", account.provider, fault.code)
        return
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        summary.texts = sum(carriage.keep_text(organization, one, now) is not None for one in incoming)
        summary.opted_out = carriage.opt_out(organization, closed, now)
