"""Round axes, shares that fill a bar, and labels that never collide."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | int | float
Write = Callable[[Decimal], str]

CHARACTER_PX = 6.2
LABEL_GAP_PX = 8
LINE_GAP_PX = 14
WIDE_PX = 520
NARROW_PX = 250
VISIBLE_PERCENT = 0.8
STEPS = (1, 2, 2.5, 5, 10)
INTERVALS = 4
FLOOR_SHARE = 0.6
FLAT_SHARE = 0.98


@dataclass(frozen=True)
class Tick:
    """A value of the axis and its height."""

    y: float
    text: str
    zero: bool


@dataclass(frozen=True)
class Label:
    """A word under the plot; minor when a narrow screen leaves it out."""

    x: float
    text: str
    minor: bool = False


def exact(value: Number) -> Decimal:
    """Return a number as the decimal that it reads as."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def shares(amounts: Sequence[Decimal]) -> list[float]:
    """Return percentages that sum to one hundred, none of them too small to be seen unless it is nothing."""
    total = sum(amounts, Decimal(0))
    if not total:
        return [0.0 for _ in amounts]
    raw = [float(amount / total) * 100 for amount in amounts]
    small = [0 < share < VISIBLE_PERCENT for share in raw]
    kept = 100 - VISIBLE_PERCENT * sum(small)
    large = sum(share for share, tiny in zip(raw, small, strict=True) if not tiny)
    return [VISIBLE_PERCENT if tiny else share * kept / large for share, tiny in zip(raw, small, strict=True)]


def round_values(low: float, high: float) -> list[float]:
    """Return round values that enclose low and high, from zero unless everything is far above it."""
    high = max(high, 0.0) or 1.0
    floor = low if high * FLOOR_SHARE < low < high * FLAT_SHARE else 0.0
    span = high - floor
    rough = span / INTERVALS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in STEPS if size * power >= rough * (1 - 1e-9))
    first = math.floor(floor / step)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [round(step * rank, 10) for rank in range(first, last + 1)]


def ticks(values: Sequence[float], top: float, foot: float, write: Write) -> tuple[Tick, ...]:
    """Place the values of an axis, each at its height between foot and top."""
    low, high = values[0], values[-1]
    return tuple(
        Tick(round(foot - (foot - top) * (value - low) / (high - low), 2), write(exact(value)), value == 0)
        for value in values
    )


def month_labels(labels: Sequence[str]) -> tuple[Label, ...]:
    """Keep the labels that fit under the plot, counted back from the last; the others are left out."""
    if not labels:
        return ()
    slot = 100 / len(labels)
    wide, narrow = _stride(labels, WIDE_PX), _stride(labels, NARROW_PX)
    narrow = math.ceil(narrow / wide) * wide
    last = len(labels) - 1
    return tuple(
        Label(round(slot * (rank + 0.5), 3), label, minor=(last - rank) % narrow != 0)
        for rank, label in enumerate(labels)
        if (last - rank) % wide == 0
    )


def apart(places: Sequence[float], top: float, foot: float, gap: float = LINE_GAP_PX) -> list[float]:
    """Return the same places in the same order, pushed a gap apart from each other inside the plot."""
    order = sorted(range(len(places)), key=lambda rank: places[rank])
    moved = list(places)
    floor = top
    for rank in order:
        moved[rank] = floor = max(moved[rank], floor)
        floor += gap
    ceiling = foot
    for rank in reversed(order):
        moved[rank] = ceiling = min(moved[rank], ceiling)
        ceiling -= gap
    return moved


def text_width(texts: Iterable[str]) -> int:
    """Return pixels enough for the longest of these words."""
    return math.ceil(max((len(text) for text in texts), default=0) * CHARACTER_PX) + LABEL_GAP_PX


def _stride(labels: Sequence[str], width: float) -> int:
    return max(1, math.ceil(text_width(labels) / (width / len(labels))))
