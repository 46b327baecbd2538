"""The case of one customer: found if the reader may see it, and decided again when a person changes it."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404

from encours.backoffice.desk import Desk, DeskRequest
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning.actions import run
from encours.dunning.queries import default_plan
from encours.scoring.actions import grade_one


def customer_or_404(request: DeskRequest, customer_id: int) -> Customer:
    """Return a customer of the reader's organization and portfolio, or the page that says there is none."""
    mine = customers_of(request.desk.organization.pk, request.desk.portfolio_user)
    return get_object_or_404(mine.select_related("collector", "salesperson", "group"), pk=customer_id)


def decide_again(desk: Desk, customer_ids: Sequence[int]) -> None:
    """Ask the dunning rule again about these customers; without a plan there is nothing to ask."""
    if customer_ids and default_plan(desk.organization) is not None:
        run(desk.organization, desk.today, desk.now, customer_ids=list(customer_ids))


def look_again(desk: Desk, customer_id: int) -> None:
    """Grade a customer again, then decide again what to ask: its account or its standing has changed."""
    grade_one(desk.organization.pk, customer_id, desk.today, desk.now)
    decide_again(desk, [customer_id])
