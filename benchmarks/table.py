"""The figures as a table that people read: seconds, and what they are beside a yardstick."""

import os
import platform

from benchmarks.measures import Figure

HEAD = """# Benchmarks

Written by `make bench`; compare ratios, not seconds: machines differ, and so does what else they are doing.
Measured on {cores} cores, Python {python}, PostgreSQL {postgres}.

The yardstick of a load is a bare COPY of the same item rows into a table without index or check.

"""
# What is aimed at, by the beginning of the name of the work; the other rows are told for their growth.
GOALS = {
    "load, reading included": "10 × COPY",
    "memory at its peak": "1.5 GB",
    "load the same file again": "under the first",
    "today page": "200 ms",
    "overview page": "200 ms",
    "customers page": "200 ms",
    "customer page": "200 ms",
    "items page": "200 ms",
    "aged balance page": "200 ms",
    "10,000 open items: load": "5 s",
    "10,000 open items: dunning run": "1 s",
    "10,000 open items: run with nothing due": "100 ms",
    "open items: dunning run, three plans": "60 s at a million",
    "open items: the run shared by two workers": "60 s at a million",
    "200 letters": "3 s",
}


def written(figures: list[Figure]) -> str:
    """Return the table as Markdown, one row a work, one column a size."""
    sizes = sorted({figure.size for figure in figures})
    works = list(dict.fromkeys(figure.work for figure in figures))
    value = {(figure.work, figure.size): figure for figure in figures}
    lines = [
        "| Work | " + " | ".join(f"{size:,}".replace(",", " ") for size in sizes) + " | Goal |",
        "|---|" + "---:|" * len(sizes) + "---|",
    ]
    for work in works:
        cells = [value[work, size].text if (work, size) in value else "" for size in sizes]
        goal = next((goal for start, goal in GOALS.items() if work.startswith(start)), "")
        lines.append(f"| {work} | " + " | ".join(cells) + f" | {goal} |")
    from django.db import connection

    head = HEAD.format(
        cores=os.cpu_count(),
        python=platform.python_version(),
        postgres=".".join(map(str, divmod(connection.pg_version, 10_000))),
    )
    return head + "\n".join(lines) + "\n"
