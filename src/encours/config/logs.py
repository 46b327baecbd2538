"""Log lines as JSON, one a line, with identifiers instead of names so that no personal data is kept."""

import json
import logging
import re
from datetime import UTC, datetime

STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime"}

# The address at which a provider hands over mail ends with the secret that opens it.
SECRET_PLACE = re.compile(r"(/inbound/\d+/\d+/)[^/\s]+")


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object: time, level, logger, message and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": SECRET_PLACE.sub(r"\g<1>…", record.getMessage()),
        }
        line.update(
            {
                key: value
                for key, value in record.__dict__.items()
                if key not in STANDARD and isinstance(value, str | int | float | bool | None)
            }
        )
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
