"""`python -m encours.demonstration FOLDER` writes the files of the demonstration company into a folder."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from encours.demonstration import (
    SEED,
    Figures,
    company,
    figures,
    write_csv,
    write_customers_csv,
    write_fec,
)

LEDGER_NAME, CUSTOMERS_NAME = "grand-livre-clients.csv", "clients.csv"


def main() -> None:
    """Write the files and print what a credit manager would ask first."""
    parser = argparse.ArgumentParser(prog="python -m encours.demonstration", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(tz=UTC).date())
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--months", type=int, default=26)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    made = company(options.today, customers=options.customers, months=options.months, seed=options.seed)
    paths = write_fec(made, options.folder)
    paths.append(write_csv(made, options.folder / LEDGER_NAME))
    paths.append(write_customers_csv(made, options.folder / CUSTOMERS_NAME))
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    sys.stdout.write(_report(figures(made)))


def _report(found: Figures) -> str:
    lines = [
        f"turnover of 12 months, net {found.net_turnover:>16,.2f}",
        f"outstanding               {found.outstanding:>16,.2f}   DSO {found.dso_days} days",
        *(
            f"  {column:<23} {amount:>16,.2f}   {found.part(column):6.1%}"
            for column, amount in found.aged.items()
        ),
        f"credits not used          {found.open_credits:>16,.2f}",
        f"prepaid                   {found.prepaid:>16,.2f}",
        "",
        *(f"  {name:<42}{owed:>14,.2f}   overdue {overdue:>14,.2f}" for name, owed, overdue in found.largest),
        "",
        ", ".join(f"{kind.value} {count}" for kind, count in found.kinds.most_common()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
