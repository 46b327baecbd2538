"""The overview: what is owed, how late, how fast it comes in, who is at risk, and what changed since yesterday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encours.accounts.queries import rate_table
from encours.backoffice import aged
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import address
from encours.dunning.queries import work, work_count
from encours.receivables.items import last_import
from encours.receivables.models import Import
from encours.reports.overview import Overview
from encours.reports.queries import overview as figures
from encours.reports.risk import AtRisk
from encours.reports.trend import TrendPoint
from encours.scoring import sentences
from encours.ui import charts, shapes
from encours.ui.formats import compact, day, integer, money

AT_RISK_SHOWN = 8
TOP_SHOWN = 8
WORK_SHOWN = 4
GRADES_SHOWN = 6
# A ledger this old says little of what was paid since.
STALE_DAYS = 7
FORGOTTEN_DAYS = 31
ZERO = Decimal(0)
WHOLE_PERCENT = 100


@dataclass(frozen=True)
class Freshness:
    """Which file the figures come from, and how old it is."""

    file: Import
    days: int
    tone: str
    words: str


@dataclass(frozen=True)
class Risk:
    """A customer at risk, the first reason in words, and where its overdue items are."""

    row: AtRisk
    reason: str
    items: str


@dataclass(frozen=True)
class News:
    """One line of what changed since yesterday."""

    icon: str
    tone: str
    words: str
    amount: Decimal | None = None
    url: str = ""


@page()
def overview(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    loaded = last_import(desk.organization.pk)
    seen = figures(desk.organization, desk.today, portfolio_user_id=desk.portfolio_user)
    if loaded is None and not any(point.outstanding or point.sales for point in seen.trend):
        return render(request, "backoffice/overview_empty.html")
    currency = desk.organization.currency
    return render(
        request,
        "backoffice/overview.html",
        {
            "seen": seen,
            "currency": currency,
            "freshness": freshness(desk, loaded),
            "aged": aged_bar(seen, currency),
            "trend": trend(seen.trend, desk.today, currency),
            "dso": dso_line(seen.trend),
            "top": concentration(seen, currency),
            "shares": shares(seen),
            "restricted": desk.portfolio_user is not None,
            "risks": risks(seen, currency),
            "news": news(seen),
            "grades": seen.changes.grade_changes[:GRADES_SHOWN],
            "work": work(desk.organization, collector_id=desk.portfolio_user, limit=WORK_SHOWN),
            "work_count": work_count(desk.organization, collector_id=desk.portfolio_user),
            "links": links(),
            "known_until": rate_table(desk.organization.pk).known_until() if seen.claims.partial else None,
            "best": best(seen),
        },
    )


def links() -> dict[str, str]:
    """Return where the items of each large figure are listed."""
    return {
        "outstanding": address("aging-items"),
        "overdue": address("aging-items", column="overdue"),
        "unallocated": address("aging-items", column="unallocated"),
        "claims": address("items", state="claimable", sort="due_on"),
        "dso": "#dso",
    }


@dataclass(frozen=True)
class BestDso:
    """What the simple DSO would be if nobody were late, and what lateness costs."""

    days: Decimal
    excess: Decimal


def best(seen: Overview) -> BestDso | None:
    """Return the best possible DSO, unless credits that settle nothing yet make it larger than the real one."""
    real, possible = seen.simple_dso, seen.best_possible_dso
    if real is None or possible is None or possible > real:
        return None
    return BestDso(possible, real - possible)


def freshness(desk: Desk, loaded: Import | None) -> Freshness | None:
    """Say how old the ledger is; what was paid since its last day is not known here."""
    if loaded is None or loaded.loaded_at is None:
        return None
    known_on = loaded.loaded_at.astimezone(ZoneInfo(desk.organization.timezone)).date()
    days = (desk.today - known_on).days
    tone = "late" if days > FORGOTTEN_DAYS else "soon" if days > STALE_DAYS else "ok"
    if days <= 0:
        words = _("loaded today")
    else:
        words = ngettext("loaded %(days)s day ago", "loaded %(days)s days ago", days) % {
            "days": integer(days)
        }
    return Freshness(loaded, days, tone, words)


def aged_bar(seen: Overview, currency: str) -> shapes.AgedBar:
    """Draw the aged balance; each part leads to its items."""
    columns = [
        charts.Column(aged.label(code, seen.columns), amount, address("aging-items", column=code))
        for code, amount in seen.aged.by_column.items()
    ]
    return charts.aged_bar(columns, title=_("Aged balance"), currency=currency)


def trend(points: Sequence[TrendPoint], today: date, currency: str) -> shapes.Bars | shapes.Lines | None:
    """Draw what was owed at each month end, each bar leading to the aged balance of that day."""
    if len(points) < 2:  # noqa: PLR2004 - one point is no trend
        return None
    title = _("Outstanding and overdue at the end of each month")

    def full(amount: Decimal) -> str:
        return money(amount, currency)

    def axis(amount: Decimal) -> str:
        return compact(amount, currency)

    rest = [point.outstanding - point.overdue for point in points]
    if any(amount < 0 for amount in rest) or any(point.overdue < 0 for point in points):
        # Credits not yet allocated exceed what is not due: parts of a whole would lie.
        series = [
            charts.Series(_("Outstanding"), [point.outstanding for point in points]),
            charts.Series(_("Overdue"), [point.overdue for point in points], "hurt"),
        ]
        labels = [month_label(point.on) for point in points]
        return charts.lines(labels, series, title=title, axis=axis, full=full)
    months = [
        charts.Month(
            month_label(point.on),
            [point.overdue, amount],
            address("aging", on=None if point.on == today else point.on),
        )
        for point, amount in zip(points, rest, strict=True)
    ]
    layers = [
        charts.Series(_("Overdue"), tone="hurt"),
        charts.Series(_("Not due, less credits"), tone="second"),
    ]
    return charts.bars(months, layers, title=title, axis=axis, full=full)


def month_label(on: date) -> str:
    """Name a month end by its month, and any other day by itself."""
    ends = (on + timedelta(days=1)).day == 1
    return day(on, "month") if ends else day(on, "short")


def dso_line(points: Sequence[TrendPoint]) -> shapes.Lines | None:
    """Draw the DSO by exhaustion at each month end."""
    known = [point for point in points if point.dso is not None]
    if len(known) < 2:  # noqa: PLR2004 - one point is no trend
        return None
    return charts.lines(
        [month_label(point.on) for point in points],
        [charts.Series(_("DSO"), [point.dso for point in points])],
        title=_("DSO, count-back, at the end of each month"),
        full=lambda days: _("%(days)s days") % {"days": integer(days)},
    )


def concentration(seen: Overview, currency: str) -> shapes.Ranks | None:
    """Draw the largest customers against each other."""
    if not seen.top_customers:
        return None
    owed = sum((share.outstanding for share in seen.top_customers), ZERO)
    part = sum((share.share_percent for share in seen.top_customers), ZERO)
    return charts.ranks(
        [
            charts.Column(share.name, share.outstanding, reverse("customer", args=[share.customer_id]))
            for share in seen.top_customers[:TOP_SHOWN]
        ],
        title=_("The largest customers"),
        total=owed * 100 / part if part else None,
        currency=currency,
    )


def shares(seen: Overview) -> dict[str, Decimal]:
    """Return the measures that are published in percent as shares of one."""
    known = {
        "first": seen.top_customers[0].share_percent if seen.top_customers else None,
        "top": seen.concentration.top_share_percent if seen.concentration else None,
        # Prepayments of later sales bring in more than could be collected: that share says nothing.
        "collected": seen.cei if seen.cei is not None and seen.cei <= WHOLE_PERCENT else None,
    }
    return {name: percent / 100 for name, percent in known.items() if percent is not None}


def risks(seen: Overview, currency: str) -> list[Risk]:
    """Tell the customers of whom the most may be lost, each with the heaviest reason of its grade."""
    return [
        Risk(
            row,
            sentences.reason(row.reasons[0]["code"], row.reasons[0]["params"], currency)
            if row.reasons
            else "",
            address("aging-items", customer=row.customer_id, column="overdue"),
        )
        for row in seen.at_risk[:AT_RISK_SHOWN]
    ]


def news(seen: Overview) -> list[News]:
    """Tell what changed since yesterday; nothing is said of what did not."""
    changes = seen.changes
    told: list[News] = []
    if count := changes.newly_overdue_count:
        words = ngettext("%(count)s item fell overdue", "%(count)s items fell overdue", count)
        last = seen.today - timedelta(days=1)
        url = address("items", state="overdue", due_from=changes.since, due_to=last)
        told.append(News("clock", "hurt", _counted(words, count), changes.newly_overdue_amount, url))
    if count := changes.paid_count:
        words = ngettext("%(count)s payment came in", "%(count)s payments came in", count)
        url = address("items", state="received", added_from=changes.since, issued_from=changes.paid_from)
        told.append(News("euro", "good", _counted(words, count), changes.paid_amount, url))
    if count := changes.grades_worse:
        words = ngettext("%(count)s grade fell", "%(count)s grades fell", count)
        told.append(News("arrow-down", "hurt", _counted(words, count), url="#grades"))
    if count := changes.grades_better:
        words = ngettext("%(count)s grade rose", "%(count)s grades rose", count)
        told.append(News("arrow-up", "good", _counted(words, count), url="#grades"))
    for file in changes.imports:
        words = _("%(file)s undone") if file.state == "undone" else _("%(file)s loaded")
        told.append(
            News("upload", "", words % {"file": file.file_name}, url=reverse("import", args=[file.import_id]))
        )
    return told


def _counted(words: str, count: int) -> str:
    return words % {"count": integer(count)}


urlpatterns = [path("overview/", overview, name="overview")]
