"""Which customers a person may see, and how one is found."""

from django.db.models import F, Q, QuerySet

from encours.accounts.people import portfolio_of
from encours.customers.models import Contact, Customer


def customers_of(organization_id: int, portfolio_user: int | None = None) -> QuerySet[Customer]:
    """Return the customers of an organization, or only those that one person follows, for an absent colleague too."""
    found = Customer.objects.filter(organization_id=organization_id)
    if portfolio_user is not None:
        followed = portfolio_of(portfolio_user)
        found = found.filter(Q(collector_id__in=followed) | Q(salesperson_id=portfolio_user))
    return found


def contacts_of(organization_id: int, customer_id: int) -> QuerySet[Contact]:
    """Return the people to write to at one customer, those who can be reached first."""
    return Contact.objects.filter(organization_id=organization_id, customer_id=customer_id).order_by(
        F("bounced_at").asc(nulls_first=True), "id"
    )


def segments_of(organization_id: int, portfolio_user: int | None = None) -> list[str]:
    """Return the segments that customers are sorted into, by name."""
    found = customers_of(organization_id, portfolio_user).exclude(segment="")
    return list(found.order_by("segment").values_list("segment", flat=True).distinct())
