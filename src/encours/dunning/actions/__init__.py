"""Verbs of dunning: decide for everyone, then what people do with a reminder, a customer, a plan."""

from encours.dunning.actions.decisions import (
    Forecast,
    RunSummary,
    Trial,
    forecast,
    lend_a_hand,
    preview,
    run,
)
from encours.dunning.actions.outcomes import keep_outcome, post, resolve_doubt, retry
from encours.dunning.actions.pauses import lift, postpone
from encours.dunning.actions.plans import change_plan, ensure_default_plan
from encours.dunning.actions.reminders import confirm, confirm_many, edit, record_call, skip, take_back
from encours.dunning.actions.templates import change_template
from encours.dunning.actions.undoing import UNDOABLE, last_act, undo

__all__ = [
    "UNDOABLE",
    "Forecast",
    "RunSummary",
    "Trial",
    "change_plan",
    "change_template",
    "confirm",
    "confirm_many",
    "edit",
    "ensure_default_plan",
    "forecast",
    "keep_outcome",
    "last_act",
    "lend_a_hand",
    "lift",
    "post",
    "postpone",
    "preview",
    "record_call",
    "resolve_doubt",
    "retry",
    "run",
    "skip",
    "take_back",
    "undo",
]
