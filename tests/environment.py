"""Settles where tests live before anything reads the settings: never in the installation of who runs them."""

import os
import tempfile
from pathlib import Path

HOME = Path(
    os.environ.get("ENCOURS_TEST_HOME") or Path(tempfile.gettempdir()) / f"encours-tests-{os.getuid()}"
)
(HOME / "static").mkdir(parents=True, exist_ok=True)
os.environ["ENCOURS_HOME"] = str(HOME)
os.environ["ENCOURS_DEBUG"] = "yes"
os.environ["SECRET_KEY"] = "tests-only"
os.environ["ENCOURS_LOG_LEVEL"] = "ERROR"
