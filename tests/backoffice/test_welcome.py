"""The first run: an organization is created, guided, and left in peace once welcomed."""

import pytest
from django.test import Client
from django.urls import reverse

from encours.accounts import people, tenancy
from encours.accounts.actions import change_organization
from encours.accounts.models import Organization, User
from encours.dunning.queries import default_plan


@pytest.fixture
def newcomer(db: None) -> Client:
    """Somebody who may sign in and works nowhere yet."""
    user = User.objects.create_user("dora@new.example", "a long password", language="en")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def created(client: Client, **fields: str) -> Organization:
    client.post(reverse("organization-new"), {"name": "Verrerie Nouvelle", "siren": "732 829 320", **fields})
    user = User.objects.get(email="dora@new.example")
    tenancy.see(user_id=user.pk)
    number = people.organizations_of(user)[0]
    tenancy.see(number, user_id=user.pk)
    return Organization.objects.get(pk=number)


def test_somebody_without_an_organization_creates_one_and_is_guided(newcomer: Client) -> None:
    assert newcomer.get("/").url == reverse("organization-new")
    page = newcomer.get(reverse("organization-new"))
    assert b"Which company is owed?" in page.content

    organization = created(newcomer)

    assert organization.siren == "732829320"
    assert organization.welcomed_at is None
    assert organization.simulation
    assert default_plan(organization) is not None
    assert newcomer.get("/").url == reverse("welcome")
    assert b"Your ledger" in newcomer.get(reverse("welcome")).content


@pytest.mark.parametrize(
    ("siren", "words"),
    [("732829321", b"does not match the others"), ("12345", b"nine digits"), ("73282932A", b"nine digits")],
)
def test_a_siren_that_cannot_be_is_refused_next_to_its_field(
    newcomer: Client, siren: str, words: bytes
) -> None:
    page = newcomer.post(reverse("organization-new"), {"name": "Verrerie Nouvelle", "siren": siren})

    assert words in page.content
    assert b'value="Verrerie Nouvelle"' in page.content
    assert siren.encode() in page.content


def test_terms_are_explained_by_an_example_and_the_law(newcomer: Client) -> None:
    organization = created(newcomer)
    address = reverse("welcome") + "?step=terms"

    assert b"falls due on" in newcomer.get(address).content
    long = newcomer.get(reverse("terms-example"), {"default_terms": "90 jours"}).content
    assert b"L441-10 I C. com." in long
    assert b"beyond the law" in long
    both = newcomer.get(reverse("terms-example"), {"default_terms": "45 jours fin de mois"}).content
    assert b"Counted the other way" in both
    assert b"Within the legal maximum" in both
    assert b"Not understood yet" in newcomer.get(reverse("terms-example"), {"default_terms": "soon"}).content

    refused = newcomer.post(address, {"default_terms": "when it rains"})
    assert b"was not understood" in refused.content
    assert b'value="when it rains"' in refused.content

    response = newcomer.post(address, {"default_terms": "45 jours fin de mois le 10"})
    organization.refresh_from_db()
    assert response.url.endswith("?step=done")
    assert organization.default_terms == "45 days end of month on the 10th"


def test_every_step_may_be_left_for_later(newcomer: Client) -> None:
    organization = created(newcomer, siren="")

    assert b"Your company" in newcomer.get(reverse("welcome")).content
    for step in ("file", "terms", "done", "nonsense"):
        assert newcomer.get(reverse("welcome"), {"step": step}).status_code == 200
    assert newcomer.post(reverse("welcome-finish")).url == "/"
    organization.refresh_from_db()

    assert organization.welcomed_at is not None
    assert newcomer.get("/").status_code == 200


def test_alice_is_not_asked_to_welcome_anybody(
    alice: Client, organization: Organization, manager: User
) -> None:
    change_organization(organization, by=manager, now=organization.created_at, welcomed_at=None)

    assert alice.get("/").status_code == 200
    assert alice.get(reverse("welcome")).status_code == 403
    assert alice.post(reverse("welcome-finish")).status_code == 403


def test_nobody_switches_to_an_organization_where_they_do_not_work(
    bob: Client, charlie: Client, organization: Organization
) -> None:
    address = reverse("organization-switch", args=[organization.pk])

    assert charlie.post(address).status_code == 404
    assert charlie.session.get("organization") is None
    assert bob.post(address).url == "/"
    assert bob.session["organization"] == organization.pk
    assert bob.get(address).status_code == 405


def test_the_new_organization_page_can_be_left(bob: Client) -> None:
    assert b"Cancel" in bob.get(reverse("organization-new")).content
