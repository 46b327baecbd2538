"""Signing in, being locked out, the profile, sessions, and the second factor."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from encours.accounts.models import Organization, User

PASSWORD = "a long password"


def sign_in(client: Client, password: str = PASSWORD) -> object:
    return client.post(reverse("account_login"), {"login": "bob@lumiere.example", "password": password})


def test_bob_signs_in_and_gets_his_language_back(
    client: Client, manager: User, organization: Organization
) -> None:
    page = client.get(reverse("account_login"))
    assert b"Encours" in page.content or b"encours" in page.content

    response = sign_in(client)

    assert response.status_code == 302
    assert response.url == "/"
    assert response.cookies["django_language"].value == "en"
    assert response.cookies["theme"].value == "auto"


def test_a_wrong_password_is_told_in_the_form(client: Client, manager: User) -> None:
    response = sign_in(client, "not this one")

    assert response.status_code == 200
    assert b'class="notice late"' in response.content
    assert b'value="bob@lumiere.example"' in response.content


@pytest.mark.parametrize("language", ["fr", "en"])
def test_too_many_wrong_passwords_lock_the_account_on_this_computer(
    client: Client, manager: User, language: str
) -> None:
    client.cookies["django_language"] = language
    for _ in range(8):
        response = sign_in(client, "not this one")

    assert response.status_code == 429
    assert b"15" in response.content
    assert sign_in(client).status_code == 429


def test_nobody_registers_from_outside(client: Client, db: None) -> None:
    page = client.get(reverse("account_signup"))

    assert b"<form" not in page.content.split(b"<main", 1)[1].split(b"</main>", 1)[0]


def test_the_forgotten_password_page_says_whom_to_ask(client: Client, db: None) -> None:
    client.cookies["django_language"] = "en"

    assert b"Ask an administrator" in client.get(reverse("account_reset_password")).content


def test_a_stale_form_is_told_in_words(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = "en"

    response = strict.post(reverse("account_login"), {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert b"grown old" in response.content


def test_a_profile_is_changed_and_its_language_holds(bob: Client, manager: User) -> None:
    response = bob.post(
        reverse("profile"),
        {"first_name": "Robert", "last_name": "Lumière", "language": "fr", "theme": "dark"},
    )
    manager.refresh_from_db()

    assert response.status_code == 302
    assert response.cookies["theme"].value == "dark"
    assert response.cookies["django_language"].value == "fr"
    assert (manager.first_name, manager.language, manager.theme) == ("Robert", "fr", "dark")
    assert 'lang="fr"' in bob.get(reverse("profile")).content.decode()


def test_a_wrong_choice_keeps_what_was_typed(bob: Client) -> None:
    page = bob.post(
        reverse("profile"), {"first_name": "Robert", "last_name": "", "language": "xx", "theme": "dark"}
    )

    assert b'value="Robert"' in page.content
    assert b'class="error"' in page.content


def test_the_sessions_of_a_person_are_listed_and_closed(manager: User, organization: Organization) -> None:
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)

    assert first.get(reverse("usersessions_list")).content.count(b"<tr>") >= 3
    first.post(reverse("usersessions_list"))

    assert first.get(reverse("profile")).status_code == 200
    assert second.get(reverse("profile")).status_code == 302


def test_the_second_factor_is_switched_on_asked_and_off(manager: User, organization: Organization) -> None:
    from allauth.mfa.totp.internal import auth

    client = Client()
    sign_in(client)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert b'name="password"' in client.get(asked.url).content
    page = client.post(asked.url, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert b"data:image/svg+xml" in page.content

    def code() -> str:
        return auth.format_hotp_value(
            auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time())))
        )

    client.post(reverse("mfa_activate_totp"), {"code": code()})
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert codes.content.count(b"<li>") >= 10
    recovery = codes.context["unused_codes"][0]

    other = Client()
    response = sign_in(other)
    assert response.url == reverse("mfa_authenticate")
    assert b'name="code"' in other.get(response.url).content
    assert other.get(reverse("profile")).status_code == 302
    assert other.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == 302
    assert other.get(reverse("profile")).status_code == 200

    client.post(reverse("mfa_deactivate_totp"))
    assert sign_in(Client()).url == "/"


def test_the_password_is_changed_with_the_old_one(bob: Client, manager: User) -> None:
    address = reverse("account_change_password")
    assert b"oldpassword" in bob.get(address).content
    wrong = bob.post(
        address, {"oldpassword": "nope", "password1": "another sentence 1", "password2": "another sentence 1"}
    )
    assert b'class="error"' in wrong.content

    bob.post(
        address,
        {"oldpassword": PASSWORD, "password1": "another sentence 1", "password2": "another sentence 1"},
    )
    manager.refresh_from_db()

    assert manager.check_password("another sentence 1")


def test_a_closed_account_is_told_so(client: Client, manager: User) -> None:
    manager.is_active = False
    manager.password = make_password(PASSWORD)
    manager.save()

    assert sign_in(client).status_code in (200, 302)
    assert client.get(reverse("profile")).status_code == 302
