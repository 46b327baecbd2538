"""Carries e-mails to a mail server and tells exactly how far they came."""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError, WireError

Security = Literal["none", "starttls", "tls"]
READY_FOR_DATA = 354
LASTING = 500
LOOPBACK = ("localhost", "127.0.0.1", "::1")
FAULTS: dict[type[Exception], str] = {
    smtplib.SMTPNotSupportedError: "security_unsupported",
    ssl.SSLError: "security_unsupported",
    socket.gaierror: "host_unknown",
    ConnectionRefusedError: "connection_refused",
    TimeoutError: "no_answer_in_time",
}
"""What the faults of a connection are called, the more precise first."""


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """One mail server, how to reach it and as whom."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    timeout: float = 30.0
    context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    def send(self, content: bytes, sender: str, recipient: str) -> str:
        """Hand a message to the server and return its receipt; those in copy stand after the recipient.

        Until the final dot has left, the server cannot have taken the message: any fault may be retried.
        After it, only the server's answer says what happened; without one the message is in doubt.
        """
        with self._session() as server:
            with _before_the_dot():
                self._offer(server, len(content), sender, recipient)
                server.send(_stuffed(content))
            try:
                server.send(b".\r\n")
                code, words = server.getreply()
            except (OSError, smtplib.SMTPException) as error:
                raise DoubtfulWireError("no_answer", str(error)) from error
            _judge(code, words, "message_refused", DoubtfulWireError)
            return _text(words)

    def check_connection(self) -> str:
        """Reach the server, secure the line, sign in, return how the server presents itself; send nothing."""
        with self._session() as server, _before_the_dot():
            _judge(*server.noop(), "connection_lost", TemporaryWireError)
            return _text(server.ehlo_resp or server.helo_resp or b"").partition("\n")[0]

    @contextlib.contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        with _before_the_dot():
            server = self._connect()
        try:
            with _before_the_dot():
                self._secure(server)
            yield server
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = self.context or ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            code, words = server.starttls(context=self.context or ssl.create_default_context())
            _judge(code, words, "security_unsupported", TemporaryWireError)
            server.ehlo_or_helo_if_needed()
        if self.user:
            if self.security == "none" and self.host not in LOOPBACK:
                raise TemporaryWireError("password_unprotected")
            if self.token:
                self._show_token(server)
            else:
                server.login(self.user, self.password)

    def _show_token(self, server: smtplib.SMTP) -> None:
        """Sign in by XOAUTH2; a refusal comes with a question whose only answer is an empty line."""
        said = sasl(self.user, self.token)
        try:
            server.auth("XOAUTH2", lambda asked=None: said if asked is None else "")
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < LASTING:
                raise
            words = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise TemporaryWireError("token_refused", words) from None

    def _offer(self, server: smtplib.SMTP, size: int, sender: str, recipient: str) -> None:
        options = []
        if server.has_extn("size"):
            limit = server.esmtp_features["size"].strip()
            if limit.isdigit() and 0 < int(limit) < size:
                raise PermanentWireError("message_too_large", f"{size} > {limit}")
            options.append(f"SIZE={size}")
        _judge(*server.mail(sender, options), "sender_refused", TemporaryWireError)
        first, *copies = recipient.split(", ")
        _judge(*server.rcpt(first), "recipient_refused", TemporaryWireError)
        for copy in copies:
            # A colleague's wrong address must not keep a debtor from being written to.
            server.rcpt(copy)
        code, words = server.docmd("DATA")
        _judge(code, words, "message_refused", TemporaryWireError)
        if code != READY_FOR_DATA:
            raise TemporaryWireError("answer_unclear", f"{code} {_text(words)}")


def sasl(user: str, token: str) -> str:
    """Return what the mechanism XOAUTH2 says to a mail server."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _judge(code: int, words: bytes, fault: str, otherwise: type[WireError]) -> None:
    """Let a 2xx or 3xx answer pass; 4xx may be tried again, 5xx may not, the caller names anything else."""
    said = f"{code} {_text(words)}"
    if 200 <= code < 400:  # noqa: PLR2004 - the classes of RFC 5321 §4.2.1
        return
    if 400 <= code < 500:  # noqa: PLR2004
        raise TemporaryWireError(fault, said)
    if 500 <= code < 600:  # noqa: PLR2004
        raise PermanentWireError(fault, said)
    raise otherwise("answer_unclear", said)


def _text(words: bytes | str) -> str:
    return words if isinstance(words, str) else words.decode("utf-8", "replace")


def _stuffed(content: bytes) -> bytes:
    """Return the bytes as SMTP transmits them: CRLF lines, leading dots doubled."""
    lines = re.sub(rb"(?:\r\n|\n|\r(?!\n))", b"\r\n", content)
    doubled = re.sub(rb"(?m)^\.", b"..", lines)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


@contextlib.contextmanager
def _before_the_dot() -> Iterator[None]:
    """Turn the faults of a line on which no message was completed into something to try again."""
    try:
        yield
    except WireError:
        raise
    except smtplib.SMTPResponseException as error:
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
        signing_in = isinstance(error, smtplib.SMTPAuthenticationError)
        raise TemporaryWireError("sign_in_refused" if signing_in else "connection_refused", said) from error
    except ssl.SSLCertVerificationError as error:
        raise TemporaryWireError("certificate_refused", error.verify_message) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        codes = (code for kind, code in FAULTS.items() if isinstance(error, kind))
        raise TemporaryWireError(next(codes, "connection_lost"), str(error)) from error
