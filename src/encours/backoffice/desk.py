"""Entering the desk: who is speaking, in which organization, with which role, on which day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from encours.accounts import people, permissions, tenancy
from encours.accounts.actions import actor
from encours.accounts.models import Membership, Organization, Role, User
from encours.backoffice.errors import REFUSALS, sentence

SESSION_KEY = "organization"
P = ParamSpec("P")


@dataclass(frozen=True)
class Desk:
    """What a page knows of its reader: the person, the organization, the role, the day."""

    organization: Organization
    membership: Membership
    user: User
    memberships: list[Membership]
    today: date
    now: datetime

    @property
    def simulation(self) -> bool:
        """Tell whether nothing leaves."""
        return self.organization.simulation

    @property
    def role(self) -> str:
        """Return the reader's role, in words."""
        return str(Role(self.membership.role).label)

    @property
    def portfolio_user(self) -> int | None:
        """Return the person whose customers alone may be seen, if the reader is held to a portfolio."""
        return self.user.pk if self.membership.restricted else None

    @property
    def by(self) -> str:
        """Return how history names the reader."""
        return actor(self.user)

    def may(self, permission: str) -> bool:
        """Tell whether the reader's role grants a permission."""
        return permissions.may(self.membership, permission)


class DeskRequest(HttpRequest):
    """A request whose reader is known and whose transaction sees one organization."""

    desk: Desk


def clock() -> datetime:
    """Return the present instant; the only place of this door that reads the clock."""
    return timezone.now()


def enter(request: HttpRequest) -> Desk | None:
    """Open the transaction to the organization of the session, or to the reader's first one."""
    user = cast("User", request.user)
    tenancy.see(user_id=user.pk)
    memberships = list(
        Membership.objects.filter(user=user)
        .select_related("organization")
        .order_by("organization__name", "pk")
    )
    if not memberships:
        return None
    chosen = request.session.get(SESSION_KEY)
    membership = next((one for one in memberships if one.organization_id == chosen), memberships[0])
    tenancy.see(membership.organization_id, user_id=user.pk)
    now = clock()
    today = now.astimezone(ZoneInfo(membership.organization.timezone)).date()
    if membership.restricted:
        tenancy.cover(people.covered_by(membership.organization_id, user.pk, today))
    return Desk(
        organization=membership.organization,
        membership=membership,
        user=user,
        memberships=memberships,
        today=today,
        now=now,
    )


def page(
    permission: str = permissions.VIEW, *, welcome: bool = False
) -> Callable[
    [Callable[Concatenate[DeskRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Make a view a page of the desk: signed in, inside one organization, allowed; a refusal becomes a sentence."""

    def decorate(
        view: Callable[Concatenate[DeskRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            translation.activate(cast("User", request.user).language)
            desk = enter(request)
            if desk is None:
                return redirect("organization-new")
            request = cast("DeskRequest", request)
            request.desk = desk
            if not desk.may(permission):
                raise PermissionDenied
            if desk.organization.welcomed_at is None and not welcome and desk.may(permissions.CONFIGURE):
                return redirect("welcome")
            try:
                with transaction.atomic():
                    response = view(request, *args, **kwargs)
            except REFUSALS as refusal:
                messages.error(request, sentence(refusal))
                response = back(request)
            add_never_cache_headers(response)
            return response

        wrapped.permission = permission  # type: ignore[attr-defined]  # the walk over every address reads it
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", wrapped)

    return decorate


def back(request: HttpRequest, default: str = "today") -> HttpResponseRedirect:
    """Return to the page the reader came from, if it is one of ours."""
    origin = request.POST.get("next") or request.headers.get("referer") or ""
    if url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(origin)
    return redirect(default)
