"""What can go wrong with items and imports; the docstring is the message."""


class ReceivablesError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")


class ItemSettledError(ReceivablesError):
    """This item is already settled."""


class AmountBeyondOpenError(ReceivablesError):
    """The amount is larger than what is open."""


class AmountNotPositiveError(ReceivablesError):
    """Write an amount above zero."""


class DifferentCustomersError(ReceivablesError):
    """Both items must belong to the same customer."""


class ImportNotLastError(ReceivablesError):
    """Only the last loaded file can be undone: undo the later ones first."""


class ImportChasedError(ReceivablesError):
    """Reminders speak of items of this file, so it cannot be undone: correct the ledger and load it again."""


class ImportWorkedOnError(ReceivablesError):
    """Items of this file were allocated by hand since: take these allocations back, then undo the file."""


class ImportStateError(ReceivablesError):
    """This file is no longer at that step."""


class AllocationFromLedgerError(ReceivablesError):
    """This allocation comes from the ledger: correct it there and load the file again."""
