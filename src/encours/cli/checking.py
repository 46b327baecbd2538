"""What `encours check` looks at, organization by organization, and in what words it says what it finds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich import box
from rich.table import Table

from encours.accounts import isolation, tenancy
from encours.accounts.models import Organization
from encours.channels.models import Sending, State
from encours.cli.start import console
from encours.events.models import EventPage
from encours.events.queries import broken_seals
from encours.receivables import integrity
from encours.receivables.models import Allocation, Document, Item

SHOWN = 3
WAITING = (State.SENDING, State.IN_DOUBT, State.FAILED)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: what was looked at, how much of it, and what is wrong, if anything."""

    where: str
    what: str
    looked_at: str
    wrong: str = ""
    notice: str = ""


def look() -> Iterator[Finding]:
    """Yield every finding of the installation."""
    yield Finding(
        "all",
        "row-level security",
        "every table with an organization",
        wrong=_few(isolation.bare_tables(), "not held: {}. Run: encours setup"),
    )
    role = isolation.unsafe_role()
    yield Finding(
        "all", "serving role", role or "a plain role", f"{role} sees past row-level security" if role else ""
    )
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            name = Organization.objects.get(pk=number).name
            yield from organization(number, f"{number} {name}")


def organization(number: int, where: str) -> Iterator[Finding]:
    """Yield the findings of one organization, seen from inside."""
    pages = EventPage.objects.filter(organization_id=number).count()
    seals = (f"page {seal.page_number}: {seal.reason}" for seal in broken_seals(number))
    yield Finding(where, "history seals", _count(pages, "page"), _few(seals))
    items = _count(Item.objects.filter(organization_id=number).count(), "item")
    wrong = (
        f"{one.number or one.item_id} holds {one.kept}, counted {one.counted}"
        for one in integrity.wrong_open_amounts(number)
    )
    yield Finding(where, "open amounts", items, _few(wrong, "{}. Run: encours check --rebuild"))
    allocations = _count(Allocation.objects.filter(organization_id=number).count(), "allocation")
    over = (
        f"{one.number or one.item_id} amounts to {one.kept}, allocated {one.counted}"
        for one in integrity.overdrawn_items(number)
    )
    crossed = (
        f"allocation {one} joins two that do not belong" for one in integrity.crossed_allocations(number)
    )
    yield Finding(where, "allocations", allocations, _few([*over, *crossed]))
    documents = _count(Document.objects.filter(organization_id=number).count(), "document")
    lost = (
        f"{one.name} ({'changed on the disk' if one.changed else 'not on the disk'})"
        for one in integrity.lost_documents(number)
    )
    yield Finding(where, "documents", documents, _few(lost))
    waiting = Sending.objects.filter(organization_id=number, state__in=WAITING).order_by("pk")
    said = (f"{one.key}: {State(one.state).value.replace('_', ' ')}" for one in waiting)
    count = Sending.objects.filter(organization_id=number).count()
    yield Finding(where, "sendings", _count(count, "sending"), notice=_few(said))


def show(findings: Iterable[Finding]) -> int:
    """Print what was found, as it is found, and return how much is broken."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in ("Organization", "Check", "Looked at", ""):
        table.add_column(name, overflow="fold")
    broken = 0
    with console.status("Checking…") as status:
        for one in findings:
            status.update(f"Checking {one.where}: {one.what}…")
            broken += bool(one.wrong)
            result = f"[bold red]BROKEN[/]  {_plain(one.wrong)}" if one.wrong else "ok"
            if one.notice and not one.wrong:
                result = f"to see to: {_plain(one.notice)}"
            table.add_row(_plain(one.where), one.what, one.looked_at, result)
    console.print(table)
    return broken


def _few(all_of_them: Iterable[str], words: str = "{}") -> str:
    listed = list(all_of_them)
    if not listed:
        return ""
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return words.format("; ".join(listed[:SHOWN]) + more)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}".replace(",", " ")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
