"""The answers of the demonstration's customers: whole e-mails that are read as any other."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from encours.channels import mime
from encours.demonstration import Asking, Owed, Owing, PayerKind, replies
from encours.demonstration.days import french_day
from encours.rules.replies.linear import understand

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ASKING = Asking("Ateliers Lumière SAS", "comptabilite@ateliers-lumiere.example", "Claire Martin")
MEANT = {
    "promise": "promise",
    "insolvency": "insolvency",
    "paid": "already_paid",
    "dispute": "dispute",
    "absence": "out_of_office",
    "copy": "asks_copy",
    "contact": "wrong_contact",
    "paid_all": "already_paid",
    "price": "dispute",
    "promise_part": "promise",
    "copy_again": "asks_copy",
    "other": "other",
    "stranger": "promise",
}


def owing() -> list[Owing]:
    return [
        Owing(
            code=f"C{kind_place}{place}",
            name=f"Maison {kind.value.title()} {place}",
            email=f"compta@{kind.value}-{place}.example",
            city="Lyon",
            phone="04 65 71 00 00",
            tag=f"{place}abcdefghijkl",
            kind=kind,
            items=(
                Owed(f"FA-2026-0{kind_place}{place}1", date(2026, 10, 10), Decimal("1234.50")),
                Owed(f"FA-2026-0{kind_place}{place}2", date(2026, 11, 2), Decimal(800 - place)),
            ),
        )
        for kind_place, kind in enumerate(PayerKind, start=10)
        for place in range(1, 6)
    ]


def test_every_meaning_is_answered_and_understood() -> None:
    from encours.dunning.reading.weights import model

    read = {}
    for reply in replies(owing(), ASKING, NOW):
        arrived = mime.parse(reply.content)
        found = understand(model(), arrived.said, reply.written_at.date())
        read[reply.about] = max(found, key=lambda one: one.confidence).meaning
    assert read == MEANT


def test_an_answer_is_what_its_customer_would_write() -> None:
    found = {reply.about: mime.parse(reply.content) for reply in replies(owing(), ASKING, NOW)}
    promise = found["promise"]
    assert promise.subject.startswith("RE: Ateliers Lumière SAS – facture échue : ")
    assert "partira vendredi 27 novembre" in promise.said
    assert "Sauf erreur de notre part" not in promise.said
    assert "Sauf erreur de notre part" in promise.text
    assert found["absence"].automatic
    assert found["paid_all"].attachments[0].name == "avis-de-virement.txt"
    assert "FA-2026-0" in found["dispute"].said


def test_only_one_writes_from_an_address_nobody_knows() -> None:
    known = {one.email for one in owing()}
    strangers = [reply.about for reply in replies(owing(), ASKING, NOW)
                 if mime.parse(reply.content).from_address not in known]  # fmt: skip
    assert strangers == ["stranger"]


def test_the_same_day_writes_the_same_answers() -> None:
    assert list(replies(owing(), ASKING, NOW)) == list(replies(owing(), ASKING, NOW))


def test_they_were_written_on_working_days_before_now() -> None:
    days = [reply.written_at for reply in replies(owing(), ASKING, NOW)]
    assert all(at < NOW and at.weekday() < 5 for at in days)


def test_those_who_are_not_there_do_not_answer() -> None:
    assert list(replies([], ASKING, NOW)) == []


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2026, 11, 1), "dimanche 1er novembre"), (date(2026, 8, 14), "vendredi 14 août")],
)
def test_a_day_is_said_in_french(day: date, said: str) -> None:
    assert french_day(day) == said
