"""The screen on which replies are read and answered, by HTTP, as a collector, her manager and a stranger."""

from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from django.test import Client
from django.urls import reverse
from tests.backoffice.work import customer, item, morning
from tests.dunning.desk import at, mail_server
from tests.dunning.replies import message

from encours.accounts.models import Membership, Organization, Role, User
from encours.channels.models import Sending
from encours.channels.queries import content_of
from encours.customers.models import Customer
from encours.dunning.actions.inbound import keep_content
from encours.dunning.models import Decision, Guardrails, InboundMessage, Promise
from encours.receivables.documents import add_document
from encours.receivables.models import Document
from encours.rules.replies.linear import MEANINGS

TODAY = date(2026, 11, 22)
PROMISE = "Bonjour,\nLe virement de 9 000,00 € partira le 30/11/2099.\nCordialement\nClaire"


@pytest.fixture
def buyer(organization: Organization, collector: User) -> Customer:
    morning(organization)
    found = Customer.objects.get(organization=organization, code="BIG")
    found.collector = collector
    found.save()
    return found


@pytest.fixture
def promised(organization: Organization, buyer: Customer) -> InboundMessage:
    return message(organization, buyer, PROMISE, TODAY)


def accept(client: Client, found: InboundMessage, **fields: str):
    reading = found.readings.get()
    return client.post(
        reverse("reply-accept", args=[found.pk, reading.pk]),
        {f"r{reading.pk}-{k}": v for k, v in fields.items()},
    )


def test_the_sentence_is_marked_and_the_customer_stands_beside_it(
    alice: Client, promised: InboundMessage
) -> None:
    page = alice.get(reverse("replies")).content.decode()
    assert '<mark class="proposed" title="Promises to pay">Le virement de 9' in page
    assert "1 message to read" in page
    assert 'value="2099-11-30"' in page
    assert "F-1" in page
    assert "Verger des Tilleuls" in page
    assert 'data-key="a"' in page


def test_an_empty_desk_says_so(alice: Client) -> None:
    assert "Everything is read" in alice.get(reverse("replies")).content.decode()
    assert alice.get(reverse("replies"), {"queue": "done"}).status_code == 200


def test_a_promise_is_accepted_as_corrected(alice: Client, promised: InboundMessage) -> None:
    answer = accept(alice, promised, on="2099-12-02", amount="8 500,00")
    assert answer.status_code == 302
    made = Promise.objects.get()
    assert (str(made.promised_on), str(made.amount)) == ("2099-12-02", "8500.00")
    promised.refresh_from_db()
    assert promised.state == "read"


def test_a_promise_of_the_past_is_told_and_nothing_happens(alice: Client, promised: InboundMessage) -> None:
    page = accept(alice, promised, on="2020-01-01", amount="5").content.decode()
    assert "A promise is about a day to come" in page
    assert 'value="2020-01-01"' in page
    assert not Promise.objects.exists()
    answer = accept(alice, promised, on="never", amount="a lot")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write an amount such as" in page
    assert 'value="never"' in page, "what was typed is not lost"
    assert 'value="a lot"' in page


def test_the_last_reminders_are_named_in_the_language_of_the_reader(
    alice: Client, collector: User, promised: InboundMessage
) -> None:
    User.objects.filter(pk=collector.pk).update(language="fr")
    assert " relance</a>" in alice.get(reverse("replies")).content.decode()


def test_reading_lets_the_plan_go_on(alice: Client, promised: InboundMessage) -> None:
    assert Decision.objects.filter(customer=promised.customer).exists()
    alice.post(reverse("reply-read", args=[promised.pk]))
    promised.refresh_from_db()
    assert (promised.state, promised.read_by is not None) == ("read", True)
    alice.post(reverse("reply-reopen", args=[promised.pk]))
    promised.refresh_from_db()
    assert promised.state == "new"
    alice.post(reverse("reply-aside", args=[promised.pk]), {"queue": "all"})
    promised.refresh_from_db()
    assert promised.state == "set_aside"
    assert "Set aside" in alice.get(reverse("replies"), {"queue": "done"}).content.decode()


