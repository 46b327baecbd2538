"""What every page of the desk carries: the organization, the member, the menu and its counts."""

from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, object]:
    """Return the desk of the request, or nothing outside of it."""
    found = getattr(request, "desk", None)
    return {"desk": found} if found else {}
