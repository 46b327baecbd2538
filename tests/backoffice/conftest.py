"""Alice collects, Bob manages her, Charlie works elsewhere and must see nothing."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from encours.accounts import tenancy
from encours.accounts.actions import add_member, create_organization
from encours.accounts.models import Organization, Role, User

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def eight_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page of these tests may depend on the day on which they run."""
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("bob@lumiere.example", "a long password", first_name="Bob", language="en")


@pytest.fixture
def organization(manager: User) -> Organization:
    """Our organization; the test's transaction sees it."""
    return create_organization(manager, name="Ateliers Lumière", now=NOW, welcomed_at=NOW, siren="900000001")


@pytest.fixture
def collector(organization: Organization, manager: User) -> User:
    member = add_member(
        organization,
        email="alice@lumiere.example",
        role=Role.COLLECTOR,
        restricted=False,
        by=manager,
        now=NOW,
    )
    member.user.language = "en"
    member.user.save()
    return member.user


@pytest.fixture
def stranger(organization: Organization) -> User:
    """Somebody who works in another organization; our test's transaction is given back to ours."""
    user = User.objects.create_user("charlie@elsewhere.example", "a long password", language="en")
    create_organization(user, name="Elsewhere", now=NOW, welcomed_at=NOW)
    tenancy.see(organization.pk)
    return user


@pytest.fixture
def alice(collector: User) -> Client:
    return signed_in(collector)


@pytest.fixture
def bob(manager: User, organization: Organization) -> Client:
    return signed_in(manager)


@pytest.fixture
def charlie(stranger: User) -> Client:
    return signed_in(stranger)
