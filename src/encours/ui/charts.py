"""The geometry of the charts that the server draws as SVG: abscissas in percent, ordinates in pixels.

Widths are shares of whatever space the page gives, so that one drawing serves a desk, a telephone and paper
without its letters being stretched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from encours.ui import formats
from encours.ui.scales import (
    Number,
    Write,
    apart,
    exact,
    month_labels,
    round_values,
    shares,
    text_width,
    ticks,
)
from encours.ui.shapes import (
    LINE_UNITS,
    AgedBar,
    Bars,
    Bullet,
    Key,
    Line,
    Lines,
    Part,
    Rank,
    Ranks,
    Segment,
    Sparkline,
    Table,
)

HEAD_PX = 12
FOOT_PX = 24
BAR_SHARE = 0.64


@dataclass(frozen=True)
class Column:
    """One part of a whole: what it is called, its amount, where its items are listed."""

    label: str
    amount: Decimal
    href: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Month:
    """One month of a bar chart: an amount per series, in the order of the series."""

    label: str
    amounts: Sequence[Decimal]
    href: str = ""


@dataclass(frozen=True)
class Series:
    """One line, or one layer of the bars; a value of None is a month not known."""

    label: str
    values: Sequence[Number | None] = ()
    tone: str = "first"


def aged_bar(columns: Sequence[Column], *, title: str, currency: str = "EUR") -> AgedBar:
    """Draw one bar whose parts fill the width; a part too small to be seen is drawn at a visible width."""
    total = sum((column.amount for column in columns), Decimal(0))
    widths = shares([column.amount for column in columns])
    segments: list[Segment] = []
    parts: list[Part] = []
    x = 0.0
    for rank, (column, width) in enumerate(zip(columns, widths, strict=True)):
        tone = column.tone or f"age{min(rank, 4)}"
        amount = formats.money(column.amount, currency)
        share = formats.share_of(column.amount, total)
        if width:
            words = f"{column.label}: {amount} ({share})"
            segments.append(Segment(round(x, 3), round(width, 3), tone, words, column.href))
        parts.append(
            Part(
                label=column.label,
                amount=amount,
                share=share,
                tone=tone,
                href=column.href,
                zero=not column.amount,
            )
        )
        x += width
    rows = tuple((part.label, part.amount, part.share) for part in parts)
    return AgedBar(
        title=title, table=Table(("", currency, "%"), rows), segments=tuple(segments), parts=tuple(parts)
    )


def bars(
    months: Sequence[Month],
    series: Sequence[Series],
    *,
    title: str,
    height: int = 220,
    axis: Write = formats.compact,
    full: Write = formats.money,
) -> Bars:
    """Stack bars on a round axis from zero; each bar, and each of its layers, says its amount."""
    ticks_at = round_values(0, max((float(sum(month.amounts)) for month in months), default=0))
    top, foot = HEAD_PX, height - FOOT_PX
    slot = 100 / max(len(months), 1)
    segments: list[Segment] = []
    slots: list[Segment] = []
    for rank, month in enumerate(months):
        below = 0.0
        lines = [month.label]
        for layer, amount in zip(series, month.amounts, strict=True):
            size = (foot - top) * float(amount) / ticks_at[-1]
            words = f"{layer.label}: {full(amount)}"
            lines.append(words)
            if size:
                x = slot * (rank + (1 - BAR_SHARE) / 2)
                segments.append(
                    Segment(
                        x=round(x, 3), width=round(slot * BAR_SHARE, 3), tone=layer.tone,
                        title=f"{month.label}, {words}", href=month.href,
                        y=round(foot - below - size, 2), height=round(size, 2),
                    )
                )  # fmt: skip
            below += size
        slots.append(
            Segment(round(slot * rank, 3), round(slot, 3), "", "\n".join(lines), month.href, top, foot - top)
        )
    marks = ticks(ticks_at, top, foot, axis)
    return Bars(
        title=title,
        table=Table(
            ("", *(layer.label for layer in series)),
            tuple((month.label, *(full(amount) for amount in month.amounts)) for month in months),
        ),
        height=height,
        axis_width=text_width(tick.text for tick in marks),
        ticks=marks,
        labels=month_labels([month.label for month in months]),
        segments=tuple(segments),
        slots=tuple(slots),
        legend=tuple(Key(layer.label, layer.tone) for layer in series),
    )


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    height: int = 220,
    axis: Write = formats.integer,
    full: Write = formats.integer,
) -> Lines:
    """Draw lines on a round axis, each named at its end, the names pushed apart."""
    known = [float(value) for one in series for value in one.values if value is not None]
    ticks_at = round_values(min(known, default=0), max(known, default=0))
    low, high = ticks_at[0], ticks_at[-1]
    top, foot = HEAD_PX, height - FOOT_PX
    slot = 100 / max(len(labels), 1)

    def place(value: Number) -> float:
        return round(foot - (foot - top) * (float(value) - low) / (high - low), 2)

    drawn = [
        _drawn(one, len(labels), place, foot, full)
        for one in series
        if any(value is not None for value in one.values)
    ]
    marks = ticks(ticks_at, top, foot, axis)
    slots = tuple(
        Segment(
            round(slot * rank, 3),
            round(slot, 3),
            "",
            _readings(label, series, rank, full),
            "",
            top,
            foot - top,
        )
        for rank, label in enumerate(labels)
    )
    return Lines(
        title=title,
        table=Table(
            ("", *(one.label for one in series)),
            tuple(
                (
                    label,
                    *("" if (value := one.values[rank]) is None else full(exact(value)) for one in series),
                )
                for rank, label in enumerate(labels)
            ),
        ),
        height=height,
        axis_width=text_width(tick.text for tick in marks),
        end_width=text_width(line.text for line in drawn),
        ticks=marks,
        labels=month_labels(labels),
        lines=_named_apart(drawn, top, foot),
        slots=slots,
    )


def _drawn(one: Series, count: int, place: Callable[[Number], float], foot: float, full: Write) -> Line:
    """Draw one series, the months that nobody knows left out, named by its last value."""
    points = [
        (LINE_UNITS * (rank + 0.5) / count, place(value))
        for rank, value in enumerate(one.values)
        if value is not None
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    area = f"{path}L{points[-1][0]:.1f} {foot}L{points[0][0]:.1f} {foot}Z"
    last = next(value for value in reversed(one.values) if value is not None)
    end, y = points[-1]
    return Line(
        label=one.label,
        tone=one.tone,
        path=path,
        area=area,
        x=round(end / LINE_UNITS * 100, 3),
        y=y,
        text=full(exact(last)),
        text_y=y,
    )


def sparkline(
    values: Sequence[Number], *, title: str, width: int = 96, height: int = 22, tone: str = "first"
) -> Sparkline:
    """Draw a small line scaled to its own extremes."""
    figures = [float(value) for value in values] or [0.0]
    low, high = min(figures), max(figures)
    spread_of = (high - low) or 1
    step = (width - 6) / max(len(figures) - 1, 1)
    points = [
        (round(3 + step * rank, 1), round(height - 3 - (height - 6) * ((value - low) / spread_of), 1))
        for rank, value in enumerate(figures)
    ]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    rows = tuple((str(rank + 1), formats.integer(exact(value))) for rank, value in enumerate(values))
    return Sparkline(
        title=title, table=Table(("", ""), rows), path=path, x=points[-1][0], y=points[-1][1], tone=tone
    )


def bullet(measure: Decimal, limit: Decimal, *, title: str, currency: str = "EUR") -> Bullet:
    """Draw a measure against its limit, with room above the larger of the two; over the limit hurts."""
    scale = float(max(measure, limit)) * 1.08 or 1.0
    return Bullet(
        title=title,
        table=Table((formats.money(measure, currency), formats.money(limit, currency)), ()),
        width=round(float(measure) / scale * 100, 3),
        limit=round(float(limit) / scale * 100, 3),
        tone="hurt" if measure > limit else "first",
    )


def ranks(
    columns: Sequence[Column], *, title: str, total: Decimal | None = None, currency: str = "EUR"
) -> Ranks:
    """Draw bars against the largest, each with its share of the total (by default, of what is shown)."""
    whole = total if total is not None else sum((column.amount for column in columns), Decimal(0))
    largest = max((column.amount for column in columns), default=Decimal(0))
    drawn = tuple(
        Rank(
            label=column.label,
            amount=formats.money(column.amount, currency),
            share=formats.share_of(column.amount, whole),
            width=round(float(column.amount / largest) * 100, 3) if largest else 0.0,
            href=column.href,
        )
        for column in columns
    )
    rows = tuple((rank.label, rank.amount, rank.share) for rank in drawn)
    return Ranks(title=title, table=Table(("", currency, "%"), rows), ranks=drawn)


def _readings(label: str, series: Sequence[Series], rank: int, full: Write) -> str:
    known = [(one.label, value) for one in series if (value := one.values[rank]) is not None]
    return "\n".join([label, *(f"{name}: {full(exact(value))}" for name, value in known)])


def _named_apart(drawn: Sequence[Line], top: float, foot: float) -> tuple[Line, ...]:
    places = apart([line.text_y for line in drawn], top, foot)
    return tuple(replace(line, text_y=place) for line, place in zip(drawn, places, strict=True))
