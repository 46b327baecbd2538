"""Writing a plan from nothing by keyboard in real Chromium, and seeing what it would do today to real customers."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser.installation import Installation, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def portfolio(installation: Installation) -> Installation:
    installation.environment["PYTHONPATH"] = str(ROOT)
    installation.run(str(Path(__file__).parent / "portfolio.py"))
    return installation


def add_step(page: Any, key: str, name: str, days: int) -> None:
    """Press the key of a part, write the name and the days, and Enter: nothing is touched by the mouse."""
    page.keyboard.press(key)
    page.wait_for_selector("#step-form [name=name]:focus")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type(str(days))
    page.keyboard.press("Enter")
    page.wait_for_selector(f".card:has-text('{name}')")
    # What it would do is counted anew at each change.
    page.wait_for_selector("#today .plan-would")


def asked(page: Any) -> int:
    return int(re.sub(r"\D", "", page.inner_text("#today .would b >> nth=0")))


def test_a_plan_is_written_from_nothing_and_tried_on_the_portfolio(
    portfolio: Installation, page: Any
) -> None:
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    sign_in(page, portfolio.url)

    # g then p: the plans; n: a new one, from nothing.
    page.wait_for_selector("nav [data-go=p]")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/plans/")
    page.keyboard.press("n")
    page.wait_for_url("**/plans/new/")
    page.wait_for_selector("[name=name]:focus")
    page.keyboard.type("Douceur")
    page.keyboard.press("Enter")
    page.wait_for_selector("#editor .parts")
    assert page.locator(".card").count() == 0
    assert page.is_disabled("[data-key=f]")

    # The first step would ask whoever is late by ten days: all but three, and two nobody can write to.
    add_step(page, "a", "Premier mot", 10)
    assert asked(page) == 7
    assert "2" in page.inner_text("#today tbody >> nth=1")
    assert page.locator(".card-today").inner_text() != ""

    # A second one, nearer than the silence allows, is warned of; the sample leads to real customers.
    add_step(page, "a", "Deuxième mot", 14)
    assert page.locator(".faults .soon").count() == 1
    page.click("#today summary >> nth=0")
    assert "Verger" in page.inner_text("#today .sample >> nth=0")

    # Walking the cards with j and k opens each; Enter goes into it, and the next word is kept.
    page.keyboard.press("k")
    page.wait_for_selector("#step-form [name=name][value='Premier mot']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#step-form [name=name]:focus")
    page.keyboard.press("End")
    page.keyboard.type(" doux")
    page.keyboard.press("Enter")
    page.wait_for_selector(".card:has-text('doux')")

    # Put in force, it decides for nobody yet; a rule gives it the public buyers, tried before it applies.
    page.click("[data-key=f]")
    page.click("#confirm [data-confirm-yes]")
    page.wait_for_selector("[data-key=e]")
    page.goto(f"{portfolio.url}/plans/rules/new/")
    page.fill("[name=name]", "Acheteurs publics")
    page.select_option("[name=lineage]", label="Douceur")
    page.select_option("[name=public_buyer]", "yes")
    page.click("main button.go")
    page.wait_for_selector("[data-key=f]")
    assert page.locator("tbody tr").count() == 2
    page.keyboard.press("f")
    page.wait_for_selector("[data-key=f]", state="detached")
    page.goto(f"{portfolio.url}/plans/")
    row = page.locator(".plan-row:has-text('Douceur') .plan-share b")
    assert row.inner_text() == "2"
    assert faults == []
