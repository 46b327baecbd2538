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
    """This plan cannot come into force yet: put right what is said beside its steps."""


class PlanDraftError(DunningError):
    """Only a draft is changed: this version is in force, retired, or no longer there."""


class PlanNameError(DunningError):
    """A plan needs a name that no other plan has."""


class PlanRetiredError(DunningError):
    """This plan is not in force."""


class PlanDefaultError(DunningError):
    """This is the plan of every customer that has no other: make another one the default first."""


class PlanUsedError(DunningError):
    """Rules or customers still point at this plan: give them another one first."""


class PlanRuleError(DunningError):
    """Each rule needs a name, and a plan in force or none."""


class TemplateNameError(DunningError):
    """A template needs a name."""


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


class HeldError(DunningError):
    """Something outside the reminder keeps it from leaving for now; its code says what."""


class LetterGoneError(DunningError):
    """The carrier can no longer stop this letter: it goes its way."""


class CarrierSilentError(DunningError):
    """The carrier did not answer: the letter goes its way unless you try again."""


class LetterNotPostedTodayError(DunningError):
    """This letter was not marked as posted today: what was posted before is history."""


class TrackingNumberError(DunningError):
    """This is not the number of a registered letter: it has 11 to 15 letters and figures."""


class CallOutcomeError(DunningError):
    """Say how the call ended; a promise needs its amount and its day."""


class ReadingDecidedError(DunningError):
    """This was decided meanwhile, or the message was read again: look at it once more."""


class ReadingContactError(DunningError):
    """Say whom to write to: an e-mail address or a phone number."""


class ReadingDateError(DunningError):
    """Say until when to wait."""


class UndoneError(DunningError):
    """This can no longer be undone: it is of another day, or something else has happened since."""


class DisputeItemsError(DunningError):
    """Choose the items that are contested."""


class MessageUnmatchedError(DunningError):
    """Say first which customer wrote this message."""


class AnswerEmptyError(DunningError):
    """An answer needs words, and somebody to read them."""


class AnswerSenderMissingError(DunningError):
    """Nobody can write: set a sender first."""


class AbsenceError(DunningError):
    """An absence has a first and a last day, in this order."""


class SuccessorError(DunningError):
    """Work is handed to another member of the organization."""


class TargetError(DunningError):
    """A target is an amount or a number above zero."""
