"""Real mail servers on the loopback, each with its own manners."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.channels.postman import Answer, Postman


@pytest.fixture
def mail_server() -> Iterator[Callable[..., Postman]]:
    """Start mail servers that answer as told, and stop them afterwards."""
    running: list[Controller] = []

    def start(answers: dict[str, Answer] | None = None, **options: Any) -> Postman:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        postman = Postman(answers=answers or {}, port=port)
        controller = Controller(postman, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return postman

    yield start
    for controller in running:
        controller.stop()
