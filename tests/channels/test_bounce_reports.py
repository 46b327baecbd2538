"""Reports of mail servers are read with their recipients, their reasons and the message they speak of."""

from time import monotonic

import pytest
from tests.channels.imap_server import letter
from tests.channels.reports import QMAIL, bounce, complaint

from encours.channels.mime import parse
from encours.rules.bounces import meaning_of


def test_a_delivery_status_is_read() -> None:
    report = parse(bounce()).report
    assert report is not None
    assert (report.kind, report.message_id) == ("delivery", "<reminder-1@lumiere.example>")
    (failure,) = report.failures
    assert failure.recipient == "compta.c001@verger.example"
    assert (failure.action, failure.status) == ("failed", "5.1.1")
    assert "User unknown" in failure.diagnostic


def test_a_complaint_is_read() -> None:
    report = parse(complaint()).report
    assert report is not None
    assert report.kind == "complaint"
    assert [failure.recipient for failure in report.failures] == ["compta.c001@verger.example"]
    assert report.message_id == "<reminder-1@lumiere.example>"


def test_a_report_in_words_is_read_as_far_as_it_goes() -> None:
    report = parse(QMAIL).report
    assert report is not None
    assert [failure.recipient for failure in report.failures] == ["compta.c001@verger.example"]
    assert meaning_of(report.failures[0]) == "hard"
    assert report.message_id == "<reminder-1@lumiere.example>"


def test_a_report_without_fields_is_still_a_report() -> None:
    raw = bounce().replace(b"Final-Recipient", b"X-Nothing").replace(b"Original-Recipient", b"X-Nothing")
    report = parse(raw).report
    assert report is not None
    assert report.failures == ()


def test_a_customer_who_writes_about_delivery_is_no_report() -> None:
    assert parse(letter("Undeliverable goods", sender="achats@verger.example")).report is None


def in_words(subject: str, text: str) -> bytes:
    """Return a report without fields, as older servers write it."""
    return f"From: MAILER-DAEMON@mo4.mail-out.ovh.example\r\nSubject: {subject}\r\n\r\n{text}\r\n".encode()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Delivery Status Notification (Delay)", "compta@verger.example\r\nWill retry for 3 days."),
        (
            "Undelivered Mail",
            "Your message to compta@verger.example has been delayed. 451 4.7.1 greylisted",
        ),
        ("Message non remis pour le moment", "compta@verger.example : retard, nouvelle tentative demain."),
    ],
)
def test_what_is_only_delayed_is_not_said_again(subject: str, text: str) -> None:
    report = parse(in_words(subject, text)).report
    assert report is not None
    assert [meaning_of(failure) for failure in report.failures] == ["delayed"]


def test_a_permanent_failure_after_delays_is_a_failure() -> None:
    report = parse(
        in_words("Undelivered", "After a long delay: compta@verger.example 550 5.1.1 unknown")
    ).report
    assert report is not None
    assert [meaning_of(failure) for failure in report.failures] == ["hard"]


@pytest.mark.parametrize(
    "said",
    [
        "'compta@verger.example' on 20/11/2026",
        "smtp;550 rcpt=compta@verger.example: unknown",
        "RCPT TO:<compta@verger.example>.",
        "No mailbox here: compta@verger.example.",
    ],
)
def test_an_address_is_found_among_words(said: str) -> None:
    report = parse(in_words("Undeliverable: facture", f"host mx[5.135.20.11] said: 550 {said}")).report
    assert report is not None
    assert [failure.recipient for failure in report.failures] == ["compta@verger.example"]
    assert all(failure.status == "" for failure in report.failures)


def test_signs_that_cannot_be_kept_are_left_out() -> None:
    raw = bounce(diagnostic="smtp; 550\0 5.1.1 \x1b[2Jno", action="fai\0led", status="5.1.1\0")
    report = parse(raw).report
    assert report is not None
    (failure,) = report.failures
    assert (failure.action, failure.status) == ("fai led", "5.1.1")
    assert failure.diagnostic == "550 5.1.1 [2Jno"


@pytest.mark.parametrize("words", ["a" * 200_000, "a@" + "a-" * 60_000, "a@a." * 50_000])
def test_a_long_report_is_read_in_time(words: str) -> None:
    begun = monotonic()
    assert parse(in_words("Undelivered", words)).report is not None
    assert monotonic() - begun < 10
