"""What a report means for an address, by status, by words, and by repetition."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.bounces import Failure, gone_by_repetition, meaning_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "meaning"),
    [
        ("failed", "5.1.1", "550 5.1.1 user unknown", "hard"),
        ("failed", "5.1.2", "", "hard"),
        ("failed", "5.1.10", "RecipientNotFound", "hard"),
        ("failed", "5.2.2", "552 5.2.2 mailbox full", "soft"),
        ("failed", "5.2.1", "mailbox disabled", "soft"),
        ("failed", "4.4.7", "delivery time expired", "soft"),
        ("failed", "5.7.1", "550 5.7.1 message rejected as spam", "reputation"),
        ("failed", "5.7.26", "does not pass DMARC", "reputation"),
        ("failed", "5.7.1", "550 5.7.1 no such user here", "hard"),
        ("failed", "5.0.0", "550 5.1.1 <x@y.fr>: Recipient address rejected: User unknown", "hard"),
        ("failed", "5.0.0", "550 Utilisateur inconnu", "hard"),
        ("failed", "5.5.0", "blocked using Spamhaus blocklist", "reputation"),
        ("failed", "5.4.1", "no answer from host", "soft"),
        ("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied.", "hard"),
        (
            "failed",
            "5.4.4",
            "Host or domain name not found. Name service error for name=gone.example",
            "hard",
        ),
        ("failed", "5.1.8", "550 5.1.8 Access denied, bad outbound sender", "reputation"),
        ("failed", "5.1.7", "550 5.1.7 <us@lumiere.example>: Sender address rejected", "reputation"),
        ("failed", "5.1.0", "550 5.1.0 <us@lumiere.example> sender rejected", "reputation"),
        ("failed", "5.0.0", "host mx.ovh.example[5.135.20.11] said: 550 user unknown", "hard"),
        ("failed", "", "host 5.39.12.1 said: 550 5.1.1 no such user.", "hard"),
        ("failed", "", "", "soft"),
        ("delayed", "4.4.1", "will retry", "delayed"),
        ("relayed", "2.0.0", "", "delivered"),
    ],
)
def test_what_a_report_means(action: str, status: str, diagnostic: str, meaning: str) -> None:
    assert meaning_of(Failure("x@y.fr", action, status, diagnostic)) == meaning


@given(st.text(), st.text(), st.text())
def test_nothing_a_server_says_stops_the_reading(action: str, status: str, diagnostic: str) -> None:
    assert meaning_of(Failure("x@y.fr", action, status, diagnostic))


def test_three_days_of_failure_in_two_weeks_count_as_gone() -> None:
    days = [TODAY - timedelta(days=number) for number in (0, 5, 13)]
    assert gone_by_repetition(days, TODAY)
    assert not gone_by_repetition(days[:2], TODAY)
    assert not gone_by_repetition([*days[:2], TODAY - timedelta(days=15)], TODAY)
    assert not gone_by_repetition([TODAY] * 3, TODAY)
