"""Who works in an organization, under which name."""

from collections.abc import Iterable

from django.db.models import QuerySet

from encours.accounts import tenancy
from encours.accounts.models import Membership, User


def members(organization_id: int) -> QuerySet[Membership]:
    """Return the members of an organization, by name."""
    return (
        Membership.objects.filter(organization_id=organization_id)
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "user__email")
    )


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return how these people are called."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(user_ids))}


def person_by_email(email: str) -> User | None:
    """Return the person of this address, whatever its case."""
    return User.objects.filter(email__iexact=email).first()


def organizations_of(user: User) -> list[int]:
    """Return the organizations a person works in, read as that person."""
    with tenancy.speaking_as(user.pk):
        return list(
            Membership.objects.filter(user=user)
            .order_by("organization_id")
            .values_list("organization_id", flat=True)
        )
