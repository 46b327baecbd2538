"""Notes call on colleagues by name, once, and never on who writes."""

import pytest
from django.test import Client
from tests.dunning import desk

from encours.accounts.models import Organization, User
from encours.dunning.actions import notes
from encours.dunning.models import Mention
from encours.events.models import Event


def person(email: str, first: str = "", last: str = "") -> User:
    return User(email=email, first_name=first, last_name=last)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@alice, can you look?", ["alice@x.example"]),
        ("Ask (@Élodie.Martin).", ["elodie@x.example"]),
        ("Ask @Élodie!", ["elodie@x.example"]),
        ("write to alice@x.example", []),
        ("@paul which one?", []),
        ("@p.durand and @alice", ["alice@x.example", "p.durand@x.example"]),
        ("@nobody", []),
    ],
)
def test_who_is_called_on(text: str, called: list[str]) -> None:
    people = [
        person("alice@x.example"),
        person("elodie@x.example", "Élodie", "Martin"),
        person("p.durand@x.example", "Paul", "Durand"),
        person("p.petit@x.example", "Paul", "Petit"),
    ]
    assert [user.email for user in notes.mentioned(text, people)] == called


def test_a_note_is_history_and_waits_for_who_is_called_on(
    alice: Client, bob: Client, organization: Organization, manager: User
) -> None:
    buyer = desk.customer(organization, name="Verger des Tilleuls")
    alice.post(f"/customers/{buyer.pk}/note/", {"note": "@bob please call their director, @alice knows"})
    mention = Mention.objects.get()
    assert (mention.user, mention.seen_at) == (manager, None)
    assert Event.objects.filter(kind="note.written", customer_id=buyer.pk).count() == 1
    assert "please call their director" in bob.get("/tasks/").content.decode()
    assert "please call their director" not in alice.get("/tasks/").content.decode()
    assert alice.post(f"/mentions/{mention.pk}/seen/").status_code == 404
    answer = bob.post(f"/mentions/{mention.pk}/seen/")
    assert answer.headers["Location"] == f"/customers/{buyer.pk}/"
    assert "please call" not in bob.get("/tasks/").content.decode()


def test_who_may_not_see_the_customer_of_a_note_is_told_so(
    alice: Client, bob: Client, organization: Organization, collector: User
) -> None:
    buyer = desk.customer(organization, name="Verger des Tilleuls")
    collector.memberships.update(restricted=True)
    bob.post(f"/customers/{buyer.pk}/note/", {"note": "@alice have a look"})
    mention = Mention.objects.get()
    answer = alice.post(f"/mentions/{mention.pk}/seen/", follow=True)
    assert answer.redirect_chain == [("/tasks/", 302)]
    said = answer.content.decode()
    assert "Verger des Tilleuls is not in your portfolio" in said
    assert "have a look" not in said
    mention.refresh_from_db()
    assert mention.seen_at is not None
