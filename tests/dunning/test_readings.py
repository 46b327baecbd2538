"""What a reply means becomes true only when a person says so, or where the organization trusts it."""

from datetime import date
from decimal import Decimal

import pytest
from tests.dunning import desk
from tests.dunning.desk import company, customer, item, user
from tests.dunning.replies import message

from encours.dunning import readings
from encours.dunning.actions import readings as actions
from encours.dunning.errors import (
    DisputeItemsError,
    MessageUnmatchedError,
    ReadingContactError,
    ReadingDateError,
    ReadingDecidedError,
)
from encours.dunning.models import Guardrails, InboundMessage, Pause, Promise, Reading
from encours.events.models import Event
from encours.receivables.marks import dispute_item, undispute_item

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
NOW = desk.at(TODAY)
PROMISE = "Bonjour,\nLe virement de 1 000,00 € partira vendredi prochain.\nCordialement"


@pytest.fixture
def ours():
    organization = company()
    buyer = customer(organization)
    return (
        organization,
        buyer,
        item(buyer, "FA-2026-0118", date(2026, 10, 1)),
        item(buyer, "FA-2026-0121", date(2026, 10, 15), 800),
    )


def reading(found: InboundMessage, meaning: str) -> Reading:
    return Reading.objects.get(message=found, meaning=meaning)


def test_a_promise_is_proposed_with_its_sentence_and_nothing_is_true_yet(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, PROMISE, TODAY)
    proposed = reading(found, "promise")
    assert proposed.sentence == "Le virement de 1 000,00 € partira vendredi prochain."
    assert proposed.details == {"on": "2026-11-27", "amount": "1000.00"}
    assert proposed.state == "proposed"
    assert not Promise.objects.exists()
    assert found.state == "new"


def test_an_accepted_promise_covers_what_is_overdue_and_the_message_is_read(ours):
    organization, buyer, *items = ours
    found = message(organization, buyer, PROMISE, TODAY)
    actions.accept(reading(found, "promise"), by=user(), now=NOW)
    made = Promise.objects.get()
    assert (made.amount, made.promised_on, made.source) == (Decimal("1000.00"), date(2026, 11, 27), "reply")
    assert (made.sentence, made.message_id) == (reading(found, "promise").sentence, found.pk)
    assert [line.item for line in made.lines.order_by("item__due_on")] == items
    found.refresh_from_db()
    assert (found.state, found.read_by) == ("read", user().pk)
    told = list(Event.objects.filter(subject_type="message").order_by("pk").values_list("kind", flat=True))
    assert told == ["reading.accepted", "message.read"]


def test_a_person_corrects_a_promise_before_accepting_it(ours):
    organization, buyer, first, second = ours
    found = message(organization, buyer, "Nous réglerons FA-2026-0121 le 5 décembre.", TODAY)
    proposed = reading(found, "promise")
    assert proposed.details["items"] == [second.pk]
    chosen = {"on": date(2026, 12, 8), "amount": Decimal(300), "items": [first.pk]}
    actions.accept(proposed, by=user(), now=NOW, chosen=chosen)
    made = Promise.objects.get()
    assert (made.promised_on, made.amount, made.lines.get().item) == (date(2026, 12, 8), Decimal(300), first)
    proposed.refresh_from_db()
    assert proposed.details["on"] == "2026-12-08"


def test_an_announced_payment_is_looked_for_and_not_asked_meanwhile(ours):
    organization, buyer, first, _ = ours
    payment = item(buyer, "VIR 1", date(2026, 11, 18), 1200, kind="payment", side="credit")
    found = message(
        organization, buyer, "La facture FA-2026-0118 a été réglée par virement le 12 novembre.", TODAY
    )
    proposed = reading(found, "already_paid")
    assert proposed.details == {"on": "2026-11-12", "items": [first.pk]}
    actions.accept(proposed, by=user(), now=NOW)
    pause = Pause.objects.get()
    assert (pause.item, pause.until, pause.reason) == (first, date(2026, 12, 2), proposed.sentence)
    assert readings.payments_like(buyer, None, date(2026, 11, 12)) == [payment]
    assert Event.objects.filter(kind="note.written").exists()


