"""Members: who is added, what each may do, who is removed, and the link that lets a person in once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from encours.accounts import joining, people, tenancy
from encours.accounts.actions import add_member, create_organization, invite
from encours.accounts.errors import WorksElsewhereError
from encours.accounts.models import Membership, Organization, Role, User
from encours.events.models import Event

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CHOSEN = {
    "password": "violets grow in May",
    "again": "violets grow in May",
    "first_name": "Éva",
    "last_name": "",
}


def link_in(page: bytes) -> str:
    found = re.search(rb'value="https?://[^/"]+(/join/[^"]+)"', page)
    assert found is not None
    return found[1].decode()


def add(bob: Client, email: str = "eva@lumiere.example", role: str = Role.ACCOUNTING) -> bytes:
    return bob.post(reverse("member-add"), {"email": email, "role": role}).content


def membership(organization: Organization, email: str) -> Membership:
    return people.members(organization.pk).get(user__email=email)


def test_bob_sees_the_members_and_what_each_role_may_do(bob: Client, collector: User) -> None:
    page = bob.get(reverse("members")).content

    assert b"alice@lumiere.example" in page
    assert b"bob@lumiere.example" in page
    assert b"Switch sending on or off" in page


def test_a_person_is_added_and_chooses_a_password_by_a_link_that_works_once(
    bob: Client, organization: Organization, client: Client
) -> None:
    link = link_in(add(bob))
    assert b"eva@lumiere.example" in client.get(link).content

    mistaken = client.post(link, {**CHOSEN, "again": "daisies grow in May"})
    assert b"two passwords differ" in mistaken.content or b'class="error"' in mistaken.content
    response = client.post(link, CHOSEN)

    assert response.url == reverse("account_login")
    person = User.objects.get(email="eva@lumiere.example")
    assert person.check_password("violets grow in May")
    assert person.first_name == "Éva"
    assert client.get(link).status_code == 410
    tenancy.see(organization.pk)
    assert list(
        Event.objects.filter(kind__startswith="member.").order_by("pk").values_list("kind", flat=True)
    ) == ["member.added", "member.invited", "member.joined"]


@pytest.mark.parametrize("password", ["short", "eva@lumiere.example", "password1234"])
def test_a_password_that_is_easily_guessed_is_refused(bob: Client, client: Client, password: str) -> None:
    link = link_in(add(bob))

    page = client.post(link, {**CHOSEN, "password": password, "again": password})

    assert page.status_code == 200
    assert b'class="error"' in page.content
    assert not User.objects.get(email="eva@lumiere.example").has_usable_password()


def test_a_link_grows_old(bob: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_in(add(bob))
    later = datetime.now() + timedelta(days=4)  # noqa: DTZ005 - the token counts in local time
    monkeypatch.setattr(joining._LINKS, "_now", lambda: later)

    assert Client().get(link).status_code == 410
    assert Client().get("/join/nobody/nothing/").status_code == 410


def test_nobody_opens_the_account_of_somebody_who_works_elsewhere(
    bob: Client, organization: Organization, manager: User, stranger: User
) -> None:
    """Charlie adds Eva too before she has joined: neither administrator may choose her password any more."""
    link = link_in(add(bob))
    tenancy.see(user_id=stranger.pk)
    elsewhere = create_organization(stranger, name="Third", now=NOW)
    theirs = add_member(
        elsewhere, email="eva@lumiere.example", role=Role.SALES, restricted=False, by=stranger, now=NOW
    )
    with pytest.raises(WorksElsewhereError):
        invite(theirs, by=stranger, now=NOW)
    tenancy.see(organization.pk)

    assert Client().get(link).status_code == 410
    again = bob.post(
        reverse("member-invite", args=[membership(organization, "eva@lumiere.example").pk]),
        follow=True,
        headers={"referer": reverse("members")},
    )
    assert b"also works elsewhere" in again.content


def test_a_person_who_has_an_account_gets_no_link(bob: Client, stranger: User) -> None:
    page = bob.post(
        reverse("member-add"), {"email": "CHARLIE@elsewhere.example", "role": Role.SALES}, follow=True
    )

    assert b"already has an account" in page.content
    assert b"/join/" not in page.content


def test_mistakes_are_told_next_to_their_field(bob: Client, collector: User) -> None:
    twice = add(bob, "Alice@Lumiere.example")
    assert b"already a member" in twice
    held = bob.post(
        reverse("member-add"), {"email": "f@x.example", "role": Role.AUDITOR, "restricted": "on"}
    ).content
    assert b"Only a collector" in held
    assert b'value="f@x.example"' in held


def test_a_role_is_changed_and_a_member_removed(
    bob: Client, organization: Organization, collector: User
) -> None:
    alice = membership(organization, "alice@lumiere.example")
    assert b"alice@lumiere.example" in bob.get(reverse("member", args=[alice.pk])).content

    bob.post(reverse("member", args=[alice.pk]), {"role": Role.SALES, "restricted": "on"})
    alice.refresh_from_db()
    assert (alice.role, alice.restricted) == (Role.SALES, True)

    bob.post(reverse("member-remove", args=[alice.pk]))
    assert not people.members(organization.pk).filter(pk=alice.pk).exists()


def test_the_last_administrator_stays(bob: Client, organization: Organization, manager: User) -> None:
    own = membership(organization, "bob@lumiere.example")

    page = bob.post(
        reverse("member", args=[own.pk]),
        {"role": Role.SALES},
        follow=True,
        headers={"referer": reverse("members")},
    )
    bob.post(reverse("member-remove", args=[own.pk]))

    assert b"at least one administrator" in page.content
    own.refresh_from_db()
    assert own.role == Role.ADMIN


def test_alice_and_charlie_may_not(alice: Client, charlie: Client, organization: Organization) -> None:
    number = membership(organization, "alice@lumiere.example").pk
    for name, arguments in [
        ("members", []),
        ("member-add", []),
        ("member", [number]),
        ("member-invite", [number]),
        ("member-remove", [number]),
    ]:
        assert alice.post(reverse(name, args=arguments)).status_code == 403
    assert charlie.get(reverse("member", args=[number])).status_code == 404
    assert charlie.post(reverse("member-invite", args=[number])).status_code == 404
    assert charlie.post(reverse("member-remove", args=[number])).status_code == 404
    assert b"lumiere" not in charlie.get(reverse("members")).content
