"""The link by which a person chooses a password: once, for three days, while they work in one place only."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from encours.accounts import people
from encours.accounts.models import User


class _Links(PasswordResetTokenGenerator):
    """Ties a link to the organization too: an administrator must not open an account that works elsewhere."""

    key_salt = "encours.accounts.joining"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{people.organizations_of(user)}"


_LINKS = _Links()


def token_of(user: User) -> str:
    """Return the two words of a person's link, as `number/token`."""
    return f"{urlsafe_base64_encode(str(user.pk).encode())}/{_LINKS.make_token(user)}"


def person_of(number: str, token: str) -> User | None:
    """Return who a link belongs to, or nobody when it was used, grew old, or the person now works elsewhere too."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(number).decode()))
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    if not _LINKS.check_token(user, token) or len(people.organizations_of(user)) != 1:
        return None
    return user
