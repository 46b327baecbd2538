"""Who the customers are: names, towns, trades, terms, size, and how each of them pays."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from encours.demonstration import vocabulary as words
from encours.demonstration.dice import cents, dice_for, weights
from encours.demonstration.identifiers import phone, siren, vat_number
from encours.demonstration.model import Customer, PayerKind

NET_PER_CUSTOMER = Decimal(50_000)
PUBLIC_COUNT_SHARE = 200


@dataclass(frozen=True, slots=True)
class Group:
    """How many customers of 200 pay in one way, and the part of the turnover they make together."""

    kind: PayerKind
    count: int
    share: Decimal
    spread: float


GROUPS: tuple[Group, ...] = (
    Group(PayerKind.GOOD, 84, Decimal("0.345"), 0.95),
    Group(PayerKind.SLOW, 40, Decimal("0.200"), 0.85),
    Group(PayerKind.DRIFTING, 14, Decimal("0.075"), 0.60),
    Group(PayerKind.PUBLIC, 12, Decimal("0.060"), 0.60),
    Group(PayerKind.SEASONAL, 11, Decimal("0.050"), 0.60),
    Group(PayerKind.DISPUTING, 8, Decimal("0.045"), 0.50),
    Group(PayerKind.DORMANT, 8, Decimal("0.012"), 0.60),
    Group(PayerKind.BROKEN, 7, Decimal("0.036"), 0.50),
    Group(PayerKind.INSTALLMENTS, 7, Decimal("0.030"), 0.50),
    Group(PayerKind.NEW, 5, Decimal("0.010"), 0.40),
    Group(PayerKind.DOUBTFUL, 3, Decimal("0.014"), 0.30),
    Group(PayerKind.LARGE, 1, Decimal("0.123"), 0.00),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A customer with a part of its own in every demonstration."""

    name: str
    sector: str
    town: str
    kind: PayerKind
    terms: str
    least_yearly_net: Decimal = Decimal(0)


ROLES: tuple[Role, ...] = (
    Role(
        "Verger des Tilleuls SARL",
        "Verger",
        "Avignon",
        PayerKind.DRIFTING,
        "45 jours fin de mois",
        Decimal(180_000),
    ),
    Role(
        "Transports du Pont SAS", "Transports", "Valence", PayerKind.BROKEN, "30 jours net", Decimal(96_000)
    ),
    Role(
        "Imprimerie de la Tour SA",
        "Imprimerie",
        "Dijon",
        PayerKind.DISPUTING,
        "45 jours fin de mois",
        Decimal(72_000),
    ),
    Role("Hôtel du Marché", "Hôtel", "Lyon", PayerKind.GOOD, "30 jours net"),
    Role("Laiterie des Alpilles SAS", "Laiterie", "Arles", PayerKind.SEASONAL, "45 jours fin de mois"),
    Role("Papeterie Saint-Éloi", "Papeterie", "Annecy", PayerKind.GOOD, "30 jours net"),
    Role(
        "Comptoir électrique des Quais SA", "Comptoir électrique", "Le Havre", PayerKind.LARGE, "60 jours net"
    ),
)

SLOW_KINDS = frozenset({PayerKind.SLOW, PayerKind.DRIFTING, PayerKind.BROKEN, PayerKind.INSTALLMENTS})

SEASONS: tuple[tuple[int, ...], ...] = ((2, 3, 4, 5, 6), (8, 9, 10, 11), (9, 10, 11, 12), (3, 4, 5, 6, 7))


def customers_of(seed: int, count: int) -> tuple[Customer, ...]:
    """Return that many customers, the known roles first."""
    dice = dice_for(seed, "cast")
    kinds = _kinds(count)
    sizes = _sizes(dice, kinds, count)
    names = _names(dice)
    public = 0
    made: list[Customer] = []
    roles = _roles(kinds)
    order = [role.kind for role in roles]
    rest = list(kinds)
    for kind in order:
        rest.remove(kind)
    dice.shuffle(rest)
    for index, kind in enumerate([*order, *rest]):
        yearly = sizes[kind].pop()
        if index < len(roles):
            made.append(_role(dice, index, roles[index], yearly))
        elif kind is PayerKind.PUBLIC:
            made.append(_public(dice, index, public, yearly))
            public += 1
        else:
            made.append(_company(dice, index, kind, yearly, names))
    return tuple(made)


def _kinds(count: int) -> list[PayerKind]:
    """Share the customers out by largest remainder, so that every size has the same mix."""
    exact = {group.kind: Decimal(group.count * count) / PUBLIC_COUNT_SHARE for group in GROUPS}
    whole = {kind: int(value) for kind, value in exact.items()}
    by_rest = sorted(exact, key=lambda kind: whole[kind] - exact[kind])
    for kind in by_rest[: count - sum(whole.values())]:
        whole[kind] += 1
    if not whole[PayerKind.LARGE]:
        whole[PayerKind.LARGE], whole[PayerKind.GOOD] = 1, whole[PayerKind.GOOD] - 1
    whole[PayerKind.GOOD] += max(0, whole[PayerKind.LARGE] - 1)
    whole[PayerKind.LARGE] = min(1, whole[PayerKind.LARGE])
    return [kind for kind, number in whole.items() for _ in range(max(number, 0))][:count]


