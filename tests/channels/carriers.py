"""Carriers on the loopback that speak as OVHcloud and MySendingBox document, and misbehave as told."""

import base64
import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
KEYS = {"application_key": "AK", "application_secret": "AS", "consumer_key": "CK"}
PDF = b"%PDF-1.4 proof of "


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Carrier:
    """What both have in common: a loopback address, what was asked, and the faults to show next.

    A fault is a status to answer instead, `hang_up` or `late` after the work was done, `malformed` in its answer.
    """

    faults: list[int | str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    delay: float = 0.0

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, asked: Asked) -> Answer:
        raise AssertionError(asked)

    def commits(self, asked: Asked) -> bool:
        return asked.method == "POST"

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                asked = Asked(self.command, self.path, query, dict(self.headers), self.rfile.read(length))
                ours.asked.append(asked)
                fault = ours.faults.pop(0) if ours.faults and ours.commits(asked) else None
                if isinstance(fault, int):
                    self._write(fault, {"message": f"fault {fault}"})
                    return
                status, told = ours.answer(asked)
                if fault == "hang_up":
                    self.connection.shutdown(socket.SHUT_RDWR)
                elif fault == "late":
                    time.sleep(ours.delay)
                    self._write(status, told)
                else:
                    self._write(status, b"<html>gateway</html>" if fault == "malformed" else told)

            do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

            def _write(self, status: int, told: Any) -> None:
                body = told if isinstance(told, bytes) else json.dumps(told).encode()
                try:
                    self.send_response(status)
                    kind = "application/pdf" if body.startswith(b"%PDF") else "application/json"
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@dataclass
class FakeOvh(Carrier):
    """OVHcloud's SMS service: it checks signatures, keeps jobs, and sends them when told."""

    clock: int = 1_795_000_000
    drift: int = 0
    jobs: dict[int, dict[str, Any]] = field(default_factory=dict)
    outgoing: dict[int, dict[str, Any]] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    blacklist: list[str] = field(default_factory=list)
    credits_left: float = 42.0
    refused: set[str] = field(default_factory=set)

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in self.asked if asked.method == "POST"]

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/auth/time":
            return 200, self.clock + self.drift
        if (wrong := self._unsigned(asked)) is not None:
            return wrong
        if asked.path.startswith("/sms/ptts"):
            return 200, {"comment": "ABSENT", "description": "Absent subscriber"}
        found = re.fullmatch(r"/sms/sms-ml-1(/\w+)?(/[^/?]+)?", urlsplit(asked.path).path)
        if not found:
            return 404, {"message": "This service does not exist"}
        kind, number = (found.group(1) or "")[1:], (found.group(2) or "")[1:]
        return self._send(asked) if asked.method == "POST" else self._read(asked, kind, number)

    def _unsigned(self, asked: Asked) -> Answer | None:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        moment = headers.get("x-ovh-timestamp", "")
        signed = f"AS+CK+{asked.method}+{self.base}{asked.path}+{asked.body.decode()}+{moment}"
        if abs(int(moment or 0) - self.clock) > 30:
            return 400, {"message": "Query out of time: invalid timestamp"}
        if headers.get("x-ovh-consumer") != "CK" or headers.get("x-ovh-application") != "AK":
            return 403, {"message": "This credential does not exist", "errorCode": "INVALID_CREDENTIAL"}
        if headers.get("x-ovh-signature") != "$1$" + hashlib.sha1(signed.encode()).hexdigest():
            return 400, {"message": "Invalid signature", "errorCode": "INVALID_SIGNATURE"}
        return None

    def _send(self, asked: Asked) -> Answer:
        told = json.loads(asked.body)
        receiver = told["receivers"][0]
        if receiver in self.refused:
            return 200, {
                "ids": [],
                "invalidReceivers": [receiver],
                "validReceivers": [],
                "totalCreditsRemoved": 0,
            }
        if len(told.get("sender", "")) > 11:
            return 400, {"message": "must have less than 11 chars for value sender"}
        number = 26_929_900 + len(self.jobs) + len(self.outgoing)
        self.jobs[number] = {
            "id": number, "receiver": receiver, "message": told["message"], "credits": 1,
            "creationDatetime": "2026-11-22T10:00:00+01:00", "tag": told["tag"], "sender": told.get("sender"),
        }  # fmt: skip
        self.credits_left -= 1
        return 200, {
            "ids": [number], "invalidReceivers": [], "validReceivers": [receiver], "totalCreditsRemoved": 1,
            "creditsLeft": self.credits_left,
        }  # fmt: skip

    def _read(self, asked: Asked, kind: str, number: str) -> Answer:
        if not kind:
            return 200, {"name": "sms-ml-1", "creditsLeft": self.credits_left}
        if kind == "senders":
            return 200, ["Lumiere"]
        if kind == "blacklists":
            return 200, self.blacklist
        place = {"jobs": self.jobs, "outgoing": self.outgoing, "incoming": self.answers}[kind]
        if number:
            known = int(number) in place
            if asked.method == "DELETE":
                return (200, None) if known and place.pop(int(number)) else (404, {"message": "no"})
            # A job does not show its tag.
            told = (
                {key: value for key, value in place[int(number)].items() if kind != "jobs" or key != "tag"}
                if known
                else {}
            )
            return (200, told) if known else (404, {"message": "The requested object does not exist"})
        wanted = asked.query.get("tag")
        return 200, [key for key, value in place.items() if wanted in {None, value.get("tag")}]

    def carry(self, receipt: int, **facts: Any) -> None:
        """Let every waiting text go to the network with this delivery receipt."""
        for number, job in list(self.jobs.items()):
            del self.jobs[number]
            self.outgoing[number] = {
                **job,
                "deliveryReceipt": receipt,
                "sentAt": "2026-11-22T10:00:05+01:00",
                **facts,
            }


