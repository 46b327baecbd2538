"""What the name servers say of a sender's domain, told by a real one on the loopback."""

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.channels.name_server import NameServer

from encours.channels.domains import check_domain, resolver_at


def key(bits: int) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture
def server() -> Iterator[NameServer]:
    running = NameServer().start()
    yield running
    running.stop()


def codes(server: NameServer, domain: str = "lumiere.example") -> dict[str, str]:
    found = check_domain(domain, resolver=resolver_at("127.0.0.1", server.port))
    return {check["name"]: check["code"] for check in found}


def test_a_domain_that_is_set_up_is_good(server: NameServer) -> None:
    server.exchanges["lumiere.example"] = ["10 mx.lumiere.example."]
    server.texts["lumiere.example"] = ["google-site-verification=x", "v=spf1 include:spf.host.example -all"]
    server.texts["spf.host.example"] = ["v=spf1 ip4:192.0.2.0/24 -all"]
    server.texts["selector2._domainkey.lumiere.example"] = [f"v=DKIM1; k=rsa; p={key(2048)}"]
    server.texts["_dmarc.lumiere.example"] = ["v=DMARC1; p=quarantine; rua=mailto:d@lumiere.example"]
    assert codes(server) == {"mx": "mx_good", "spf": "spf_good", "dkim": "dkim_good", "dmarc": "dmarc_good"}


def test_a_domain_with_nothing_lacks_everything(server: NameServer) -> None:
    expected = {"mx": "mx_missing", "spf": "spf_missing", "dkim": "dkim_missing", "dmarc": "dmarc_missing"}
    assert codes(server) == expected


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (["v=spf1 -all", "v=spf1 ~all"], "spf_twice"),
        (["v=spf1 +all"], "spf_open"),
        (["v=spf1 ip4:192.0.2.1 ?all"], "spf_open"),
        (["v=spf1 ip4:192.0.2.1"], "spf_unfinished"),
        (["v=spf1 a mx ptr " + " ".join(f"a:h{n}.example" for n in range(9)) + " -all"], "spf_too_long"),
        (["v=spf1 include:lumiere.example -all"], "spf_good"),
        (["v=spf10 -all"], "spf_missing"),
    ],
)
def test_spf(server: NameServer, records: list[str], code: str) -> None:
    server.texts["lumiere.example"] = records
    assert codes(server)["spf"] == code


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DKIM1; p=", "dkim_revoked"),
        ("v=DKIM1; p=bm90IGEga2V5", "dkim_unreadable"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "dkim_good"),
    ],
)
def test_dkim(server: NameServer, record: str, code: str) -> None:
    server.texts["default._domainkey.lumiere.example"] = [record]
    assert codes(server)["dkim"] == code


def test_a_short_key_is_weak(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.channels.domains.SMALLEST_KEY", 2048)
    server.texts["default._domainkey.lumiere.example"] = [f"k=rsa; p={key(1024)}"]
    assert codes(server)["dkim"] == "dkim_short"


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (["v=DMARC1; p=none"], "dmarc_watching"),
        (["v=DMARC1; p=reject"], "dmarc_good"),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], "dmarc_twice"),
        (["v=DMARC1; rua=mailto:x@y.example"], "dmarc_unreadable"),
    ],
)
def test_dmarc_is_found_above_too(server: NameServer, records: list[str], code: str) -> None:
    server.texts["_dmarc.lumiere.example"] = records
    assert codes(server, "mail.lumiere.example")["dmarc"] == code


def test_nobody_knows_when_the_name_server_fails_or_says_nothing(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encours.channels.domains.LONGEST_ANSWER", 0.3)
    server.failing = {"lumiere.example", "default._domainkey.lumiere.example"}
    server.silent = {"_dmarc.lumiere.example"}
    assert set(codes(server).values()) == {"no_answer"}
