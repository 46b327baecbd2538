"""A mail server that behaves as a test tells it to."""
# ruff: noqa: N802, ARG002 - aiosmtpd calls these by name, with all it knows

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | Callable[[SMTP], str]


@dataclass
class Postman:
    """Keeps what arrives and answers each command as it was told to."""

    answers: dict[str, Answer] = field(default_factory=dict)
    received: list[Envelope] = field(default_factory=list)
    port: int = 0

    def _answer(self, command: str, server: SMTP, default: str) -> str:
        answer = self.answers.get(command, default)
        return answer(server) if callable(answer) else answer

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL", server, "250 OK")
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT", server, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA", server, "250 queued as Q42")
        if answer.startswith("2"):
            self.received.append(envelope)
        return answer


def hang_up(server: SMTP) -> str:
    """Cut the line instead of answering, the message taken or not."""
    server.transport.abort()
    return "250 nobody hears this"


def slowly(seconds: float) -> Answer:
    """Answer, but too late."""

    def answer(server: SMTP) -> str:
        time.sleep(seconds)
        return "250 at last"

    return answer