@dataclass
class FakeMySendingBox(Carrier):
    """MySendingBox: letters by multipart, events one after the other, proofs as files."""

    key: str = "live_k"
    letters: dict[str, dict[str, Any]] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)
    late: bool = False

    def answer(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path
        if path.startswith("/files/"):
            return 200, PDF + path.encode()
        expected = "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()
        if {name.lower(): value for name, value in asked.headers.items()}.get("authorization") != expected:
            return 401, {"error": {"message": "Invalid API key", "code": "unauthorized"}}
        if path == "/letters/price":
            lrar = asked.query.get("postage_type") == "lrar"
            return 200, {"price": {"postage": 5.0, "service": 1.0, "total": 7.31 if lrar else 1.62}}
        if asked.method == "POST":
            return self._take(asked)
        if path == "/letters":
            return 200, list(self.letters.values()) if asked.query.get("page", "1") == "1" else []
        letter = self.letters.get(path.removeprefix("/letters/"))
        if letter is None:
            return 404, {"error": {"message": "Letter not found"}}
        if asked.method == "DELETE":
            if self.late:
                return 400, {"error": {"message": "This letter is in production"}}
            self.happens(letter["_id"], "letter.canceled")
            return 204, b""
        return 200, letter

    def _take(self, asked: Asked) -> Answer:
        kind = {name.lower(): value for name, value in asked.headers.items()}["content-type"]
        form = message_from_bytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body, policy=policy.default
        )
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.iter_parts()
        }
        assert fields["source_file"].startswith(b"%PDF")
        told = {str(name): value.decode() for name, value in fields.items() if name != "source_file"}
        if len(told.get("to[address_postalcode]", "")) != 5:
            return 422, {"error": {"message": "to[address_postalcode] is not valid"}}
        self.posted.append(told)
        number = f"msb{len(self.letters) + 1}"
        self.letters[number] = {
            "_id": number, "object": "letter", "mode": "test" if self.key.startswith("test_") else "live",
            "description": told["description"], "metadata": {"encours": told["metadata[encours]"]},
            "price": {"postage": 5.0, "service": 1.0, "total": 7.31}, "events": [],
            "created_at": "2026-11-22T09:00:00.000Z",
        }  # fmt: skip
        self.happens(number, "letter.created", "2026-11-22T09:00:00.000Z")
        return 200, self.letters[number]

    def happens(self, number: str, name: str, at: str = "2026-11-23T08:00:00.000Z", **facts: Any) -> None:
        """Let something happen to a letter, with its proof if it brings one."""
        letter = self.letters[number]
        letter["events"].append(
            {"_id": f"ev{len(letter['events'])}", "name": name, "created_at": at, "description": ""}
        )
        place = name.removeprefix("letter.")
        if place.endswith("_proof"):
            letter[place] = {"url": f"{self.base}/files/{number}/{place}.pdf"}
        letter.update(facts)
