"""`encours replies export`: what people decided, one message a line."""

import json
from datetime import date

import pytest
from django.db import transaction
from tests.dunning.desk import at, company, customer, user
from tests.dunning.replies import message
from typer.testing import CliRunner

from encours.cli.replies import replies
from encours.dunning.actions import readings


@pytest.mark.usefixtures("committed_db")
def test_what_was_refused_is_exported_to_learn_from(tmp_path) -> None:
    day = date(2026, 11, 25)
    with transaction.atomic():
        organization = company()
        found = message(organization, customer(organization), "Le virement partira vendredi.", day)
        readings.refuse(found.readings.get(), by=user(), now=at(day))
    file = tmp_path / "decided.jsonl"
    said = CliRunner().invoke(replies, ["export", str(organization.pk), str(file)], env={"NO_COLOR": "1"})
    assert said.exit_code == 0, said.output
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert rows == [{"text": "Le virement partira vendredi.", "meanings": [], "refused": ["promise"]}]
