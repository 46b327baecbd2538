"""The figures as a table that people read: seconds, and what they are beside a yardstick."""

import os
import platform

from benchmarks.measures import Figure

HEAD = """# Benchmarks

Written by `make bench`; compare ratios, not seconds: machines differ, and so does what else they are doing.
Measured on {cores} cores, Python {python}, PostgreSQL {postgres}.

The yardstick of a load is a bare COPY of the same item rows into a table without index or check.

"""


def written(figures: list[Figure]) -> str:
    """Return the table as Markdown, one row a work, one column a size."""
    sizes = sorted({figure.size for figure in figures})
    works = list(dict.fromkeys(figure.work for figure in figures))
    value = {(figure.work, figure.size): figure for figure in figures}
    lines = [
        "| Work | " + " | ".join(f"{size:,}".replace(",", " ") for size in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    for work in works:
        cells = [value[work, size].text if (work, size) in value else "" for size in sizes]
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    from django.db import connection

    head = HEAD.format(
        cores=os.cpu_count(),
        python=platform.python_version(),
        postgres=".".join(map(str, divmod(connection.pg_version, 10_000))),
    )
    return head + "\n".join(lines) + "\n"