def _sizes(dice: random.Random, kinds: list[PayerKind], count: int) -> dict[PayerKind, list[Decimal]]:
    turnover = NET_PER_CUSTOMER * count
    return {
        group.kind: [
            turnover * group.share * part for part in weights(dice, kinds.count(group.kind), group.spread)
        ]
        for group in GROUPS
    }


def _roles(kinds: list[PayerKind]) -> list[Role]:
    left = list(kinds)
    taken: list[Role] = []
    for role in ROLES:
        if role.kind in left:
            left.remove(role.kind)
            taken.append(role)
    return taken


def _names(dice: random.Random) -> Iterator[tuple[words.Sector, words.Town, str]]:
    """Yield trades, towns and names, none of them twice, half of them after a landmark of the town."""
    used = {_bare(role.name) for role in ROLES}
    rank = 1
    while True:
        misses = 0
        while misses < 400:  # noqa: PLR2004 then the plain names are nearly used up
            sector, town = dice.choice(words.SECTORS), dice.choice(words.TOWNS)
            place = town.landmark if dice.random() < 0.4 else dice.choice(words.PLACES)  # noqa: PLR2004 a habit
            name = f"{sector.noun} {place}" + ("" if rank == 1 else f" {rank}")
            if name in used:
                misses += 1
                continue
            used.add(name)
            yield sector, town, name
        rank += 1


def _bare(name: str) -> str:
    return name.rsplit(" ", 1)[0] if name.rsplit(" ", 1)[-1].isupper() else name


def _weighted(dice: random.Random, options: tuple[tuple[str, int], ...]) -> str:
    return dice.choices([text for text, _ in options], [weight for _, weight in options])[0]


def _role(dice: random.Random, index: int, role: Role, yearly: Decimal) -> Customer:
    sector = next(sector for sector in words.SECTORS if sector.noun == role.sector)
    town = next(town for town in words.TOWNS if town.name == role.town)
    yearly = max(yearly, role.least_yearly_net)
    return _customer(dice, index, role.name, sector, town, terms=role.terms, kind=role.kind, yearly=yearly)


def _company(
    dice: random.Random,
    index: int,
    kind: PayerKind,
    yearly: Decimal,
    names: Iterator[tuple[words.Sector, words.Town, str]],
) -> Customer:
    wanted = ("leisure",) if kind is PayerKind.SEASONAL else ("trade", "leisure")
    sector, town, name = next(found for found in names if found[0].group in wanted)
    terms = _weighted(dice, words.SLOW_TERMS if kind in SLOW_KINDS else words.TERMS)
    if kind is PayerKind.GOOD and dice.random() < 0.06:  # noqa: PLR2004 a few pay at once
        terms = words.CASH_TERMS
    if kind is PayerKind.NEW:
        terms = "30 jours net"
    full_name = f"{name} {_weighted(dice, words.LEGAL_FORMS)}"
    return _customer(dice, index, full_name, sector, town, terms=terms, kind=kind, yearly=yearly)


def _public(dice: random.Random, index: int, rank: int, yearly: Decimal) -> Customer:
    name, naf, activity, days = words.PUBLIC_BUYERS[rank % len(words.PUBLIC_BUYERS)]
    if rank >= len(words.PUBLIC_BUYERS):
        name += f" – site {rank // len(words.PUBLIC_BUYERS) + 1}"
    sector = words.Sector(name, naf, activity, 2200, "public")
    town = dice.choice(words.TOWNS)
    commune = name.removeprefix("Mairie de ")
    if commune != name:
        town = words.Town(commune, town.postal_code[:2] + "990", town.zone, town.landmark)
    return _customer(
        dice, index, name, sector, town, terms=f"{days} jours net", kind=PayerKind.PUBLIC, yearly=yearly
    )


def _customer(
    dice: random.Random,
    index: int,
    name: str,
    sector: words.Sector,
    town: words.Town,
    *,
    terms: str,
    kind: PayerKind,
    yearly: Decimal,
) -> Customer:
    number = siren(101 + index * 7)
    mobile = dice.random() < 0.12  # noqa: PLR2004 one in eight gives a mobile
    domain = _slug(name)
    per_month = float(yearly) / 12 / sector.invoice_net
    steady = min(max(per_month, 0.4), 9.0)
    return Customer(
        code=f"C{index + 1:04d}",
        name=name,
        siren=number,
        vat_number=vat_number(number),
        naf=sector.naf,
        activity=sector.activity,
        email=f"{dice.choice(words.MAILBOXES)}@{domain}.example",
        phone=phone("06" if mobile else town.zone, dice.randrange(10_000)),
        address=f"{dice.randrange(1, 120)} {dice.choice(words.STREETS)}",
        postal_code=town.postal_code,
        city=town.name,
        terms=terms,
        language="en" if kind is PayerKind.GOOD and index % 41 == 0 else "fr",
        kind=kind,
        yearly_net=cents(yearly),
        invoice_net=cents(yearly / 12 / Decimal(repr(round(steady, 6)))),
        season=dice.choice(SEASONS) if kind is PayerKind.SEASONAL else (),
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", _bare(name)).encode("ascii", "ignore").decode().lower()
    words_of_name = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(word for word in words_of_name if word not in {"de", "du", "des", "la", "l", "d", "le"})
