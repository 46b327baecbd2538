"""A small name server on the loopback: TXT and MX records, silence and failures on demand."""

import socket
import threading
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """Answers what it was told; a name of `silent` gets no answer, one of `failing` SERVFAIL."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    exchanges: dict[str, list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _socket: socket.socket | None = None
    _thread: threading.Thread | None = None

    def start(self) -> "NameServer":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        assert self._socket
        assert self._thread
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        assert self._socket
        while True:
            content, asker = self._socket.recvfrom(4096)
            if not content:
                return
            answer = self._answer(dns.message.from_wire(content))
            if answer is not None:
                self._socket.sendto(answer.to_wire(), asker)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        quoted = [
            " ".join(f'"{text[place : place + 200]}"' for place in range(0, len(text), 200))
            for text in self.texts.get(name, [])
        ]
        records = quoted if kind == "TXT" else self.exchanges.get(name, []) if kind == "MX" else []
        if records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif name not in self.texts and name not in self.exchanges:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
