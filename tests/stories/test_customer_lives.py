"""The lives of customers, day by day: what happened to the left of the arrow, what the desk did to its right."""

import pytest
from tests.stories.teller import check

pytestmark = pytest.mark.django_db


def test_a_good_payer_hears_one_courtesy() -> None:
    check("""
        01/09/2026  invoice F1 of 1500.00, due 30/09/2026
        23/09/2026  -> notice: F1 1500.00
        30/09/2026  pays F1
        15/10/2026  invoice F2 of 200.00, due 31/10/2026
        31/10/2026  pays F2
        05/11/2026  invoice F3 of 90.00, due 05/12/2026
    """)


def test_who_pays_after_a_reminder_is_thanked_once() -> None:
    check("""
        01/09/2026  invoice F1 of 800.00, due 30/09/2026
        03/10/2026  -> first reminder: F1 800.00
        08/10/2026  pays 300.00 of F1
        10/10/2026  pays F1
        10/10/2026  -> thanks: F1 800.00
        31/10/2026  invoice F2 of 100.00, due 30/11/2026
    """)


def test_a_credit_note_calls_for_no_thanks() -> None:
    check("""
        01/09/2026  invoice F1 of 800.00, due 30/09/2026
        03/10/2026  -> first reminder: F1 800.00
        10/10/2026  F1 is credited
        31/10/2026  invoice F2 of 100.00, due 30/11/2026
    """)


def test_three_reminders_then_a_formal_notice_for_a_person_to_sign() -> None:
    check("""
        01/07/2026  invoice F1 of 2400.00, due 31/07/2026
        24/07/2026  -> notice: F1 2400.00
        03/08/2026  -> first reminder: F1 2400.00
        15/08/2026  -> second reminder: F1 2400.00
        30/08/2026  -> last reminder: F1 2400.00
        14/09/2026  -> formal notice to sign: F1 2400.00
        20/09/2026  pays F1
        20/09/2026  -> thanks: F1 2400.00
        20/09/2026  -> formal notice withdrawn: F1 2400.00
    """)


def test_the_tone_does_not_soften_when_the_oldest_invoice_is_paid() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  invoice F2 of 700.00, due 12/08/2026
        15/08/2026  -> second reminder: F1 900.00, F2 700.00
        20/08/2026  pays F1
        27/08/2026  -> second reminder: F2 700.00
        11/09/2026  -> last reminder: F2 700.00
        12/09/2026  pays F2
        12/09/2026  -> thanks: F2 700.00
    """)


def test_a_new_episode_begins_with_a_courteous_voice() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        15/08/2026  -> second reminder: F1 900.00
        20/08/2026  pays F1
        20/08/2026  -> thanks: F1 900.00
        01/09/2026  invoice F2 of 700.00, due 30/09/2026
        03/10/2026  -> first reminder: F2 700.00
    """)


def test_a_disputed_invoice_stays_out_while_the_others_are_asked_for() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        01/07/2026  invoice F2 of 300.00, due 31/07/2026
        24/07/2026  -> notice: F1 900.00, F2 300.00
        03/08/2026  -> first reminder: F1 900.00, F2 300.00
        06/08/2026  disputes F1
        15/08/2026  -> second reminder: F2 300.00
        17/08/2026  pays F2
        17/08/2026  -> thanks: F2 300.00
        18/08/2026  -> nothing is asked: all_disputed
        25/08/2026  the dispute of F1 is closed
        25/08/2026  -> second reminder: F1 900.00
    """)


def test_a_customer_left_alone_hears_nothing_before_the_day() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  is left alone until 01/09/2026
        10/08/2026  -> nothing is asked: on_hold
        01/09/2026  -> second reminder: F1 900.00
        08/09/2026  -> last reminder: F1 900.00
        15/09/2026  -> formal notice to sign: F1 900.00
    """)


def test_one_invoice_left_alone_does_not_silence_the_others() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        01/07/2026  invoice F2 of 300.00, due 31/07/2026
        24/07/2026  -> notice: F1 900.00, F2 300.00
        01/08/2026  F1 is left alone until 25/08/2026
        03/08/2026  -> first reminder: F2 300.00
        15/08/2026  -> second reminder: F2 300.00
        25/08/2026  -> second reminder: F1 900.00, F2 300.00
        30/08/2026  pays F2
    """)


def test_a_month_of_outage_is_caught_up_in_order_and_with_its_silences() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        02/08/2026  the desk is down
        20/09/2026  the desk is back
        20/09/2026  -> first reminder: F1 900.00
        27/09/2026  -> second reminder: F1 900.00
        04/10/2026  -> last reminder: F1 900.00
        11/10/2026  -> formal notice to sign: F1 900.00
    """)


def test_an_unknown_rate_holds_the_letter_that_states_interest_and_nothing_else() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        15/08/2026  -> second reminder: F1 900.00
        30/08/2026  -> nothing is asked: rate_missing
        05/09/2026  the rate of the half-year is entered
        05/09/2026  -> last reminder: F1 900.00
        """,
        rates=False,
    )


def test_nobody_asks_an_insolvent_customer() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  insolvency proceedings open
        10/08/2026  -> nothing is asked: insolvent
        30/09/2026  invoice F2 of 50.00, due 31/10/2026
    """)
