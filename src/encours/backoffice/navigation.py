"""What every page of the desk carries: the organization, the menu and its counts."""

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from encours.accounts import permissions
from encours.backoffice.desk import Desk
from encours.dunning.models import Mention, Task


@dataclass(frozen=True)
class Link:
    """One line of the menu; `go` is the key that follows `g`."""

    url: str
    label: str
    icon: str
    go: str
    current: bool
    count: int | None = None
    hurts: bool = False


@dataclass(frozen=True)
class Group:
    """Lines of the menu that belong together."""

    label: str
    links: list[Link]


@dataclass(frozen=True)
class Choice:
    """An organization that the reader may switch to."""

    url: str
    name: str
    current: bool


def counts(desk: Desk) -> tuple[int, int, int]:
    """Return how many actions wait, how many reminders failed or are in doubt, how many replies are unread."""
    portfolio = (
        " AND customer_id IN (SELECT id FROM customers_customer"
        " WHERE collector_id = ANY (encours_portfolio(%s)) OR salesperson_id = %s)"
        if desk.portfolio_user
        else ""
    )
    whose = [desk.portfolio_user] * 2 if desk.portfolio_user else []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'drafted'), count(*) FILTER (WHERE state IN ('failed', 'in_doubt')),"
            " (SELECT count(*) FROM dunning_inboundmessage WHERE organization_id = %s AND state = 'new'"
            f" AND kind IN ('reply', 'sms'){portfolio})"
            " FROM dunning_reminder WHERE organization_id = %s AND state IN ('drafted', 'failed', 'in_doubt')"
            + portfolio,
            [desk.organization.pk, *whose, desk.organization.pk, *whose],
        )
        waiting, troubled, unread = cursor.fetchone()
    return waiting, troubled, unread


def due_tasks(desk: Desk) -> int:
    """Return how many tasks of the reader are due, and notes that call on them unseen."""
    due = Task.objects.filter(
        organization=desk.organization,
        assignee=desk.user,
        due_on__lte=desk.today,
        done_at=None,
        canceled_at=None,
    ).values("pk")
    called = Mention.objects.filter(organization=desk.organization, user=desk.user, seen_at=None).values("pk")
    return due.union(called, all=True).count()


def menu(request: HttpRequest, desk: Desk) -> list[Group]:
    """Return the menu with the present page marked."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    section = (name or "").split("-")[0]
    waiting, troubled, unread = counts(desk)

    def link(
        noun: str, label: str, icon: str, go: str, count: int | None = None, *, hurts: bool = False
    ) -> Link:
        mine = {noun, noun.rstrip("s")}
        return Link(reverse(noun), label, icon, go, section in mine, count or None, hurts)

    work = [
        link("today", _("Today"), "calendar", "t", waiting),
        link("calls", _("Calls"), "phone", "l"),
        link("tasks", _("Tasks"), "check", "w", due_tasks(desk)),
        link("replies", _("Replies"), "mail", "e", unread),
        link("overview", _("Overview"), "chart", "o"),
        link("customers", _("Customers"), "users", "c"),
        link("items", _("Items"), "file", "i"),
        link("aging", _("Aged balance"), "columns", "a"),
        link("portfolios", _("Portfolios"), "scale", "f"),
        link("reminders", _("Reminders"), "send", "r", troubled, hurts=True),
        link("plans", _("Dunning plans"), "bell", "p"),
    ]
    keeping = [link("imports", _("Imports"), "upload", "m"), link("activity", _("Activity"), "activity", "v")]
    if desk.may(permissions.CONFIGURE):
        keeping.append(link("settings", _("Settings"), "gear", "s"))
    return [Group("", work), Group(_("Keeping"), keeping)]


def desk(request: HttpRequest) -> dict[str, object]:
    """Give the templates the desk of the request, or nothing outside of it."""
    found: Desk | None = getattr(request, "desk", None)
    if found is None:
        return {}
    return {
        "desk": {
            "organization": found.organization,
            "simulation": found.simulation,
            "role": found.role,
            "may": dict.fromkeys(permissions.GRANTED[found.membership.role], True),
            "today": found.today,
            "search_url": reverse("customers"),
            "settings_url": reverse("settings-sending") if found.may(permissions.SWITCH_SENDING) else "",
            "switch": [
                Choice(
                    reverse("organization-switch", args=[one.organization_id]),
                    one.organization.name,
                    one.organization_id == found.organization.pk,
                )
                for one in found.memberships
            ]
            if len(found.memberships) > 1
            else [],
            "menu": [
                {"url": reverse("profile"), "icon": "user", "label": _("My profile")},
                {"url": reverse("organization-new"), "icon": "building", "label": _("New organization")},
                {"url": reverse("account_logout"), "icon": "sign-out", "label": _("Sign out"), "post": True},
            ],
        },
        "nav": menu(request, found),
    }
