"""Document numbers and labels, given once the whole ledger is known."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from encours.demonstration.model import DOUBTFUL, PREPAID, TRADE, Allocation, Customer, Item

PREFIXES = {"invoice": "F", "credit_note": "A", "prepayment": "AC"}
MEANS_IN_WORDS = {"VIR": "Virement", "PRLV": "Prélèvement", "CHQ": "Chèque"}
ADJUSTMENTS = {
    TRADE: "Solde non significatif",
    DOUBTFUL: "Créance douteuse",
    PREPAID: "Imputation acompte",
}
LABELED_NUMBERS = 2


def numbered(
    items: Iterable[Item], allocations: Iterable[Allocation], customers: dict[str, Customer]
) -> tuple[Item, ...]:
    """Return the items in order of booking, with the number and label that the software gives them."""
    counts: Counter[str] = Counter()
    ordered = sorted(items, key=lambda item: (item.booked_on, item.entry, item.key))
    with_numbers = {item.key: replace(item, number=_own_number(item, counts)) for item in ordered}
    paid: defaultdict[int, list[str]] = defaultdict(list)
    for allocation in allocations:
        paid[allocation.credit].append(with_numbers[allocation.debit].number)
    sense = {item.entry: item.account for item in ordered if item.account != TRADE}
    result: list[Item] = []
    for item in ordered:
        number = with_numbers[item.key].number
        if item.origin is not None and item.kind == "adjustment":
            number = with_numbers[item.origin].number
        origin = "" if item.origin is None else with_numbers[item.origin].number
        name = customers[item.customer_code].name
        if item.kind == "adjustment":
            label = f"{ADJUSTMENTS[sense.get(item.entry, TRADE)]} {number} {name}"
        else:
            label = _label(item, number, origin, paid[item.key], name)
        result.append(replace(item, number=number, label=label))
    return tuple(result)


def _own_number(item: Item, counts: Counter[str]) -> str:
    day = item.booked_on
    if item.kind in PREFIXES:
        prefix = f"{PREFIXES[item.kind]}-{day.year}-"
        counts[prefix] += 1
        return f"{prefix}{counts[prefix]:04d}"
    prefix = f"BQ{day:%y%m}-"
    counts[prefix] += 1
    return f"{prefix}{counts[prefix]:03d}"


def _label(item: Item, number: str, origin: str, paid: list[str], name: str) -> str:
    match item.kind:
        case "invoice":
            return f"Facture {number} {name}"
        case "credit_note":
            return f"Avoir {number} sur {origin} {name}"
        case "payment":
            shown = " ".join(paid[:LABELED_NUMBERS]) + ("…" if len(paid) > LABELED_NUMBERS else "")
            return f"{MEANS_IN_WORDS[item.means]} {name} {shown}".strip()
        case "prepayment":
            return f"Acompte {number} {name}"
        case "returned_payment":
            return f"Rejet {MEANS_IN_WORDS[item.means].lower()} {origin} {name}"
    return f"{number} {name}"
