"""`encours user`: people added, listed, given a password."""

from collections.abc import Callable

import pytest
from tests.cli.installation import NOW
from typer.testing import CliRunner

from encours.accounts.actions import create_organization
from encours.accounts.models import User
from encours.accounts.people import organizations_of
from encours.cli.people import people

pytestmark = pytest.mark.usefixtures("committed_db")

Said = Callable[..., tuple[int, str]]
GOOD = "correct horse battery"


def said(*words: str, password: str = GOOD) -> tuple[int, str]:
    result = CliRunner().invoke(people, words, input=f"{password}\n", env={"COLUMNS": "120", "NO_COLOR": "1"})
    return result.exit_code, result.output


def test_a_person_is_added_and_listed() -> None:
    code, output = said("add", "claire@example.org")
    assert code == 0, output
    assert User.objects.get().check_password(GOOD)
    code, output = said("list")
    assert ("claire@example.org" in output, "nowhere yet" in output) == (True, True)
    assert said("add", "Claire@Example.org")[0] == 2


def test_a_person_joins_an_organization_with_a_role() -> None:
    boss = User.objects.create_user("boss@example.org", GOOD)
    organization = create_organization(boss, name="Verger", now=NOW)
    code, output = said("add", "paul@example.org", "--organization", "Verger", "--role", "collector")
    assert code == 0, output
    paul = User.objects.get(email="paul@example.org")
    assert (organizations_of(paul), paul.check_password(GOOD)) == ([organization.pk], True)
    assert "Verger: collector" in said("list")[1]


def test_a_password_is_changed() -> None:
    User.objects.create_user("claire@example.org", GOOD)
    code, output = said("password", "claire@example.org", password="another horse battery")
    assert code == 0, output
    assert User.objects.get().check_password("another horse battery")


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        (("add", "claire"), GOOD, "is not an e-mail address"),
        (("add", "claire@example.org"), "short", "12"),
        (("add", "claire@example.org"), "", "No password was given"),
        (("add", "claire@example.org", "--role", "king"), GOOD, "There is no role"),
        (("add", "claire@example.org", "--organization", "Nowhere"), GOOD, "--organization"),
        (("password", "nobody@example.org"), GOOD, "Nobody signs in"),
    ],
)
def test_a_wrong_request_changes_nothing(words: tuple[str, ...], password: str, sentence: str) -> None:
    code, output = said(*words, password=password)
    assert (code, sentence in output, "Traceback" in output) == (2, True, False), output
    assert not User.objects.exists()
