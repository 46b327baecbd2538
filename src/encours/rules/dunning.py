"""The dunning decision: what to ask of a customer today, in what words, or why to ask nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from encours.rules.cases import (
    ZERO,
    Case,
    CaseItem,
    Channel,
    Decision,
    Hold,
    Identifier,
    Line,
    Mode,
    PaidAfter,
    Params,
    Plan,
    Remind,
    Step,
    Trigger,
    Why,
)
from encours.rules.default_plan import DEFAULT_PLAN_STEPS
from encours.rules.priority import REACH, expected_value, explain, order, paid_after, probability_unpaid

__all__ = [
    "DEFAULT_PLAN_STEPS",
    "REACH",
    "Case",
    "CaseItem",
    "Channel",
    "Decision",
    "Hold",
    "Identifier",
    "Line",
    "Mode",
    "PaidAfter",
    "Params",
    "Plan",
    "Remind",
    "Step",
    "Trigger",
    "Why",
    "decide",
    "explain",
    "order",
    "paid_after",
    "probability_unpaid",
]


@dataclass(frozen=True, slots=True)
class _Items:
    """The items of a case, sorted: what may be asked for today, and what may not."""

    overdue: tuple[CaseItem, ...]
    upcoming: tuple[CaseItem, ...]
    settled: tuple[CaseItem, ...]
    disputed: tuple[CaseItem, ...]
    postponed: tuple[CaseItem, ...]
    small: tuple[CaseItem, ...]


def decide(case: Case, plan: Plan, today: date) -> Decision:
    """Say what to ask of this customer today, or why to ask nothing.

    Nothing here asks whether a date is today: a run that comes late finds the same work, in the same order,
    and the silence between two messages keeps it from sending everything at once.
    """
    if (today < case.on_hold_until) if case.on_hold_until else bool(case.hold_reason):
        return Hold(case.customer_id, "on_hold", case.on_hold_until, {"reason": case.hold_reason})
    items = _sorted(case, plan, today)
    if not (items.overdue or items.upcoming or items.settled):
        return _nothing(case, plan, items, today)
    if case.insolvent:
        return Hold(case.customer_id, "insolvent", None, {"amount": _total(items.overdue)})
    if items.overdue and case.unallocated_amount >= _total(items.overdue):
        return _unallocated(case, _total(items.overdue))
    drafted = _drafted(case, plan, items, today)
    if isinstance(drafted, Hold):
        return drafted
    step, chosen = drafted
    return _guarded(case, plan, step, chosen, today) or _remind(case, step, chosen, items, today)


def _sorted(case: Case, plan: Plan, today: date) -> _Items:
    notice_days = max((step.days for step in plan.before_due()), default=-1)
    overdue, upcoming, disputed, postponed, small = (list[CaseItem]() for _ in range(5))
    for item in case.items:
        if item.side != "debit" or item.open_amount <= 0 or item.due_on is None:
            continue
        left_out = disputed if item.disputed else postponed if _postponed(item, today) else None
        if left_out is None and item.open_amount <= plan.tolerance:
            left_out = small
        if item.due_on < today:
            (overdue if left_out is None else left_out).append(item)
        elif left_out is None and not item.reached_pre_due and -_age(item, today) <= notice_days:
            upcoming.append(item)
    settled = (item for item in case.settled_recently if item.due_on and not item.thanked)
    return _Items(
        overdue=tuple(overdue),
        upcoming=tuple(upcoming),
        settled=tuple(item for item in settled if item.reached_rank > 0),
        disputed=tuple(disputed),
        postponed=tuple(postponed),
        small=tuple(small),
    )


def _postponed(item: CaseItem, today: date) -> bool:
    return item.postponed_until is not None and today < item.postponed_until


def _age(item: CaseItem, today: date) -> int:
    return (today - item.due_on).days if item.due_on else 0


def _total(items: Iterable[CaseItem]) -> Decimal:
    return sum((item.open_amount for item in items), ZERO)


def _nothing(case: Case, plan: Plan, items: _Items, today: date) -> Hold:
    """Name what keeps the customer quiet: a dispute, a postponement, crumbs, or simply nothing to ask for."""
    customer = case.customer_id
    if items.postponed:
        back_on = min(item.postponed_until for item in items.postponed if item.postponed_until)
        return Hold(customer, "all_postponed", back_on, {"amount": _total(items.postponed)})
    if items.disputed:
        return Hold(customer, "all_disputed", None, {"amount": _total(items.disputed)})
    if items.small:
        params = {"amount": _total(items.small), "minimum": plan.tolerance}
        return Hold(customer, "below_minimum", None, params)
    return Hold(customer, "nothing_due", _next_due(case, plan, today))


def _next_due(case: Case, plan: Plan, today: date) -> date | None:
    """Find the first day on which something will be worth looking at again."""
    notice = max((step.days for step in plan.before_due()), default=0)
    first = min((step.days for step in plan.after_due()), default=1)
    days = [
        item.due_on + timedelta(days=shift)
        for item in case.items
        if item.side == "debit" and item.open_amount > plan.tolerance and item.due_on and not item.disputed
        for shift in (-notice, first)
    ]
    return min((day for day in days if day > today), default=None)


def _drafted(
    case: Case, plan: Plan, items: _Items, today: date
) -> tuple[Step, tuple[tuple[CaseItem, int], ...]] | Hold:
    """Choose the step and its items: a demand before thanks, thanks before a notice.

    A customer with something overdue gets neither thanks nor a courteous notice: it would undo the demand.
    """
    if items.overdue:
        return _demand(case, plan, items.overdue, today)
    thanks = next((step for step in plan.steps if step.trigger == "after_payment"), None)
    if items.settled and thanks:
        return thanks, tuple((item, item.reached_rank) for item in items.settled)
    if not items.upcoming:
        return _nothing(case, plan, items, today)
    nearest = max(_age(item, today) for item in items.upcoming)
    notice = next(step for step in plan.before_due() if step.days >= -nearest)
    return notice, tuple((item, 0) for item in items.upcoming if -_age(item, today) <= notice.days)


def _demand(
    case: Case, plan: Plan, overdue: tuple[CaseItem, ...], today: date
) -> tuple[Step, tuple[tuple[CaseItem, int], ...]] | Hold:
    """Choose the step of a demand: each item climbs one step at a time at its own age, in one voice for all.

    The voice never softens while anything stays overdue: an item that enters the sequence is asked for in the
    tone already reached, short of the formal notice, which each item must have earned by the step before it.
    """
    steps = plan.after_due()
    following = {item.id: next((s for s in steps if s.rank > item.reached_rank), None) for item in overdue}
    due_on = {
        item.id: item.due_on + timedelta(days=step.days)
        for item in overdue
        if item.due_on and (step := following[item.id])
    }
    ready = {item.id: step for item in overdue if (step := following[item.id]) and due_on[item.id] <= today}
    amount = {"amount": _total(overdue)}
    if not due_on:
        return Hold(case.customer_id, "sequence_finished", None, amount)
    if not ready:
        return Hold(case.customer_id, "step_not_due", min(due_on.values()), amount)
    step = max(ready.values(), key=lambda ready_step: ready_step.rank)
    if step.formal:
        return step, tuple((item, step.rank) for item in overdue if ready.get(item.id) == step)
    reached = [s for s in steps if not s.formal and s.rank <= case.last_rank]
    step = max([step, *reached], key=lambda candidate: candidate.rank)
    return step, tuple(
        (item, ready[item.id].rank if item.id in ready else item.reached_rank) for item in overdue
    )


def _unallocated(case: Case, amount: Decimal) -> Hold:
    params = {"unallocated_amount": case.unallocated_amount, "amount": amount}
    return Hold(case.customer_id, "unallocated_credit", None, params)


def _guarded(
    case: Case, plan: Plan, step: Step, chosen: tuple[tuple[CaseItem, int], ...], today: date
) -> Hold | None:
    """Look for what forbids this step today; thanks are no pressure, and only wait for the next day."""
    customer, amount = case.customer_id, _total(item for item, _ in chosen)
    asks = step.trigger != "after_payment"
    if asks and case.unallocated_amount >= amount:
        return _unallocated(case, amount)
    if case.last_contact_on:
        free_on = case.last_contact_on + timedelta(days=max(plan.minimum_gap_days, 1) if asks else 1)
        if today < free_on:
            params: Params = {"last_contact_on": case.last_contact_on, "amount": amount}
            return Hold(customer, "too_soon", free_on, params)
    reachable = {"email": case.has_email, "sms": False, "letter": case.has_address, "phone": True}
    if not reachable[step.channel]:
        return Hold(customer, "contact_missing", None, {"channel": step.channel, "amount": amount})
    if step.states_interest and (case.rates_known_until is None or case.rates_known_until < today):
        known = {"known_until": case.rates_known_until} if case.rates_known_until else {}
        return Hold(customer, "rate_missing", None, {"amount": amount, **known})
    if asks and amount - case.unallocated_amount < step.minimum_amount:
        return Hold(customer, "below_minimum", None, {"amount": amount, "minimum": step.minimum_amount})
    return None


def _remind(
    case: Case, step: Step, chosen: tuple[tuple[CaseItem, int], ...], items: _Items, today: date
) -> Remind:
    lines = tuple(
        Line(
            id=item.id,
            number=item.number,
            open_amount=item.open_amount,
            due_on=item.due_on,
            days_overdue=_age(item, today),
            rank=rank,
            probability_unpaid=probability_unpaid(_age(item, today), case.paid_after),
        )
        for item, rank in sorted(chosen, key=lambda pair: -_age(pair[0], today))
        if item.due_on
    )
    amount = sum((line.open_amount for line in lines), ZERO)
    asked = ZERO if step.trigger == "after_payment" else amount - case.unallocated_amount
    value = expected_value(lines, asked, step.channel)
    reasons = tuple(_reasons(case, step, lines, items))
    return Remind(case.customer_id, step, lines, amount, case.unallocated_amount, value, reasons)


def _reasons(case: Case, step: Step, lines: tuple[Line, ...], items: _Items) -> Iterable[Why]:
    oldest, count = lines[0], len(lines)
    if step.trigger == "before_due":
        yield Why("due_soon", {"days": -oldest.days_overdue, "count": count})
    elif step.trigger == "after_payment":
        yield Why("paid_after_reminder", {"count": count})
    else:
        yield Why("oldest_overdue", {"days": oldest.days_overdue, "number": oldest.number, "count": count})
        if step.rank > max(line.rank for line in lines):
            yield Why("tone_kept", {"rank": step.rank})
        if case.usual_delay_days is not None and oldest.days_overdue > case.usual_delay_days:
            yield Why(
                "beyond_usual_delay", {"usual_days": case.usual_delay_days, "days": oldest.days_overdue}
            )
        for code, left_out in (
            ("disputed_left_out", items.disputed),
            ("postponed_left_out", items.postponed),
        ):
            if left_out:
                yield Why(code, {"amount": _total(left_out), "count": len(left_out)})
    if case.unallocated_amount > 0 and step.trigger != "after_payment":
        yield Why("unallocated_deducted", {"amount": case.unallocated_amount})
