"""Asks name servers whether the messages of a domain arrive: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

GOOD, WEAK, MISSING, BROKEN, UNKNOWN = "good", "weak", "missing", "broken", "unknown"
SPF_LOOKUPS_MAXIMUM = 10
SMALLEST_KEY = 1024
LONGEST_ANSWER = 3.0
# The names under which the usual providers publish their keys.
SELECTORS = (
    "default", "dkim", "mail", "email", "smtp", "selector1", "selector2", "google", "k1", "k2", "k3", "s1", "s2",
    "mailjet", "brevo1", "brevo2", "ovhmo-selector-1", "ovhmo-selector-2", "gm1", "scaleway", "protonmail", "zoho",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """What was found for one question: its state, a stable code for what to do, and the record itself."""

    name: str
    state: str
    code: str
    record: str = ""
    detail: str = ""


def check_domain(
    domain: str, *, selectors: Iterable[str] = (), resolver: dns.resolver.Resolver | None = None
) -> list[dict[str, str]]:
    """Return what the name servers say of a domain that messages are written from, one check per question."""
    asked = resolver or _resolver()
    names = dict.fromkeys([*selectors, *SELECTORS])
    checks = [_mx(asked, domain), _spf(asked, domain), _dkim(asked, domain, names), _dmarc(asked, domain)]
    return [asdict(check) for check in checks]


def resolver_at(host: str, port: int) -> dns.resolver.Resolver:
    """Return a resolver that asks one name server."""
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = [host], port
    found.timeout = found.lifetime = LONGEST_ANSWER
    return found


def _resolver() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver()
    found.lifetime = LONGEST_ANSWER
    return found


class _SilentError(Exception):
    """No name server answered."""


def _ask(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[str]:
    """Return the records of a name; none when it has none, an error when nobody could say."""
    try:
        answer = resolver.resolve(name, kind, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    except (dns.exception.DNSException, OSError, UnicodeError) as error:
        raise _SilentError from error
    if answer.rrset is None:
        return []
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer.rrset]
    return [record.to_text() for record in answer.rrset]


def _mx(resolver: dns.resolver.Resolver, domain: str) -> Check:
    try:
        records = _ask(resolver, domain, "MX")
    except _SilentError:
        return Check("mx", UNKNOWN, "no_answer")
    taken = [record for record in records if not record.endswith(" .")]
    if not taken:
        return Check("mx", MISSING, "mx_missing")
    return Check("mx", GOOD, "mx_good", ", ".join(sorted(taken))[:300])


def _spf(resolver: dns.resolver.Resolver, domain: str) -> Check:
    try:
        records = [text for text in _ask(resolver, domain, "TXT") if re.match(r"(?i)v=spf1(\s|$)", text)]
        if not records:
            return Check("spf", MISSING, "spf_missing")
        if len(records) > 1:
            return Check("spf", BROKEN, "spf_twice", " | ".join(records)[:500])
        record = records[0]
        lookups = _lookups(resolver, record, {domain.lower()})
    except _SilentError:
        return Check("spf", UNKNOWN, "no_answer")
    if lookups > SPF_LOOKUPS_MAXIMUM:
        return Check("spf", BROKEN, "spf_too_long", record, str(lookups))
    words = record.lower().split()
    if {"+all", "all", "?all"} & set(words):
        return Check("spf", WEAK, "spf_open", record)
    if not any(word in {"-all", "~all"} or word.startswith("redirect=") for word in words):
        return Check("spf", WEAK, "spf_unfinished", record)
    return Check("spf", GOOD, "spf_good", record, str(lookups))


def _lookups(resolver: dns.resolver.Resolver, record: str, seen: set[str]) -> int:
    """Return how many questions a receiver asks to follow a record; more than ten void it (RFC 7208 §4.6.4)."""
    count = 0
    for word in record.lower().split()[1:]:
        term = word.lstrip("+-~?")
        if re.match(r"(a|mx|ptr|exists)([:/]|$)", term):
            count += 1
        target = re.match(r"(?:include:|redirect=)(\S+)", term)
        if target is None:
            continue
        count += 1
        name = target.group(1)
        if name in seen or count > SPF_LOOKUPS_MAXIMUM or "%" in name:
            continue
        seen.add(name)
        inner = [text for text in _ask(resolver, name, "TXT") if text.lower().startswith("v=spf1")]
        count += _lookups(resolver, inner[0], seen) if inner else 0
    return count


def _dkim(resolver: dns.resolver.Resolver, domain: str, selectors: Iterable[str]) -> Check:
    """Look for a public key under the usual names: the name itself is only told by a signed message."""
    silent = False
    weak: Check | None = None
    for selector in selectors:
        try:
            records = _ask(resolver, f"{selector}._domainkey.{domain}", "TXT")
        except _SilentError:
            silent = True
            break
        for record in records:
            check = _key(selector, record)
            if check.state == GOOD:
                return check
            weak = weak or check
    if weak is not None:
        return weak
    return Check("dkim", UNKNOWN, "no_answer") if silent else Check("dkim", MISSING, "dkim_missing")


def _key(selector: str, record: str) -> Check:
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not fields.get("p"):
        return Check("dkim", BROKEN, "dkim_revoked", record[:500], selector)
    if fields.get("k", "rsa").lower() == "ed25519":
        return Check("dkim", GOOD, "dkim_good", record[:500], selector)
    try:
        key = load_der_public_key(base64.b64decode("".join(fields["p"].split()), validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return Check("dkim", BROKEN, "dkim_unreadable", record[:500], selector)
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_KEY:
        return Check("dkim", WEAK, "dkim_short", record[:500], selector)
    return Check("dkim", GOOD, "dkim_good", record[:500], selector)


def _dmarc(resolver: dns.resolver.Resolver, domain: str) -> Check:
    """Look at the domain and, like receivers do, at those above it."""
    labels = domain.split(".")
    try:
        for start in range(len(labels) - 1):
            records = [
                text
                for text in _ask(resolver, "_dmarc." + ".".join(labels[start:]), "TXT")
                if re.match(r"(?i)v=dmarc1\s*(;|$)", text)
            ]
            if len(records) > 1:
                return Check("dmarc", BROKEN, "dmarc_twice", " | ".join(records)[:500])
            if records:
                return _policy(records[0])
    except _SilentError:
        return Check("dmarc", UNKNOWN, "no_answer")
    return Check("dmarc", MISSING, "dmarc_missing")


def _policy(record: str) -> Check:
    asked = re.search(r"(?i)(?:^|;)\s*p\s*=\s*(\w+)", record)
    policy = asked.group(1).lower() if asked else ""
    if policy not in {"none", "quarantine", "reject"}:
        return Check("dmarc", BROKEN, "dmarc_unreadable", record[:500])
    if policy == "none":
        return Check("dmarc", WEAK, "dmarc_watching", record[:500])
    return Check("dmarc", GOOD, "dmarc_good", record[:500])
