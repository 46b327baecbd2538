"""An installation with one person, and a browser in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.installation import EMAIL, PASSWORD, Installation, chromium, served


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    # Short: a socket's path may be a hundred characters long, no more.
    with served(tmp_path) as found:
        found.run("-m", "encours", "user", "add", EMAIL, said=f"{PASSWORD}\n{PASSWORD}\n")
        yield found


@pytest.fixture
def page(installation: Installation) -> Iterator[Any]:
    with chromium() as opened:
        yield opened
