"""What dunning keeps: plans, reminders, calls, promises, replies and tasks."""

from encours.dunning.models.calls import HEARD, PhoneCall
from encours.dunning.models.grants import MailApplication, MailGrant
from encours.dunning.models.plans import (
    ChaseScope,
    DunningPlan,
    Guardrails,
    PlanAssignment,
    PlanRule,
    Step,
    Template,
    TemplateKind,
)
from encours.dunning.models.promises import Promise, PromiseItem, PromiseSource
from encours.dunning.models.reminders import Decision, Pause, Reminder, ReminderItem, ReminderState
from encours.dunning.models.replies import (
    InboundMessage,
    Mailbox,
    MailboxWay,
    MessageKind,
    MessageState,
    Reading,
)
from encours.dunning.models.tasks import Mention, Note, Target, Task, TaskKind

__all__ = [
    "HEARD",
    "ChaseScope",
    "Decision",
    "DunningPlan",
    "Guardrails",
    "InboundMessage",
    "MailApplication",
    "MailGrant",
    "Mailbox",
    "MailboxWay",
    "Mention",
    "MessageKind",
    "MessageState",
    "Note",
    "Pause",
    "PhoneCall",
    "PlanAssignment",
    "PlanRule",
    "Promise",
    "PromiseItem",
    "PromiseSource",
    "Reading",
    "Reminder",
    "ReminderItem",
    "ReminderState",
    "Step",
    "Target",
    "Task",
    "TaskKind",
    "Template",
    "TemplateKind",
]