def test_a_payment_of_nothing_in_particular_pauses_the_customer(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Nous avons déjà tout payé la semaine dernière.", TODAY)
    actions.accept(reading(found, "already_paid"), by=user(), now=NOW)
    assert Pause.objects.get().item is None


def test_a_dispute_marks_the_items_it_names_and_a_part_of_one(ours):
    organization, buyer, first, second = ours
    said = "Nous contestons la FA-2026-0118 : prix erroné, écart de 312,40 €."
    proposed = reading(message(organization, buyer, said, TODAY), "dispute")
    assert proposed.details == {"amount": "312.40", "reason": "price", "items": [first.pk]}
    actions.accept(proposed, by=user(), now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.disputed_on, first.disputed_amount) == (TODAY, Decimal("312.40"))
    assert first.dispute_reason == said
    assert second.disputed_on is None


def test_a_dispute_of_no_item_asks_which(ours):
    organization, buyer, *_ = ours
    found = message(
        organization, buyer, "La marchandise livrée est défectueuse, nous ne paierons pas.", TODAY
    )
    with pytest.raises(DisputeItemsError):
        actions.accept(reading(found, "dispute"), by=user(), now=NOW)
    found.refresh_from_db()
    assert found.state == "new"


def test_the_part_of_a_dispute_is_closed_with_it(ours):
    *_, second = ours
    marked = dispute_item(second, today=TODAY, reason="prix", by="x", now=NOW, amount=Decimal(200))
    assert marked.disputed_amount == Decimal(200)
    assert undispute_item(second, by="x", now=NOW).disputed_amount is None
    whole = dispute_item(second, today=TODAY, reason="prix", by="x", now=NOW, amount=Decimal(800))
    assert whole.disputed_amount is None


def test_the_new_contact_takes_the_place_of_the_one_who_answered(ours):
    organization, buyer, *_ = ours
    said = "Je ne m'occupe plus de la comptabilité, merci de vous adresser à Mme Aubert, reglements@verger.example"
    found = message(organization, buyer, said, TODAY)
    proposed = reading(found, "wrong_contact")
    assert proposed.details == {"email": "reglements@verger.example", "name": "Aubert"}
    actions.accept(proposed, by=user(), now=NOW)
    contact = buyer.contacts.get()
    assert (contact.email, contact.name) == ("reglements@verger.example", "Aubert")


def test_both_contacts_are_kept_when_a_person_wants_it(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Mauvais destinataire, écrivez à ap@verger.example", TODAY)
    actions.accept(reading(found, "wrong_contact"), by=user(), now=NOW, chosen={"replace": False})
    assert buyer.contacts.count() == 2


def test_a_wrong_contact_without_another_asks_for_one(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Vous n'avez pas la bonne personne.", TODAY)
    with pytest.raises(ReadingContactError):
        actions.accept(reading(found, "wrong_contact"), by=user(), now=NOW)


def test_insolvency_is_dated_by_the_judgment(ours):
    organization, buyer, *_ = ours
    said = "Notre société a été placée en redressement judiciaire par jugement du 4 novembre 2026."
    actions.accept(reading(message(organization, buyer, said, TODAY), "insolvency"), by=user(), now=NOW)
    buyer.refresh_from_db()
    assert buyer.insolvent_on == date(2026, 11, 4)


def test_who_is_away_is_left_alone_until_back(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Je suis absente jusqu'au 4 décembre.", TODAY, kind="auto_reply")
    actions.accept(reading(found, "out_of_office"), by=user(), now=NOW)
    assert Pause.objects.get().until == date(2026, 12, 4)


def test_who_is_away_without_a_date_asks_until_when(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Réponse automatique : en congés.", TODAY, kind="auto_reply")
    with pytest.raises(ReadingDateError):
        actions.accept(reading(found, "out_of_office"), by=user(), now=NOW)


def test_an_automatic_answer_promises_nothing(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, PROMISE, TODAY, kind="auto_reply")
    assert not found.readings.exists()
    assert not message(organization, buyer, "x", TODAY, kind="bounce").readings.exists()


def test_what_is_refused_stays_refused_and_serves_to_learn(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, PROMISE, TODAY)
    actions.refuse(reading(found, "promise"), by=user(), now=NOW)
    with pytest.raises(ReadingDecidedError):
        actions.accept(reading(found, "promise"), by=user(), now=NOW)
    readings.read(found, NOW)
    assert [(one.meaning, one.state) for one in actions.decided(organization.pk)] == [("promise", "refused")]
    assert found.readings.count() == 1


def test_a_mixed_message_is_read_once_all_of_it_is_decided(ours):
    organization, buyer, *_ = ours
    said = (
        "FA-2026-0118 sera payée vendredi. En revanche nous contestons la FA-2026-0121 : il manque 10 pièces."
    )
    found = message(organization, buyer, said, TODAY)
    actions.accept(reading(found, "promise"), by=user(), now=NOW)
    found.refresh_from_db()
    assert found.state == "new"
    actions.accept(reading(found, "dispute"), by=user(), now=NOW)
    found.refresh_from_db()
    assert found.state == "read"


def test_an_organization_may_trust_a_meaning_above_a_confidence(ours):
    organization, buyer, *_ = ours
    Guardrails.objects.update_or_create(
        organization=organization, defaults={"accepted_classes": {"promise": 0.9}}
    )
    found = message(organization, buyer, PROMISE, TODAY)
    assert reading(found, "promise").state == "accepted"
    assert reading(found, "promise").decided_by is None
    assert Promise.objects.get().recorded_by is None
    found.refresh_from_db()
    assert found.state == "read"
    assert actions.decided(organization.pk) == []


def test_a_trusted_meaning_that_lacks_something_waits_for_a_person(ours):
    organization, buyer, *_ = ours
    Guardrails.objects.update_or_create(
        organization=organization, defaults={"accepted_classes": {"dispute": 0.5, "promise": 0.9999}}
    )
    found = message(
        organization, buyer, "La marchandise livrée est défectueuse, nous ne paierons pas.", TODAY
    )
    assert reading(found, "dispute").state == "proposed"


@pytest.mark.parametrize(
    ("matched_by", "state"),
    [("sender", "proposed"), ("domain", "proposed"), ("token", "accepted"), ("references", "accepted")],
)
def test_nobody_is_written_to_elsewhere_on_the_word_of_an_address_alone(ours, matched_by, state):
    organization, buyer, *_ = ours
    Guardrails.objects.update_or_create(
        organization=organization, defaults={"accepted_classes": {"wrong_contact": 0.5}}
    )
    said = "Je ne suis plus en charge, merci d'adresser vos relances à compta@ailleurs.example."
    found = message(organization, buyer, said, TODAY, matched_by=matched_by)
    assert reading(found, "wrong_contact").state == state
    written = buyer.contacts.filter(email="compta@ailleurs.example").exists()
    assert written == (state == "accepted")


def test_nothing_becomes_true_without_a_customer(ours):
    organization, *_ = ours
    found = message(organization, None, PROMISE, TODAY)
    with pytest.raises(MessageUnmatchedError):
        actions.accept(reading(found, "promise"), by=user(), now=NOW)


def test_a_message_is_given_to_its_customer_and_read_again(ours):
    organization, buyer, first, _ = ours
    found = message(organization, None, "La facture FA-2026-0118 part en virement vendredi.", TODAY)
    assert "items" not in reading(found, "promise").details
    actions.assign(found, buyer, by=user(), now=NOW)
    found.refresh_from_db()
    assert (found.customer, found.matched_by) == (buyer, "person")
    assert reading(found, "promise").details["items"] == [first.pk]


def test_nobody_gives_a_message_to_the_customer_of_another_organization(ours):
    organization, *_ = ours
    found = message(organization, None, PROMISE, TODAY)
    other = company(name="Elsewhere")
    stranger = customer(other)
    with pytest.raises((MessageUnmatchedError, InboundMessage.DoesNotExist)):
        actions.assign(found, stranger, by=user(), now=NOW)


def test_a_message_is_read_set_aside_and_taken_up_again(ours):
    organization, buyer, *_ = ours
    found = message(organization, buyer, "Bien reçu, merci.", TODAY)
    assert [one.meaning for one in found.readings.all()] == ["other"]
    assert actions.mark_read(found, by=user(), now=NOW).state == "read"
    assert actions.take_up(found, by=user(), now=NOW).read_at is None
    assert actions.set_aside(found, by=user(), now=NOW).state == "set_aside"


def test_the_queue_counts_mine_all_and_unmatched(ours):
    organization, buyer, *_ = ours
    buyer.collector = user()
    buyer.save()
    message(organization, buyer, "Bien reçu", TODAY)
    message(organization, None, "Bien reçu", TODAY)
    assert readings.counts(organization, user().pk) == {"mine": 1, "all": 2, "unmatched": 1}
    assert readings.counts(organization, user().pk, user().pk) == {"mine": 1, "all": 1, "unmatched": 0}


def test_trust_is_kept_for_known_meanings_and_honest_shares(ours):
    organization, *_ = ours
    kept = actions.trust(
        organization,
        {"promise": Decimal("0.95"), "weather": Decimal("0.9"), "dispute": Decimal(1)},
        by=user(),
        now=NOW,
    )
    assert kept.accepted_classes == {"promise": 0.95}
    assert Event.objects.filter(kind="readings.trusted").count() == 1
    actions.trust(organization, {"promise": Decimal("0.95")}, by=user(), now=NOW)
    assert Event.objects.filter(kind="readings.trusted").count() == 1
