"""A collector's morning in real Chromium, ten actions by keyboard alone, each found again in the history."""

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.browser.installation import Installation, chromium, demonstration, served, skip_welcome

from encours.demonstration import company, write_csv

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHOSEN = "document.querySelector('#detail .detail-head')?.dataset.shown"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Installation, Any]]:
    """A desk with a ledger, and a browser in front of its sign-in page."""
    today = date.today()  # noqa: DTZ011 - the installation runs on the clock of this machine
    ledger = write_csv(company(today, customers=25, months=14), tmp_path / "grand-livre.csv")
    email, password = demonstration(tmp_path, ledger)
    with served(tmp_path) as installation, chromium() as opened:
        opened.goto(f"{installation.url}/account/login/")
        type_in(opened, "[name=login]", email)
        type_in(opened, "[name=password]", password)
        opened.keyboard.press("Enter")
        opened.wait_for_url(lambda address: "login" not in address)
        skip_welcome(opened, installation.url)
        opened.goto(installation.url)
        opened.wait_for_selector("[data-row]")
        yield installation, opened


def type_in(page: Any, field: str, text: str) -> None:
    """Reach a field with the tabulator and type."""
    for _turn in range(30):
        if page.evaluate("field => document.activeElement?.matches(field)", field):
            page.keyboard.type(text)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{field} is not reached by keyboard")


def press(page: Any, *keys: str, opens: str = "dialog[open]") -> None:
    """Press keys one after the other, each once what the one before opened is there."""
    for rank, key in enumerate(keys):
        if rank:
            page.wait_for_selector(opens)
        page.keyboard.press(key)


def goes_on(page: Any, *keys: str) -> None:
    """Do something to the chosen reminder and wait for the next one."""
    page.wait_for_selector("#detail .detail-bar")
    before = page.evaluate(CHOSEN)
    press(page, *keys)
    page.wait_for_function(f"before => {CHOSEN} !== before", arg=before)
    page.wait_for_selector("dialog[open]", state="detached")


def reloaded(page: Any, *keys: str) -> None:
    """Do something that leads to another page, and wait until that one is complete."""
    page.evaluate("window.before = true")
    press(page, *keys)
    page.wait_for_function("() => !window.before && document.readyState === 'complete'")


def test_ten_actions_by_keyboard_alone(desk: tuple[Installation, Any]) -> None:
    installation, page = desk
    began = time.monotonic()
    # 1, 2: two reminders are confirmed.
    goes_on(page, "Enter")
    goes_on(page, "Enter")
    # 3: one is skipped; 4: one is left alone for a few days.
    goes_on(page, "p", "Enter")
    goes_on(page, "r", "1")
    # 5: an item is disputed.
    press(page, "d")
    page.wait_for_selector("dialog[open] [name=reason]:focus")
    page.keyboard.type("Quantité")
    with page.expect_response(lambda answer: "/dispute/" in answer.url):
        page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    # 6: a customer is called instead, nobody answers.
    goes_on(page, "c", "3")
    # 7: another is called and promises to pay; two keys record it.
    reloaded(page, "c", "5")
    called = page.inner_text("#detail .detail-head a").strip()
    reloaded(page, "1", "Enter")
    assert page.locator(".toast").count() > 0
    # 8: one more asks to be called back.
    page.keyboard.press("g")
    reloaded(page, "t")
    page.wait_for_selector("#detail .detail-bar")
    reloaded(page, "c", "5")
    reloaded(page, "3", "Enter")
    # 9: a task is written down.
    page.keyboard.press("g")
    reloaded(page, "w")
    press(page, "n")
    page.wait_for_selector("dialog[open] [name=title]:focus")
    page.keyboard.type("Préparer la réunion")
    reloaded(page, "Enter")
    assert "Préparer la réunion" in page.inner_text("main")
    # 10: a note is left on who promised, found by name.
    page.keyboard.press("/")
    page.keyboard.type(called)
    reloaded(page, "Enter")
    if "/customers/?" in page.url:
        for _turn in range(40):
            if page.evaluate("document.activeElement?.matches('table a[href*=\"/customers/\"]')"):
                break
            page.keyboard.press("Tab")
        reloaded(page, "Enter")
    press(page, "n")
    page.wait_for_selector("dialog[open] [name=note]:focus, dialog[open] [name=note]")
    type_in(page, "[name=note]", "Virement annoncé")
    type_in(page, "dialog button.go", "")
    reloaded(page, "Enter")
    assert time.monotonic() - began < 60
    assert "Virement annoncé" in page.inner_text("#notes")
    assert page.locator("#agreements .tag").count() == 1
    told = json.loads(installation.run(str(Path(__file__).parent / "history.py")))
    for kind, count in {
        "reminder.confirmed": 2,
        "reminder.skipped": 1,
        "pause.placed": 1,
        "item.disputed": 1,
        "call.recorded": 3,
        "promise.made": 1,
        "task.added": 3,
        "note.written": 1,
    }.items():
        assert told.count(kind) == count, (kind, told)
