"""What the rule last said of a customer, in a few words: the next step, or why nothing is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encours.accounts.models import Organization
from encours.backoffice.history import CHANNELS
from encours.dunning import sentences
from encours.dunning.models import Step
from encours.dunning.queries import default_plan
from encours.ui.formats import integer

Steps = Mapping[int, Step]


@dataclass(frozen=True)
class Next:
    """The next action: its name and channel, or the reason why there is none."""

    step: str
    channel: str
    hold: str

    def __str__(self) -> str:
        return f"{self.step} {self.channel}".strip() or self.hold


def steps_of(organization: Organization) -> Steps:
    """Return the steps of the default plan by rank, for decisions that only kept a rank."""
    plan = default_plan(organization)
    return {step.rank: step for step in plan.steps.all()} if plan else {}


def next_action(
    outcome: str,
    reason: str,
    params: Mapping[str, Any],
    until: date | None,
    *,
    steps: Steps,
    currency: str = "EUR",
) -> Next | None:
    """Return what comes next for a customer; nothing when there is nothing to ask."""
    if outcome == "remind":
        name, channel = str(params.get("step", "")), str(params.get("channel", ""))
        if not name and (step := steps.get(int(params.get("rank", 0)))):
            name, channel = step.name, step.channel
        return Next(sentences.step(name) if name else "", str(CHANNELS.get(channel, "")), "")
    if outcome == "hold" and reason != "nothing_due":
        return Next("", "", sentences.hold(reason, params, until, currency))
    return None


def usual_delay(days: Decimal | None) -> str:
    """Say how long after the due date a customer pays on average; nothing when nobody knows."""
    if days is None:
        return ""
    whole = round(days)
    if whole <= 0:
        return _("on time")
    return ngettext("%(days)s day after", "%(days)s days after", whole) % {"days": integer(whole)}
