"""The lives of customers under the guardrails: holidays, replies, promises, bounces, outages, changes of plan."""

import pytest
from tests.stories.teller import check

pytestmark = pytest.mark.django_db


def test_a_good_payer_who_forgot_one_invoice_is_thanked_and_hears_no_more() -> None:
    check(
        """
        01/09/2026  invoice F1 of 800.00, due 30/09/2026
        03/10/2026  -> first reminder waits: day_off:2026-10-05T08:00
        05/10/2026  -> first reminder: F1 800.00
        06/10/2026  pays F1
        07/10/2026  -> thanks: F1 800.00
        20/10/2026  invoice F2 of 500.00, due 30/11/2026
        30/11/2026  pays F2
        10/12/2026  invoice F3 of 90.00, due 31/12/2026
        """,
        guarded=True,
    )


def test_thanks_come_as_late_as_the_plan_says() -> None:
    check(
        """
        01/09/2026  thanks come 20 days after the payment
        01/09/2026  invoice F1 of 800.00, due 30/09/2026
        03/10/2026  -> first reminder: F1 800.00
        06/10/2026  pays F1
        26/10/2026  -> thanks: F1 800.00
        30/11/2026  invoice F2 of 50.00, due 31/12/2026
        """
    )


def test_a_holiday_of_alsace_is_kept_there() -> None:
    check(
        """
        20/03/2026  reminders leave by themselves
        20/03/2026  invoice F1 of 800.00, due 31/03/2026
        03/04/2026  -> nothing is asked: closed_day
        07/04/2026  -> first reminder: F1 800.00
        08/04/2026  pays F1
        """,
        guarded=True,
        postal_code="67000",
    )


def test_the_same_day_is_no_holiday_in_vienne() -> None:
    check(
        """
        20/03/2026  reminders leave by themselves
        20/03/2026  invoice F1 of 800.00, due 31/03/2026
        03/04/2026  -> first reminder: F1 800.00
        04/04/2026  pays F1
        """,
        guarded=True,
    )


def test_the_oldest_invoice_paid_in_the_middle_restarts_nothing() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 01/09/2026
        20/08/2026  invoice F2 of 700.00, due 14/09/2026
        04/09/2026  -> first reminder: F1 900.00
        16/09/2026  -> second reminder: F1 900.00, F2 700.00
        18/09/2026  pays F1
        23/09/2026  -> second reminder: F2 700.00
        30/09/2026  -> second reminder: F2 700.00
        14/10/2026  -> last reminder: F2 700.00
        15/10/2026  pays F2
        """,
        guarded=True,
    )


def test_a_month_of_outage_is_caught_up_in_order_with_its_spacing() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        10/09/2026  the desk is down
        19/10/2026  the desk is back
        19/10/2026  -> second reminder: F1 900.00
        26/10/2026  -> last reminder: F1 900.00
        02/11/2026  -> formal notice to sign: F1 900.00
        03/11/2026  pays F1
        03/11/2026  -> thanks: F1 900.00
        03/11/2026  -> formal notice withdrawn: F1 900.00
        """,
        guarded=True,
    )


def test_an_old_ledger_enters_at_its_age_and_then_climbs_step_by_step() -> None:
    check(
        """
        01/10/2026  old invoice F1 of 900.00, due 30/06/2026, is taken over
        01/10/2026  -> second reminder: F1 900.00
        08/10/2026  -> last reminder: F1 900.00
        15/10/2026  -> formal notice to sign: F1 900.00
        16/10/2026  pays F1
        16/10/2026  -> thanks: F1 900.00
        16/10/2026  -> formal notice withdrawn: F1 900.00
        """,
        guarded=True,
    )


def test_a_plan_changed_while_running_goes_on_where_it_was() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        15/09/2026  -> second reminder: F1 900.00
        20/09/2026  the plan asks at 5, 12, 40, 60 days
        10/10/2026  -> last reminder: F1 900.00
        30/10/2026  -> formal notice to sign: F1 900.00
        31/10/2026  pays F1
        31/10/2026  -> thanks: F1 900.00
        31/10/2026  -> formal notice withdrawn: F1 900.00
        """
    )


def test_a_step_put_in_by_age_is_for_those_who_have_not_come_to_it() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        05/09/2026  a word is put in, counted from the due date, at 8 days
        10/09/2026  -> word between: F1 900.00
        17/09/2026  -> second reminder: F1 900.00
        18/09/2026  pays F1
        18/09/2026  -> thanks: F1 900.00
        """
    )


