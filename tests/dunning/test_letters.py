"""What leaves is written in the customer's language, with the law's figures and the invoices it speaks of."""

from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.dunning import actions, letters
from encours.dunning.claims import claim_of
from encours.dunning.models import Reminder, Template
from encours.receivables.models import Item
from encours.rules import wording
from encours.rules.dunning import DEFAULT_PLAN_STEPS
from encours.rules.ready_plans import READY_PLANS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NBSP = "\N{NO-BREAK SPACE}"


def drafted(days: int, rank: int, **fields: object) -> Reminder:
    """A reminder of this rank about two invoices, whatever came before."""
    organization = desk.company(**fields)
    buyer = desk.customer(organization)
    desk.item(buyer, "FA-2026-00041", TODAY - timedelta(days=days), "12000.00")
    desk.item(buyer, "FA-2026-00052", TODAY - timedelta(days=max(days - 20, 1)), "480.50")
    return at_rank(organization, rank)


def at_rank(organization: Organization, rank: int) -> Reminder:
    day = TODAY - timedelta(days=60)
    while True:
        desk.run(organization, day)
        reminder = Reminder.objects.filter(organization=organization).order_by("-pk").first()
        if reminder and reminder.state == "drafted":
            if reminder.rank == rank:
                return reminder
            desk.sent(reminder, day)
        day += timedelta(days=1)


def test_a_first_reminder_is_courteous_and_names_each_invoice() -> None:
    reminder = drafted(60, 1)
    written = letters.message(reminder, TODAY)
    assert written.recipient == "compta.c001@verger.example"
    assert written.subject == f"Ateliers Lumière – facture échue{NBSP}: 12{NBSP}000,00{NBSP}€"
    assert "FA-2026-00041" in written.text
    assert "IBAN FR76 3000 6000" in written.text
    assert "pénalités" not in written.text
    assert "{{ invoice_list }}" in written.body
    assert "<table" in written.html
    assert "FA-2026-00041</td>" in written.html


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("step", DEFAULT_PLAN_STEPS, ids=lambda step: step.template)
def test_every_shipped_message_can_be_written(language: str, step: object) -> None:
    subject, body = actions.templates.default_words(step.template, language)  # type: ignore[attr-defined]
    wording.check(subject)
    wording.check(body)
    assert "{{ invoice_list }}" in body.split("\n\n")
    assert "'" not in body


def test_the_language_is_the_customers_and_falls_back() -> None:
    reminder = drafted(60, 1)
    type(reminder.customer).objects.update(language="en")
    assert letters.message(reminder, TODAY).subject.startswith(
        "Ateliers Lumière – invoice overdue: €12,000.00"
    )
    Template.objects.filter(language="en").delete()
    assert "facture échue" in letters.message(reminder, TODAY).subject
    Template.objects.all().delete()
    with pytest.raises(letters.TemplateMissingError):
        letters.message(reminder, TODAY)


def test_a_formal_notice_states_interest_fees_law_and_delay() -> None:
    reminder = drafted(60, 4)
    data = letters.letter_data(letters.message(reminder, TODAY))
    assert reminder.step.formal
    # 12,000.00 for 60 days and 480.50 for 40 days at 12.15 %, 365 days.
    assert [segment["amount"] for segment in data["interest"]["segments"]] == [Decimal("239.6712")]
    assert [row["amount"] for row in data["totals"]] == [
        Decimal("12000.00"), Decimal("239.67"), Decimal("40.00"), Decimal("12279.67"),
    ]  # fmt: skip
    assert data["payment"]["amount"] == Decimal("12279.67")
    body = "\n".join([*data["paragraphs"], *data["closing"]])
    assert "article 1344 du code civil" in body
    assert "30/11/2026" in body
    assert "L441-10 II" in data["legal"][0]
    assert "delivery" in data
    assert letters.pdf(reminder, TODAY).startswith(b"%PDF")


@pytest.mark.parametrize(("rank", "signed_by_its_words"), [(1, True), (4, False)])
def test_a_letter_is_signed_once(rank: int, *, signed_by_its_words: bool) -> None:
    data = letters.letter_data(letters.message(drafted(60, rank), TODAY))
    assert (data["closing"][-1].splitlines()[-1] == "Ateliers Lumière") is signed_by_its_words
    assert ("signature" in data) is not signed_by_its_words


def test_interest_is_not_stated_by_a_company_that_does_not_claim_it() -> None:
    reminder = drafted(60, 3, interest_claimed=False)
    data = letters.letter_data(letters.message(reminder, TODAY))
    assert "interest" not in data or not data["interest"]["segments"]
    assert data["totals"][-1]["amount"] <= Decimal("12560.50")


def test_a_payment_cuts_the_interest_from_its_day() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    invoice = desk.item(buyer, "F1", date(2025, 1, 31), 12000)
    desk.pay(invoice, date(2025, 6, 30), 6000)
    claim = claim_of(organization, buyer, [invoice], date(2025, 9, 15))
    assert [segment.interest for segment in claim.lines[0].statement.segments] == [
        Decimal("648.4932"),
        Decimal("153.7890"),
    ]
    assert (claim.principal, claim.fees, claim.partial) == (Decimal(6000), Decimal(40), False)


