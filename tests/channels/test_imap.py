"""A mailbox is read from where it was left, changes nothing there, and whatever breaks off is taken up."""

import ssl
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.channels.imap_server import ImapServer, letter

from encours.channels import imap
from encours.channels.errors import WireError
from encours.channels.imap import Cursor, ImapAccount
from encours.channels.mime import parse

SINCE = date(2026, 11, 6)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    running = ImapServer().start()
    yield running
    running.stop()


def account(server: ImapServer, **changes: object) -> ImapAccount:
    known = {"host": "127.0.0.1", "port": server.port, "security": "none", "user": server.user}
    return ImapAccount(**{**known, "password": server.password, "timeout": 2.0, **changes})


def subjects(server: ImapServer, cursor: Cursor, **options: object) -> tuple[list[bytes], Cursor]:
    taken = list(imap.read(account(server), cursor, since=SINCE, **options))
    return [one.content.split(b"Subject: ")[1].split(b"\r\n")[0] for one in taken if one.content], (
        taken[-1].cursor if taken else cursor
    )


def test_new_messages_are_taken_once_and_nothing_is_marked(server: ImapServer) -> None:
    for number in (1, 2, 3):
        server.put(letter(f"m{number}"))
    found, cursor = subjects(server, Cursor())
    assert len(found) == 3
    assert cursor == Cursor(7, 3)
    assert subjects(server, cursor) == ([], cursor)
    server.put(letter("m4"))
    again, cursor = subjects(server, cursor)
    assert len(again) == 1
    assert cursor == Cursor(7, 4)
    assert not [
        said for said in server.commands if said.startswith(("SELECT", "STORE", "EXPUNGE", "UID STORE"))
    ]


def test_a_large_mailbox_is_read_from_a_date_on_and_in_portions(server: ImapServer) -> None:
    for number in range(1, 40):
        server.put(letter(f"old{number}"), date(2026, 1, 1))
    for number in range(1, 8):
        server.put(letter(f"new{number}"))
    counts, cursor = [], Cursor()
    for _ in range(4):
        found, cursor = subjects(server, cursor, limit=3)
        counts.append(len(found))
    assert counts == [3, 3, 1, 0]


def test_numbers_far_apart_are_found_in_few_questions(server: ImapServer) -> None:
    server.put(letter("first"))
    _, cursor = subjects(server, Cursor())
    server.put(letter("far"), uid=4_000_000_000)
    server.commands.clear()
    found, cursor = subjects(server, cursor)
    assert len(found) == 1
    assert cursor.last_uid == 4_000_000_000
    assert len([said for said in server.commands if said.startswith("UID SEARCH")]) < 10


def test_an_empty_folder_is_remembered(server: ImapServer) -> None:
    taken = list(imap.read(account(server), Cursor(), since=SINCE))
    assert [(one.content, one.cursor) for one in taken] == [(b"", Cursor(7, 0))]


def test_a_folder_numbered_afresh_is_read_again(server: ImapServer) -> None:
    server.put(letter("one"))
    _, cursor = subjects(server, Cursor())
    server.validity = 8
    found, cursor = subjects(server, cursor)
    assert len(found) == 1
    assert cursor == Cursor(8, 1)


def test_a_line_that_dies_keeps_what_was_read(server: ImapServer) -> None:
    for number in range(1, 6):
        server.put(letter(f"m{number}"))
    server.dies_after = 2
    taken = []
    with pytest.raises(WireError) as caught:
        taken.extend(imap.read(account(server), Cursor(), since=SINCE))
    assert caught.value.code == "connection_lost"
    assert [one.cursor.last_uid for one in taken] == [1, 2]
    server.dies_after = None
    found, _ = subjects(server, taken[-1].cursor)
    assert len(found) == 3


def test_a_message_too_large_comes_as_its_headers(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 400)
    server.put(letter("large", "x" * 1000))
    (one,) = imap.read(account(server), Cursor(), since=SINCE)
    assert not one.whole
    assert b"Subject" in one.content
    assert b"xxx" not in one.content


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "wrong"}, "sign_in_refused"),
        ({"folder": "Nowhere"}, "folder_unknown"),
        ({"port": 1}, "connection_refused"),
        ({"host": "mail.example.invalid", "security": "tls"}, "host_unknown"),
        ({"host": "192.0.2.1"}, "password_unprotected"),
        ({"security": "tls"}, "security_unsupported"),
        ({"security": "starttls"}, "security_unsupported"),
    ],
)
def test_every_fault_has_its_name(server: ImapServer, change: dict[str, object], code: str) -> None:
    with pytest.raises(WireError) as caught:
        imap.check(account(server, **change))
    assert caught.value.code == code


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_secured_line_reads_and_a_strangers_certificate_is_refused(
    certificate: Path, security: str
) -> None:
    there = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    there.load_cert_chain(certificate)
    here = ssl.create_default_context(cafile=certificate)
    here.verify_flags &= ~ssl.VERIFY_X509_STRICT
    place = {"tls": "secured", "starttls": "secured_later"}[security]
    server = ImapServer(**{place: there}).start()
    server.put(letter("secret"))
    taken = list(imap.read(account(server, security=security, context=here), Cursor(), since=SINCE))
    assert b"secret" in taken[0].content
    with pytest.raises(WireError) as caught:
        imap.check(account(server, security=security))
    assert caught.value.code == "certificate_refused"
    server.stop()


def test_a_mailbox_that_answers_says_how_much_it_holds(server: ImapServer) -> None:
    server.put(letter("one"))
    assert imap.check(account(server)) == 1


def test_a_message_removed_meanwhile_is_passed_over(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(letter("one"))
    server.put(letter("two"))
    searched: Callable[..., list[int]] = imap._since

    def and_gone(*arguments: object) -> list[int]:
        found = searched(*arguments)
        server.messages.pop(0)
        return found

    monkeypatch.setattr(imap, "_since", and_gone)
    assert len(subjects(server, Cursor())[0]) == 1


@pytest.mark.parametrize("answer", ["NO", "NIL"])
def test_a_message_that_the_server_cannot_give_is_taken_by_its_headers(
    server: ImapServer, answer: str
) -> None:
    for number in (1, 2, 3):
        server.put(letter(str(number)))
    server.broken = {2: "NIL" if answer == "NIL" else "[SERVERBUG] the item is corrupt"}
    taken = list(imap.read(account(server), Cursor(), since=SINCE))
    assert [(one.cursor.last_uid, one.whole) for one in taken] == [(1, True), (2, False), (3, True)]
    assert parse(taken[1].content).subject == "2"
