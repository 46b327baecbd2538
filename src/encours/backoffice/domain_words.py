"""What the name servers' answers mean, and what to do about each, in words for whoever keeps the domain."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from encours.accounts.models import Sender
from encours.channels import domains

TAGS = {
    domains.GOOD: ("ok", "check"),
    domains.WEAK: ("soon", "warning"),
    domains.MISSING: ("late", "warning"),
    domains.BROKEN: ("late", "warning"),
    domains.UNKNOWN: ("neutral", "clock"),
}


@dataclass(frozen=True)
class Line:
    """One question to the name servers: its name, how it stands, what that means and what to do."""

    name: str
    tone: str
    icon: str
    state: str
    sentence: str
    record: str


def lines(sender: Sender) -> list[Line]:
    """Return the report kept on a sender as lines to read, none when its domain was never looked at."""
    said = {
        domains.GOOD: _("good"),
        domains.WEAK: _("weak"),
        domains.MISSING: _("missing"),
        domains.BROKEN: _("broken"),
        domains.UNKNOWN: _("not known"),
    }
    found = []
    for check in sender.domain_report.get("checks", []):
        tone, icon = TAGS.get(check["state"], TAGS[domains.UNKNOWN])
        found.append(
            Line(
                check["name"].upper(),
                tone,
                icon,
                said.get(check["state"], check["state"]),
                sentence(check["code"], sender.domain_report.get("domain", ""), check.get("detail", "")),
                check.get("record", ""),
            )
        )
    return found


def sentence(code: str, domain: str, detail: str = "") -> str:
    """Return what an answer means, and what to do about it."""
    values = {"domain": domain, "detail": detail}
    sentences = {
        "no_answer": _("No name server answered: try again in a moment."),
        "mx_good": _("Answers find their way to %(domain)s."),
        "mx_missing": _(
            "%(domain)s takes no mail: answers and returns would be lost. Write from an address that is read,"
            " or add an MX record."
        ),
        "spf_good": _("The servers that may write for %(domain)s are named. Check that yours is among them."),
        "spf_missing": _(
            "Nothing says which servers may write for %(domain)s. Add a TXT record such as"
            " “v=spf1 include:(your mail provider) ~all”: the provider's help gives the exact words."
        ),
        "spf_twice": _("There are several SPF records, and receivers then read none: merge them into one."),
        "spf_too_long": _(
            "The record asks for %(detail)s look-ups and ten are allowed: take out the providers you no longer use."
        ),
        "spf_open": _("The record lets anybody write for %(domain)s: end it with “~all” or “-all”."),
        "spf_unfinished": _("The record does not say what to do with other servers: end it with “~all”."),
        "dkim_good": _("Messages can be signed: a key is published under “%(detail)s”."),
        "dkim_missing": _(
            "No signing key was found under the usual names. Turn DKIM on at your mail provider and publish the key"
            " it gives; if that is done under a name of your own, a received message shows “dkim=pass” in its headers."
        ),
        "dkim_revoked": _("The key under “%(detail)s” was withdrawn: publish the provider's present one."),
        "dkim_unreadable": _(
            "The key under “%(detail)s” cannot be read: copy it again, whole, from the provider."
        ),
        "dkim_short": _(
            "The key under “%(detail)s” is too short to be trusted: have one of 2,048 bits made."
        ),
        "dmarc_good": _("Receivers are told to refuse what others write in your name."),
        "dmarc_missing": _(
            "Nothing tells receivers what to do with forgeries, and large providers ask for it. Add a TXT record at"
            " _dmarc.%(domain)s: “v=DMARC1; p=none; rua=mailto:(an address that is read)”."
        ),
        "dmarc_watching": _(
            "Forgeries are watched, not refused. Once the reports show that all your own servers pass, ask for"
            " “p=quarantine”."
        ),
        "dmarc_twice": _("There are several DMARC records, and receivers then read none: keep one."),
        "dmarc_unreadable": _(
            "The record has no valid policy: it needs “p=none”, “p=quarantine” or “p=reject”."
        ),
    }
    return sentences.get(code, code) % values
