"""A real HTTP server on the loopback that behaves as told: well, slowly, badly, or not at all."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What is sent for one request; `promised` is a length larger than what really comes."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_seconds: float = 0
    promised: int = 0


class PublicServer:
    """Answers each path with its answers in turn, the last one for ever, and remembers what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def says(self, path: str, *answers: Answer | str) -> str:
        self.answers[path] = [Answer(one) if isinstance(one, str) else one for one in answers]
        return self.address + path

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ours.asked.append(self.path)
                waiting = ours.answers[urlsplit(self.path).path]
                answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                time.sleep(answer.wait_seconds)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(answer.promised or len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    self.wfile.flush()
                except OSError:
                    return
                if answer.promised:
                    self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_words: object) -> None:
                """Keep the terminal quiet."""

        return Handler

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


HEAD = (
    "KEY,FREQ,REF_AREA,CURRENCY,PROVIDER_FM,INSTRUMENT_FM,PROVIDER_FM_ID,DATA_TYPE_FM,"
    "TIME_PERIOD,OBS_VALUE,OBS_STATUS"
)
CHANGES = (
    ("2016-03-16", "0"), ("2022-07-27", "0.5"), ("2022-09-14", "1.25"), ("2022-11-02", "2"), ("2022-12-21", "2.5"),
    ("2023-02-08", "3"), ("2023-03-22", "3.5"), ("2023-05-10", "3.75"), ("2023-06-21", "4"), ("2023-08-02", "4.25"),
    ("2023-09-20", "4.5"), ("2024-06-12", "4.25"), ("2024-09-18", "3.65"), ("2024-10-23", "3.4"),
    ("2024-12-18", "3.15"), ("2025-02-05", "2.9"), ("2025-03-12", "2.65"), ("2025-04-23", "2.4"),
    ("2025-06-11", "2.15"),
)  # fmt: skip


def series(changes: tuple[tuple[str, str], ...] = CHANGES, *, frequency: str = "B") -> str:
    """Write changes of the main refinancing rate as the ECB data portal does."""
    key = f"FM.{frequency}.U2.EUR.4F.KR.MRR_FR.LEV"
    rows = (f"{key},{frequency},U2,EUR,4F,KR,MRR_FR,LEV,{on},{rate},A" for on, rate in changes)
    return "\r\n".join([HEAD, *rows]) + "\r\n"
