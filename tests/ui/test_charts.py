"""The geometry of charts: parts fill the whole, heights tell the amounts, words never collide."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st

from encours.ui import charts, scales

amounts = st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=6)


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@given(amounts)
def test_shares_fill_the_bar_and_show_everything(given_amounts):
    widths = scales.shares(given_amounts)
    assume(sum(given_amounts))
    assert sum(widths) == pytest.approx(100)
    assert all(
        (width > 0) == (amount > 0) and (not amount or width >= 0.7)
        for width, amount in zip(widths, given_amounts, strict=True)
    )


def test_an_empty_aged_balance_has_no_bar_but_keeps_its_columns():
    drawn = charts.aged_bar([charts.Column("Not due", Decimal(0))], title="Aged balance")
    assert drawn.segments == ()
    assert [part.zero for part in drawn.parts] == [True]


def test_an_aged_bar_links_each_column():
    drawn = charts.aged_bar(
        [
            charts.Column("Not due", Decimal("4276.71"), "/items?column=0"),
            charts.Column("1 to 30 days", Decimal("9053.00"), "/items?column=1"),
            charts.Column("31 to 60 days", Decimal("18070.29"), "/items?column=2"),
        ],
        title="Aged balance",
    )
    assert [segment.href for segment in drawn.segments] == [f"/items?column={rank}" for rank in range(3)]
    assert drawn.segments[2].title == "31 to 60 days: €18,070.29 (58%)"
    assert drawn.segments[-1].x + drawn.segments[-1].width == pytest.approx(100, abs=0.01)


@given(st.floats(min_value=0.01, max_value=1e10), st.floats(min_value=0, max_value=1))
def test_round_values_enclose_the_figures(high, part):
    low = high * part
    values = scales.round_values(low, high)
    assert values[0] <= low * (1 + 1e-9)
    assert values[-1] >= high * (1 - 1e-9)
    assert 2 <= len(values) <= 8
    steps = {round((after - before) / (values[1] - values[0]), 6) for before, after in pairwise(values)}
    assert steps == {1.0}


def test_round_values_of_ordinary_figures():
    assert scales.round_values(0, 487_000) == [0, 200_000, 400_000, 600_000]
    assert scales.round_values(48, 58) == [47.5, 50, 52.5, 55, 57.5, 60]
    assert scales.round_values(0, 0) == [0, 0.25, 0.5, 0.75, 1]


def test_stacked_bars_stand_on_each_other_and_sum():
    drawn = charts.bars(
        [charts.Month("Oct", [Decimal(300), Decimal(100)]), charts.Month("Nov", [Decimal(0), Decimal(200)])],
        [charts.Series("On time"), charts.Series("Late", tone="age2")],
        title="Payments",
    )
    first, second, alone = drawn.segments
    foot = next(tick.y for tick in drawn.ticks if tick.zero)
    assert first.y + first.height == pytest.approx(foot)
    assert second.y + second.height == pytest.approx(first.y)
    assert first.height == pytest.approx(3 * second.height)
    assert alone.height == pytest.approx(2 * second.height)
    assert drawn.slots[0].title == "Oct\nOn time: €300.00\nLate: €100.00"
    assert drawn.table.rows[1] == ("Nov", "€0.00", "€200.00")


@given(st.integers(1, 60), st.integers(1, 12))
def test_month_labels_never_overlap(count, length):
    labels = scales.month_labels(["m" * length] * count)
    size = length * scales.CHARACTER_PX
    for width, shown in (
        (scales.WIDE_PX, labels),
        (scales.NARROW_PX, [label for label in labels if not label.minor]),
    ):
        places = [label.x * width / 100 for label in shown]
        assert all(after - before >= size for before, after in pairwise(places))
    assert not labels[-1].minor


@given(st.lists(st.floats(min_value=12, max_value=196), min_size=1, max_size=6))
def test_line_names_are_pushed_apart(places):
    moved = scales.apart(places, 12, 196)
    assert all(12 - 14 * len(places) <= place <= 196 for place in moved)
    assert all(after - before >= 14 - 1e-9 for before, after in pairwise(sorted(moved)))
    by_place = sorted(range(len(places)), key=lambda rank: places[rank])
    assert [moved[rank] for rank in by_place] == sorted(moved)


def test_lines_skip_unknown_months_and_name_their_last_value():
    drawn = charts.lines(
        ["Sep", "Oct", "Nov"],
        [charts.Series("DSO", [50, None, 48]), charts.Series("Best", [None, None, 47], "second")],
        title="DSO",
        full=lambda value: f"{value} days",
    )
    dso, best = drawn.lines
    assert dso.path.count("L") == 1
    assert (dso.text, best.text) == ("48 days", "47 days")
    assert best.text_y - dso.text_y >= 14
    assert drawn.slots[1].title == "Oct"
    assert drawn.table.rows[1] == ("Oct", "", "")


def test_a_sparkline_stays_inside_its_box():
    drawn = charts.sparkline([3, 61, 9], title="Delay")
    numbers = [float(word) for word in drawn.path[1:].replace("L", " ").split()]
    assert all(3 <= x <= 93 for x in numbers[::2])
    assert all(3 <= y <= 19 for y in numbers[1::2])
    assert charts.sparkline([], title="Nothing").path == "M3.0 19.0"


def test_a_bullet_turns_red_over_its_limit():
    below = charts.bullet(Decimal(18_000), Decimal(30_000), title="Limit")
    above = charts.bullet(Decimal(31_400), Decimal(30_000), title="Limit")
    assert (below.tone, above.tone) == ("first", "hurt")
    assert below.width < below.limit
    assert above.limit < above.width < 100
    assert charts.bullet(Decimal(0), Decimal(0), title="Limit").width == 0


def test_ranks_are_measured_against_the_largest_and_the_total():
    drawn = charts.ranks(
        [charts.Column("A", Decimal(200)), charts.Column("B", Decimal(50))],
        title="Concentration",
        total=Decimal(1000),
    )
    assert [(rank.width, rank.share) for rank in drawn.ranks] == [(100, "20%"), (25, "5%")]
