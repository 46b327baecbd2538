"""A collector's first day in real Chromium: from a ledger file to reminders that arrive, a payment and its thanks."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.browser.installation import Installation, free_port, sign_in

from encours.demonstration import company, write_csv

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_SECONDS = 100


class Mailbox:
    """Keeps every message that the server accepted."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - its name
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    port = free_port()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield mailbox, port
    server.stop()


def until(condition: Callable[[], bool], what: str) -> None:
    for _turn in range(WAIT_SECONDS * 5):
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(what)


def bring_ledger(page: Any, url: str, file: Path) -> None:
    page.goto(f"{url}/imports/new/")
    page.set_input_files("input[type=file]", str(file))
    # Dropping the file sends it.
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    loads = "form[action$='/load/'] button"
    mapping = "form[action$='/mapping/'] button.go"
    page.wait_for_selector(f"{loads}, {mapping}", timeout=60_000)
    if page.query_selector(loads) is None:
        page.click(mapping)
        page.wait_for_selector(loads, timeout=60_000)
    page.click(loads)
    # The page follows the load by itself, and goes on with the welcome.
    page.wait_for_url("**/welcome/**", timeout=90_000)


def keep_no_hours(page: Any, url: str) -> None:
    """Let messages leave at any hour of any day, as this test runs, and one the day after another."""
    page.goto(f"{url}/settings/guardrails/")
    page.fill("[name=gap_days]", "1")
    page.fill("[name=window_from]", "00:00")
    page.fill("[name=window_to]", "23:59")
    for day in page.locator("[name=week_days]").all():
        day.check()
    page.uncheck("[name=keep_holidays]")
    page.click("form:has([name=window_from]) button.go")
    page.wait_for_load_state("networkidle")


def let_messages_leave(page: Any, url: str, port: int) -> None:
    page.goto(f"{url}/settings/sender/")
    for name, value in {
        "name": "Ateliers Lumière",
        "email": "recouvrement@lumiere.example",
        "host": "127.0.0.1",
        "port": str(port),
    }.items():
        page.fill(f"form [name={name}]", value)
    page.select_option("form [name=security]", "none")
    page.click("form:has([name=host]) button.go")
    page.wait_for_load_state("networkidle")
    page.goto(f"{url}/settings/sending/")
    page.fill("form.form [name=name]", "Ateliers Lumière")
    page.click("form.form button.go")
    page.wait_for_selector("button.danger")


def test_from_a_file_to_the_thanks(
    installation: Installation, page: Any, mail: tuple[Mailbox, int], tmp_path: Path
) -> None:
    mailbox, port = mail
    url = installation.url
    today = date.today()  # noqa: DTZ011 - the installation runs on the clock of this machine
    ledger = write_csv(company(today, customers=25, months=14), tmp_path / "grand-livre.csv")

    # A new person makes the organization and brings the ledger.
    sign_in(page, url)
    page.wait_for_url("**/organizations/new/**")
    page.fill("form [name=name]", "Ateliers Lumière")
    page.click("form:has([name=name]) button.go")
    page.wait_for_load_state("networkidle")
    bring_ledger(page, url, ledger)
    page.goto(f"{url}/welcome/?step=done")
    if finish := page.query_selector("form[action*='finish'] button"):
        finish.click()
        page.wait_for_load_state("networkidle")

    # The overview says what is owed.
    page.goto(f"{url}/overview/")
    assert page.locator("dl.facts, .facts").count() > 0
    assert "€" in page.inner_text("main")

    # Messages may leave.
    keep_no_hours(page, url)
    let_messages_leave(page, url, port)

    # Three reminders are worked with one key each; nothing else leaves that a person must confirm.
    page.goto(url)
    page.wait_for_selector("[data-row]")
    customers = []
    for _turn in range(3):
        page.wait_for_selector("#detail form")
        customers.append(page.inner_text("#detail a[href*='/customers/']").strip())
        chosen = page.get_attribute("[data-row][aria-current=true]", "href")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "old => document.querySelector('[data-row][aria-current=true]')?.getAttribute('href') !== old",
            arg=chosen,
        )
    # Notices before the due date leave by themselves; the three that were confirmed speak of what is overdue.
    until(
        lambda: sum("échu" in str(one["Subject"]).lower() for one in mailbox.messages) >= 3,
        "the three reminders did not arrive",
    )
    ids = [one["Message-ID"] for one in mailbox.messages]
    assert len(ids) == len(set(ids))

    # The first customer pays all that is due; the payment is recorded, and thanked for the day after.
    page.goto(f"{url}/customers/?q={customers[0]}")
    page.click(f"a[href*='/customers/']:has-text(\"{customers[0]}\")")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("p")
    page.wait_for_selector("dialog[open] [name=amount], form [name=amount]")
    due = [re.sub(r"[^\d,]", "", one) for one in page.locator("dialog[open] label b").all_inner_texts()]
    page.fill("[name=amount]", f"{sum(Decimal(one.replace(',', '.')) for one in due):.2f}".replace(".", ","))
    with page.expect_response(lambda answer: "/payment/" in answer.url and answer.request.method == "POST"):
        page.click("form:has([name=amount]) button.go")
    page.wait_for_selector("dialog[open] [name=amount]", state="hidden")
    page.wait_for_load_state("networkidle")
    assert page.locator("dialog[open]").count() == 0

    # Two clocks would contradict each other: the desk of today is closed before tomorrow speaks.
    installation.stop()
    before = len(mailbox.messages)
    installation.run(str(Path(__file__).parent / "tomorrow.py"))
    subjects = [str(one["Subject"]) for one in mailbox.messages[before:]]
    assert any("merci" in subject.lower() for subject in subjects), subjects
