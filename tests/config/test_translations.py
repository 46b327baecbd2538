"""The French catalog says everything the desk says, with the same figures in it, and as French is set."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import translation

from encours.backoffice import errors
from encours.config import translations
from encours.dunning.errors import PromiseAmountError

PLACE = re.compile(r"%\((\w+)\)|\{(\w*)\}")
# A line never breaks before these signs, nor inside the quotation marks.
LOOSE = re.compile(r"\w [;:!?»](?:\s|$|<)|« ")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (translations.LOCALES / "fr" / "LC_MESSAGES" / "django.po").open("rb") as reader:
        return read_po(reader, locale="fr")


@pytest.fixture(scope="module")
def english() -> Catalog:
    return translations.collected()


def spoken(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def test_every_message_has_its_french_words(english: Catalog, french: Catalog) -> None:
    lacking = [
        message.id
        for message in spoken(english)
        if not (found := french.get(message.id, message.context)) or not all(translations.words(found))
    ]
    assert lacking == []
    assert len(french) == len(english), "say it to the catalog: make translations"


def test_no_figure_is_made_up(french: Catalog) -> None:
    for message in spoken(french):
        known = set(PLACE.findall(" ".join(message.id) if isinstance(message.id, tuple) else str(message.id)))
        for text in translations.words(message):
            assert set(PLACE.findall(text)) <= known, text


def test_no_line_breaks_before_a_high_sign(french: Catalog) -> None:
    assert [t for message in spoken(french) for t in translations.words(message) if LOOSE.search(t)] == []


def test_a_refusal_is_told_in_the_language_of_its_reader() -> None:
    with translation.override("fr"):
        assert errors.sentence(PromiseAmountError()) == "Une promesse a besoin d’un montant supérieur à zéro."
    with translation.override("en"):
        assert errors.sentence(PromiseAmountError()) == "A promise needs an amount above zero."
