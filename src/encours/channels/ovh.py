"""Carries text messages by OVHcloud: signed requests, jobs, statuses by polling, answers and refusals."""

import hashlib
import json
import re
import time
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import httpx2

from encours.channels import sms
from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError, WireError
from encours.channels.providers import (
    ACCEPTED,
    DELIVERED,
    FAILED,
    IN_TRANSIT,
    SUBMITTED,
    Account,
    Incoming,
    News,
    Parcel,
    Receipt,
)
from encours.channels.wire import TIMEOUT_SECONDS, Reply, ask, refuse

BASE = "https://eu.api.ovh.com/1.0"
VALID_MINUTES = 2 * 24 * 60
TAG_LENGTH = 20
JOBS_LOOKED_AT, INCOMING_AT_ONCE = 20, 100
RECEIPTS = {1: DELIVERED, 2: FAILED, 4: IN_TRANSIT, 8: IN_TRANSIT, 16: FAILED}
BLACKLISTED = 16
CLOCK_MAY_BE_WRONG = (400, 401, 403)
SIGNATURE = re.compile(rb"signature|timestamp", re.IGNORECASE)


@dataclass
class Ovh:
    """One SMS account at OVHcloud."""

    application_key: str
    application_secret: str = field(repr=False)
    consumer_key: str = field(repr=False)
    service: str
    base: str = BASE
    credit_price: Decimal | None = None
    stop_clause: bool = False
    timeout: float = TIMEOUT_SECONDS
    name: str = "ovh"
    _offset: float | None = field(default=None, init=False, repr=False)

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Hand over one text to one number under a tag made from the key."""
        body: dict[str, Any] = {
            "charset": "UTF-8",
            "coding": "8bit" if sms.segments(parcel.content.decode()).encoding == "UCS-2" else "7bit",
            "message": parcel.content.decode(),
            "noStopClause": not self.stop_clause,
            "priority": "medium",
            "receivers": [parcel.recipient],
            "tag": tag(key),
            "validityPeriod": VALID_MINUTES,
        }
        # Without a name of ours, a number that can be answered.
        body |= {"sender": parcel.sender} if parcel.sender else {"senderForResponse": True}
        reply = self._call("POST", "/jobs", body, commits=True)
        refuse(reply)
        try:
            told = json.loads(reply.body)
            taken, refused = list(told["ids"]), list(told.get("invalidReceivers") or [])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DoubtfulWireError("provider_unclear", reply.words()) from error
        if refused or not taken:
            raise PermanentWireError("recipient_refused_by_provider", ", ".join(map(str, refused)))
        return Receipt(self.name, str(taken[0]), self._cost(told.get("totalCreditsRemoved")), raw=told)

    def find(self, parcel: Parcel, key: str) -> Receipt | None:
        """Look for the tag among what was sent, then for the same words to the same number among what waits."""
        sent = self._read(f"/outgoing?{urlencode({'tag': tag(key)})}")
        for number in sent if isinstance(sent, list) else []:
            told = self._read(f"/outgoing/{number}") or {}
            return Receipt(self.name, str(number), self._cost(told.get("credits")), raw=told)
        waiting = self._read("/jobs")
        latest = sorted(waiting, reverse=True)[:JOBS_LOOKED_AT] if isinstance(waiting, list) else []
        for number in latest:
            told = self._read(f"/jobs/{number}") or {}
            same = sms.same_number(str(told.get("receiver", "")), parcel.recipient)
            if same and told.get("message") == parcel.content.decode():
                return Receipt(self.name, str(number), self._cost(told.get("credits")), raw=told)
        return None

    def poll(self, provider_id: str) -> list[News]:
        """Return what is told of a text: still waiting, taken by the network, received or not."""
        number = quote(provider_id, safe="")
        told = self._read(f"/outgoing/{number}")
        if told is None:
            job = self._read(f"/jobs/{number}")
            return [News(SUBMITTED, _moment(job.get("creationDatetime")), raw=job)] if job else []
        news = [News(SUBMITTED, _moment(told.get("creationDatetime")), raw=told)]
        if sent_at := _moment(told.get("sentAt")):
            news.append(News(ACCEPTED, sent_at, raw=told))
        delivered_at = _moment(told.get("deliveredAt"))
        code = told.get("deliveryReceipt")
        status = DELIVERED if delivered_at else RECEIPTS.get(code) if isinstance(code, int) else None
        if status:
            detail = self._reason(told) if status == FAILED else ""
            facts = {"opted_out": "yes"} if code == BLACKLISTED else {}
            news.append(News(status, delivered_at, detail, raw=told, facts=facts))
        return news

    def proof(self, address: str) -> tuple[bytes, str]:
        """Say that a text leaves no paper."""
        raise TemporaryWireError("provider_service", address)

    def cancel(self, provider_id: str) -> bool:
        """Take back a text that still waits at OVHcloud."""
        return self._call("DELETE", f"/jobs/{quote(provider_id, safe='')}").status < 300  # noqa: PLR2004 - success

    def price(self, parcel: Parcel) -> Decimal | None:
        """Return what the text costs, if the price of one credit is known."""
        clause = sms.STOP_CLAUSE if self.stop_clause and parcel.sender else ""
        return self._cost(sms.segments(parcel.content.decode() + clause).count)

    def check(self) -> Account:
        """Sign in, read what is left on the account and the names that may send."""
        told = self._read("")
        if not isinstance(told, dict):
            raise TemporaryWireError("provider_service", self.service)
        names = self._read("/senders") or []
        left = told.get("creditsLeft")
        return Account(balance="" if left is None else f"{left:g}", senders=tuple(map(str, names)))

    def parse_callback(self, query: Mapping[str, str], body: bytes) -> list[str]:
        """Return the number of the text that a call of OVHcloud names."""
        known = {
            **{name: values[0] for name, values in parse_qs(body[:4096].decode("utf-8", "replace")).items()},
            **query,
        }
        number = known.get("id", "")
        return [number] if number.isdigit() else []

    def incoming(self, since: datetime, known: Container[str] = ()) -> list[Incoming]:
        """Return the answers that came back since a moment, the oldest first, each asked for until it is known."""
        numbers = self._read(
            f"/incoming?{urlencode({'creationDatetime.from': since.astimezone(UTC).isoformat()})}"
        )
        found = []
        fresh = [number for number in sorted(numbers or []) if str(number) not in known]
        for number in fresh[:INCOMING_AT_ONCE]:
            told = self._read(f"/incoming/{number}")
            received_at = _moment(told.get("creationDatetime")) if told else None
            if told and received_at:
                text, sender = str(told.get("message", "")), str(told.get("sender", ""))
                found.append(Incoming(str(number), sender, text, received_at, told))
        return found

    def opted_out(self) -> list[str]:
        """Return the numbers that answered STOP."""
        return [str(number) for number in self._read("/blacklists") or []]

    def _reason(self, told: Mapping[str, Any]) -> str:
        """Ask what a code of the network means; a refusal to say is no fault of the message."""
        ptt = told.get("ptt")
        if not isinstance(ptt, int):
            return ""
        with suppress(WireError):
            reply = self._signed("GET", f"{self.base}/sms/ptts?{urlencode({'ptt': ptt})}", b"")
            words = reply.json() if reply.status < httpx2.codes.MULTIPLE_CHOICES else {}
            said = words.get("description") or words.get("comment") if isinstance(words, dict) else ""
            return f"{said or ''} (ptt {ptt})".strip()[:500]
        return f"ptt {ptt}"

    def _cost(self, credits_: object) -> Decimal | None:
        if self.credit_price is None or credits_ is None:
            return None
        try:
            return Decimal(str(credits_)) * self.credit_price
        except InvalidOperation:
            return None

    def _read(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        reply = self._call("GET", path)
        if reply.missing and path:
            return None
        refuse(reply)
        return reply.json()

    def _call(self, method: str, path: str, body: object = None, *, commits: bool = False) -> Reply:
        url = f"{self.base}/sms/{quote(self.service, safe='')}{path}"
        content = b"" if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        reply = self._signed(method, url, content, commits=commits)
        if reply.status in CLOCK_MAY_BE_WRONG and b"imestamp" in reply.body:
            # Nothing was done: the two clocks differ, so theirs is read again, once.
            self._offset = None
            reply = self._signed(method, url, content, commits=commits)
        if reply.status == httpx2.codes.BAD_REQUEST and SIGNATURE.search(reply.body):
            raise TemporaryWireError("provider_sign_in", reply.words())
        return reply

    def _signed(self, method: str, url: str, content: bytes, *, commits: bool = False) -> Reply:
        moment = str(self._server_time())
        keys = f"{self.application_secret}+{self.consumer_key}"
        signed = f"{keys}+{method}+{url}+{content.decode()}+{moment}".encode()
        headers = {
            "X-Ovh-Application": self.application_key,
            "X-Ovh-Consumer": self.consumer_key,
            "X-Ovh-Timestamp": moment,
            "X-Ovh-Signature": "$1$" + hashlib.sha1(signed).hexdigest(),  # noqa: S324 - OVHcloud's own scheme
        }
        if content:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return ask(
            method, url, commits=commits, headers=headers, timeout=self.timeout, content=content or None
        )

    def _server_time(self) -> int:
        """Return the second it is at OVHcloud: asked once, then counted on from here."""
        if self._offset is None:
            reply = ask("GET", f"{self.base}/auth/time", timeout=self.timeout)
            refuse(reply)
            told = reply.json()
            if not isinstance(told, int):
                raise TemporaryWireError("provider_unclear", reply.words())
            self._offset = told - time.monotonic()
        return round(self._offset + time.monotonic())


def tag(key: str) -> str:
    """Return the tag of a key: OVHcloud keeps short ones only."""
    return hashlib.sha256(key.encode()).hexdigest()[:TAG_LENGTH]


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
