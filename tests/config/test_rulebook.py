"""The committed rule book says what the rules compute, and has words for every code they know."""

from pathlib import Path
from typing import get_args

import pytest

from encours.config import rulebook
from encours.config.rulebook import asking, customers, french, law
from encours.dunning.sentences import HOLDS
from encours.rules.terms import PaymentTerms, Relationship

FOLDER = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize("name", ["README.md", *rulebook.PAGES])
def test_the_committed_page_is_what_the_rules_write(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == rulebook.pages()[name], "Run: make docs"


def test_no_other_page_lies_in_the_folder() -> None:
    assert {path.name for path in FOLDER.glob("*")} == set(rulebook.pages())


def test_every_reason_to_hold_has_words() -> None:
    assert set(asking.HOLDS) == set(HOLDS)


def test_every_step_of_the_default_plan_and_every_relationship_has_words() -> None:
    assert {step.name for step in asking.PLAN.steps} == set(asking.NAMES)
    assert set(get_args(Relationship)) == set(law.RELATIONSHIPS)


def test_every_reason_of_the_card_has_words() -> None:
    source = (Path(rulebook.__file__).parents[2] / "rules" / "grade.py").read_text(encoding="utf-8")
    assert [code for code in customers.REASONS if f'"{code}"' not in source] == []


def test_the_worked_examples_hold_the_figures_an_accountant_finds_by_hand() -> None:
    written = rulebook.pages()
    assert "Total : **956,07 €**" in written["penalites-de-retard.md"]
    assert "| « 45 jours fin de mois » |" in written["delais-de-paiement.md"]
    assert "= **537,60 €**" in written["priorite.md"]


def test_terms_are_said_in_the_order_of_their_computation() -> None:
    assert french.terms(PaymentTerms(days=45, end_of_month="before")) == (
        "fin du mois de l'émission de la facture, puis 45 jours"
    )
    assert french.terms(PaymentTerms(days=30, end_of_month="after", day_of_month=10)) == (
        "30 jours après l'émission de la facture, puis fin de mois, puis le 10"
    )
    assert french.terms(PaymentTerms(base="receipt", days=0)) == "à la réception de la facture"
