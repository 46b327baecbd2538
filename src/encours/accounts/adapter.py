"""Who may open an account: nobody from outside, people are invited by a member."""

from typing import Any, TypeVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from encours.accounts.models import User

YEAR_SECONDS = 365 * 24 * 3600
Response = TypeVar("Response", bound=HttpResponseBase)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closes public registration, and gives a person back their language and colors at sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse: an administrator adds members."""
        return False

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:  # noqa: ANN401 - allauth's own
        """Send the person on, with what they chose in cookies."""
        response: HttpResponse = super().post_login(request, user, **details)
        # The colors of this computer, if some were chosen on it, hold.
        return remember_choices(response, user, theme=request.COOKIES.get("theme", ""))


def remember_choices(response: Response, user: User, *, theme: str = "") -> Response:
    """Keep a person's language and colors in cookies, for the pages that do not know yet who reads them."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, user.language, YEAR_SECONDS, secure=settings.SECURE, samesite="Lax"
    )
    response.set_cookie("theme", theme or user.theme, YEAR_SECONDS, secure=settings.SECURE, samesite="Lax")
    return response
