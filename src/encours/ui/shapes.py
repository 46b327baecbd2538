"""What a chart is made of once its geometry is known: the templates draw exactly this."""

from dataclasses import dataclass
from typing import ClassVar

from encours.ui.scales import Label, Tick

LINE_UNITS = 1000


@dataclass(frozen=True)
class Segment:
    """A rectangle of a chart."""

    x: float
    width: float
    tone: str
    title: str
    href: str = ""
    y: float = 0
    height: float = 0


@dataclass(frozen=True)
class Table:
    """The figures behind a chart, for those who cannot see it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What all charts have: a template, a title read aloud, their figures."""

    template: ClassVar[str]
    title: str
    table: Table


@dataclass(frozen=True, kw_only=True)
class Part:
    """A column of an aged balance as the legend shows it."""

    label: str
    amount: str
    share: str
    tone: str
    href: str
    zero: bool


@dataclass(frozen=True, kw_only=True)
class AgedBar(Chart):
    """One stacked bar: what is not due, and what is due for how long."""

    template: ClassVar[str] = "ui/charts/aged_bar.html"
    segments: tuple[Segment, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Key:
    """A name and its colour."""

    label: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Bars(Chart):
    """Stacked bars, one per month."""

    template: ClassVar[str] = "ui/charts/bars.html"
    height: int
    axis_width: int
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    segments: tuple[Segment, ...]
    slots: tuple[Segment, ...]
    legend: tuple[Key, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line, its area, and the word at its end."""

    label: str
    tone: str
    path: str
    area: str
    x: float
    y: float
    text: str
    text_y: float


@dataclass(frozen=True, kw_only=True)
class Lines(Chart):
    """Lines over months."""

    template: ClassVar[str] = "ui/charts/lines.html"
    height: int
    axis_width: int
    end_width: int
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]
    slots: tuple[Segment, ...]
    units: int = LINE_UNITS


@dataclass(frozen=True, kw_only=True)
class Sparkline(Chart):
    """A line of a few pixels, to stand in a table."""

    template: ClassVar[str] = "ui/charts/sparkline.html"
    path: str
    x: float
    y: float
    tone: str


@dataclass(frozen=True, kw_only=True)
class Bullet(Chart):
    """A measure against its limit."""

    template: ClassVar[str] = "ui/charts/bullet.html"
    width: float
    limit: float
    tone: str


@dataclass(frozen=True, kw_only=True)
class Rank:
    """One bar of a ranking."""

    label: str
    amount: str
    share: str
    width: float
    href: str


@dataclass(frozen=True, kw_only=True)
class Ranks(Chart):
    """Horizontal bars, the largest first."""

    template: ClassVar[str] = "ui/charts/ranks.html"
    ranks: tuple[Rank, ...]
