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
