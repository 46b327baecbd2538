"""What a mail server does decides what may be done next, and only an unanswered final dot leaves doubt."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from tests.channels.postman import Postman, hang_up, slowly

from encours.channels import email
from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError, WireError
from encours.channels.smtp import SmtpTransport, _stuffed

CONTENT = email.build(
    email.Message(
        key="reminder-1",
        sender="recouvrement@morel.example",
        recipient="compta@durand.example",
        subject="Relance",
        text="Bonjour,\n.\n..\nCeci est une relance.\n",
        written_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )
)
Start = Callable[..., Postman]


def send(port: int, **options: object) -> str:
    transport = SmtpTransport("127.0.0.1", port, "none", timeout=1.0, **options)
    return transport.send(CONTENT, "recouvrement@morel.example", "compta@durand.example")


def fault(port: int, **options: object) -> WireError:
    with pytest.raises(WireError) as caught:
        send(port, **options)
    return caught.value


def test_what_arrives_is_what_was_written(mail_server: Start) -> None:
    postman = mail_server()
    assert send(postman.port) == "queued as Q42"
    (envelope,) = postman.received
    assert envelope.original_content == CONTENT
    assert envelope.mail_from == "recouvrement@morel.example"
    assert envelope.rcpt_tos == ["compta@durand.example"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("MAIL", "sender_refused"), ("RCPT", "recipient_refused"), ("DATA", "message_refused")],
)
def test_a_passing_refusal_may_be_tried_again(mail_server: Start, command: str, code: str) -> None:
    postman = mail_server({command: "451 come back later"})
    error = fault(postman.port)
    assert (type(error), error.code) == (TemporaryWireError, code)
    assert error.message == "451 come back later"
    assert postman.received == []


@pytest.mark.parametrize(
    ("command", "code"),
    [("MAIL", "sender_refused"), ("RCPT", "recipient_refused"), ("DATA", "message_refused")],
)
def test_a_lasting_refusal_may_not(mail_server: Start, command: str, code: str) -> None:
    postman = mail_server({command: "550 5.1.1 no such user"})
    error = fault(postman.port)
    assert (type(error), error.code, error.message) == (PermanentWireError, code, "550 5.1.1 no such user")


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_line_cut_before_the_message_is_safe(mail_server: Start, command: str) -> None:
    error = fault(mail_server({command: hang_up}).port)
    assert (type(error), error.code) == (TemporaryWireError, "connection_lost")


def test_a_line_cut_after_the_message_leaves_doubt(mail_server: Start) -> None:
    postman = mail_server({"DATA": hang_up})
    error = fault(postman.port)
    assert (type(error), error.code) == (DoubtfulWireError, "no_answer")
    assert len(postman.received) == 1


def test_an_answer_too_late_leaves_doubt(mail_server: Start) -> None:
    postman = mail_server({"DATA": slowly(1.5)})
    assert type(fault(postman.port)) is DoubtfulWireError


def test_an_answer_too_late_before_the_message_is_safe(mail_server: Start) -> None:
    assert type(fault(mail_server({"MAIL": slowly(1.5)}).port)) is TemporaryWireError


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert fault(port).code == "connection_refused"


def test_no_such_server() -> None:
    with pytest.raises(TemporaryWireError) as caught:
        SmtpTransport("mail.invalid", timeout=5).check_connection()
    assert caught.value.code in {"host_unknown", "no_answer_in_time"}


@contextmanager
def a_script(*lines: bytes, cut_in_body: bool = False) -> Iterator[int]:
    """Serve one connection that answers with these lines, one for each line it hears."""

    def serve() -> None:
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as heard:
            for place, line in enumerate(lines):
                if place:
                    heard.readline()
                peer.sendall(line)
            if cut_in_body:
                heard.readline()
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            while heard.readline() not in {b".\r\n", b""}:
                pass
            peer.sendall(b"what was that?\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


HELLO = (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n")


def test_a_server_that_does_not_want_the_message_yet() -> None:
    with a_script(*HELLO, b"250 no thanks\r\n") as port:
        assert fault(port).code == "answer_unclear"


def test_an_answer_that_means_nothing_after_the_message_leaves_doubt() -> None:
    with a_script(*HELLO, b"354 go on\r\n") as port:
        assert type(fault(port)) is DoubtfulWireError


def test_a_line_cut_in_the_middle_of_a_large_message_is_safe() -> None:
    large = CONTENT + b"x" * 20_000_000
    with a_script(*HELLO, b"354 go on\r\n", cut_in_body=True) as port, pytest.raises(WireError) as caught:
        SmtpTransport("127.0.0.1", port, "none", timeout=5).send(large, "a@b.example", "c@d.example")
    assert type(caught.value) is TemporaryWireError


def test_a_greeting_of_refusal() -> None:
    with a_script(b"554 go away\r\n") as port:
        assert fault(port).code == "connection_refused"


def test_a_message_too_large_is_not_even_offered(mail_server: Start) -> None:
    error = fault(mail_server(data_size_limit=100).port)
    assert (type(error), error.code) == (PermanentWireError, "message_too_large")


def sign_in(
    _server: object, _session: object, _envelope: object, _mechanism: str, data: object
) -> AuthResult:
    right = (data.login, data.password) == (b"morel", b"right")
    return AuthResult(success=right, handled=False)


def test_signing_in(mail_server: Start) -> None:
    postman = mail_server(authenticator=sign_in, auth_require_tls=False)
    assert send(postman.port, user="morel", password="right") == "queued as Q42"
    error = fault(postman.port, user="morel", password="wrong")
    assert (type(error), error.code) == (TemporaryWireError, "sign_in_refused")
    assert "right" not in repr(SmtpTransport("h", user="morel", password="right"))


def test_a_password_never_travels_in_clear_past_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.channels.smtp.LOOPBACK", ())
    with a_script(b"220 hello\r\n", b"250 hello\r\n") as port:
        assert fault(port, user="morel", password="right").code == "password_unprotected"


def test_security_that_the_server_does_not_offer(mail_server: Start) -> None:
    port = mail_server().port
    with pytest.raises(TemporaryWireError) as caught:
        SmtpTransport("127.0.0.1", port, "starttls", timeout=1).check_connection()
    assert caught.value.code == "security_unsupported"
    with pytest.raises(TemporaryWireError) as caught:
        SmtpTransport("127.0.0.1", port, "tls", timeout=1).check_connection()
    assert caught.value.code in {"security_unsupported", "no_answer_in_time"}


def test_checking_the_connection_sends_nothing(mail_server: Start) -> None:
    postman = mail_server()
    assert SmtpTransport("127.0.0.1", postman.port, "none").check_connection()
    assert postman.received == []


def test_starttls_and_tls(mail_server: Start, certificate: Path) -> None:
    there = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    there.load_cert_chain(certificate)
    here = ssl.create_default_context(cafile=certificate)
    here.verify_flags &= ~ssl.VERIFY_X509_STRICT
    upgraded = mail_server(tls_context=there, require_starttls=True)
    assert (
        SmtpTransport("127.0.0.1", upgraded.port, "starttls", context=here).send(
            CONTENT, "a@b.example", "c@d.example"
        )
        == "queued as Q42"
    )
    secured = mail_server(ssl_context=there)
    SmtpTransport("127.0.0.1", secured.port, "tls", context=here).send(CONTENT, "a@b.example", "c@d.example")
    assert len(upgraded.received) == len(secured.received) == 1


def test_a_stranger_certificate_is_refused(mail_server: Start, certificate: Path) -> None:
    there = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    there.load_cert_chain(certificate)
    postman = mail_server(tls_context=there)
    with pytest.raises(TemporaryWireError) as caught:
        SmtpTransport("127.0.0.1", postman.port, "starttls").check_connection()
    assert caught.value.code == "certificate_refused"


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\nb", b"a\r\nb\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a\r.b\r\n", b"a\r\n..b\r\n"),
        (b"", b"\r\n"),
        (b"\r\n.\r\nMAIL FROM:<x>\r\n", b"\r\n..\r\nMAIL FROM:<x>\r\n"),
    ],
)
def test_no_line_of_a_message_can_end_it(content: bytes, wire: bytes) -> None:
    assert _stuffed(content) == wire
