"""How a new year continues the old one: opening lines repeat what was open, they do not add to it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import polars as pl

from encours.receivables.rows import Issue


@dataclass(frozen=True)
class Carried:
    """What became of the opening lines of a file.

    `items` are the lines still to be loaded; `shares` say which existing items stand behind a line of the file
    (external_id, item_id, cents).
    """

    items: pl.DataFrame
    shares: pl.DataFrame
    issues: list[Issue]


SHARES = {"external_id": pl.String, "item_id": pl.Int64, "cents": pl.Int64}


def continue_openings(items: pl.DataFrame, open_before: pl.DataFrame, starts_on: date | None) -> Carried:
    """Recognize opening lines among what was open when the year began.

    `open_before` has item_id, customer_code, side, number, issued_on, cents, full_cents: what the organization
    already knows to have been open on that day. A line is recognized by its number and amount, then by its amount
    and date, then the lines of a customer together by their total. What differs is loaded as one opening for the
    difference, with an issue, so that the account always agrees with the new year's ledger.
    """
    lines = items.filter(pl.col("carried").fill_null(value=False))
    if lines.is_empty() or open_before.is_empty() or starts_on is None:
        return Carried(items, pl.DataFrame(schema=SHARES), [])
    known = lines.join(open_before.select("customer_code").unique(), on="customer_code", how="semi")
    if known.is_empty():
        return Carried(items, pl.DataFrame(schema=SHARES), [])
    shares: list[tuple[str, int, int]] = []
    left_lines, left_open = known, open_before
    for keys, amount in (
        (["customer_code", "side", "number", "cents"], "cents"),
        (["customer_code", "side", "number", "cents"], "full_cents"),
        (["customer_code", "side", "issued_on", "cents"], "cents"),
        (["customer_code", "side", "issued_on", "cents"], "full_cents"),
        (["customer_code", "side", "cents"], "cents"),
    ):
        found, left_lines, left_open = _pair(left_lines, left_open, keys, amount)
        shares.extend(found)
    rest_open: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in left_open.iter_rows(named=True):
        rest_open[row["customer_code"]].append(row)
    differences: list[dict[str, object]] = []
    issues: list[Issue] = []
    rest_lines: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in left_lines.iter_rows(named=True):
        rest_lines[row["customer_code"]].append(row)
    for code, rows in rest_lines.items():
        found, difference = _by_total(rows, rest_open.get(code, []))
        shares.extend(found)
        if difference:
            differences.append(_difference(rows[0], difference, starts_on))
            issues.append(
                Issue(
                    int(str(rows[0]["line"])) if rows[0]["line"] is not None else None,
                    "opening_differs",
                    "The opening of customer %(code)s differs by %(amount)s from what was open; the difference is "
                    "loaded as an opening. Check whether a file is missing between the two years.",
                    params={"code": code, "amount": f"{difference / 100:.2f}"},
                )
            )
    kept = items.join(known.select("external_id"), on="external_id", how="anti", maintain_order="left")
    if differences:
        kept = pl.concat([kept, pl.DataFrame(differences, schema=kept.schema)])
    return Carried(kept, pl.DataFrame(shares, schema=SHARES, orient="row"), issues)


def _pair(
    lines: pl.DataFrame, open_before: pl.DataFrame, keys: list[str], amount: str
) -> tuple[list[tuple[str, int, int]], pl.DataFrame, pl.DataFrame]:
    """Pair lines and open items that agree on the keys, the n-th with the n-th.

    The amount compared is what was open, or the full amount: software that closes a year over a partly lettered
    group repeats all its lines in full.
    """
    turn = pl.int_range(pl.len()).over(keys).alias("turn")
    candidates = open_before.select(
        "item_id", *(key for key in keys if key != "cents"), pl.col(amount).alias("cents")
    ).with_columns(turn)
    paired = lines.with_columns(turn).join(candidates, on=[*keys, "turn"], how="inner")
    found = list(paired.select("external_id", "item_id", "cents").iter_rows())
    return (
        found,
        lines.join(paired.select("external_id"), on="external_id", how="anti", maintain_order="left"),
        open_before.join(paired.select("item_id"), on="item_id", how="anti", maintain_order="left"),
    )


def _signed(row: dict[str, object]) -> int:
    cents = int(str(row["cents"]))
    return cents if row["side"] == "debit" else -cents


def _by_total(
    lines: list[dict[str, object]], open_items: list[dict[str, object]]
) -> tuple[list[tuple[str, int, int]], int]:
    """Lay the lines of one customer over its open items, oldest first on each side; return what differs."""
    shares: list[tuple[str, int, int]] = []
    for side in ("debit", "credit"):
        waiting = sorted(
            ([row["item_id"], int(str(row["cents"]))] for row in open_items if row["side"] == side),
            key=lambda pair: int(str(pair[0])),
        )
        for line in (row for row in lines if row["side"] == side):
            left = int(str(line["cents"]))
            while left and waiting:
                take = min(left, int(str(waiting[0][1])))
                shares.append((str(line["external_id"]), int(str(waiting[0][0])), take))
                left -= take
                waiting[0][1] = int(str(waiting[0][1])) - take
                if not waiting[0][1]:
                    waiting.pop(0)
    return shares, sum(map(_signed, lines)) - sum(map(_signed, open_items))


def _difference(line: dict[str, object], cents: int, starts_on: date) -> dict[str, object]:
    side = "debit" if cents > 0 else "credit"
    return {
        **line,
        "external_id": f"difference|{starts_on.isoformat()}|{line['customer_code']}",
        "kind": "opening",
        "side": side,
        "number": "",
        "reference": "",
        "label": "",
        "issued_on": starts_on,
        "due_on": None,
        "cents": abs(cents),
        "lettering": None,
        "carried": False,
    }
