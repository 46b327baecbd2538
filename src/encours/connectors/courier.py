"""Fetching one public page over HTTP: patient, but never for long, never much, and never elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from django.utils.translation.trans_null import gettext_noop as _

from encours import __version__

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500
MIB = 1024 * 1024


class FetchError(Exception):
    """A public source could not be read; `message` is an English sentence that `params` fills."""

    def __init__(self, message: str, **params: str) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params)


@dataclass(frozen=True, slots=True)
class Manners:
    """How long to wait, how often to ask again, and how much to accept."""

    timeout_seconds: float = 15.0
    deadline_seconds: float = 60.0
    attempts: int = 3
    pause_seconds: float = 1.0
    longest_pause_seconds: float = 30.0
    most_bytes: int = 4 * MIB
    most_redirects: int = 3


MANNERS = Manners()


class _TryAgainError(Exception):
    """This attempt failed in a way that another may not; `after` is the pause that the server asks for."""

    def __init__(self, error: FetchError, after: float | None = None) -> None:
        self.error = error
        self.after = after
        super().__init__(str(error))


def fetch(url: str, *, manners: Manners = MANNERS, sleep: Callable[[float], None] = time.sleep) -> bytes:
    """Return what an address answers, or say in a sentence why it cannot be read."""
    host = httpx2.URL(url).host if "://" in url else ""
    if not host or not url.startswith(("https://", "http://")):
        raise FetchError(
            _("%(url)s is not an address. Write it with https:// and the name of the host."), url=url
        )
    last: FetchError | None = None
    headers = {"User-Agent": f"encours/{__version__}", "Accept": "text/csv, application/json"}
    timeout = httpx2.Timeout(manners.timeout_seconds)
    with httpx2.Client(timeout=timeout, headers=headers, follow_redirects=False) as client:
        for attempt in range(1, manners.attempts + 1):
            try:
                return _followed(client, httpx2.URL(url), manners)
            except _TryAgainError as failed:
                last = failed.error
                pause = (
                    failed.after if failed.after is not None else manners.pause_seconds * 2 ** (attempt - 1)
                )
                if pause > manners.longest_pause_seconds:
                    raise FetchError(
                        _("%(host)s asks to come back in %(seconds)s seconds. Run the command again later."),
                        host=host,
                        seconds=str(round(pause)),
                    ) from failed
                if attempt < manners.attempts:
                    sleep(pause)
    raise last or FetchError(_("%(host)s gave no answer."), host=host)


def _followed(client: httpx2.Client, url: httpx2.URL, manners: Manners) -> bytes:
    """Ask, and follow redirections as long as they stay on the same host."""
    started = time.monotonic()
    first = url
    for _round in range(manners.most_redirects + 1):
        try:
            with client.stream("GET", url) as answer:
                if not answer.has_redirect_location:
                    return _content(answer, manners, started)
                url = url.join(answer.headers["Location"])
        except httpx2.TimeoutException as error:
            raise _TryAgainError(
                FetchError(_("%(host)s did not answer in time."), host=first.host)
            ) from error
        except httpx2.TransportError as error:
            raise _TryAgainError(
                FetchError(
                    _("%(host)s could not be reached, or its answer was cut short: %(reason)s."),
                    host=first.host,
                    reason=str(error) or type(error).__name__,
                )
            ) from error
        if url.host != first.host or (first.scheme, url.scheme) == ("https", "http"):
            raise FetchError(
                _("%(host)s sends elsewhere, to %(other)s: this is not followed. Check the address."),
                host=first.host,
                other=url.host,
            )
    raise FetchError(_("%(host)s sends from one page to the next without end."), host=first.host)


def _content(answer: httpx2.Response, manners: Manners, started: float) -> bytes:
    host = answer.url.host
    if answer.status_code == TOO_MANY_REQUESTS or answer.status_code >= SERVER_ERRORS:
        refused = FetchError(
            _("%(host)s answered with an error (%(status)s)."), host=host, status=str(answer.status_code)
        )
        raise _TryAgainError(refused, _asked_pause(answer))
    if not answer.is_success:
        raise FetchError(
            _("%(host)s refused the request (%(status)s). Check the address."),
            host=host,
            status=str(answer.status_code),
        )
    content = bytearray()
    for block in answer.iter_bytes():
        content += block
        if len(content) > manners.most_bytes:
            raise FetchError(
                _("%(host)s sent more than %(limit)s MB, far more than a list of rates."),
                host=host,
                limit=str(manners.most_bytes // MIB),
            )
        if time.monotonic() - started > manners.deadline_seconds:
            raise _TryAgainError(FetchError(_("%(host)s did not answer in time."), host=host))
    return bytes(content)


def _asked_pause(answer: httpx2.Response) -> float | None:
    """Return the seconds after which a server asks to come back, if it does."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    now = datetime.now(tz=UTC if until.tzinfo else None)
    return max((until - now).total_seconds(), 0.0)