def test_refusing_keeps_the_message_to_learn_from(alice: Client, promised: InboundMessage) -> None:
    reading = promised.readings.get()
    alice.post(reverse("reply-refuse", args=[promised.pk, reading.pk]))
    reading.refresh_from_db()
    assert (reading.state, reading.decided_by is not None) == ("refused", True)


def test_an_unknown_sender_is_found_by_name_and_given(
    alice: Client, organization: Organization, buyer: Customer
) -> None:
    found = message(organization, None, PROMISE, TODAY)
    page = alice.get(
        reverse("replies"), {"queue": "unmatched", "message": found.pk, "q": "tilleuls"}
    ).content.decode()
    assert "From whom is it?" in page
    assert "Verger des Tilleuls" in page
    assert "Say first which customer" in page
    alice.post(reverse("reply-assign", args=[found.pk]), {"customer": buyer.pk})
    found.refresh_from_db()
    assert (found.customer, found.matched_by) == (buyer, "person")


def test_the_address_of_the_sender_suggests_a_customer(
    alice: Client, organization: Organization, buyer: Customer
) -> None:
    found = message(organization, None, PROMISE, TODAY, from_address="marie@tilleuls.example")
    page = alice.get(reverse("replies"), {"message": found.pk}).content.decode()
    assert "It is them" in page
    shared = message(organization, None, PROMISE, TODAY, from_address="tilleuls@gmail.com")
    assert "It is them" not in alice.get(reverse("replies"), {"message": shared.pk}).content.decode()


def test_the_number_of_an_item_suggests_who_owes_it(alice: Client, organization: Organization) -> None:
    item(customer(organization, "FONT", name="Hôtel de la Fontaine"), "FA2026-118", TODAY, 300)
    asked = message(organization, None, "Merci d’envoyer FA2026-118.", TODAY, from_address="x@gmail.com")
    page = alice.get(reverse("replies"), {"queue": "unmatched", "message": asked.pk}).content.decode()
    assert "Hôtel de la Fontaine" in page
    assert "It is them" in page


def test_a_fragment_is_the_detail_alone(alice: Client, promised: InboundMessage) -> None:
    address = reverse("reply", args=[promised.pk])
    assert alice.get(address).status_code == 302
    part = alice.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Le virement de" in part


def test_attachments_are_handed_out_and_kept(
    alice: Client, organization: Organization, buyer: Customer, settings, tmp_path
) -> None:
    settings.DOCUMENTS = tmp_path
    sha256, size = keep_content(organization.pk, b"proof", "application/pdf"), 5
    files = [{"name": "avis.pdf", "media_type": "application/pdf", "sha256": sha256, "size": size}]
    found = message(
        organization,
        buyer,
        "Nous avons réglé cette facture le 12 novembre, avis joint.",
        TODAY,
        attachments=files,
    )
    answer = alice.get(reverse("reply-attachment", args=[found.pk, 0]))
    assert b"".join(answer.streaming_content) == b"proof"
    assert "attachment" in answer.headers["Content-Disposition"]
    alice.post(reverse("reply-attachment-keep", args=[found.pk, 0]))
    assert Document.objects.get(customer=buyer).kind == "proof"
    assert alice.get(reverse("reply-attachment", args=[found.pk, 5])).status_code == 404