def test_what_a_credit_note_took_away_never_bore_interest() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    credited = desk.item(buyer, "F1", date(2025, 1, 31), 12000)
    desk.pay(credited, date(2025, 6, 30), 6000, kind="credit_note")
    smaller = desk.item(buyer, "F2", date(2025, 1, 31), 6000)
    claims = [claim_of(organization, buyer, [one], date(2025, 9, 15)) for one in (credited, smaller)]
    assert claims[0].interest == claims[1].interest > 0


def test_an_unknown_half_year_leaves_the_claim_partial() -> None:
    organization = desk.company(rates=False)
    buyer = desk.customer(organization)
    invoice = desk.item(buyer, "F1", date(2026, 6, 20), 1000)
    claim = claim_of(organization, buyer, [invoice], TODAY)
    assert (claim.partial, claim.counted_until) == (True, date(2026, 6, 30))


def test_an_invoice_older_than_the_rates_is_counted_from_the_first_known_day() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    claim = claim_of(organization, buyer, [desk.item(buyer, "F1", date(2016, 1, 1), 1000)], TODAY)
    assert not claim.partial
    assert claim.lines[0].statement.segments[0].from_on == date(2019, 1, 1)


def test_unallocated_payments_are_deducted() -> None:
    reminder = drafted(60, 1)
    desk.item(reminder.customer, "VIR", TODAY, 1000, kind="payment", side="credit")
    written = letters.message(reminder, TODAY)
    assert written.amount == Decimal(11000)
    assert f"1{NBSP}000,00" in written.text


def test_edited_words_keep_their_variables_and_their_list() -> None:
    reminder = drafted(60, 1)
    with pytest.raises(wording.WordingError):
        actions.edit(reminder, subject="S", body="{{ oops }}", by=None, now=desk.at(TODAY))
    actions.edit(
        reminder,
        subject="Bonjour",
        body="Chère Claire,\n\n{{ invoice_list }}\n\nÀ bientôt",
        by=None,
        now=desk.at(TODAY),
    )
    reminder.refresh_from_db()
    written = letters.message(reminder, TODAY)
    assert written.subject == "Bonjour"
    assert written.text.startswith("Chère Claire,\n\n- FA-2026-00041")


def test_no_name_can_become_markup_or_words() -> None:
    reminder = drafted(60, 1)
    type(reminder.customer).objects.update(name="<b>{{ iban }}</b>", code="C<1>")
    Template.objects.update(body="{{ customer_name }} {{ customer_code }}\n\n{{ invoice_list }}\n\nFin")
    written = letters.message(reminder, TODAY)
    assert "&lt;b&gt;{{ iban }}&lt;/b&gt; C&lt;1&gt;" in written.html
    assert written.text.startswith("<b>{{ iban }}</b>")
    assert letters.pdf(reminder, TODAY).startswith(b"%PDF")


def test_a_public_buyer_reads_its_own_law() -> None:
    reminder = drafted(60, 3)
    type(reminder.customer).objects.update(public_buyer=True)
    data = letters.letter_data(letters.message(reminder, TODAY))
    assert "L2192-13" in data["legal"][0]
    assert {segment["rate_percent"] for segment in data["interest"]["segments"]} == {Decimal("10.15")}


def test_a_statement_shows_both_sides() -> None:
    organization = desk.company()
    buyer = desk.customer(organization, country="BE", language="en")
    desk.item(buyer, "F1", TODAY, 100)
    desk.item(buyer, "AV1", TODAY, 30, kind="credit_note", side="credit")
    assert letters.statement(organization, buyer, TODAY).startswith(b"%PDF")


def test_the_part_in_dispute_is_named_and_not_asked_for() -> None:
    reminder = drafted(60, 1)
    first = Item.objects.get(number="FA-2026-00041")
    first.disputed_on, first.disputed_amount = TODAY, Decimal("2000.00")
    first.save()
    written = letters.message(reminder, TODAY)
    assert "FA-2026-00041 (" in written.text
    assert f"2{NBSP}000,00{NBSP}€" in written.text
    assert "FA-2026-00041 (" in written.html
    assert letters.letter_data(written)["items"][0]["open_amount"] == Decimal("10000.00")
    assert letters._contested([first])[0]["amount"] == Decimal("2000.00")
    first.disputed_amount = first.disputed_on = None
    assert letters._contested([first]) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_words_of_a_demand_claim_no_number_of_reminders(language: str) -> None:
    # In a tone that is kept, the same words are said again, of items of which nothing was said before.
    counted = (
        "premier rappel",
        "deuxième rappel",
        "second rappel",
        "dernier rappel",
        "nos rappels",
        "nos relances",
    )
    counted += ("first reminder", "second reminder", "last reminder", "our reminders", "no answer to our")
    folder = files("encours.dunning").joinpath("wording", language)
    demands = [step.template for ready in READY_PLANS for step in ready.steps if step.trigger == "after_due"]
    assert len(demands) > 10
    for code in demands:
        words = folder.joinpath(f"{code}.txt").read_text(encoding="utf-8").lower()
        assert not [claim for claim in counted if claim in words], code
