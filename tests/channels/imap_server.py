"""A small IMAP server on the loopback: enough of RFC 3501 to be examined and peeked at, with faults on demand."""
# ruff: noqa: ARG005 - every command is answered by a function of the same form

import asyncio
import base64
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Kept:
    """One message of the mailbox."""

    uid: int
    content: bytes
    arrived_on: date = date(2026, 11, 20)


@dataclass
class ImapServer:
    """A mailbox with one folder; `dies_after` cuts the line after so many messages were fetched."""

    user: str = "relances@lumiere.example"
    password: str = "s3cret"
    folder: str = "INBOX"
    validity: int = 7
    messages: list[Kept] = field(default_factory=list)
    dies_after: int | None = None
    broken: dict[int, str] = field(default_factory=dict)
    secured: ssl.SSLContext | None = None
    secured_later: ssl.SSLContext | None = None
    tokens: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    fetched: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _server: asyncio.Server | None = None
    _thread: threading.Thread | None = None

    def put(self, content: bytes, arrived_on: date = date(2026, 11, 20), uid: int = 0) -> int:
        number = uid or max((kept.uid for kept in self.messages), default=0) + 1
        self.messages.append(Kept(number, content, arrived_on))
        return number

    def start(self) -> "ImapServer":
        ready = threading.Event()

        def serve() -> None:
            self._loop = asyncio.new_event_loop()
            self._server = self._loop.run_until_complete(
                asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.secured)
            )
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()
            self._loop.run_forever()
            self._server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert ready.wait(5)
        return self

    def stop(self) -> None:
        assert self._loop
        assert self._thread
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        try:
            while line := await reader.readline():
                tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                self.commands.append(rest)
                if rest == "AUTHENTICATE XOAUTH2":
                    await self._show_token(tag, reader, writer)
                    continue
                for piece in self._answer(tag, rest):
                    writer.write(piece)
                await writer.drain()
                if rest.upper() == "STARTTLS" and self.secured_later:
                    await writer.start_tls(self.secured_later)
                if rest.upper().startswith("LOGOUT"):
                    break
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()

    async def _show_token(self, tag: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a token, or ask why it is wrong and expect an empty line before saying no."""
        writer.write(b"+ \r\n")
        said = base64.b64decode(await reader.readline()).decode()
        if said in {f"user={self.user}\x01auth=Bearer {token}\x01\x01" for token in self.tokens}:
            writer.write(self._ok(tag, "welcome"))
            return
        writer.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        assert await reader.readline() == b"\r\n"
        writer.write(f"{tag} NO AUTHENTICATE failed.\r\n".encode())

    def _answer(self, tag: str, rest: str) -> list[bytes]:
        verb = rest.split(" ", 1)[0].upper()
        if verb in self.answers:
            return [tag.encode() + b" " + self.answers[verb] + b"\r\n"]
        if verb == "UID":
            return self._uid(tag, rest[4:])
        known: dict[str, Callable[[str, str], list[bytes]]] = {
            "CAPABILITY": lambda tag, rest: [self._able(), self._ok(tag)],
            "STARTTLS": lambda tag, rest: [self._ok(tag, "begin")],
            "LOGIN": self._login,
            "EXAMINE": self._examine,
            "NOOP": lambda tag, rest: [self._ok(tag)],
            "LOGOUT": lambda tag, rest: [b"* BYE bye\r\n", self._ok(tag)],
        }
        return known.get(verb, lambda tag, rest: [f"{tag} BAD unknown\r\n".encode()])(tag, rest)

    def _able(self) -> bytes:
        return b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if self.secured_later else b"") + b"\r\n"

    @staticmethod
    def _ok(tag: str, words: str = "done") -> bytes:
        return f"{tag} OK {words}\r\n".encode()

    def _login(self, tag: str, rest: str) -> list[bytes]:
        if rest.replace('"', "") == f"LOGIN {self.user} {self.password}":
            return [self._ok(tag, "welcome")]
        return [f"{tag} NO [AUTHENTICATIONFAILED] wrong\r\n".encode()]

    def _examine(self, tag: str, rest: str) -> list[bytes]:
        if self.folder not in rest:
            return [f"{tag} NO no such folder\r\n".encode()]
        following = max((kept.uid for kept in self.messages), default=0) + 1
        return [
            f"* {len(self.messages)} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n".encode(),
            f"* OK [UIDVALIDITY {self.validity}] v\r\n* OK [UIDNEXT {following}] n\r\n".encode(),
            self._ok(tag, "[READ-ONLY] examined"),
        ]

    def _uid(self, tag: str, rest: str) -> list[bytes]:
        verb, _, asked = rest.partition(" ")
        if verb.upper() == "SEARCH":
            found = " ".join(str(kept.uid) for kept in self._searched(asked))
            return [f"* SEARCH {found}".rstrip().encode() + b"\r\n", self._ok(tag)]
        assert verb.upper() == "FETCH"
        span, _, parts = asked.partition(" ")
        pieces = []
        for number, kept in enumerate(self.messages, start=1):
            if str(kept.uid) not in span.split(","):
                continue
            if "RFC822.SIZE" in parts:
                pieces.append(
                    f"* {number} FETCH (UID {kept.uid} RFC822.SIZE {len(kept.content)})\r\n".encode()
                )
                continue
            assert "PEEK" in parts, "a message must never be marked as read"
            if self.dies_after is not None and self.fetched >= self.dies_after:
                raise ConnectionAbortedError
            self.fetched += 1
            if kept.uid in self.broken and "HEADER" not in parts:
                if self.broken[kept.uid] == "NIL":
                    pieces.append(f"* {number} FETCH (UID {kept.uid} BODY[] NIL)\r\n".encode())
                    continue
                return [f"{tag} NO {self.broken[kept.uid]}\r\n".encode()]
            content = kept.content
            if "HEADER" in parts:
                content = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            head = f"* {number} FETCH (UID {kept.uid} BODY[] {{{len(content)}}}\r\n".encode()
            pieces.append(head + content + b")\r\n")
        return [*pieces, self._ok(tag)]

    def _searched(self, asked: str) -> list[Kept]:
        span = re.search(r"UID (\d+):(\d+|\*)", asked)
        since = re.search(r"SINCE (\d+)-(\w+)-(\d+)", asked)
        found = self.messages
        if span:
            start = int(span.group(1))
            end = 2**32 if span.group(2) == "*" else int(span.group(2))
            found = [kept for kept in found if start <= kept.uid <= end]
        if since:
            day = date(int(since.group(3)), MONTHS.index(since.group(2)) + 1, int(since.group(1)))
            found = [kept for kept in found if kept.arrived_on >= day]
        return found


def letter(
    subject: str = "Re: Votre facture",
    text: str = "Bonjour,\n\nNous payons vendredi.\n",
    *,
    sender: str = "Claire Lefèvre <compta.c001@verger.example>",
    to: str = "relances@lumiere.example",
    message_id: str = "<r1@verger.example>",
    headers: str = "",
    when: datetime = datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
) -> bytes:
    """Return a plain e-mail as somebody would send it."""
    from email.header import Header
    from email.utils import formataddr, parseaddr

    name, address = parseaddr(sender)
    lines = [
        f"From: {formataddr((name, address))}",
        f"To: {to}",
        f"Subject: {Header(subject, 'utf-8').encode()}",
        f"Message-ID: {message_id}",
        f"Date: {when:%a, %d %b %Y %H:%M:%S} +0000",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *[line for line in headers.splitlines() if line],
        "",
        text,
    ]
    return "\r\n".join("\r\n".join(lines).splitlines()).encode() + b"\r\n"
