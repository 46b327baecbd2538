"""Which plan a customer is for: a person's choice, the first rule that fits, the default."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.assignment import (
    Assignment,
    AssignmentRule,
    Conditions,
    Facts,
    assign,
    conditions_of,
    fits,
    stored,
)

MAIRIE = Facts(
    1, "D", "Communes", Decimal(1200), Decimal(300), public_buyer=True, country="FR", language="fr"
)


@pytest.mark.parametrize(
    ("conditions", "fit"),
    [
        (Conditions(), True),
        (Conditions(grades=frozenset("DE")), True),
        (Conditions(grades=frozenset("AB")), False),
        (Conditions(segments=frozenset({"Communes"})), True),
        (Conditions(countries=frozenset({"BE", "LU"})), False),
        (Conditions(languages=frozenset({"fr"})), True),
        (Conditions(public_buyer=True), True),
        (Conditions(public_buyer=False), False),
        (Conditions(sole_trader=True), False),
        (Conditions(sole_trader=False), True),
        (Conditions(outstanding_from=Decimal(1200)), True),
        (Conditions(outstanding_from=Decimal("1200.01")), False),
        (Conditions(outstanding_below=Decimal(1200)), False),
        (Conditions(grades=frozenset("D"), public_buyer=True, outstanding_below=Decimal(5000)), True),
        (Conditions(grades=frozenset("D"), sole_trader=True), False),
    ],
)
def test_a_rule_fits_when_everything_it_asks_for_is_so(conditions: Conditions, fit: bool) -> None:
    assert fits(conditions, MAIRIE) is fit


def test_a_choice_goes_before_the_rules_and_the_first_rule_before_the_next() -> None:
    rules = [
        AssignmentRule("risky", 7, Conditions(grades=frozenset("DE"))),
        AssignmentRule("public", 8, Conditions(public_buyer=True)),
    ]
    assert assign(MAIRIE, rules, {}, 1) == Assignment(7, "risky")
    assert assign(MAIRIE, rules[1:], {}, 1) == Assignment(8, "public")
    assert assign(MAIRIE, [], {}, 1) == Assignment(1, "default")
    assert assign(MAIRIE, rules, {1: None}, 1) == Assignment(None, "chosen")
    assert assign(MAIRIE, rules, {1: 9, 2: None}, 1) == Assignment(9, "chosen")


WORDS = st.frozensets(st.text(max_size=5), max_size=3)
AMOUNTS = st.none() | st.decimals(0, 10_000, places=2)
FLAGS = st.none() | st.booleans()
DRAWN = st.builds(Conditions, WORDS, WORDS, WORDS, WORDS, FLAGS, FLAGS, AMOUNTS, AMOUNTS)


@given(DRAWN)
def test_conditions_are_read_as_they_were_stored(conditions: Conditions) -> None:
    assert conditions_of(stored(conditions)) == conditions
