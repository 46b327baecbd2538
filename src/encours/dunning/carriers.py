"""Who carries the messages of an organization: its provider of texts, its provider of letters, or a person."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from encours.accounts.actions import provider_secrets
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import Organization, ProviderAccount
from encours.channels import mysendingbox, ovh
from encours.channels.actions import Transport
from encours.channels.models import Channel, Sending
from encours.channels.mysendingbox import MySendingBox
from encours.channels.ovh import Ovh
from encours.channels.providers import Carriage, Parcel, Provider, Rehearsal
from encours.channels.queries import content_of
from encours.dunning import letters, servers
from encours.dunning.models import Reminder

PROVIDERS = {Channel.SMS: "ovh", Channel.LETTER: "mysendingbox"}
ADDRESSES = {"ovh": ovh.BASE, "mysendingbox": mysendingbox.BASE}
COMPANIES = {"ovh": "OVHcloud", "mysendingbox": "MySendingBox"}
ALL, REGISTERED_ONLY, NONE = "all", "registered", "none"


def account_of(organization: Organization | int, channel: str) -> ProviderAccount | None:
    """Return the account that carries a channel, if the organization has one."""
    number = organization if isinstance(organization, int) else organization.pk
    return ProviderAccount.objects.filter(organization_id=number, channel=channel).first()


def letter_account(reminder: Reminder) -> ProviderAccount | None:
    """Return the account that prints and posts this letter; nothing when a person does."""
    account = account_of(reminder.organization_id, Channel.LETTER)
    carried = account.options.get("carry", ALL) if account else NONE
    return (
        account if carried == ALL or (carried == REGISTERED_ONLY and letters.registered(reminder)) else None
    )


def provider_of(account: ProviderAccount, *, really: bool = False) -> Provider | None:
    """Return the provider of an account; in test mode one that opens no connection, unless it is itself tried.

    Nothing when its secrets can no longer be read.
    """
    if account.test_mode and not really:
        return Rehearsal(account.provider)
    try:
        secrets = provider_secrets(account)
    except SenderPasswordLostError:
        return None
    base = (account.base_url or ADDRESSES[account.provider]).rstrip("/")
    options = account.options
    if account.provider == "ovh":
        return Ovh(
            application_key=str(options.get("application_key", "")),
            application_secret=secrets.get("application_secret", ""),
            consumer_key=secrets.get("consumer_key", ""),
            service=str(options.get("service", "")),
            base=base,
            credit_price=_decimal(options.get("credit_price")),
            stop_clause=bool(options.get("stop_clause")),
        )
    return MySendingBox(
        key=secrets.get("key", ""),
        base=base,
        color=bool(options.get("color")),
        address_page=bool(options.get("address_page")),
    )


def transport_of(sending: Sending, now: datetime) -> Transport | None:
    """Return the way out of a sending: its mail server, or its provider with the key it will be known by."""
    if sending.channel == Channel.EMAIL:
        return servers.transport_of(sending, now)
    provider = provider_for(sending)
    return Carriage(provider, key_of(sending), sending.options) if provider else None


def provider_for(sending: Sending) -> Provider | None:
    """Return the provider a sending was written for; what was written in test mode stays in it.

    Nothing while that provider is in test mode itself: a rehearsal must neither take what was written to leave
    nor say that what left has arrived.
    """
    if sending.options.get("rehearsed"):
        return Rehearsal(sending.provider)
    account = account_of(sending.organization_id, sending.channel)
    if account is None or account.test_mode or account.provider != sending.provider:
        return None
    return provider_of(account)


def key_of(sending: Sending) -> str:
    """Return the key of a sending at its provider, which may carry for several organizations."""
    return f"{sending.organization_id}-{sending.key}"


def parcel_of(sending: Sending) -> Parcel:
    """Return a sending as it was handed over."""
    return Parcel(content_of(sending) or b"", sending.sender, sending.recipient, sending.options)


def _decimal(text: object) -> Decimal | None:
    try:
        return Decimal(str(text)) if text else None
    except InvalidOperation:
        return None
