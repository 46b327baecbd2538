"""Dice that fall the same way every time for the same seed."""

import math
import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def dice_for(seed: int, *subject: str) -> random.Random:
    """Return dice of one subject: what befalls one customer does not move the others."""
    return random.Random("/".join([str(seed), *subject]))  # noqa: S311 repeatable dice, not secrets


def cents(amount: Decimal) -> Decimal:
    """Return the amount rounded to cents, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def lognormal(dice: random.Random, mean: Decimal, sigma: float) -> Decimal:
    """Return a positive amount drawn around a mean, rounded to cents."""
    factor = math.exp(dice.gauss(0.0, sigma) - sigma * sigma / 2)
    return cents(mean * Decimal(repr(round(factor, 6))))


def whole_count(dice: random.Random, expected: float) -> int:
    """Return a whole number whose mean is the expected one, with as little chance as possible."""
    floor = int(expected)
    return floor + (1 if dice.random() < expected - floor else 0)


def weights(dice: random.Random, count: int, sigma: float) -> Sequence[Decimal]:
    """Return shares that sum to one and are spread like sizes of companies, in drawn order.

    They are the quantiles of a log-normal law rather than draws: a small group keeps a believable shape.
    """
    quantiles = [-math.log(count / (rank + 0.5) - 1) if count > 1 else 0.0 for rank in range(count)]
    sizes = [math.exp(sigma * quantile / 1.7) for quantile in quantiles]
    dice.shuffle(sizes)
    total = sum(sizes)
    return [Decimal(repr(round(size / total, 8))) for size in sizes]
