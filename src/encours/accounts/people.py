"""Who works in an organization, under which name."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from encours.accounts import tenancy
from encours.accounts.models import Membership, User


def members(organization_id: int) -> QuerySet[Membership]:
    """Return the members of an organization, by name."""
    return (
        Membership.objects.filter(organization_id=organization_id)
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "user__email")
    )


def covered_by(organization_id: int, user_id: int, today: date) -> list[int]:
    """Return the colleagues whose work a person does today because they are absent."""
    return list(
        Membership.objects.filter(
            organization_id=organization_id,
            covered_by_id=user_id,
            absent_from__lte=today,
            absent_until__gte=today,
        )
        .exclude(user_id=user_id)
        .order_by("user_id")
        .values_list("user_id", flat=True)
    )


def portfolio_of(user_id: int) -> RawSQL:
    """Return whose customers a restricted member works on, for a statement: see `tenancy.cover`."""
    return RawSQL("SELECT unnest(encours_portfolio(%s))", [user_id])


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
