import doctest
import importlib
import pkgutil

import pytest

import encours.rules

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(encours.rules.__path__, prefix="encours.rules.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_rule_book_are_true(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
