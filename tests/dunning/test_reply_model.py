"""The model that reads replies: its figures on families it never learned from, its honesty, its making."""

import json
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from encours.cli.replies import replies
from encours.dunning.reading.evaluation import Evaluation, Figures, aside, chances, evaluate
from encours.dunning.reading.examples import LANGUAGES, WRITTEN_ON, Example, examples
from encours.dunning.reading.training import train
from encours.dunning.reading.weights import model, packed, path, unpacked
from encours.rules.replies.features import masked
from encours.rules.replies.linear import MEANINGS, OTHER, sigmoid, understand

EVERY = list(examples())
# What the shipped weights reach on the messages kept aside, over both languages: below it, something broke.
FLOORS = {
    "promise": (0.88, 0.8),
    "already_paid": (0.85, 0.85),
    "dispute": (0.82, 0.88),
    "asks_copy": (0.85, 0.72),
    "wrong_contact": (0.88, 0.72),
    "insolvency": (0.9, 0.9),
    "out_of_office": (0.9, 0.85),
    OTHER: (0.55, 0.82),
}


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate(model(), aside(EVERY))


def words(text: str) -> set[str]:
    said = re.findall(r"<\w+>|\w+", masked(text, WRITTEN_ON))
    return {*said, *(f"{first} {second}" for first, second in pairwise(said))}


def test_there_are_enough_examples_of_each_meaning_and_language() -> None:
    counted = Counter(one.language for one in EVERY)
    assert counted["fr"] >= 500
    assert counted["en"] >= 300
    for language in LANGUAGES:
        each = Counter(meaning for one in EVERY if one.language == language for meaning in one.meanings)
        assert all(each[meaning] >= 15 for meaning in (*MEANINGS, OTHER)), each
    assert len({(one.language, one.text) for one in EVERY}) == len(EVERY)


def test_a_family_is_on_one_side_and_no_message_aside_resembles_one_that_is_learned() -> None:
    sides = defaultdict(set)
    for one in EVERY:
        sides[one.family].add(one.aside)
    assert all(len(side) == 1 for side in sides.values())
    share = sum(one.aside for one in EVERY) / len(EVERY)
    assert 0.15 <= share <= 0.3
    learned = [(one, words(one.text)) for one in EVERY if not one.aside]
    for one in aside(EVERY):
        here = words(one.text)
        near = [other.text for other, there in learned if len(here & there) / len(here | there) > 0.6]
        assert near == [], one.text


def test_every_example_is_labeled_and_names_nobody_reachable() -> None:
    for one in EVERY:
        assert one.meanings <= {*MEANINGS, OTHER}, one.text
        assert one.meanings == {OTHER} or OTHER not in one.meanings, one.text
        assert one.meanings, one.text
        for address in re.findall(r"@[\w.-]+", one.text):
            assert address.rstrip(".").endswith(".example"), one.text


@pytest.mark.parametrize("meaning", FLOORS)
def test_precision_and_recall_stay_above_their_floors(found: Evaluation, meaning: str) -> None:
    rows = [found.figures[language, meaning] for language in LANGUAGES]
    both = Figures(
        sum(row.right for row in rows), sum(row.wrong for row in rows), sum(row.missed for row in rows)
    )
    precision, recall = FLOORS[meaning]
    assert both.precision is not None
    assert both.recall is not None
    assert both.precision >= precision
    assert both.recall >= recall


def test_the_confidence_is_honest(found: Evaluation) -> None:
    assert found.error < 0.04
    surest = found.bands[-1]
    assert surest.count > 50
    assert surest.right / surest.count > 0.9
    for band in found.bands:
        assert abs(band.sure / band.count - band.right / band.count) < 0.2


def test_chances_are_shares() -> None:
    for one in aside(EVERY)[:20]:
        assert all(0 <= chance <= 1 for chance in chances(model(), one).values())
    assert sigmoid(-800) == pytest.approx(0)
    assert sigmoid(800) == 1


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("Bonjour, votre facture sera réglée le 5 décembre par virement.", ["promise"]),
        ("Your invoice will be paid on 5 December.", ["promise"]),
        ("Nous n'avons pas encore réglé cette facture.", ["other"]),
        ("Cette facture a déjà été payée le 3 novembre.", ["already_paid"]),
        ("We already paid this invoice last week.", ["already_paid"]),
        ("Nous contestons cette facture : le matériel est arrivé cassé.", ["dispute"]),
        ("Merci de nous renvoyer une copie de la facture.", ["asks_copy"]),
        ("Je ne travaille plus ici, écrivez à compta@verger.example", ["wrong_contact"]),
        ("La société est en liquidation judiciaire.", ["insolvency"]),
        ("I am out of the office until 4 December.", ["out_of_office"]),
        ("JE VOUS FAIS LE VIREMENT VENDREDI", ["promise"]),
        ("Bien reçu, merci.", ["other"]),
    ],
)
def test_plain_messages_are_understood(text: str, meanings: list[str]) -> None:
    assert [one.meaning for one in understand(model(), text, date(2026, 11, 25))] == meanings


def test_the_sentence_that_says_so_is_quoted() -> None:
    text = (
        "Bonjour,\nNous avons bien reçu votre rappel. Le virement de 900 € partira lundi. Bonne journée\nPaul"
    )
    assert understand(model(), text, WRITTEN_ON)[0].sentence.text == "Le virement de 900 € partira lundi."
    assert understand(model(), "", WRITTEN_ON) == []


def test_training_gives_the_same_weights_each_time() -> None:
    few = [one for one in EVERY if not one.aside][::12]
    first = packed(train(few))
    assert packed(train(few)) == first
    read_back = unpacked(json.loads(first))
    assert packed(read_back) == first


def test_the_shipped_file_is_small() -> None:
    assert path().stat().st_size < 1_000_000


def test_the_command_prints_precision_and_recall() -> None:
    said = CliRunner().invoke(replies, ["evaluate", "--mistakes"], env={"COLUMNS": "120", "NO_COLOR": "1"})
    assert said.exit_code == 0
    assert "Precision" in said.output
    assert re.search(r"insolvency\s+French\s+\d+\s+\d+%\s+\d+%", said.output)
    assert "sure on average" in said.output
    assert " read as " in said.output


@pytest.mark.slow
def test_the_shipped_weights_come_from_the_shipped_examples() -> None:
    before = path().read_text("utf-8")
    said = CliRunner().invoke(replies, ["train"], env={"COLUMNS": "120", "NO_COLOR": "1"})
    after = path().read_text("utf-8")
    if after != before:
        path().write_text(before, "utf-8")
    assert "The weights are as they were." in said.output


def test_a_share_of_nothing_is_a_dash() -> None:
    assert Figures().precision is None
    assert Figures().recall is None
    assert evaluate(model(), []).count == 0
    assert Example("fr", "x", frozenset({OTHER}), "x").aside in {True, False}
