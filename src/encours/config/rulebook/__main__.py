"""Writes the rule book where it is told: `python -m encours.config.rulebook docs/rules`."""

import sys
from pathlib import Path

from encours.config.rulebook import pages

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, text in pages().items():
    (folder / name).write_text(text, encoding="utf-8")
for stray in set(folder.glob("*.md")) - {folder / name for name in pages()}:
    stray.unlink()
