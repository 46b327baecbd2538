"""The mail servers of the channels, for reminders that really leave."""

from tests.channels.conftest import mail_server

__all__ = ["mail_server"]
