"""Every page of the desk, looked at by axe in real Chromium: nothing serious keeps a person from using it."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLResolver, get_resolver
from tests.browser.installation import demonstration, served

from encours.demonstration import company, write_csv

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINKED = {"customers/": "th.main-cell a", "items/": "th.main-cell a"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here: apt-get install chromium")
    home: Path = tmp_path_factory.mktemp("axe")
    today = date.today()  # noqa: DTZ011 - the installation runs on the clock of this machine
    ledger = write_csv(company(today, customers=20, months=12), home / "grand-livre.csv")
    email, password = demonstration(home, ledger)
    with served(home) as found, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        # axe is brought into the page by the test; the pages themselves allow no such script.
        context = browser.new_context(locale="fr-FR", bypass_csp=True)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{found.url}/account/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "login" not in address)
        page.goto(f"{found.url}/welcome/?step=done")
        page.click("form[action*='finish'] button")
        page.wait_for_load_state("networkidle")
        yield found.url, page
        browser.close()


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Return every address of the desk that asks for nothing more than itself."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        elif "<" not in address and "account/" not in address:
            yield address


def pages(page: Any, url: str) -> list[str]:
    """Return the addresses that answer with a whole page."""
    found = []
    for address in addresses(get_resolver().url_patterns):
        answer = page.request.get(f"{url}/{address}")
        if answer.ok and "text/html" in answer.headers["content-type"] and "<html" in answer.text():
            found.append(address)
    assert len(found) > 15, found
    return found


def faults(page: Any) -> list[str]:
    """Return what axe finds serious or critical on the page that is open."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_serious(desk: tuple[str, Any], scheme: str, width: int) -> None:
    url, page = desk
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 1000})
    found = []
    for path in pages(page, url):
        page.goto(f"{url}/{path}")
        found += faults(page)
        if link := LINKED.get(path):
            page.goto(url + page.locator(f"main {link}").first.get_attribute("href"))
            found += faults(page)
    assert not found, "\n".join(found)
