"""The weights of the model, as they are shipped: one JSON file read once."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from encours.rules.replies.linear import MEANINGS, Model

FILE = "weights.json"
_DECIMALS = 3
# A weight below this moves no answer.
_SLIGHT = 0.02


@cache
def model() -> Model:
    """Return the shipped model."""
    return unpacked(json.loads(resources.files("encours.dunning.reading").joinpath(FILE).read_text("utf-8")))


def unpacked(kept: Mapping[str, Mapping[str, list[float]]]) -> Model:
    """Return the model that a file holds."""
    features = kept["features"]
    return Model(
        rarity={name: row[0] for name, row in features.items()},
        weights={
            meaning: {name: row[place] for name, row in features.items() if row[place]}
            for place, meaning in enumerate(MEANINGS, start=1)
        },
        offsets={meaning: kept["offsets"][meaning][0] for meaning in MEANINGS},
        slopes={meaning: (kept["slopes"][meaning][0], kept["slopes"][meaning][1]) for meaning in MEANINGS},
    )


def packed(trained: Model) -> str:
    """Return the text of the file that holds a model: rounded, and without what moves no answer."""
    rows = {}
    for name in sorted(trained.rarity):
        row = [trained.weights[meaning].get(name, 0.0) for meaning in MEANINGS]
        if any(abs(weight) >= _SLIGHT for weight in row):
            rows[name] = [round(value, _DECIMALS) + 0.0 for value in (trained.rarity[name], *row)]
    lines = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in rows.items()
    )
    offsets = json.dumps({name: [round(value, 4)] for name, value in trained.offsets.items()})
    slopes = json.dumps({name: [round(value, 4) for value in pair] for name, pair in trained.slopes.items()})
    return f'{{"offsets":{offsets},\n"slopes":{slopes},\n"features":{{\n{lines}\n}}}}\n'


def path() -> Path:
    """Return where the weights lie, for the command that rebuilds them."""
    return Path(str(resources.files("encours.dunning.reading").joinpath(FILE)))
