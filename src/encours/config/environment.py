"""What the environment tells us, read strictly: a wrong value stops the start with a sentence."""

import os
import secrets
from pathlib import Path

import platformdirs
from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return a variable, or the content of the file that NAME_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    message = f"{name} is {value!r}; write yes or no."
    raise ImproperlyConfigured(message)


def number(name: str, default: int) -> int:
    """Return a whole number."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        message = f"{name} is {value!r}; write a whole number."
        raise ImproperlyConfigured(message) from error


def home() -> Path:
    """Return the folder where this installation keeps its database, documents and secret."""
    folder = Path(text("ENCOURS_HOME") or platformdirs.user_data_path("encours")).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret() -> str:
    """Return the secret key: SECRET_KEY, else one made once and kept beside the data, readable by its owner."""
    given = text("SECRET_KEY")
    if given:
        return given
    file = home() / "secret"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return file.read_text().strip()
