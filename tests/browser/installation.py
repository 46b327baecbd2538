"""An installation of its own, run as a person runs it: `encours serve`, with its worker and its database."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EMAIL = "claire@lumiere.example"
PASSWORD = "trois-mots-au-hasard"


@dataclass(frozen=True)
class Installation:
    """Where it answers, and the environment of its commands."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the desk and its worker, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(timeout=40)

    def run(self, *arguments: str, said: str = "") -> str:
        """Run a command of the product and return what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            input=said,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _turn in range(1_800):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def environment_of(home: Path, url: str) -> dict[str, str]:
    """Return the environment of an installation that keeps everything in a folder of its own."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "ENCOURS_DEBUG", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    }
    return environment | {"ENCOURS_HOME": str(home), "ENCOURS_URL": url}


def demonstration(home: Path, ledger: Path) -> tuple[str, str]:
    """Load a ledger as `make run FILE=` does, and return the sign-in that it shows."""
    done = subprocess.run(
        [sys.executable, "-m", "encours", "demo", str(ledger), "--no-serve"],
        env=environment_of(home, "http://127.0.0.1"),
        text=True,
        capture_output=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    email = re.search(r"E-mail\s+(\S+)", done.stdout)
    password = re.search(r"Password\s+(\S+)", done.stdout)
    assert email, done.stdout
    assert password, done.stdout
    return email[1], password[1]


@contextmanager
def served(home: Path) -> Iterator[Installation]:
    """Serve the desk from a folder of its own and end it, and nothing else, afterwards."""
    port = free_port()
    environment = environment_of(home, f"http://127.0.0.1:{port}")
    log = home / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "encours", "serve", "--port", str(port), "--web", "1"],
            env=environment,
            stdout=output,
            stderr=output,
        )
        found = Installation(f"http://127.0.0.1:{port}", environment, process)
        try:
            wait_until_ready(found.url, process, log)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=40)


@contextmanager
def chromium(**options: Any) -> Iterator[Any]:
    """Open a page in a Chromium of its own, in French, and close it afterwards; without Chromium, skip."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        wide = {"width": 1440, "height": 1000}
        page = browser.new_page(**{"locale": "fr-FR", "viewport": wide, **options})
        page.set_default_timeout(20_000)
        yield page
        browser.close()


def sign_in(page: Any, url: str, email: str = EMAIL, password: str = PASSWORD) -> None:
    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)


def skip_welcome(page: Any, url: str) -> None:
    """Leave the welcome for the desk."""
    page.goto(f"{url}/welcome/?step=done")
    page.click("form[action*='finish'] button")
    page.wait_for_load_state("networkidle")
