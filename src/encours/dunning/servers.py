"""The mail servers by which senders write, and what opens them: a password, or a token that is kept fresh."""

from dataclasses import dataclass
from datetime import datetime

from encours.accounts import tenancy
from encours.accounts.actions import sender_password
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import Sender
from encours.channels.actions import Transport
from encours.channels.errors import TemporaryWireError, WireError
from encours.channels.models import Sending
from encours.channels.smtp import Security, SmtpTransport
from encours.dunning import grants
from encours.dunning.actions import grants as granting
from encours.dunning.outbox import SENDER_OPTION

SECURITIES: dict[str, Security] = {"none": "none", "starttls": "starttls", "tls": "tls"}


@dataclass(frozen=True, slots=True)
class TokenTransport:
    """A mail server that is shown a token, and what becomes of a token that it refuses."""

    server: SmtpTransport
    sender: Sender
    now: datetime

    def send(self, content: bytes, sender: str, recipient: str) -> str:
        """Carry the bytes and return the server's receipt."""
        try:
            return self.server.send(content, sender, recipient)
        except TemporaryWireError as fault:
            if fault.code == "token_refused":
                with tenancy.inside(self.sender.organization_id):
                    granting.note_refusal(self.sender, self.server.token, fault.message, now=self.now)
            raise


def obstacle(sender: Sender, now: datetime) -> str:
    """Return why nothing can leave by a sender before somebody acts, or nothing; asks no one."""
    if grants.by_token(sender):
        return "sender_unauthorized" if grants.hindrance(sender, now) else ""
    try:
        sender_password(sender)
    except SenderPasswordLostError:
        return "sender_missing"
    return ""


def server_of(
    sender: Sender, now: datetime, *, patience: float = 30.0, trying: bool = False
) -> SmtpTransport:
    """Return the mail server of a sender with what opens it, or raise what keeps it shut."""
    if grants.by_token(sender):
        place = grants.server_of(sender)
        token = granting.access(sender, now=now, trying=trying)
        return SmtpTransport(
            place.host, place.port, place.security, sender.username, token=token, timeout=patience
        )
    return SmtpTransport(
        host=sender.host,
        port=sender.port,
        security=SECURITIES[sender.security],
        user=sender.username,
        password=sender_password(sender),
        timeout=patience,
    )


def transport_of(sending: Sending, now: datetime) -> Transport | None:
    """Return the way out of a message: that of the sender it was written for, whatever was set since.

    Nothing while it is shut: the message waits, and none of its attempts is spent.
    """
    number = sending.options.get(SENDER_OPTION)
    sender = Sender.objects.filter(organization_id=sending.organization_id, pk=number).first()
    if sender is None:
        return None
    try:
        server = server_of(sender, now)
    except (SenderPasswordLostError, WireError):
        return None
    return TokenTransport(server, sender, now) if server.token else server
