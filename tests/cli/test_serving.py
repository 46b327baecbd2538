"""A desk does not share its port with another program."""

import socket

import pytest
import typer

from encours.cli.serving import address, refuse_busy_port


def test_a_busy_port_is_refused_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(typer.Exit):
            refuse_busy_port("127.0.0.1", port)
    assert "--port" in capsys.readouterr().err
    refuse_busy_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "shown"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("0.0.0.0", 8001, "http://127.0.0.1:8001"),
        ("::1", 8002, "http://[::1]:8002"),
        ("desk.example.org", 8003, "http://desk.example.org:8003"),
    ],
)
def test_links_lead_to_where_the_desk_is_served(host: str, port: int, shown: str) -> None:
    assert address(host, port) == shown
