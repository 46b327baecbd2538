"""Every word of the interface can be read: AA contrast in light and in dark, measured on the tokens themselves."""

import re
from pathlib import Path

import pytest

import encours.ui

TOKENS = (Path(encours.ui.__file__).parent / "static/ui/tokens.css").read_text()
COLORS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}
GROUNDS = ("paper", "sheet", "sunk", "raised", "hover")
PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "faint", "accent", "red", "amber") for ground in GROUNDS),
    *((name, f"{name}-wash") for name in ("accent", "amber", "red")),
    *((ink, "accent-wash") for ink in ("ink", "soft")),
    *((ink, "grey-wash") for ink in ("ink", "soft")),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("sheet", "red"),
]


def luminance(color):
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_contrast(front, back, theme):
    at = 0 if theme == "light" else 1
    one, two = sorted((luminance(COLORS[front][at]), luminance(COLORS[back][at])), reverse=True)
    assert (one + 0.05) / (two + 0.05) >= 4.5
