"""Every page of the desk in real Chromium: axe finds nothing serious, and nothing scrolls sideways on a telephone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLResolver, get_resolver
from tests.browser.installation import chromium, demonstration, served, sign_in, skip_welcome

from encours.demonstration import company, write_csv

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STICKING_OUT = """width => [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > width + 1)
    .slice(0, 6)
    .map(one => one.tagName.toLowerCase() + "." + one.className)"""
LINKED = {"customers/": "th.main-cell a", "items/": "th.main-cell a"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    home: Path = tmp_path_factory.mktemp("axe")
    today = date.today()  # noqa: DTZ011 - the installation runs on the clock of this machine
    ledger = write_csv(company(today, customers=20, months=12), home / "grand-livre.csv")
    email, password = demonstration(home, ledger)
    # axe is brought into the page by the test; the pages themselves allow no such script.
    with served(home) as found, chromium(bypass_csp=True) as page:
        sign_in(page, found.url, email, password)
        skip_welcome(page, found.url)
        yield found.url, page


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


def too_wide(page: Any, width: int) -> list[str]:
    """Return the page that is open where it scrolls sideways, and what sticks out of it."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    sticking = page.evaluate(STICKING_OUT, width)
    return [f"{page.url}: wider than {width} px: {', '.join(sticking)}"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_nothing_serious_keeps_a_page_from_being_used(desk: tuple[str, Any], scheme: str, width: int) -> None:
    url, page = desk
    # What moves in is judged once it stands: halfway, its colors are those of no design.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 1000})
    found = []
    for path in pages(page, url):
        page.goto(f"{url}/{path}")
        found += faults(page) + too_wide(page, width)
        if link := LINKED.get(path):
            page.goto(url + page.locator(f"main {link}").first.get_attribute("href"))
            found += faults(page) + too_wide(page, width)
    assert not found, "\n".join(found)
