"""Asks a provider over HTTP and tells exactly what a fault leaves behind: nothing, or a doubt."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from encours import __version__
from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError

MIB = 1024 * 1024
MOST_JSON, MOST_PROOF = 8 * MIB, 20 * MIB
TIMEOUT_SECONDS = 20.0
SAFE_ADDRESS = re.compile(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)")
# The request never began: the name, the line, the certificate, our own mistake.
BEFORE = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)
BUSY, UNAVAILABLE = 429, 503
REFUSED_BUT_CURABLE = {
    401: "provider_sign_in",
    403: "provider_sign_in",
    402: "provider_credit",
    408: "no_answer_in_time",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered."""

    status: int
    body: bytes
    media_type: str

    @property
    def missing(self) -> bool:
        """Tell whether the provider knows no such thing."""
        return self.status == httpx2.codes.NOT_FOUND

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the answer as data."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise TemporaryWireError("provider_unclear", self.words()) from error

    def words(self) -> str:
        """Return what the provider says, short, for a person."""
        text = self.body[:2000].decode("utf-8", "replace")
        try:
            told = json.loads(text)
        except ValueError:
            return f"{self.status} {' '.join(text.split())[:200]}".strip()
        found = told.get("error", told) if isinstance(told, dict) else told
        words = found.get("message", found) if isinstance(found, dict) else found
        return f"{self.status} {words}"[:300]


def ask(
    method: str,
    url: str,
    *,
    commits: bool = False,
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
    most: int = MOST_JSON,
    **options: Any,  # noqa: ANN401 - what httpx2 takes: content, data, files, params, auth
) -> Reply:
    """Return any answer below 500; a request that commits leaves a doubt when its answer is lost."""
    if not SAFE_ADDRESS.match(url):
        raise TemporaryWireError("provider_address", url)
    lost = DoubtfulWireError if commits else TemporaryWireError
    sent_headers = {"User-Agent": f"encours/{__version__}", "Accept": "application/json", **(headers or {})}
    try:
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False) as client,
            client.stream(method, url, headers=sent_headers, **options) as answer,
        ):
            content = bytearray()
            for block in answer.iter_bytes():
                content += block
                if len(content) > most:
                    raise lost("provider_unclear", f"more than {most // MIB} MB")
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            reply = Reply(answer.status_code, bytes(content), media_type)
    except BEFORE as error:
        raise TemporaryWireError("provider_unreachable", str(error)) from error
    except httpx2.HTTPError as error:
        raise lost("provider_silent", str(error) or type(error).__name__) from error
    _judge(reply, commits=commits)
    return reply


def _judge(reply: Reply, *, commits: bool) -> None:
    """Stop at what is no answer to the question: a provider that is busy, down, or elsewhere."""
    if reply.status in {BUSY, UNAVAILABLE}:
        raise TemporaryWireError("provider_busy", reply.words())
    if reply.status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        raise (DoubtfulWireError if commits else TemporaryWireError)("provider_fault", reply.words())
    if httpx2.codes.MULTIPLE_CHOICES <= reply.status < httpx2.codes.BAD_REQUEST:
        raise TemporaryWireError("provider_address", reply.words())


def refuse(reply: Reply) -> None:
    """Turn a refusal into its fault: what a person can cure is tried again, what the message holds is not."""
    if reply.status < httpx2.codes.BAD_REQUEST:
        return
    words = reply.words()
    if code := REFUSED_BUT_CURABLE.get(reply.status):
        raise TemporaryWireError(code, words)
    if reply.missing:
        raise TemporaryWireError("provider_service", words)
    raise PermanentWireError("provider_refused", words)
