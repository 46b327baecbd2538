"""A dispute marked while the work of the day is done: all of an item, a part of it, or a part that is none."""

from django.test import Client
from django.urls import reverse
from tests.backoffice.work import TODAY, morning

from encours.accounts.models import Organization
from encours.dunning.models import Reminder
from encours.receivables.models import Item

HTMX = {"HX-Request": "true"}


def contest(client: Client, reminder: Reminder, **data: object):
    return client.post(reverse("reminder-dispute", args=[reminder.pk]), data, headers=HTMX)


def test_a_disputed_item_leaves_the_message_at_once(alice: Client, organization: Organization):
    found = morning(organization)
    first = Item.objects.get(number="F-1")
    seen = contest(alice, found["BIG"], item=first.pk, reason="Broken").content.decode()
    first.refresh_from_db()
    assert (first.disputed_on, first.dispute_reason) == (TODAY, "Broken")
    assert "3 actions, €6,500.00 at stake" in seen
    undo = reverse("today-undispute", args=[first.pk])
    assert undo in seen
    assert "€12,500.00 at stake" in alice.post(undo, headers=HTMX).content.decode()
    # An item of somebody else's message is not in the choice.
    other = Item.objects.get(number="F-4")
    assert contest(alice, found["BIG"], item=other.pk, reason="x").status_code == 422


def test_a_part_that_is_no_part_is_refused_and_what_was_typed_stays(
    alice: Client, organization: Organization
):
    found = morning(organization)
    first, second = (line.item for line in found["BIG"].lines.order_by("item__due_on"))
    answer = contest(alice, found["BIG"], item=second.pk, reason="Broken", amount="3 000,00")
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Leave this empty if all of it is contested." in said
    assert f'name="item" value="{second.pk}" required checked' in said
    assert f'name="item" value="{first.pk}" required checked' not in said
    second.refresh_from_db()
    assert second.disputed_on is None


def test_a_part_that_is_disputed_leaves_the_rest_in_the_message(alice: Client, organization: Organization):
    found = morning(organization)
    first = Item.objects.get(number="F-1")
    contest(alice, found["BIG"], item=first.pk, reason="Broken", amount="1000")
    first.refresh_from_db()
    assert first.disputed_amount == 1000
    alice.post(reverse("today-undispute", args=[first.pk]), headers=HTMX)
    first.refresh_from_db()
    assert (first.disputed_on, first.disputed_amount) == (None, None)
