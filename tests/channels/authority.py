"""Providers of mail on the loopback: they ask for consent, give tokens and take them back, and misbehave as told."""
# ruff: noqa: N802 - aiosmtpd and http.server call these by name

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from tests.channels.postman import Postman

from encours.channels.oauth import AUTHORITIES, Application, Authority, MailServer

SECRET = "client-secret-8Q~never-shown"


@dataclass
class FakeAuthority:
    """An authorization server that rotates its refresh tokens and believes nobody.

    `faults` are shown one by one to who asks for tokens: a status, the code of an error, or "late".
    """

    client_id: str = "app-1"
    secret: str = SECRET
    lifetime: int = 3600
    delay: float = 1.0
    rotates: bool = True
    long_lived: bool = True
    consents: bool = True
    faults: list[int | str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    visited: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh: str = ""
    access: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    _count: int = 0

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def application(self) -> Application:
        return Application(self.client_id, self.secret, "contoso.example")

    def as_authority(self, name: str, smtp: int = 1, imap: int = 1) -> Authority:
        """Return a provider as the program knows it, moved to the loopback."""
        return replace(
            AUTHORITIES[name],
            consent=f"{self.base}/{{tenant}}/oauth2/v2.0/authorize",
            token=f"{self.base}/{{tenant}}/oauth2/v2.0/token",
            smtp=MailServer("127.0.0.1", smtp, "none"),
            imap=MailServer("127.0.0.1", imap, "none"),
        )

    def given(self) -> str:
        """Give consent as if long ago, and return the refresh token."""
        self.refresh = self._fresh("refresh")
        return self.refresh

    def withdraw(self) -> None:
        """Take back every consent."""
        self.refresh, self.access = "", []

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-token-{self._count}-{'x' * 40}"

    def consent(self, query: dict[str, str]) -> str:
        self.visited.append(query)
        if not self.consents:
            told = {
                "error": "access_denied",
                "error_description": "The user said no.",
                "state": query["state"],
            }
            return f"{query['redirect_uri']}?{urlencode(told)}"
        code = self._fresh("code")
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, form: dict[str, str]) -> tuple[int, Any]:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "late":
            time.sleep(self.delay)
        elif isinstance(fault, int):
            return fault, {"message": "a fault of ours"}
        elif fault == "gibberish":
            return 200, b"<html>gateway</html>"
        elif fault:
            return 400, {"error": fault, "error_description": f"AADSTS70000: {fault} {form}\r\nTrace ID: 1"}
        if form.get("client_id") != self.client_id or form.get("client_secret") != self.secret:
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}
        kind = form["grant_type"]
        if kind == "client_credentials":
            return 200, {"access_token": self._give(), "expires_in": self.lifetime, "token_type": "Bearer"}
        if kind == "authorization_code":
            return self._by_code(form)
        if form["refresh_token"] != self.refresh:
            self.spent.append(form["refresh_token"])
            return 400, {"error": "invalid_grant", "error_description": "AADSTS700082: expired or revoked"}
        return self._tokens(again=self.rotates)

    def _by_code(self, form: dict[str, str]) -> tuple[int, Any]:
        begun = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = begun and begun["code_challenge"] == proof and begun["redirect_uri"] == form["redirect_uri"]
        if not right:
            return 400, {"error": "invalid_grant", "error_description": "wrong code or verifier"}
        return self._tokens(again=self.long_lived)

    def _tokens(self, *, again: bool) -> tuple[int, Any]:
        told = {"access_token": self._give(), "expires_in": self.lifetime, "token_type": "Bearer"}
        if again:
            self.refresh = told["refresh_token"] = self._fresh("refresh")
        return 200, told

    def _give(self) -> str:
        self.access.append(self._fresh("access"))
        return self.access[-1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                self.send_response(302)
                self.send_header("Location", ours.consent(query))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                ours.asked.append(form)
                status, told = ours.answer(form)
                content = told if isinstance(told, bytes) else json.dumps(told).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@dataclass
class TokenPostman(Postman):
    """A mail server that lets in whoever shows a token of the authority, and says why it does not."""

    authority: FakeAuthority | None = None
    user: str = "relances@lumiere.example"
    closed: str = ""
    shown: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:
        said = base64.b64decode(arguments[1]).decode()
        self.shown.append(said)
        right = {f"user={self.user}\x01auth=Bearer {token}\x01\x01" for token in self.authority.access}
        if said in right and not self.closed:
            return AuthResult(success=True)
        answered = await server.challenge_auth(b'{"status":"401","schemes":"bearer"}')
        assert answered == b"", "a refusal is answered by an empty line"
        return AuthResult(success=False, handled=False, message=self.closed or "535 5.7.3 unsuccessful")


@contextmanager
def token_postman(authority: FakeAuthority, **options: Any) -> Iterator[TokenPostman]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    postman = TokenPostman(port=port, authority=authority, **options)
    controller = Controller(postman, hostname="127.0.0.1", port=port, auth_require_tls=False)
    controller.start()
    try:
        yield postman
    finally:
        controller.stop()
