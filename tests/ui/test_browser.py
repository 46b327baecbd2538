"""The scripts in real Chromium, under the strictest policy: keys, list, dialogs, theme, telephones."""

import http.server
import mimetypes
import shutil
import threading
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory

from encours.ui import specimens

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parent / "samples"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"
LINKS = [
    {"label": "Aujourd’hui", "url": "/today", "icon": "sun", "go": "t", "current": True},
    {"label": "Clients", "url": "/customer", "icon": "users", "go": "c"},
]


def answer(path):
    if path.startswith("/static/"):
        found = finders.find(path.removeprefix("/static/"))
        return Path(found).read_bytes(), mimetypes.guess_type(found)[0] or "text/plain"
    if path.startswith("/today/"):
        return f'<div class="detail-head"><h2>Case {path.strip("/")[-1]}</h2></div>'.encode(), "text/html"
    name = path.strip("/").split("?")[0]
    source = '{% include "ui/components.html" %}' if name == "ui" else (SAMPLES / f"{name}.html").read_text()
    request = RequestFactory().get(path)
    context = {"request": request, "nav": [{"label": "", "links": LINKS}], **specimens.context()}
    return engines["django"].from_string(source).render(context, request).encode(), "text/html"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body, kind = answer(self.path)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def visit(browser, address, width=1440):
    page = browser.new_page(viewport={"width": width, "height": 900})
    faults = []
    page.on("console", lambda line: faults.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    return page, faults


def test_a_day_at_the_keyboard(browser, address):
    page, faults = visit(browser, f"{address}/today")
    page.keyboard.press("j")
    page.wait_for_selector("#detail h2:text('Case 2')")
    page.keyboard.press("j")
    page.wait_for_selector("#detail h2:text('Case 3')")
    page.keyboard.press("k")
    page.wait_for_selector("#detail h2:text('Case 2')")
    assert "Société Nouvelle" in page.inner_text("[data-row][aria-current=true]")
    page.keyboard.press("?")
    assert "Aujourd’hui" in page.inner_text("#keys[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customer")
    assert faults == []


def test_dialogs_ask_before_going_on(browser, address):
    page, faults = visit(browser, f"{address}/ui")
    page.click("[data-dialog='#specimen']")
    page.click("#specimen .btn.go")
    page.click("#confirm [value=no]")
    assert page.is_visible("#specimen")
    page.click("#specimen .btn.go")
    page.click("#confirm [value=yes]")
    page.wait_for_selector("#specimen", state="hidden")
    page.check("table[data-select] thead input")
    assert page.inner_text("[data-bulk-count]") == "2"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('[data-search]')")
    assert faults == []


@pytest.mark.parametrize("name", ["ui", "today", "customer", "signin"])
def test_a_telephone_never_scrolls_sideways(browser, address, name):
    page, faults = visit(browser, f"{address}/{name}", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults == []


def test_on_a_telephone_the_detail_covers_the_list(browser, address):
    page, _faults = visit(browser, f"{address}/today", width=390)
    page.click("[data-row] >> nth=1")
    page.wait_for_selector(".desk[data-open] #detail h2:text('Case 2')")
    assert page.is_visible("#detail")


def test_on_a_telephone_a_narrow_column_is_as_wide_as_its_card(browser, address):
    page, _faults = visit(browser, f"{address}/ui", width=390)
    width = page.evaluate(
        """() => {
            const row = document.querySelector(".table.cards tbody tr");
            row.insertAdjacentHTML("beforeend", '<td class="shrink" data-label="Dernier jour">22/11</td>');
            return row.lastElementChild.offsetWidth;
        }"""
    )
    assert width > 100
