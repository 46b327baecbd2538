"""What a mail server's report means for an address: gone, not now, not from us, or delivered after all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Meaning = Literal["hard", "soft", "reputation", "delayed", "delivered"]

SOFT_MAXIMUM = 3
SOFT_DAYS = 14
# No part of an address such as 5.135.20.11, which servers name in the same breath.
STATUS = re.compile(r"(?<![\d.])([245])\.(\d)\.(\d{1,3})(?!\.?\d)")
OUR_ADDRESS = ("7", "8")
UNKNOWN_WORDS = (
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "recipient unknown",
    "does not exist",
    "doesn't exist",
    "mailbox unavailable",
    "mailbox not found",
    "address rejected",
    "invalid recipient",
    "utilisateur inconnu",
    "adresse inconnue",
    "domain name not found",
    "n'existe pas",
    "n’existe pas",
)
REPUTATION_WORDS = (
    "spam",
    "blacklist",
    "blocklist",
    "reputation",
    "dmarc",
    "spf",
    "dkim",
    "blocked using",
    "policy",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a mail server reports about one recipient, in the words of RFC 3464."""

    recipient: str
    action: str = "failed"
    status: str = ""
    diagnostic: str = ""


def meaning_of(failure: Failure) -> Meaning:
    """Return what a report means; a status too vague to act on is read in its diagnostic.

    Statuses are those of RFC 3463: x.1 speaks of the address, x.2 of its mailbox, x.7 of policy.
    """
    action = failure.action.lower()
    if action in {"delivered", "relayed", "expanded"}:
        return "delivered"
    if action == "delayed":
        return "delayed"
    status = _status(failure)
    words = failure.diagnostic.lower()
    if status[0] == "4":
        return "soft"
    if status[1] == "1":
        # x.1.7 and x.1.8 speak of who writes; x.1.0 may.
        ours = status[2] in OUR_ADDRESS or (status[2] == "0" and "sender" in words)
        return "reputation" if ours else "hard"
    if status[1] == "7":
        # Servers answer 5.7 for the address too: only the words tell a refused sender from an unknown recipient.
        return "hard" if _says(words, UNKNOWN_WORDS) and not _says(words, REPUTATION_WORDS) else "reputation"
    if status[1] in {"0", "5", ""}:
        if _says(words, UNKNOWN_WORDS):
            return "hard"
        return "reputation" if _says(words, REPUTATION_WORDS) else "soft"
    # Microsoft says 5.4.1 of a recipient that it does not know, and others of a domain that is no more.
    return "hard" if status[1] == "4" and _says(words, UNKNOWN_WORDS) else "soft"


def gone_by_repetition(soft_days: Iterable[date], today: date) -> bool:
    """Tell whether an address failed for a while so often that it counts as gone: 3 times in 14 days."""
    recent = {day for day in soft_days if today - timedelta(days=SOFT_DAYS) <= day <= today}
    return len(recent) >= SOFT_MAXIMUM


def _status(failure: Failure) -> tuple[str, str, str]:
    """Return class, subject and detail of a status; where the field is vague, the diagnostic's own says more."""
    given = STATUS.search(failure.status)
    told = STATUS.search(failure.diagnostic)
    found = told if told and (given is None or given.group(2) == "0") else given
    return (found.group(1), found.group(2), found.group(3)) if found else ("5", "", "")


def _says(words: str, any_of: Iterable[str]) -> bool:
    return any(one in words for one in any_of)
