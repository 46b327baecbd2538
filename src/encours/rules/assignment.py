"""Which plan a customer is chased by: the one a person chose, else the first rule that fits, else the default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions of a rule look at; an empty grade is a customer that was not graded yet."""

    customer_id: int
    grade: str = ""
    segment: str = ""
    outstanding: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    public_buyer: bool = False
    sole_trader: bool = False
    country: str = "FR"
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a customer must be for a rule to fit; what is left empty asks for nothing."""

    grades: frozenset[str] = field(default_factory=frozenset)
    segments: frozenset[str] = field(default_factory=frozenset)
    countries: frozenset[str] = field(default_factory=frozenset)
    languages: frozenset[str] = field(default_factory=frozenset)
    public_buyer: bool | None = None
    sole_trader: bool | None = None
    outstanding_from: Decimal | None = None
    outstanding_below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """A plan, by its lineage, for the customers that fit; without a lineage they are never chased."""

    key: str
    lineage: int | None
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Assignment:
    """The plan of one customer and what decided it: `chosen`, the key of a rule, or `default`."""

    lineage: int | None
    decided_by: str


def fits(conditions: Conditions, facts: Facts) -> bool:
    """Tell whether a customer is all that the conditions ask for; amounts count from the first to below the second.

    >>> fits(Conditions(grades=frozenset("DE")), Facts(1, grade="D"))
    True
    """
    among = (
        (conditions.grades, facts.grade),
        (conditions.segments, facts.segment),
        (conditions.countries, facts.country),
        (conditions.languages, facts.language),
    )
    alike = ((conditions.public_buyer, facts.public_buyer), (conditions.sole_trader, facts.sole_trader))
    return (
        all(not wanted or value in wanted for wanted, value in among)
        and all(wanted is None or wanted is value for wanted, value in alike)
        and (conditions.outstanding_from is None or facts.outstanding >= conditions.outstanding_from)
        and (conditions.outstanding_below is None or facts.outstanding < conditions.outstanding_below)
    )


def assign(
    facts: Facts, rules: Iterable[AssignmentRule], chosen: Mapping[int, int | None], default: int | None
) -> Assignment:
    """Return the plan of a customer: a person's choice goes before every rule, the first rule before the others."""
    if facts.customer_id in chosen:
        return Assignment(chosen[facts.customer_id], "chosen")
    for rule in rules:
        if fits(rule.conditions, facts):
            return Assignment(rule.lineage, rule.key)
    return Assignment(default, "default")


def conditions_of(stored: Mapping[str, object]) -> Conditions:
    """Read the conditions as they are stored; what is not understood asks for nothing."""
    return Conditions(
        grades=_words(stored.get("grades")),
        segments=_words(stored.get("segments")),
        countries=_words(stored.get("countries")),
        languages=_words(stored.get("languages")),
        public_buyer=_flag(stored.get("public_buyer")),
        sole_trader=_flag(stored.get("sole_trader")),
        outstanding_from=_amount(stored.get("outstanding_from")),
        outstanding_below=_amount(stored.get("outstanding_below")),
    )


def stored(conditions: Conditions) -> dict[str, object]:
    """Return the conditions as they are stored: only what is asked for, in words that JSON knows.

    >>> stored(Conditions(grades=frozenset("ED"), public_buyer=False))
    {'grades': ['D', 'E'], 'public_buyer': False}
    """
    found: dict[str, object] = {
        name: sorted(words)
        for name in ("grades", "segments", "countries", "languages")
        if (words := getattr(conditions, name))
    }
    for name in ("public_buyer", "sole_trader"):
        if (flag := getattr(conditions, name)) is not None:
            found[name] = flag
    for name in ("outstanding_from", "outstanding_below"):
        if (amount := getattr(conditions, name)) is not None:
            found[name] = str(amount)
    return found


def _words(value: object) -> frozenset[str]:
    return frozenset(str(word) for word in value) if isinstance(value, list | tuple) else frozenset()


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _amount(value: object) -> Decimal | None:
    return Decimal(str(value)) if value not in (None, "") else None
