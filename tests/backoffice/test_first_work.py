"""The first lines of the day: those that bring most, found without joining all that wait."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dunning import desk

from encours.backoffice import work

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def test_the_first_are_those_worth_most_and_only_they_are_joined() -> None:
    organization = desk.company()
    for number, amount in enumerate((300, 9000, 50, 2000)):
        desk.item(desk.customer(organization, f"C{number}"), f"F{number}", date(2026, 11, 1), amount)
    desk.run(organization, TODAY)
    here: Any = SimpleNamespace(organization=organization, portfolio_user=None)
    with CaptureQueriesContext(connection) as queries:
        found = work.first(here, 3)
        assert [one.customer.code for one in found] == ["C1", "C3", "C0"]
    assert len(queries) == 2
    assert "JOIN" not in queries[0]["sql"]
    assert found == list(work.waiting(here)[:3])
