"""Log lines hold no secret."""

import json
import logging

from encours.config.logs import JsonFormatter


def test_the_secret_of_a_door_is_left_out() -> None:
    said = logging.LogRecord(
        "django.request",
        logging.ERROR,
        "",
        0,
        "Internal Server Error: %s",
        ("/inbound/1/22/s3cr3t-Key_/",),
        None,
    )
    line = json.loads(JsonFormatter().format(said))
    assert line["message"] == "Internal Server Error: /inbound/1/22/…/"
