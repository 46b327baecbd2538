"""What can go wrong with reminders and plans; the docstring is the message."""


class DunningError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")


class ReminderStateError(DunningError):
    """This reminder has moved on meanwhile: look at it again."""


class ReminderByPhoneError(DunningError):
    """A call is not sent: record how it went."""


class PlanMissingError(DunningError):
    """This organization has no dunning plan."""


class PlanInvalidError(DunningError):
    """A plan needs steps with different ranks, and a formal notice must come last after the due date."""


class PauseDateError(DunningError):
    """The date until which to wait must lie in the future."""


class PromiseAmountError(DunningError):
    """A promise needs an amount above zero."""


class PromiseDateError(DunningError):
    """A promise is about a day to come."""


class PromiseItemsError(DunningError):
    """A promise is about items that are still open: choose at least one."""


class PromiseEndedError(DunningError):
    """This promise has come to its end meanwhile."""


class TaskTitleError(DunningError):
    """Say in a few words what is to be done."""


class TaskAssigneeError(DunningError):
    """A task is given to a member of the organization."""


class TaskClosedError(DunningError):
    """This task is no longer to be done."""
