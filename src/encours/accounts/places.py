"""Where a kept secret is shown: to the server it was given for, and to no other."""

from collections.abc import Mapping
from typing import Any

MAIL = ("host", "port", "security", "username")
CARRIER = ("provider", "base_url")


def elsewhere(kept: object | None, fields: Mapping[str, Any], places: tuple[str, ...]) -> bool:
    """Tell whether what is set now leads elsewhere than where a kept secret was given for.

    Who may change the settings could otherwise name a server of their own and be handed the secret of another.
    """
    return kept is not None and any(name in fields and fields[name] != getattr(kept, name) for name in places)
