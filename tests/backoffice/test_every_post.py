"""Every address is posted to, with sense and with nonsense, by each role and by who may not even look."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern
from tests.backoffice.conftest import NOW, signed_in
from tests.backoffice.everything import DESK, address_of, everything, payload, picture

from encours.accounts.actions import add_member
from encours.accounts.models import Organization, Role, User
from encours.accounts.permissions import GRANTED, VIEW

# They reach for servers, or are no pages of the desk.
ELSEWHERE = {
    "sender-test",
    "sender-check",
    "mailbox-test",
    "carrier-test",
    "hook-carrier",
    "hook-inbound",
    "member-join",
}
# What a person writes about themselves alone, or about no customer at all.
ONE_S_OWN = {"profile", "organization-new", "organization-switch", "tasks-add"}
NONSENSE = ["\0", "9" * 5_000, "9999-12-31", "1e400", "{{ x"]
NAME = b"Verger des Tilleuls"
PAGES = [pattern for pattern in DESK if pattern.name not in ELSEWHERE]

pytestmark = pytest.mark.slow


def asked_of(pattern: URLPattern) -> str:
    return getattr(pattern.callback, "permission", VIEW)


def content_of(answer: object) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def reached(organization: Organization, manager: User) -> dict[str, object]:
    return everything(organization, manager)


def member(organization: Organization, manager: User, role: str, *, restricted: bool = False) -> Client:
    made = add_member(
        organization, email="eva@lumiere.example", role=role, restricted=restricted, by=manager, now=NOW
    )
    return signed_in(made.user)


def test_nonsense_is_never_an_error_of_the_server(
    bob: Client, manager: User, reached: dict[str, object]
) -> None:
    for pattern in PAGES:
        address, known = address_of(pattern, reached), payload(pattern, reached, manager)
        for wrong in NONSENSE:
            data = dict.fromkeys(known, wrong)
            with transaction.atomic():
                answer = bob.post(address, data)
                transaction.set_rollback(True)
            assert answer.status_code < 500, (address, wrong)
        assert bob.get(address, dict.fromkeys(known, "\0")).status_code < 500, address


@pytest.mark.parametrize("role", list(Role))
def test_a_role_writes_what_it_may_and_nothing_else(
    organization: Organization, manager: User, reached: dict[str, object], role: Role
) -> None:
    reader = member(organization, manager, role)
    before = picture(organization)
    for pattern in PAGES:
        address, known = address_of(pattern, reached), payload(pattern, reached, manager)
        if asked_of(pattern) not in GRANTED[role]:
            assert reader.post(address, known).status_code in {403, 405}, address
            continue
        for data in ({}, {name: [value] * 2 for name, value in known.items()}):
            with transaction.atomic():
                answer = reader.post(address, data)
                transaction.set_rollback(True)
            assert answer.status_code < 500, (address, data)
    assert picture(organization) == before


def test_who_is_held_to_a_portfolio_reaches_nobody_elses_customer(
    organization: Organization, manager: User, reached: dict[str, object]
) -> None:
    reader = member(organization, manager, Role.COLLECTOR, restricted=True)
    before = picture(organization)
    for pattern in PAGES:
        if pattern.name in ONE_S_OWN:
            continue
        address, known = address_of(pattern, reached), payload(pattern, reached, manager)
        for answer in (reader.get(address), reader.get(address, known), reader.post(address, known)):
            assert answer.status_code < 500, address
            assert NAME not in content_of(answer), address
    after = picture(organization)
    assert {table for table in after if after[table] != before[table]} == set()


def test_a_stranger_changes_nothing_with_our_numbers(
    charlie: Client, stranger: User, organization: Organization, reached: dict[str, object]
) -> None:
    before = picture(organization)
    for pattern in PAGES:
        address, known = address_of(pattern, reached), payload(pattern, reached, stranger)
        for answer in (charlie.get(address, known), charlie.post(address, known)):
            assert answer.status_code < 500, address
            assert NAME not in content_of(answer), address
    assert picture(organization) == before
