"""What can go wrong with reminders; the docstring is the message."""


class DunningError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")
