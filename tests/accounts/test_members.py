"""Members have a role, an organization keeps an administrator, a password is kept sealed."""

from datetime import UTC, datetime

import pytest

from encours.accounts import permissions
from encours.accounts.actions import (
    add_member,
    change_member,
    create_organization,
    remove_member,
    sender_password,
    set_sender,
    switch_sending,
)
from encours.accounts.errors import LastAdministratorError, SenderPasswordLostError
from encours.accounts.models import Membership, Organization, Role, User
from encours.accounts.queries import sender_of
from encours.events.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob@lumiere.example", "a long password")


@pytest.fixture
def organization(bob: User) -> Organization:
    return create_organization(bob, name="Ateliers Lumière", now=NOW)


def test_a_new_organization_is_in_simulation_until_someone_switches_sending_on(
    organization: Organization, bob: User
) -> None:
    assert organization.simulation
    switch_sending(organization, on=True, by=bob, now=NOW)
    assert not Organization.objects.get().simulation
    switch_sending(organization, on=False, by=bob, now=NOW)
    assert Organization.objects.get().simulation
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "organization.created",
        "sending.switched_on",
        "sending.switched_off",
    ]


def test_the_last_administrator_stays(organization: Organization, bob: User) -> None:
    own = Membership.objects.get(user=bob)
    with pytest.raises(LastAdministratorError):
        change_member(own, role=Role.AUDITOR, restricted=False, by=bob, now=NOW)
    with pytest.raises(LastAdministratorError):
        remove_member(own, by=bob, now=NOW)
    add_member(organization, email="eve@lumiere.example", role=Role.ADMIN, restricted=False, by=bob, now=NOW)
    remove_member(own, by=bob, now=NOW)
    assert Membership.objects.get().user.email == "eve@lumiere.example"


def test_an_auditor_reads_all_and_changes_nothing() -> None:
    assert permissions.GRANTED[Role.AUDITOR] == {permissions.VIEW}
    assert all(permissions.VIEW in granted for granted in permissions.GRANTED.values())
    assert set(permissions.GRANTED) == set(Role)


def test_a_kept_password_does_not_follow_to_another_server(organization: Organization, bob: User) -> None:
    facts = {"name": "Lumière", "email": "a@b.example", "port": 587}
    set_sender(organization, password="s3cret", by=bob, now=NOW, host="mail.b.example", **facts)
    set_sender(organization, password=None, by=bob, now=NOW, host="mail.b.example", **facts)
    assert sender_password(sender_of(organization)) == "s3cret"
    set_sender(organization, password=None, by=bob, now=NOW, host="elsewhere.example", **facts)
    assert sender_password(sender_of(organization)) == ""


def test_a_mail_password_is_sealed_and_lost_with_the_secret(
    organization: Organization, bob: User, settings: object
) -> None:
    sender = set_sender(
        organization,
        password="s3cret",
        by=bob,
        now=NOW,
        name="Lumière",
        email="a@b.example",
        host="127.0.0.1",
    )
    assert "s3cret" not in sender.sealed_password
    assert sender_password(sender) == "s3cret"
    set_sender(organization, password=None, by=bob, now=NOW, name="Autre")
    assert sender_password(sender_of(organization)) == "s3cret"
    settings.SECRET_KEY = "another"
    with pytest.raises(SenderPasswordLostError):
        sender_password(sender)
