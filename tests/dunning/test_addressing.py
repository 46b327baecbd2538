"""Who writes, where answers come back, and tokens that nobody else can make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dunning.desk import company, user

from encours.accounts.models import Sender
from encours.channels.email import address
from encours.dunning import addressing

NUMBERS = st.integers(min_value=1, max_value=2**60)


@given(NUMBERS, NUMBERS)
def test_a_token_leads_back_to_its_customer_and_to_nobody_elsewhere(organization: int, customer: int) -> None:
    token = addressing.token_of(organization, customer)
    assert addressing.customer_of(organization, token) == customer
    assert addressing.customer_of(organization, token.upper()) == customer
    assert addressing.customer_of(organization + 1, token) is None
    assert address(f"relances+{token}@lumiere.example")


@given(NUMBERS, st.text(max_size=40))
def test_a_token_that_was_made_up_leads_to_nobody(customer: int, noise: str) -> None:
    token = addressing.token_of(7, customer)
    other = addressing.token_of(7, customer + 1)
    assert (
        addressing.customer_of(7, other[: -addressing.PRINT_LENGTH] + token[-addressing.PRINT_LENGTH :])
        is None
    )
    assert addressing.customer_of(7, noise) is None


def test_the_tag_is_found_again_after_prefixes_and_is_put_once() -> None:
    token = addressing.token_of(7, 1234)
    subject = addressing.tagged("Votre facture F-1", token)
    assert subject == f"Votre facture F-1 [#C-{token}]"
    assert addressing.tagged(f"Re: {subject}", token) == f"Re: {subject}"
    assert addressing.tags_in(f"RE : TR: {subject.upper()}") == [token]


def test_addresses_carry_words_only_where_the_server_takes_them() -> None:
    plain = Sender(email="relances@lumiere.example")
    taking = Sender(
        email="relances@lumiere.example", plus_addresses=True, bounce_to="retours@lumiere.example"
    )
    assert addressing.reply_to(plain, "abc") == ""
    assert addressing.envelope_sender(plain, "abc") == "relances@lumiere.example"
    assert addressing.reply_to(taking, "abc") == "relances+abc@lumiere.example"
    assert addressing.envelope_sender(taking, "abc") == "retours+bounce-abc@lumiere.example"
    assert addressing.words_in(["a+B@x.example", "plain@x.example"]) == ["b"]
    assert addressing.plus("n" * 60 + "@x.example", "abcdef") == "n" * 60 + "@x.example"


@pytest.mark.django_db
def test_each_purpose_has_its_sender_or_the_organizations() -> None:
    organization = company()
    collector = user()
    assert addressing.sender_for(organization, "collector", collector.pk) is None
    common = {"organization": organization, "name": "A", "host": "127.0.0.1", "security": "none"}
    main = Sender.objects.create(email="main@l.example", **common)
    assert addressing.sender_for(organization, "escalated", None) == main
    own = Sender.objects.create(email="claire@l.example", purpose="collector", user=collector, **common)
    head = Sender.objects.create(email="daf@l.example", purpose="escalated", **common)
    assert addressing.sender_for(organization, "main", collector.pk) == main
    assert addressing.sender_for(organization, "collector", collector.pk) == own
    assert addressing.sender_for(organization, "collector", collector.pk + 1) == main
    assert addressing.sender_for(organization, "escalated", collector.pk) == head
