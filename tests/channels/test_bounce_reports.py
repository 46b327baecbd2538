"""Reports of mail servers are read with their recipients, their reasons and the message they speak of."""

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
