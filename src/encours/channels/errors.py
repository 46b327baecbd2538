"""What can go wrong between us and the wire, told apart by what may be done next."""


class ChannelError(Exception):
    """A message could not be carried."""


class InsideTransactionError(ChannelError):
    """A delivery commits twice by itself and cannot run inside another transaction."""


class UnknownSendingError(ChannelError):
    """There is no such sending in the organizations of this session."""


class SendingStateError(ChannelError):
    """The sending is not in a state that allows this."""


class InvalidMessageError(ChannelError):
    """The message holds an address or a header that must not reach the wire."""


class DocumentError(ChannelError):
    """The document could not be set."""


class WireError(ChannelError):
    """A fault of the wire, with its stable code and the words of the other side."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class TemporaryWireError(WireError):
    """Nothing left; the same message may be tried again later."""


class PermanentWireError(WireError):
    """Nothing left, and trying again will not help."""


class GrantError(PermanentWireError):
    """Nothing left, and nothing will before a person authorizes again or corrects the application."""


class DoubtfulWireError(WireError):
    """The message may have left: only a person may decide to send it again."""
