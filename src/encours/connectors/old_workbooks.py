"""Workbooks of Excel 97 to 2003, read by a program of its own: a harmful one can bring down nothing but that.

What such a file says of its own sizes is believed by those who parse it; one that lies asks for more memory than
there is, and no exception can be caught then. So the file is opened by a child with little memory and little time.
"""

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from encours.connectors import errors

MEMORY_BYTES = 4 * 1024**3
SECONDS = 120
# How the child says why it gave up.
PROTECTED, TOO_LARGE = 3, 4
ENOUGH = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "RUST_BACKTRACE": "0"}


def tables_of(path: Path, *, cells: int) -> list[tuple[str, list[list[str]]]]:
    """Return the name and the rows of every visible sheet."""
    known = path.stat()
    return _tables_of(path, known.st_size, known.st_mtime_ns, cells)


@lru_cache(maxsize=2)
def _tables_of(path: Path, _size: int, _changed: int, cells: int) -> list[tuple[str, list[list[str]]]]:
    """Read a workbook once for all those who ask about the same file."""
    try:
        child = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-m", __name__, path.resolve(), str(cells)],
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={**os.environ, **ENOUGH},
        )
    except subprocess.TimeoutExpired as error:
        raise errors.OldWorkbookError from error
    if child.returncode == PROTECTED:
        raise errors.ProtectedWorkbookError
    if child.returncode == TOO_LARGE:
        raise errors.UnpackedTooLargeError(reason=child.stdout.decode())
    if child.returncode:
        raise errors.OldWorkbookError
    return [(name, rows) for name, rows in json.loads(child.stdout)]


def main(path: str, cells: int) -> int:
    """Print the visible sheets of a workbook as JSON, and return 0 or why not."""
    if sys.platform.startswith("linux"):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import fastexcel  # noqa: PLC0415 - under the limit

    found = []
    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            cells -= sheet.width * sheet.total_height
            if cells < 0:
                sys.stdout.write(f"{sheet.total_height} × {sheet.width}")
                return TOO_LARGE
            if sheet.visible == "visible":
                found.append((name, [[cell or "" for cell in row] for row in sheet.to_polars().iter_rows()]))
    except fastexcel.FastExcelError as error:
        return PROTECTED if "password" in str(error).lower() else 1
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
