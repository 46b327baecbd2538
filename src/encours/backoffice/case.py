"""Deciding again: what a person changed about a customer changes what is asked of it, at once."""

from collections.abc import Sequence

from encours.backoffice.desk import Desk
from encours.dunning.actions import run
from encours.dunning.queries import default_plan
from encours.scoring.actions import grade_one


def decide_again(desk: Desk, customer_ids: Sequence[int]) -> None:
    """Ask the dunning rule again about these customers; without a plan there is nothing to ask."""
    if customer_ids and default_plan(desk.organization) is not None:
        run(desk.organization, desk.today, desk.now, customer_ids=list(customer_ids))


def look_again(desk: Desk, customer_id: int) -> None:
    """Grade a customer again, then decide again what to ask: its account or its standing has changed."""
    grade_one(desk.organization.pk, customer_id, desk.today, desk.now)
    decide_again(desk, [customer_id])
