"""What can go wrong with organizations and members; the docstring is the message."""


class AccountsError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")


class LastAdministratorError(AccountsError):
    """An organization keeps at least one administrator: name another one first."""


class SenderPasswordLostError(AccountsError):
    """The mail server's password can no longer be read (the secret key changed): enter it again in the settings."""


class WorksElsewhereError(AccountsError):
    """This person also works elsewhere: ask whoever runs this installation to set their password."""
