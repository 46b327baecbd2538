"""What can go wrong with customers and contacts; the docstring is the message."""


class CustomersError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")


class CollectorNotMemberError(CustomersError):
    """Only a member of the organization can collect for it."""


class ContactUnreachableError(CustomersError):
    """A contact needs an e-mail address or a phone number."""


class NoteEmptyError(CustomersError):
    """Write something in the note."""