def test_a_step_put_in_behind_a_customer_says_nothing_twice_nor_more_softly() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        15/09/2026  -> second reminder: F1 900.00
        16/09/2026  a word is put in, counted from the due date, at 8 days
        30/09/2026  -> last reminder: F1 900.00
        15/10/2026  -> formal notice to sign: F1 900.00
        16/10/2026  pays F1
        16/10/2026  -> thanks: F1 900.00
        16/10/2026  -> formal notice withdrawn: F1 900.00
        """
    )


def test_a_step_put_in_that_moves_the_later_ones_says_nothing_twice_either() -> None:
    check(
        """
        01/07/2026  reminders count from the one before
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        17/09/2026  -> second reminder: F1 900.00
        18/09/2026  a word is put in, counted from the reminder before it, at 7 days
        01/10/2026  -> last reminder: F1 900.00
        15/10/2026  -> formal notice to sign: F1 900.00
        16/10/2026  pays F1
        16/10/2026  -> thanks: F1 900.00
        16/10/2026  -> formal notice withdrawn: F1 900.00
        """
    )


def test_a_step_that_comes_later_in_the_next_version_is_not_said_again() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        15/09/2026  -> second reminder: F1 900.00
        16/09/2026  the plan asks at 3, 25, 40, 60 days
        10/10/2026  -> last reminder: F1 900.00
        12/10/2026  pays F1
        12/10/2026  -> thanks: F1 900.00
        """
    )


def test_a_bounced_contact_is_held_until_it_is_corrected() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        04/09/2026  the address bounces
        15/09/2026  -> nothing is asked: contact_bounced
        18/09/2026  the address is corrected
        18/09/2026  -> second reminder: F1 900.00
        21/09/2026  pays F1
        21/09/2026  -> thanks: F1 900.00
        """,
        guarded=True,
    )


def test_a_reply_stops_the_plan_until_it_is_read() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        14/09/2026  a reply comes in
        14/09/2026  -> nothing is asked: reply_waiting
        22/09/2026  the reply is read
        22/09/2026  -> second reminder: F1 900.00
        23/09/2026  pays F1
        """,
        guarded=True,
    )


def test_a_kept_promise_asks_nothing_more() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        10/09/2026  promises F1 for 25/09/2026
        10/09/2026  -> nothing is asked: promise_running
        25/09/2026  pays F1
        25/09/2026  -> thanks: F1 900.00
        20/10/2026  invoice F2 of 10.00, due 30/11/2026
        """,
        guarded=True,
    )


def test_a_broken_promise_is_answered_once_then_the_plan_goes_on() -> None:
    check(
        """
        01/07/2026  a broken promise is answered
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        10/09/2026  promises F1 for 18/09/2026
        10/09/2026  -> nothing is asked: promise_running
        21/09/2026  -> answer: F1 900.00
        28/09/2026  -> second reminder: F1 900.00
        05/10/2026  -> last reminder: F1 900.00
        06/10/2026  pays F1
        """,
        guarded=True,
    )


def test_nothing_is_asked_on_the_word_of_an_old_ledger() -> None:
    check(
        """
        01/09/2026  the ledger is too old after 48 hours
        01/09/2026  invoice F1 of 900.00, due 31/08/2026
        01/09/2026  a file is imported
        03/09/2026  -> first reminder: F1 900.00
        04/09/2026  -> nothing is asked: ledger_stale
        16/09/2026  a file is imported
        16/09/2026  -> second reminder: F1 900.00
        17/09/2026  pays F1
        """,
        guarded=True,
    )


def test_a_conversation_on_the_phone_is_a_contact() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        14/09/2026  a call ends with reached
        21/09/2026  -> second reminder: F1 900.00
        22/09/2026  a call ends with call back
        22/09/2026  pays F1
        24/09/2026  -> thanks: F1 900.00
        """,
        guarded=True,
    )


def test_a_call_that_nobody_answered_is_none() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        14/09/2026  a call ends with no answer
        15/09/2026  a call ends with wrong number
        15/09/2026  -> second reminder: F1 900.00
        16/09/2026  pays F1
        17/09/2026  -> thanks: F1 900.00
        """,
        guarded=True,
    )


def test_calls_spend_the_pressure_of_the_month() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/08/2026
        03/09/2026  -> first reminder: F1 900.00
        04/09/2026  a call ends with voicemail
        05/09/2026  a call ends with reached
        06/09/2026  a call ends with no answer
        07/09/2026  a call ends with reached
        08/09/2026  a call ends with call back
        08/09/2026  a call ends with reached
        15/09/2026  -> nothing is asked: budget_spent
        03/10/2026  -> second reminder waits: day_off:2026-10-05T08:00
        05/10/2026  -> second reminder: F1 900.00
        06/10/2026  pays F1
        """,
        guarded=True,
    )
