"""Filters and tags of every page: amounts, dates, ages, tags, grades, icons, fields, sort links, charts."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from encours.ui import formats
from encours.ui.icons import icon as draw
from encours.ui.shapes import Chart

register = template.Library()

LATE_FROM_DAYS = 31
THEMES = frozenset({"light", "dark"})
Figure = Decimal | int | float | None


@register.filter
def money(amount: Decimal | int | None, currency: str = "EUR") -> str:
    """Write an amount with its currency; nothing for None."""
    return "" if amount is None else formats.money(amount, currency)


@register.simple_tag(name="money")
def money_tag(amount: Decimal | int | None, currency: str = "EUR") -> str:
    """Write an amount in a currency held by a variable."""
    return money(amount, currency)


@register.filter
def signed(number: Figure, currency: str = "") -> str:
    """Write a number with its sign, as money when a currency is given."""
    return "" if number is None else formats.signed(number, currency)


@register.filter
def integer(number: Figure) -> str:
    """Write a count with its thousands apart."""
    return "" if number is None else formats.integer(number)


@register.filter
def percent(share: Figure, decimals: int = 0) -> str:
    """Write a share of one as a percentage."""
    return "" if share is None else formats.percent(share, decimals)


@register.filter
def day(value: date | datetime | None, style: str = "") -> str:
    """Write a date; "long", "short" and "month" are the other styles."""
    return "" if value is None else formats.day(value, style)


@register.filter
def moment(value: datetime | None) -> str:
    """Write a date and its hour."""
    return "" if value is None else formats.moment(value)


@register.filter
def age(days: int | None) -> str:
    """Write days past due in words."""
    return "" if days is None else formats.age(days)


@register.filter
def initials(name: object) -> str:
    """Shorten a name, or the start of an e-mail address, to two capitals."""
    words = str(name).split("@")[0].replace(".", " ").replace("-", " ").split()
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def words(text: str) -> list[str]:
    """Split a list written in a template."""
    return text.split()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon."""
    return draw(name, label)


@register.simple_tag
def tag(tone: str, text: str, icon: str = "") -> SafeString:
    """Draw a small coloured word: late, soon, ok or neutral."""
    return format_html('<span class="tag {}">{}{}</span>', tone, draw(icon) if icon else "", text)


@register.simple_tag
def age_tag(days: int | None) -> SafeString:
    """Draw the age of an item with the colour it deserves."""
    if days is None:
        return tag("neutral", gettext("no due date"))
    tone = "late" if days >= LATE_FROM_DAYS else "soon" if days >= 0 else "neutral"
    return tag(tone, formats.age(days))


@register.simple_tag
def grade(letter: str | None, size: str = "") -> SafeString:
    """Draw a grade from A to E, or a dash for a customer not graded."""
    known = letter or ""
    label = gettext("Grade %(letter)s") % {"letter": known} if known else gettext("Not graded")
    return format_html(
        '<span class="grade {}" data-grade="{}" title="{}"><span class="hidden">{}</span>'
        '<span aria-hidden="true">{}</span></span>',
        size, known, label, label, known or "–",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """Say which theme the person chose: light, dark or auto."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if isinstance(request, HttpRequest) else ""
    return chosen if chosen in THEMES else "auto"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str, label: str, descending_first: bool = False) -> SafeString:  # noqa: FBT001, FBT002 - a template flag
    """Link a column head to the same list in that order, or in the reverse one."""
    request: HttpRequest = context["request"]
    current = request.GET.get("sort", "")
    first, second = (f"-{name}", name) if descending_first else (name, f"-{name}")
    query = request.GET.copy()
    query["sort"] = second if current == first else first
    query.pop("page", None)
    arrow = {name: "arrow-up", f"-{name}": "arrow-down"}.get(current)
    return format_html(
        '<a class="sort" href="?{}"{}>{}{}</a>',
        query.urlencode(),
        SafeString(' aria-current="true"') if arrow else "",
        label,
        draw(arrow, gettext("ascending") if arrow == "arrow-up" else gettext("descending")) if arrow else "",
    )


@register.simple_tag(takes_context=True)
def column(context: Context, label: str, sort: str = "", kind: str = "") -> SafeString:
    """Head a table column, right aligned when its kind is num, with a sort link when it can be sorted."""
    if not sort:
        return format_html('<th scope="col" class="{}">{}</th>', kind, label)
    current = context["request"].GET.get("sort", "")
    order = {sort: "ascending", f"-{sort}": "descending"}.get(current, "none")
    link = sort_link(context, sort, label, descending_first=kind == "num")
    return format_html('<th scope="col" class="{}" aria-sort="{}">{}</th>', kind, order, link)


@register.simple_tag
def field(bound: BoundField, label: str = "", prefix: str = "", suffix: str = "") -> SafeString:
    """Lay out a form field with its label, help and errors."""
    kind = getattr(bound.field.widget, "input_type", "select")
    return render_to_string(
        "ui/field.html",
        {"field": bound, "label": label or bound.label, "prefix": prefix, "suffix": suffix, "kind": kind},
    )


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "") -> SafeString:
    """Say kindly that there is nothing here, and what to do about it."""
    return format_html('<div class="empty">{}<h3>{}</h3>{}</div>', draw(icon) if icon else "", title, content)


@register.simple_tag
def chart(drawing: Chart) -> SafeString:
    """Draw a chart whose geometry was computed by encours.ui.charts."""
    return render_to_string(drawing.template, {"chart": drawing})
