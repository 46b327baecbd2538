"""What is done to several at once: only what was meant is done, and what it costs is said before."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.backoffice.conftest import NOW
from tests.backoffice.work import letter, morning

from encours.accounts.models import Organization, ProviderAccount
from encours.dunning.models import Reminder


def states() -> list[str]:
    return list(Reminder.objects.filter(channel="letter").order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("tick", ["²", "all", "-1", "0", "9" * 30, "9" * 5_000, ""])
def test_a_tick_that_means_nothing_posts_no_letter(
    alice: Client, organization: Organization, tick: str
) -> None:
    letter(organization, "A")
    answer = alice.post(reverse("reminders-letters"), {"reminder": tick})
    assert answer.headers["Location"] == "/reminders/?tab=letters"
    alice.post(reverse("reminders-posted"), {"reminder": tick})
    assert states() == ["printed"]
    alice.post(reverse("today-confirm"), {"reminder": tick})
    assert alice.post(f"{reverse('reminders-unposted')}?ids={tick[:3_000]}").status_code == 302


def test_letters_are_posted_by_their_ticks_or_all_together(alice: Client, organization: Organization) -> None:
    first, _second = letter(organization, "A"), letter(organization, "B")
    alice.post(reverse("reminders-posted"), {"reminder": first.pk, f"number-{first.pk}": "2C 123 456 7890 1"})
    assert states() == ["sent", "printed"]
    alice.post(reverse("reminders-posted"))
    assert states() == ["sent", "sent"]


def test_a_letter_that_became_ready_since_is_not_said_to_be_posted(
    alice: Client, organization: Organization
) -> None:
    known, late = letter(organization, "A"), letter(organization, "B")
    Reminder.objects.filter(pk=known.pk).update(sent_at=NOW - timedelta(minutes=5))
    Reminder.objects.filter(pk=late.pk).update(sent_at=NOW + timedelta(minutes=5))
    page = alice.get("/reminders/?tab=letters").content.decode()
    assert f'name="shown_at" value="{NOW.isoformat()}"' in page
    alice.post(reverse("reminders-posted"), {"shown_at": NOW.isoformat()})
    assert states() == ["sent", "printed"]
    alice.post(reverse("reminders-posted"), {"shown_at": "yesterday"})
    assert states() == ["sent", "sent"]


def test_what_the_texts_cost_is_said_before_they_are_confirmed_together(
    alice: Client, organization: Organization
) -> None:
    found = morning(organization)
    assert 'id="texts"' not in alice.get(reverse("today-confirm")).content.decode()
    Reminder.objects.filter(pk__in=[found["BIG"].pk, found["MID"].pk]).update(channel="sms")
    page = alice.get(reverse("today-confirm")).content.decode()
    assert "2 of them are text messages." in page
    ProviderAccount.objects.create(
        organization=organization, channel="sms", provider="ovh", options={"credit_price": "0.065"}
    )
    page = alice.get(reverse("today-confirm")).content.decode()
    assert "2 of them are text messages: €0.13 at least" in page
    assert "test mode: nothing leaves" in page


@pytest.mark.parametrize(
    "address",
    [
        "/customers/?q=a%00b",
        "/reminders/?tab=held&q=%00",
        "/reminders/?tab=held&reason=%00",
        "/reminders/export.csv?tab=held&reason=%00&q=%00",
        "/replies/?q=%00",
        "/activity/?to_on=9999-12-31",
        "/aging/items/?customer=" + "9" * 4_500,
    ],
)
def test_no_address_is_an_error_of_the_server(
    alice: Client, organization: Organization, address: str
) -> None:
    found = morning(organization)
    buyer = found["BIG"].customer_id
    for path in (address, f"/customers/{buyer}/timeline/?before={'9' * 4_500}"):
        assert alice.get(path).status_code in {200, 302, 404}
