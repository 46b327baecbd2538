"""The settings: identities checked, terms and rates kept, the plan and its words changed, sending switched."""

import socket
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.test import Client
from django.urls import reverse

from encours.accounts.actions import change_organization, sender_password, set_sender
from encours.accounts.models import Organization, User
from encours.accounts.queries import rate_table, sender_of
from encours.backoffice import rates
from encours.customers.models import Customer
from encours.dunning.actions import ensure_default_plan
from encours.dunning.models import Template
from encours.dunning.queries import templates
from encours.events.models import Event
from encours.receivables.models import Item
from encours.rules.rates import SHIPPED, HalfYear

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECTIONS = ["organization", "terms", "rates", "templates", "sender", "sending"]
IDENTITY = {
    "name": "Ateliers Lumière",
    "siren": "732 829 320",
    "vat_number": "fr 44 732829320",
    "address": "1 rue des Forges",
    "postal_code": "69003",
    "city": "Lyon",
    "country": "fr",
    "phone": "",
    "email": "",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
    "bic": "",
    "language": "fr",
    "timezone": "Indian/Reunion",
}
SENDER = {
    "name": "Ateliers Lumière",
    "email": "compta@lumiere.example",
    "reply_to": "",
    "host": "127.0.0.1",
    "port": "2525",
    "security": "none",
    "username": "",
    "password": "",
}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock on the day these stories are told."""
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def planned(organization: Organization, manager: User) -> Organization:
    ensure_default_plan(organization, by=manager, now=NOW)
    return organization


def text(client: Client, name: str, *arguments: int) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def test_bob_sees_how_everything_stands(bob: Client, planned: Organization) -> None:
    page = text(bob, "settings")

    for words in (
        "900000001",
        "no IBAN",
        "30 days net",
        "6 steps",
        "no mail server",
        "Simulation",
        "1 person",
    ):
        assert words in page
    for section in SECTIONS:
        assert reverse(f"settings-{section}") in page
        assert 'aria-current="page"' in text(bob, f"settings-{section}")


def test_alice_may_not_and_charlie_sees_his_own(
    alice: Client, charlie: Client, planned: Organization
) -> None:
    template = templates(planned)[0]
    assert alice.get(reverse("settings")).status_code == 403
    for section in SECTIONS:
        assert alice.get(reverse(f"settings-{section}")).status_code == 403
        assert alice.post(reverse(f"settings-{section}"), {}).status_code == 403
        assert "Lumière" not in text(charlie, f"settings-{section}")
    for name, arguments in [
        ("rates-enter", []),
        ("sender-test", []),
        ("settings-template-new", []),
        ("settings-template-copy", [template.pk]),
        ("settings-template", [template.pk]),
    ]:
        assert alice.post(reverse(name, args=arguments)).status_code == 403
    assert charlie.get(reverse("settings-template", args=[template.pk])).status_code == 404


def test_the_identity_is_kept_in_its_plain_form(bob: Client, organization: Organization) -> None:
    response = bob.post(reverse("settings-organization"), IDENTITY)
    organization.refresh_from_db()

    assert response.status_code == 302
    assert organization.siren == "732829320"
    assert organization.vat_number == "FR44732829320"
    assert organization.iban == "FR7630006000011234567890189"
    assert organization.bic == "AGRIFRPPXXX"
    assert organization.country == "FR"
    assert "FR76 3000 6000 0112 3456 7890 189" in text(bob, "settings-organization")
    changed = Event.objects.filter(kind="organization.changed").latest("pk")
    assert "iban" in changed.payload["fields"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("siren", "732829321", "does not match the others"),
        ("vat_number", "FR00123456789", "check digits do not match"),
        ("vat_number", "12345", "This is not a VAT number"),
        ("vat_number", "FR40303265045", "ends with the SIREN 732829320"),
        ("iban", "FR7630006000011234567890188", "check digits do not match"),
        ("iban", "FR76 3000", "This is not an IBAN"),
        ("bic", "BNPAFRPP", "held with AGRIFRPPXXX"),
        ("timezone", "Moon/Crater", 'class="error"'),
    ],
)
def test_an_identifier_that_cannot_be_is_refused_next_to_its_field(
    bob: Client, organization: Organization, field: str, value: str, words: str
) -> None:
    page = bob.post(reverse("settings-organization"), {**IDENTITY, field: value}).content.decode()
    organization.refresh_from_db()

    assert words in page
    assert 'value="1 rue des Forges"' in page
    assert organization.iban == ""


def test_terms_and_columns_are_kept(bob: Client, organization: Organization) -> None:
    bob.post(
        reverse("settings-terms"), {"default_terms": "fin de mois 45 jours", "aging_columns": "15; 45 ; 75"}
    )
    organization.refresh_from_db()

    assert organization.default_terms == "end of month then 45 days"
    assert organization.aging_columns == [15, 45, 75]
    page = text(bob, "settings-terms")
    assert "16 to 45 days" in page
    assert "Over 75 days" in page


@pytest.mark.parametrize("columns", ["90, 30", "0, 30", "none", "1,2,3,4,5,6,7", "30, 99999"])
def test_columns_that_do_not_rise_are_refused(bob: Client, organization: Organization, columns: str) -> None:
    page = bob.post(
        reverse("settings-terms"), {"default_terms": "30 days", "aging_columns": columns}
    ).content.decode()
    organization.refresh_from_db()

    assert 'class="error"' in page
    assert f'value="{columns}"' in page
    assert organization.aging_columns == [30, 60, 90]


def test_the_missing_half_year_is_shown_and_entered_with_its_source(
    bob: Client, organization: Organization
) -> None:
    page = text(bob, "settings-rates")
    assert "Rates not known: Second half of 2026." in page
    assert "counted until 30 Jun 2026" in page
    assert "missing" in page

    half = {"half_year": "2026-07-01", "refinancing": "2,15", "refinancing_source": "ECB, 22 November 2026"}
    bob.post(reverse("rates-enter"), half)
    assert not rate_table(organization.pk).knows(HalfYear(2026, 2))
    assert "ECB, 22 November 2026" in text(bob, "settings-rates")

    bob.post(
        reverse("rates-enter"),
        {"half_year": "2026-07-01", "legal": "2.71", "legal_source": "arrêté of 25 June 2026"},
    )
    known = rate_table(organization.pk).rates_of(HalfYear(2026, 2))
    assert (known.refinancing_percent, known.legal_percent) == (Decimal("2.15"), Decimal("2.71"))
    after = text(bob, "settings-rates")
    assert "12.15%" in after
    assert "8.13%" in after
    assert "Rates not known" not in after


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"half_year": "2026-07-01", "refinancing": "2.15"}, "Say where this rate was read"),
        ({"half_year": "2026-07-01"}, "Enter one of the two rates"),
        ({"half_year": "2026-07-01", "refinancing": "two", "refinancing_source": "x"}, 'class="error"'),
        ({"half_year": "2026-07-01", "refinancing": "215", "refinancing_source": "x"}, 'class="error"'),
        ({"half_year": "2020-01-01", "refinancing": "2.15", "refinancing_source": "x"}, 'class="error"'),
    ],
)
def test_a_rate_without_its_source_or_its_sense_is_refused(
    bob: Client, organization: Organization, entered: dict[str, str], words: str
) -> None:
    page = bob.post(reverse("rates-enter"), entered).content.decode()

    assert words in page
    assert rate_table(organization.pk) == SHIPPED


def test_half_years_are_missing_until_the_present_one() -> None:
    assert rates.missing_half_years(SHIPPED, date(2027, 3, 1)) == [HalfYear(2026, 2), HalfYear(2027, 1)]
    assert rates.missing_half_years(SHIPPED, date(2026, 6, 30)) == []


def test_a_contract_rate_under_the_floor_is_warned_of(bob: Client, organization: Organization) -> None:
    policy = {"interest_kind": "contract", "interest_rate_percent": "5", "interest_claimed": "on"}
    bob.post(reverse("settings-rates"), policy)
    organization.refresh_from_db()

    assert organization.interest_rate_percent == Decimal(5)
    assert not organization.recovery_fee_claimed
    page = text(bob, "settings-rates")
    assert "5.00% lies under the floor of 7.86%" in page

    refused = bob.post(reverse("settings-rates"), {"interest_kind": "contract"}).content.decode()
    assert "Enter the rate that your terms of sale state" in refused
    bob.post(reverse("settings-rates"), {"interest_kind": "default", "interest_rate_percent": "5"})
    organization.refresh_from_db()
    assert organization.interest_rate_percent is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Dear {{ custmer_name }},", "Line 1: there is no “custmer_name”. Did you mean “customer_name”?"),
        ("Hello\n\n{{ zzz }}", "Line 3: there is no “zzz”; the list beside"),
        ("{{# if has_bank }} never closed", "{{# if has_bank }} is never closed"),
        ("{{/ if }}", "closes nothing"),
        ("{{ customer_name", "go in pairs"),
        ("{{ 1 + 1 }}", "neither a variable nor a condition"),
    ],
)
def test_words_that_could_not_be_written_are_refused_with_their_line(
    bob: Client, planned: Organization, body: str, words: str
) -> None:
    template = templates(planned).get(code="reminder_1", language="en")
    page = bob.post(
        reverse("settings-template", args=[template.pk]), {"subject": "Kept subject", "body": body}
    ).content.decode()
    template.refresh_from_db()

    assert words in page
    assert 'value="Kept subject"' in page
    assert template.subject != "Kept subject"


def test_a_template_is_changed_previewed_and_restored(bob: Client, planned: Organization) -> None:
    template: Template = templates(planned).get(code="reminder_1", language="en")
    shipped = template.body
    address = reverse("settings-template", args=[template.pk])
    assert "First reminder" in text(bob, "settings-templates")
    assert "appears here once a reminder has been drafted" in text(bob, "settings-template", template.pk)

    words = {"subject": "Owed", "body": "You owe {{ amount_overdue }}."}
    fragment = bob.post(address, {**words, "preview": "1"}, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    template.refresh_from_db()
    assert template.body == shipped

    bob.post(address, words)
    template.refresh_from_db()
    assert template.body == words["body"]
    bob.post(address, {**words, "restore": "1"})
    template.refresh_from_db()
    assert template.body == shipped


def test_a_sender_keeps_its_password_sealed(bob: Client, organization: Organization) -> None:
    bob.post(reverse("settings-sender"), {**SENDER, "username": "bob", "password": "secret word"})
    sender = sender_of(organization)
    assert sender is not None
    assert "secret" not in sender.sealed_password
    assert sender_password(sender) == "secret word"
    page = text(bob, "settings-sender")
    assert "Leave empty to keep it" in page
    assert "secret word" not in page

    bob.post(reverse("settings-sender"), {**SENDER, "username": "bob", "signature": "Bob"})
    sender.refresh_from_db()
    assert (sender.signature, sender_password(sender)) == ("Bob", "secret word")
    bob.post(reverse("settings-sender"), SENDER)
    sender.refresh_from_db()
    assert sender.sealed_password == ""
    mistaken = bob.post(
        reverse("settings-sender"), {**SENDER, "port": "0", "email": "nobody"}
    ).content.decode()
    assert mistaken.count('class="error"') == 2


def test_a_mail_server_that_does_not_answer_is_told_in_words(bob: Client, organization: Organization) -> None:
    bob.post(reverse("settings-sender"), {**SENDER, "port": "1"})

    page = bob.post(reverse("sender-test"), follow=True).content.decode()

    assert "does not answer at this address and port" in page
    sender = sender_of(organization)
    assert sender is not None
    assert sender.tested_at is None


def test_sending_is_switched_on_by_typing_the_name_and_off_at_once(
    bob: Client, planned: Organization, manager: User
) -> None:
    page = text(bob, "settings-sending")
    assert "No mail server is set" in page
    assert "No IBAN is set" in page

    refused = bob.post(reverse("settings-sending"), {"name": "Somebody else"}).content.decode()
    assert "This is not the name" in refused
    planned.refresh_from_db()
    assert planned.simulation

    bob.post(reverse("settings-sending"), {"name": "ateliers  LUMIÈRE"})
    planned.refresh_from_db()
    assert not planned.simulation
    assert "Messages leave since" in text(bob, "settings-sending")

    bob.post(reverse("settings-sending"))
    planned.refresh_from_db()
    assert planned.simulation
    kinds = Event.objects.filter(kind__startswith="sending.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["sending.switched_on", "sending.switched_off"]


def test_the_page_of_sending_says_what_is_missing(bob: Client, planned: Organization, manager: User) -> None:
    change_organization(planned, by=manager, now=NOW, iban="FR7630006000011234567890189")
    set_sender(planned, password="", by=manager, now=NOW, name="A", email="a@b.example", host="h")

    page = text(bob, "settings-sending")

    assert "No IBAN is set" not in page
    assert "never tested" in page


def test_new_terms_move_what_no_file_dates(bob: Client, organization: Organization) -> None:
    customer = Customer.objects.create(organization=organization, code="C1", name="Verger")
    for number, basis in [("F1", "derived"), ("F2", "given")]:
        Item.objects.create(
            organization=organization, customer=customer, kind="invoice", side="debit", number=number,
            source="fec", external_id=number, issued_on=date(2026, 11, 1), due_on=date(2026, 12, 1),
            due_basis=basis, amount=100, open_amount=100, currency="EUR",
        )  # fmt: skip

    page = bob.post(
        reverse("settings-terms"), {"default_terms": "60 jours", "aging_columns": "30, 60, 90"}, follow=True
    ).content.decode()

    assert "1 item now falls due on another day." in page
    assert Item.objects.get(number="F1").due_on == date(2026, 12, 31)
    assert Item.objects.get(number="F2").due_on == date(2026, 12, 1)
    assert "due date moved from 1 Dec 2026 · to 31 Dec 2026" in text(bob, "activity")


def test_a_test_message_leaves_even_in_simulation(
    bob: Client, organization: Organization, free_port: int
) -> None:
    received: list[bytes] = []

    class Postman:
        async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
            received.append(envelope.content if isinstance(envelope.content, bytes) else b"")
            return "250 OK"

    controller = Controller(Postman(), hostname="127.0.0.1", port=free_port)
    controller.start()
    try:
        bob.post(reverse("settings-sender"), {**SENDER, "port": str(free_port)})
        page = bob.post(reverse("sender-test"), follow=True).content.decode()
        assert "answers and lets us in" in page
        assert received == []
        page = bob.post(reverse("sender-test"), {"message": "1"}, follow=True).content.decode()
    finally:
        controller.stop()

    assert "took a message for bob@lumiere.example" in page
    assert len(received) == 1
    assert b"To: bob@lumiere.example" in received[0]
    assert "Answered on" in page