def test_an_answer_starts_from_the_words_that_fit_and_carries_documents(
    alice: Client, organization: Organization, promised: InboundMessage, settings, tmp_path
) -> None:
    settings.DOCUMENTS = tmp_path
    invoice = add_document(
        organization.pk, [b"invoice"], kind="invoice", name="F-1.pdf", media_type="application/pdf", by="system",
        by_user=None, now=at(TODAY), customer_id=promised.customer_id,
    )  # fmt: skip
    page = alice.get(reverse("replies")).content.decode()
    assert "Nous prenons bonne note de votre engagement de régler 9 000,00 €" in page.replace(
        "\u202f", " "
    ).replace("\u00a0", " ").replace("&nbsp;", " ")
    alice.post(reverse("reply-answer", args=[promised.pk]), {"text": " "})
    promised.refresh_from_db()
    assert promised.state == "new"
    wrong = {"text": "Il fait {{ weather }} aujourd’hui."}
    page = alice.post(reverse("reply-answer", args=[promised.pk]), wrong).content.decode()
    assert "“weather” is no variable of an answer" in page
    assert "Il fait {{ weather }} aujourd’hui." in page, "what was typed is not lost"
    words = {"text": "Bien noté, {{ customer_name }}.", "documents": [invoice.pk]}
    alice.post(reverse("reply-answer", args=[promised.pk]), words)
    promised.refresh_from_db()
    assert promised.state == "new"
    mail_server(organization, 25)
    alice.post(reverse("reply-answer", args=[promised.pk]), words)
    promised.refresh_from_db()
    assert promised.state == "answered"
    twice = alice.post(reverse("reply-answer", args=[promised.pk]), {**words, "state": "new"})
    assert "It was answered meanwhile" in twice.content.decode()
    left = Sending.objects.get(key__startswith="answer-")
    content = content_of(left) or b""
    assert b"F-1.pdf" in content
    assert (
        "Bien noté, Verger des Tilleuls."
        in message_from_bytes(content, policy=default).get_body().get_content()
    )


def test_a_manager_sees_everybodys_and_an_auditor_changes_nothing(
    bob: Client, organization: Organization, manager: User, promised: InboundMessage
) -> None:
    page = bob.get(reverse("replies")).content.decode()
    assert "Le virement de" in page
    Membership.objects.filter(user=manager).update(role=Role.AUDITOR)
    assert 'data-key="a"' not in bob.get(reverse("replies")).content.decode()
    assert bob.post(reverse("reply-read", args=[promised.pk])).status_code == 403


def test_who_is_held_to_a_portfolio_reads_only_its_messages(
    alice: Client, organization: Organization, collector: User, promised: InboundMessage
) -> None:
    other = message(organization, Customer.objects.get(code="MID"), "Bien reçu, merci.", TODAY)
    Membership.objects.filter(user=collector).update(restricted=True)
    page = alice.get(reverse("replies"), {"queue": "all"}).content.decode()
    assert "Le virement de" in page
    assert "Transports du Pont" not in page
    assert alice.get(reverse("replies"), {"message": other.pk}).status_code == 404
    message(organization, None, PROMISE, TODAY)
    unmatched = alice.get(reverse("replies"), {"queue": "unmatched"}).content.decode()
    assert "shown to those who see every customer" in unmatched
    assert "Everything is read" not in unmatched.partition("<main")[2]


def test_a_stranger_reads_nothing(charlie: Client, promised: InboundMessage) -> None:
    reading = promised.readings.get().pk
    assert "Le virement" not in charlie.get(reverse("replies"), {"queue": "all"}).content.decode()
    for name in ("reply-read", "reply-aside", "reply-answer", "reply-assign"):
        assert charlie.post(reverse(name, args=[promised.pk])).status_code == 404
    theirs = reverse("reply-accept", args=[promised.pk, reading])
    assert charlie.post(theirs, {f"r{reading}-on": "2099-12-02"}).status_code == 404


def test_a_manager_says_which_meanings_are_trusted(
    bob: Client, alice: Client, organization: Organization
) -> None:
    page = bob.get(reverse("settings-replies")).content.decode()
    assert "A person accepts it" in page
    chosen = dict.fromkeys(MEANINGS, "never")
    bob.post(reverse("settings-replies"), {**chosen, "promise": "0.95"})
    assert Guardrails.objects.get(organization=organization).accepted_classes == {"promise": 0.95}
    assert '<option value="0.95" selected>' in bob.get(reverse("settings-replies")).content.decode()
    assert "1 meaning accepted by itself" in bob.get(reverse("settings")).content.decode()
    assert alice.get(reverse("settings-replies")).status_code == 403


def test_the_page_asks_the_database_as_often_for_ten_messages_as_for_one(
    bob: Client, organization: Organization, promised: InboundMessage, django_assert_max_num_queries
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(80) as found:
            bob.get(reverse("replies"), {"queue": "all", "message": promised.pk})
        return len(found)

    once = asked()
    for number in range(10):
        message(
            organization, Customer.objects.get(code="MID"), f"Nous payons le {number + 1} décembre.", TODAY
        )
    assert asked() <= once + 1
