"""A desk does not share its port with another program."""

import socket

import pytest
import typer

from encours.cli.serving import refuse_busy_port


def test_a_busy_port_is_refused_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(typer.Exit):
            refuse_busy_port("127.0.0.1", port)
    assert "--port" in capsys.readouterr().err
    refuse_busy_port("127.0.0.1", port)
