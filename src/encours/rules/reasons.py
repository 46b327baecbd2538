"""Why a reminder is written, in stable codes: what is overdue, what answers what, what is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from encours.rules import ladder
from encours.rules.cases import ZERO, Case, CaseItem, Line, Plan, Step, Why


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a case, sorted: what may be asked for today, and what may not, by the reason that keeps it."""

    overdue: tuple[CaseItem, ...]
    upcoming: tuple[CaseItem, ...]
    settled: tuple[CaseItem, ...]
    kept: dict[str, list[CaseItem]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A step that may be said, and the items it is about with the rank each has by then."""

    step: Step
    chosen: tuple[tuple[CaseItem, int], ...]

    @property
    def amount(self) -> Decimal:
        """Return what the step asks for."""
        return sum((item.asked_amount for item, _ in self.chosen), ZERO)


def reasons(case: Case, plan: Plan, draft: Draft, lines: tuple[Line, ...], items: Items) -> Iterable[Why]:
    """Return the reasons to write, the first of them the one that weighs most."""
    step, oldest, count = draft.step, lines[0], len(lines)
    if step.trigger == "before_due":
        yield Why("due_soon", {"days": -oldest.days_overdue, "count": count})
    elif step.trigger == "after_payment":
        yield Why("paid_after_reminder", {"count": count})
    else:
        if step.event:
            happened = max(event.on for event in case.events if event.kind == step.event)
            yield Why(step.event, {"happened_on": happened})
        yield Why("oldest_overdue", {"days": oldest.days_overdue, "number": oldest.number, "count": count})
        if not step.event and step.rank > max(line.rank for line in lines):
            yield Why("tone_kept", {"rank": step.rank})
        if case.usual_delay_days is not None and oldest.days_overdue > case.usual_delay_days:
            yield Why(
                "beyond_usual_delay", {"usual_days": case.usual_delay_days, "days": oldest.days_overdue}
            )
        yield from _left_out(plan, items, draft)
    if case.unallocated_amount > 0 and step.trigger != "after_payment":
        yield Why("unallocated_deducted", {"amount": case.unallocated_amount})


def _left_out(plan: Plan, items: Items, draft: Draft) -> Iterable[Why]:
    """Say what is overdue and not asked for, by its reason; of an item disputed in part, the disputed part."""
    chosen = {item.id for item, _ in draft.chosen}
    partly = [item for item, _ in draft.chosen if item.disputed]
    disputed = [*items.kept.get("all_disputed", ()), *partly]
    noticed = [item for item in items.overdue if item.id not in chosen and ladder.noticed(plan, item)]
    if foreign := items.kept.get("other_currency"):
        yield Why("foreign_left_out", {"count": len(foreign)})
    for code, left_out in (
        ("noticed_left_out", noticed),
        ("disputed_left_out", disputed),
        ("promised_left_out", items.kept.get("promise_running", ())),
        ("installments_left_out", items.kept.get("installments_kept", ())),
        ("postponed_left_out", items.kept.get("all_postponed", ())),
    ):
        if left_out:
            amount = sum(
                (item.open_amount - (item.asked_amount if item in partly else ZERO) for item in left_out),
                ZERO,
            )
            yield Why(code, {"amount": amount, "count": len(left_out)})
