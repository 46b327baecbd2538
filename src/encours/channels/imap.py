"""Reads mailboxes and changes nothing in them: the folder is examined, messages are peeked at, none is marked."""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from imap_tools import (
    AND,
    BaseMailBox,
    MailBox,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailBoxUnencrypted,
)
from imap_tools.errors import ImapToolsError

from encours.channels.errors import PermanentWireError, TemporaryWireError, WireError
from encours.channels.smtp import FAULTS, LOOPBACK, Security, sasl

LARGEST = 30 * 1024 * 1024
FIRST_WINDOW = 1_000
UNGIVEN = b"\0 the server said NIL, or NO"
NOT_GIVEN = re.compile(rb"BODY\[[A-Z]*\] NIL", re.IGNORECASE)
SIZES = re.compile(rb"(?:UID (\d+)[^)]*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)[^)]*UID (\d+))")


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """One folder of one mailbox, and how to get there."""

    host: str
    user: str
    port: int = 993
    security: Security = "tls"
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    folder: str = "INBOX"
    timeout: float = 30.0
    context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read: numbers only mean something under the validity they were given."""

    validity: int | None = None
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as the server gave it; of one that is too large or that it cannot read, the headers only."""

    cursor: Cursor
    content: bytes
    whole: bool = True


class _SecuredLater(BaseMailBox):
    """A line that begins in clear; where it cannot be secured, it is closed before anything was said."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext) -> None:
        self._account, self._context = account, context
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._account.host, self._account.port, self._account.timeout)
        try:
            client.starttls(self._context)
        except BaseException:
            with contextlib.suppress(OSError):
                client.shutdown()
            raise
        return client


def read(account: ImapAccount, cursor: Cursor, *, since: date, limit: int = 200) -> Iterator[Taken]:
    """Yield the messages after the cursor, the oldest first, no more than the limit.

    A folder read for the first time, or numbered afresh by its server, is read from a date on: who reads must
    recognize what they have already seen. Whatever breaks off is taken up at the cursor of the last message.
    """
    with _session(account) as (mailbox, validity), _said_plainly():
        begun = cursor.validity == validity
        uids = _after(mailbox, cursor.last_uid, limit) if begun else _since(mailbox, since, limit)
        sizes = _sizes(mailbox, uids)
        for uid in uids:
            whole = sizes.get(uid, 0) <= LARGEST
            content = _fetch(mailbox, uid, whole=whole)
            if content is UNGIVEN:
                # The rest of the folder must not wait for a message that its own server cannot read.
                whole, content = False, _fetch(mailbox, uid, whole=False)
                if content is UNGIVEN:
                    raise TemporaryWireError("answer_unclear", f"UID {uid}")
            if content is not None:
                yield Taken(Cursor(validity, uid), content, whole)
        if not uids and not begun:
            # Nothing to take: the next pass begins where this folder ends.
            yield Taken(Cursor(validity, max(_next_uid(mailbox) - 1, 0)), b"")


def check(account: ImapAccount) -> int:
    """Reach the mailbox, sign in, open the folder, and return how many messages it holds."""
    with _session(account) as (mailbox, _validity), _said_plainly():
        return _number(mailbox, "EXISTS")


@contextlib.contextmanager
def _session(account: ImapAccount) -> Iterator[tuple[BaseMailBox, int]]:
    with _said_plainly():
        mailbox = _connect(account)
    try:
        with _said_plainly():
            _sign_in(mailbox, account)
            mailbox.folder.set(account.folder, readonly=True)
            validity = _number(mailbox, "UIDVALIDITY")
        yield mailbox, validity
    finally:
        with contextlib.suppress(Exception):
            mailbox.logout()
        with contextlib.suppress(Exception):
            mailbox.client.shutdown()


def _connect(account: ImapAccount) -> BaseMailBox:
    if account.security == "none" and account.host not in LOOPBACK:
        raise PermanentWireError("password_unprotected")
    if account.security == "none":
        return MailBoxUnencrypted(account.host, account.port, timeout=account.timeout)
    context = account.context or ssl.create_default_context()
    if account.security == "starttls":
        return _SecuredLater(account, context)
    return MailBox(account.host, account.port, timeout=account.timeout, ssl_context=context)


def _sign_in(mailbox: BaseMailBox, account: ImapAccount) -> None:
    if account.token:
        _show_token(mailbox, account)
    elif account.user.isascii() and account.password.isascii():
        mailbox.login(account.user, account.password, initial_folder=None)
    else:
        mailbox.login_utf8(account.user, account.password, initial_folder=None)


def _show_token(mailbox: BaseMailBox, account: ImapAccount) -> None:
    """Sign in by XOAUTH2; a refusal comes with a question whose only answer is an empty line."""
    answers = iter([sasl(account.user, account.token).encode()])
    try:
        mailbox.client.authenticate("XOAUTH2", lambda _asked: next(answers, b""))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        passing = any(word in str(error) for word in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]"))
        raise TemporaryWireError("sign_in_refused" if passing else "token_refused", str(error)) from None


def _number(mailbox: BaseMailBox, name: str) -> int:
    """Return a number that the server told when the folder was opened."""
    kept = mailbox.client.untagged_responses.get(name) or [b"0"]
    last = kept[-1]
    return int(last) if isinstance(last, bytes) and last.isdigit() else 0


def _next_uid(mailbox: BaseMailBox) -> int:
    return _number(mailbox, "UIDNEXT")


def _after(mailbox: BaseMailBox, last_uid: int, limit: int) -> list[int]:
    """Return the first numbers after one, asked for in windows: an answer stays short however large the folder."""
    end, start, window = _next_uid(mailbox), last_uid + 1, FIRST_WINDOW
    if not end:
        return _search(mailbox, f"UID {start}:*", start)[:limit]
    found: list[int] = []
    while start < end and len(found) < limit:
        stop = min(start + window, end)
        inside = _search(mailbox, f"UID {start}:{stop - 1}", start)
        found += inside
        start, window = stop, FIRST_WINDOW if inside else window * 10
    return found[:limit]


def _since(mailbox: BaseMailBox, since: date, limit: int) -> list[int]:
    return _search(mailbox, str(AND(date_gte=since)), 1)[:limit]


def _search(mailbox: BaseMailBox, criteria: str, start: int) -> list[int]:
    """Return numbers in order; a range always holds the last message, even one before its start."""
    return sorted(uid for uid in map(int, mailbox.uids(criteria, charset=None)) if uid >= start)


def _sizes(mailbox: BaseMailBox, uids: list[int]) -> dict[int, int]:
    if not uids:
        return {}
    answer = mailbox.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    found = {}
    for line in answer[1]:
        for uid, size, size_first, uid_last in SIZES.findall(line if isinstance(line, bytes) else b""):
            found[int(uid or uid_last)] = int(size or size_first)
    return found


def _fetch(mailbox: BaseMailBox, uid: int, *, whole: bool) -> bytes | None:
    """Return a message, or nothing if somebody removed it meanwhile; `UNGIVEN` where its server cannot give it."""
    part = "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]"
    answer = mailbox.client.uid("FETCH", str(uid), f"({part})")
    parts = answer[1] if isinstance(answer[1], list) else []
    if answer[0] != "OK" or any(isinstance(part, bytes) and NOT_GIVEN.search(part) for part in parts):
        return UNGIVEN
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)


def _words(parts: object) -> str:
    first = parts[0] if isinstance(parts, list) and parts else b""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn every fault of the line into one with a stable code: nothing was changed, so all may be tried again."""
    try:
        yield
    except WireError:
        raise
    except MailboxLoginError as error:
        raise PermanentWireError("sign_in_refused", _words(error.command_result[1])) from error
    except MailboxFolderSelectError as error:
        raise PermanentWireError("folder_unknown", _words(error.command_result[1])) from error
    except ssl.SSLCertVerificationError as error:
        raise TemporaryWireError("certificate_refused", error.verify_message) from error
    except imaplib.IMAP4.error as error:
        words = {"TLS": "security_unsupported", "AUTHENTICATE": "sign_in_refused"}
        code = next((code for word, code in words.items() if word in str(error)), "connection_lost")
        raise TemporaryWireError(code, str(error)) from error
    except (OSError, EOFError, ImapToolsError, ValueError) as error:
        codes = (code for kind, code in FAULTS.items() if isinstance(error, kind))
        raise TemporaryWireError(next(codes, "connection_lost"), str(error)) from error
