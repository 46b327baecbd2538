"""Carriers are set and tried in the settings; letters are posted together; each message shows how far it has come."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.backoffice import work
from tests.channels.carriers import FakeMySendingBox, FakeOvh
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import provider_secrets, set_provider
from encours.accounts.models import Organization, User
from encours.channels import actions as channels
from encours.channels.models import Delivery, Sending
from encours.channels.providers import News
from encours.customers.models import Contact
from encours.dunning import carriers
from encours.dunning.actions.templates import give_words
from encours.dunning.models import Reminder, Step

NOW = desk.at(work.TODAY)
TEXTS = {
    "service": "sms-ml-1",
    "sender": "Lumiere",
    "application_key": "AK",
    "application_secret": "AS",
    "consumer_key": "CK",
    "credit_price": "0.065",
}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)
    monkeypatch.setattr("encours.backoffice.hooks.clock", lambda: NOW)


@pytest.fixture
def ovh() -> Iterator[FakeOvh]:
    with FakeOvh() as running:
        yield running


@pytest.fixture
def box() -> Iterator[FakeMySendingBox]:
    with FakeMySendingBox() as running:
        yield running


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    return client.get(reverse(name, args=arguments), query).content.decode()


def said(client: Client, name: str, *arguments: object, **posted: object) -> str:
    return client.post(reverse(name, args=arguments), posted, follow=True).content.decode()


def text_of(organization: Organization) -> Reminder:
    """A text that waits to be confirmed."""
    from encours.dunning import actions

    actions.ensure_default_plan(organization, now=NOW)
    give_words(organization, ["sms_reminder"])
    Step.objects.filter(organization=organization, rank=1).update(channel="sms", template_code="sms_reminder")
    buyer = work.customer(organization, "TXT")
    Contact.objects.filter(customer=buyer).update(phone="06 12 34 56 78")
    work.item(buyer, "F-9", date(2026, 11, 15), 640)
    work.run(organization, work.TODAY)
    return work.only(organization, customer=buyer)


def test_an_account_is_kept_sealed_and_its_keys_are_tried(
    bob: Client, organization: Organization, ovh: FakeOvh
) -> None:
    answer = bob.post(reverse("settings-texts"), {**TEXTS, "base_url": ovh.base})
    assert answer.status_code == 302
    account = carriers.account_of(organization, "sms")
    assert account is not None
    assert provider_secrets(account) == {"application_secret": "AS", "consumer_key": "CK"}
    assert "AS" not in str(account.options)
    assert "The carrier lets us in" in said(bob, "carrier-test", "sms")
    shown = page(bob, "settings-texts")
    assert "42" in shown
    assert "Lumiere" in shown
    assert 'value="CK"' not in shown
    # Saved again without its secrets, it keeps them.
    bob.post(
        reverse("settings-texts"),
        {**TEXTS, "base_url": ovh.base, "application_secret": "", "consumer_key": ""},
    )
    account.refresh_from_db()
    assert provider_secrets(account)["consumer_key"] == "CK"
    assert "OVHcloud" in page(bob, "settings")


@pytest.mark.parametrize("test_mode", [{}, {"test_mode": "on"}])
def test_kept_keys_are_shown_to_no_other_address(
    bob: Client, organization: Organization, ovh: FakeOvh, test_mode: dict[str, str]
) -> None:
    assert bob.post(reverse("settings-texts"), TEXTS).status_code == 302
    moved = {**TEXTS, **test_mode, "base_url": ovh.base}
    for given in ({"consumer_key": ""}, {"application_secret": "", "consumer_key": ""}):
        answer = bob.post(reverse("settings-texts"), {**moved, **given})
        assert "enter this key again" in answer.content.decode()
    account = carriers.account_of(organization, "sms")
    assert account is not None
    assert account.base_url == ""
    bob.post(reverse("carrier-test", args=["sms"]))
    assert ovh.asked == []
    assert bob.post(reverse("settings-texts"), moved).status_code == 302


def test_wrong_keys_are_told_in_words_and_remembered(
    bob: Client, organization: Organization, ovh: FakeOvh
) -> None:
    bob.post(reverse("settings-texts"), {**TEXTS, "consumer_key": "other", "base_url": ovh.base})
    assert "refused the keys" in said(bob, "carrier-test", "sms")
    account = carriers.account_of(organization, "sms")
    assert account is not None
    assert account.tested_at is None
    assert "refused the keys" in page(bob, "settings-texts")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sender": "Lumière"}, "without accents"),
        ({"application_secret": ""}, "Without this key"),
        ({"base_url": "http://sms.example"}, "https://"),
    ],
)
def test_what_could_not_work_is_refused_next_to_its_field(
    bob: Client, organization: Organization, changes: dict[str, str], words: str
) -> None:
    answer = bob.post(reverse("settings-texts"), {**TEXTS, **changes})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert carriers.account_of(organization, "sms") is None


def test_a_test_text_stays_here_in_test_mode(bob: Client, organization: Organization, ovh: FakeOvh) -> None:
    bob.post(reverse("settings-texts"), {**TEXTS, "base_url": ovh.base, "test_mode": "on"})
    assert "stayed here" in said(bob, "carrier-test", "sms", number="06 12 34 56 78")
    assert ovh.asked == []
    bob.post(reverse("settings-texts"), {**TEXTS, "base_url": ovh.base})
    assert "cannot receive" in said(bob, "carrier-test", "sms", number="04 72 00 11 22")
    assert "took a text" in said(bob, "carrier-test", "sms", number="06 12 34 56 78")
    assert len(ovh.posts) == 1


def test_the_price_of_letters_is_learnt_and_shown(
    bob: Client, organization: Organization, box: FakeMySendingBox
) -> None:
    kept = {"key": "live_k", "carry": "registered", "postage": "verte", "base_url": box.base}
    assert bob.post(reverse("settings-post"), kept).status_code == 302
    assert "The carrier lets us in" in said(bob, "carrier-test", "letter")
    shown = page(bob, "settings-post")
    assert "1.62" in shown
    assert "7.31" in shown


def test_only_those_who_configure_see_the_carriers(
    alice: Client, charlie: Client, organization: Organization
) -> None:
    for name in ("settings-texts", "settings-post"):
        assert alice.get(reverse(name)).status_code == 403
        assert alice.post(reverse(name), TEXTS).status_code == 403
    assert alice.post(reverse("carrier-test", args=["sms"])).status_code == 403
    assert charlie.post(reverse("carrier-test", args=["fax"])).status_code == 404


def test_a_text_shows_its_length_and_its_price_before_it_is_confirmed(
    alice: Client, organization: Organization, manager: User, ovh: FakeOvh
) -> None:
    reminder = text_of(organization)
    options = {"service": "sms-ml-1", "application_key": "AK", "credit_price": "0.065"}
    set_provider(
        organization, "sms", provider="ovh", options=options, secrets=None, base_url=ovh.base, test_mode=True,
        by=manager, now=NOW,
    )  # fmt: skip
    shown = page(alice, "reminder", reminder.pk)
    assert re.search(r"1\d\d signs \(GSM-7\), one message", shown)
    assert "€0.065" in shown
    assert "test mode" in shown
    preview = alice.post(
        reverse("reminder-edit", args=[reminder.pk]),
        {"body": "é" * 200, "preview": "1"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "200 signs (GSM-7), 2 messages" in preview
    assert "€0.13" in preview
    alice.post(reverse("reminder-edit", args=[reminder.pk]), {"body": "Payez, svp : {{ amount_overdue }}"})
    reminder.refresh_from_db()
    assert reminder.body == "Payez, svp : {{ amount_overdue }}"


def letters(organization: Organization) -> list[Reminder]:
    found = [work.letter(organization, "A1"), work.letter(organization, "B2")]
    Reminder.objects.filter(pk=found[1].pk).update(registered=True)
    return found


def test_letters_are_bound_each_on_its_own_sheet_and_listed(
    alice: Client, organization: Organization
) -> None:
    first, second = letters(organization)
    bound = alice.post(reverse("reminders-letters"), {"as": "pdf", "two_sided": "on"})
    pages = PdfReader(BytesIO(bound.content)).pages
    heads = [rank for rank, one in enumerate(pages) if "Verger" in one.extract_text()[:400]]
    assert len(pages) % 2 == 0
    assert [rank % 2 for rank in heads] == [0, 0]
    listed = alice.post(
        reverse("reminders-letters"), {"as": "list", f"number-{second.pk}": "2C 123 456 7890 1"}
    )
    words = PdfReader(BytesIO(listed.content)).pages[0].extract_text()
    for expected in (
        "Verger A1",
        "Verger B2",
        "2C 123 456 7890 1",
        "Registered letters",
        "Stamp of the post office",
    ):
        assert expected in words
    table = alice.post(
        reverse("reminders-letters"), {"as": "csv", f"number-{second.pk}": "2C 123 456 7890 1"}
    )
    assert "2C 123 456 7890 1" in table.content.decode()
    assert first.state == "printed"


def test_letters_are_posted_with_their_numbers_and_taken_back_the_same_day(
    alice: Client, organization: Organization
) -> None:
    first, second = letters(organization)
    shown = page(alice, "reminders", tab="letters")
    assert f"number-{second.pk}" in shown
    assert f"number-{first.pk}" not in shown
    assert "not the number of a registered letter" in said(
        alice, "reminders-posted", **{f"number-{second.pk}": "yes"}
    )
    told = said(alice, "reminders-posted", **{f"number-{second.pk}": "2C 123 456 7890 1", "place": "list"})
    assert "2 letters posted" in told
    assert "Posted today" in told
    assert "2C12345678901" in page(alice, "reminder", second.pk)
    address = f"{reverse('reminders-unposted')}?ids={first.pk}-{second.pk}"
    assert "2 letters wait again" in alice.post(address, follow=True).content.decode()
    first.refresh_from_db()
    assert first.state == "printed"
    assert "not posted today" in alice.post(address, follow=True).content.decode()


def test_a_wrong_number_is_named_and_what_was_typed_stays(alice: Client, organization: Organization) -> None:
    first, second = letters(organization)
    Reminder.objects.filter(pk=first.pk).update(registered=True)
    typed = {f"number-{first.pk}": "2C 123 456 7890 1", f"number-{second.pk}": "2C 1 oops"}
    shown = said(alice, "reminders-posted", reminder=[first.pk, second.pk], **typed)
    assert "no letter was marked as posted" in shown
    for number in typed.values():
        assert f'value="{number}"' in shown
    wrong = shown[shown.index(f'name="number-{second.pk}"') :]
    assert shown.count("not the number of a registered letter") == 1, "only beside the wrong one"
    assert "not the number of a registered letter" in wrong[: wrong.index("</td>")]
    assert len(re.findall(r'name="reminder" value="\d+" checked', shown)) == 2
    first.refresh_from_db()
    assert first.state == "printed"
    assert "2C 1 oops" not in page(alice, "reminders", tab="letters"), "told once"
    assert "2 letters posted" in said(alice, "reminders-posted", reminder=[first.pk, second.pk])


def test_a_letter_posted_yesterday_is_history(
    alice: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = letters(organization)
    said(alice, "reminders-posted", reminder=first.pk)
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: desk.at(date(2026, 11, 23)))
    address = f"{reverse('reminders-unposted')}?ids={first.pk}"
    assert "not posted today" in alice.post(address, follow=True).content.decode()
    first.refresh_from_db()
    assert first.state == "sent"


def carried(organization: Organization) -> tuple[Reminder, Delivery]:
    """A registered letter that its carrier delivered, with its receipt."""
    reminder = work.letter(organization, "R1")
    Sending.objects.filter(pk=reminder.sending_id).update(
        provider="mysendingbox", provider_id="msb1", state="sent", finished_at=NOW
    )
    Reminder.objects.filter(pk=reminder.pk).update(state="sent", sent_at=NOW)
    at = datetime.fromisoformat("2026-11-21T08:00:00+00:00")
    news = News(
        "delivered", at, proof_kind="delivery", proof_address="https://x", facts={"tracking_number": "2C1"}
    )
    channels.keep_news(
        reminder.sending_id or 0, [news], NOW, {"https://x": (b"%PDF receipt", "application/pdf")}
    )
    return reminder, Delivery.objects.get()


def test_the_proof_of_a_letter_is_handed_out_as_it_was_given(
    alice: Client, charlie: Client, organization: Organization
) -> None:
    reminder, delivery = carried(organization)
    shown = page(alice, "reminder", reminder.pk)
    assert "receipt signed" in shown
    assert delivery.proof_hash[:16] in shown
    answer = alice.get(reverse("reminder-proof", args=[reminder.pk, delivery.pk]))
    assert hashlib.sha256(answer.content).hexdigest() == delivery.proof_hash
    assert answer.headers["Content-Type"] == "application/pdf"
    assert charlie.get(reverse("reminder-proof", args=[reminder.pk, delivery.pk])).status_code == 404
    assert "delivered" in page(alice, "reminders", tab="sent")


def test_alice_stops_a_letter_at_its_carrier(
    alice: Client, organization: Organization, manager: User, box: FakeMySendingBox
) -> None:
    reminder, _delivery = carried(organization)
    set_provider(
        organization, "letter", provider="mysendingbox", options={}, secrets={"key": "live_k"}, base_url=box.base,
        test_mode=False, by=manager, now=NOW,
    )  # fmt: skip
    assert "Stop this letter" not in page(alice, "reminder", reminder.pk)
    Sending.objects.filter(pk=reminder.sending_id).update(delivery="submitted")
    assert "Stop this letter" in page(alice, "reminder", reminder.pk)
    assert "did not answer" in said(alice, "reminder-recall", reminder.pk)
    box.letters["msb1"] = {"_id": "msb1", "events": []}
    assert "waits to be confirmed again" in said(alice, "reminder-recall", reminder.pk)
    reminder.refresh_from_db()
    assert reminder.state == "drafted"
    assert "moved on" in said(alice, "reminder-recall", reminder.pk)


def test_a_call_from_outside_only_makes_us_ask(
    client: Client, bob: Client, organization: Organization, manager: User, box: FakeMySendingBox
) -> None:
    reminder, _delivery = carried(organization)
    set_provider(
        organization, "letter", provider="mysendingbox", options={}, secrets={"key": "live_k"}, base_url=box.base,
        test_mode=False, by=manager, now=NOW,
    )  # fmt: skip
    shown = page(bob, "settings-post")
    address = re.search(r"http://testserver(/hooks/carriers/[^<]+)", shown)
    assert address is not None
    later = desk.at(date(2026, 12, 1))
    channels.look_again([reminder.sending_id or 0], later)
    call = b'{"event": {"name": "letter.lost"}, "letter": {"_id": "msb1"}}'
    answer = client.post(address.group(1), call, content_type="application/json")
    assert answer.status_code == 204
    tenancy.see(organization.pk)
    sending = Sending.objects.get(pk=reminder.sending_id)
    assert (sending.delivery, sending.next_attempt_at) == ("delivered", NOW)
    assert client.post("/hooks/carriers/forged/", call, content_type="application/json").status_code == 404
    assert client.post(address.group(1), b"\xff", content_type="application/json").status_code == 204
    assert box.asked == []
