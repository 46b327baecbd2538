"""The embedded PostgreSQL is not joined while another process stops or starts it."""

import os
import threading
import time
from pathlib import Path

from encours.config.database import wait_until_settled

NOBODY = 4_000_000


def standing(folder: Path, process: int, how: str) -> Path:
    file = folder / "postmaster.pid"
    file.write_text(f"{process}\n{folder}\n1795376296\n5432\n{folder}\n\n0 0\n{how}  \n")
    return file


def waited(folder: Path, patience: float = 5) -> float:
    begun = time.monotonic()
    wait_until_settled(folder, patience)
    return time.monotonic() - begun


def test_a_server_that_stops_is_waited_for(tmp_path: Path) -> None:
    file = standing(tmp_path, os.getpid(), "stopping")
    threading.Timer(0.4, file.unlink).start()
    assert 0.3 < waited(tmp_path) < 3


def test_a_server_that_starts_is_waited_for(tmp_path: Path) -> None:
    standing(tmp_path, os.getpid(), "starting")
    threading.Timer(0.4, standing, (tmp_path, os.getpid(), "ready")).start()
    assert 0.3 < waited(tmp_path) < 3


def test_what_runs_what_died_and_what_never_was_are_not_waited_for(tmp_path: Path) -> None:
    assert waited(tmp_path) < 0.2
    standing(tmp_path, os.getpid(), "ready")
    assert waited(tmp_path) < 0.2
    standing(tmp_path, NOBODY, "stopping")
    assert waited(tmp_path) < 0.2
    (tmp_path / "postmaster.pid").write_text("")
    assert waited(tmp_path) < 0.2
