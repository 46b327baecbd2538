"""Today: the work of the day in order of what it is worth, and the message that each line leads to."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice import work
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.detail import BEFORE, arithmetic, detail
from encours.backoffice.errors import REFUSALS, sentence
from encours.backoffice.listing import address, row_numbers
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning import actions, queries
from encours.dunning.models import Pause, Reminder
from encours.events.queries import activity
from encours.receivables.items import visible_items
from encours.receivables.marks import undispute_item
from encours.reports.filters import ItemFilters
from encours.reports.items import items
from encours.rules.dunning import REACH
from encours.rules.priority import MINUTES
from encours.ui.formats import money

MOST_AT_ONCE = 500
FIRST_LINES = 10
# Digits of a count that somebody can mean.
LONGEST_COUNT = 9
ON_THE_DESK = (*BEFORE, *queries.STUCK)


@dataclass(frozen=True)
class Rest:
    """What there is to say when nothing is left to do."""

    begun: bool
    confirmed_count: int
    confirmed_amount: Decimal
    held_count: int
    held_amount: Decimal
    next_due_on: date | None
    next_due_amount: Decimal
    next_asked_on: date | None


def fragment(request: HttpRequest) -> bool:
    """Tell whether a part of the page is asked for, and not the page."""
    return request.headers.get("HX-Request") == "true"


def reminder_of(desk: Desk, reminder_id: int) -> Reminder:
    """Return a reminder that the reader may see, or say that there is none."""
    found = queries.reminders(desk.organization, collector_id=desk.portfolio_user)
    return get_object_or_404(found, pk=reminder_id)


def number(text: str | None, default: int, most: int) -> int:
    """Read a number from an address, held within reason."""
    if not text or not text.isdecimal() or len(text) > LONGEST_COUNT or int(text) == 0:
        return default
    return min(int(text), most)


def shown_of(request: HttpRequest) -> int:
    """Return how many lines the reader has asked to see."""
    asked = request.POST.get("shown") or request.GET.get("shown")
    return number(asked, work.AT_ONCE, work.MOST_SHOWN)


def context(desk: Desk, shown: int, chosen: Reminder | None = None) -> dict[str, Any]:
    """Gather the page in a constant number of queries, whatever the amount of work."""
    found = work.first(desk, shown)
    trouble = list(work.stuck(desk)[: work.STUCK_SHOWN])
    if chosen is None:
        chosen = next(iter([*trouble, *found]), None)
    headline = work.headline(desk, found)
    rows = work.rows(desk, [*trouble, *found])
    letters = work.letters(desk)
    return {
        "headline": headline,
        "rows": [row for row in rows if not row.stuck],
        "trouble": [row for row in rows if row.stuck],
        "blocked": work.blocked(desk),
        "letters": letters,
        "detail": detail(desk, chosen) if chosen else None,
        "currency": desk.organization.currency,
        "shown": shown,
        "more": shown + work.AT_ONCE if headline.count > len(found) and shown < work.MOST_SHOWN else 0,
        "left_out": max(headline.count - len(found), 0),
        "stale": desk.organization.daily_ran_on if desk.organization.daily_ran_on != desk.today else None,
        "rest": None if found else rest(desk),
        "place": "today",
    }


def rest(desk: Desk) -> Rest:
    """Say what was done today and when something is next to be done."""
    told = queries.reminders(desk.organization, collector_id=desk.portfolio_user)
    mine = told.filter(confirmed_at__date=desk.today).exclude(confirmed_by=None).order_by()
    done = mine.aggregate(count=Count("pk"), amount=Sum("amount"))
    wanted = ItemFilters(state="not_due", portfolio_user_id=desk.portfolio_user)
    due = items(desk.organization, desk.today, filters=wanted, sort="due_on", size=1).rows
    held = queries.held(desk.organization, collector_id=desk.portfolio_user)
    asked = held.filter(until__gt=desk.today).order_by("until").first()
    reasons = queries.held_reasons(desk.organization, collector_id=desk.portfolio_user)
    return Rest(
        begun=Customer.objects.filter(organization=desk.organization).exists(),
        confirmed_count=done["count"],
        confirmed_amount=done["amount"] or work.ZERO,
        held_count=sum(count for _reason, count, _amount in reasons),
        held_amount=sum((amount for _reason, _count, amount in reasons), work.ZERO),
        next_due_on=due[0].due_on if due else None,
        next_due_amount=due[0].open_amount if due else work.ZERO,
        next_asked_on=asked.until if asked else None,
    )


@page()
def today(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    wanted = number(request.GET.get("reminder"), 0, 2**31)
    found = queries.reminders(desk.organization, collector_id=desk.portfolio_user)
    chosen = found.filter(pk=wanted, state__in=ON_THE_DESK).first() if wanted else None
    if fragment(request):
        return answer(request, chosen)
    opened = {"opened": chosen is not None}
    return render(request, "backoffice/today.html", context(desk, shown_of(request), chosen) | opened)


def answer(
    request: DeskRequest, chosen: Reminder | None, *, status: int = 200, **more: object
) -> HttpResponse:
    """Answer an action with the whole desk: the list without what left it, the next line chosen, what was said."""
    shown = context(request.desk, shown_of(request), chosen)
    response = render(request, "backoffice/today_answer.html", shown | more, status=status)
    here = shown["detail"].reminder.pk if shown["detail"] else 0
    query = QueryDict(mutable=True)
    query.update(
        {name: str(value) for name, value in (("reminder", here), ("shown", shown["shown"])) if value}
    )
    response["HX-Replace-Url"] = f"{reverse('today')}?{query.urlencode()}"
    return response


@page()
def today_reminder(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    if not fragment(request):
        return redirect(f"{reverse('today')}?reminder={reminder.pk}")
    shown = {
        "detail": detail(desk, reminder),
        "currency": desk.organization.currency,
        "shown": shown_of(request),
        "place": "today",
    }
    return render(request, "backoffice/today_detail.html", shown)


@page()
def today_order(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    rows = work.rows(desk, work.first(desk, FIRST_LINES))
    first = [(row, found) for row in rows if (found := arithmetic(row.reminder)) is not None]
    reach = [(str(work.CHANNEL_NAMES[channel]), share) for channel, share in REACH.items()]
    minutes = [(str(work.CHANNEL_NAMES[channel]), taken) for channel, taken in MINUTES.items()]
    shown = {"first": first, "reach": reach, "minutes": minutes, "currency": desk.organization.currency}
    name = "today_order_dialog" if fragment(request) else "today_order"
    return render(request, f"backoffice/{name}.html", shown)


@page(permissions.REMIND)
def today_confirm(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    if request.method == "POST":
        chosen = row_numbers(request.POST.getlist("reminder"))
        allowed = list(work.confirmable(desk).filter(pk__in=chosen).values_list("pk", flat=True))
        count = actions.confirm_many(desk.organization, allowed, by=desk.user, now=desk.now)
        messages.success(request, _told_together(desk, count))
        return redirect("today")
    found = list(work.confirmable(desk)[:MOST_AT_ONCE])
    shown = {
        "rows": work.rows(desk, found),
        "total": sum((reminder.amount for reminder in found if reminder.trigger != work.THANKS), work.ZERO),
        "currency": desk.organization.currency,
        "texts": work.texts(desk, found),
        "most": MOST_AT_ONCE,
    }
    return render(request, "backoffice/today_confirm.html", shown)


def _told_together(desk: Desk, count: int) -> str:
    told = ngettext("%(count)s reminder confirmed", "%(count)s reminders confirmed", count) % {"count": count}
    return f"{told}. {what_follows(desk)}"


def what_follows(desk: Desk, channel: str = "") -> str:
    """Say what a confirmation leads to."""
    if desk.simulation:
        return _("Simulation: nothing leaves.")
    if channel == "letter":
        return _("The letter will be ready to print in a minute.")
    if channel == "email":
        return _("The e-mail leaves within a minute.")
    return _("Messages leave within a minute.")


def undoable(request: HttpRequest, text: str, address: str, place: str = "") -> SafeString | str:
    """Tell what was done, with a button that undoes it if there is an address for that."""
    if not address:
        return text
    shown = {"address": address, "place": place or request.POST.get("place", "today")}
    form = render_to_string("backoffice/undo.html", shown, request=request)
    return format_html("{} {}", text, form)


@page(permissions.REMIND)
@require_POST
def today_lift(request: DeskRequest, customer_id: int, pause_id: int) -> HttpResponse:
    desk = request.desk
    pause: Pause = get_object_or_404(queries.pauses(desk.organization, customer_id), pk=pause_id)
    get_object_or_404(customers_of(desk.organization.pk, desk.portfolio_user), pk=customer_id)
    actions.lift(pause, by=desk.user, now=desk.now)
    messages.success(request, _("No longer left alone."))
    return _asked_again(request, customer_id)


@page(permissions.REMIND)
@require_POST
def today_undispute(request: DeskRequest, item_id: int) -> HttpResponse:
    desk = request.desk
    item = get_object_or_404(visible_items(desk.organization.pk, desk.portfolio_user), pk=item_id)
    undispute_item(item, by=desk.by, now=desk.now)
    messages.success(request, _("%(number)s is no longer disputed.") % {"number": item})
    return _asked_again(request, item.customer_id)


@page(permissions.REMIND)
@require_POST
def today_undo(request: DeskRequest, event_id: int) -> HttpResponse:
    desk = request.desk
    event = get_object_or_404(activity(desk.organization.pk), pk=event_id, kind__in=actions.UNDOABLE)
    get_object_or_404(customers_of(desk.organization.pk, desk.portfolio_user), pk=event.customer_id)
    try:
        actions.undo(event, today=desk.today, by=desk.user, now=desk.now)
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, _("Undone: as if it had not been done."))
    if request.POST.get("place") == "calls":
        return redirect(address("calls", customer=event.customer_id))
    return _asked_again(request, event.customer_id or 0)


def undo_address(customer: Customer, at: datetime) -> str:
    """Return where what was just done to a customer is undone, if it can be."""
    event = actions.last_act(customer, at)
    return reverse("today-undo", args=[event.pk]) if event else ""


def _asked_again(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Decide again for a customer and show the reminder that follows, if one does."""
    desk = request.desk
    actions.run(desk.organization, desk.today, desk.now, [customer_id])
    fresh = work.waiting(desk).filter(customer_id=customer_id).first()
    if fragment(request):
        return answer(request, fresh)
    return redirect(f"{reverse('today')}?reminder={fresh.pk}" if fresh else reverse("today"))


def confirmed_text(desk: Desk, reminder: Reminder) -> str:
    """Tell that one reminder is confirmed, and what follows."""
    told = _("%(customer)s, %(amount)s: confirmed.") % {
        "customer": reminder.customer.name,
        "amount": money(reminder.amount, desk.organization.currency),
    }
    return f"{told} {what_follows(desk, reminder.channel)}"


urlpatterns = [
    path("", today, name="today"),
    path("today/order/", today_order, name="today-order"),
    path("today/confirm/", today_confirm, name="today-confirm"),
    path("today/<int:reminder_id>/", today_reminder, name="today-reminder"),
    path("today/lift/<int:customer_id>/<int:pause_id>/", today_lift, name="today-lift"),
    path("today/undo/<int:event_id>/", today_undo, name="today-undo"),
    path("today/undispute/<int:item_id>/", today_undispute, name="today-undispute"),
]
