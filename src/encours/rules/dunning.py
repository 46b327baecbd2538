"""The dunning decision: what to ask of a customer today, in what words, or why to ask nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from encours.rules import guardrails as guards
from encours.rules import ladder
from encours.rules.cases import (
    ZERO,
    Case,
    CaseEvent,
    CaseItem,
    Channel,
    Decision,
    Guardrails,
    Hold,
    Identifier,
    Line,
    Mode,
    PaidAfter,
    Params,
    Plan,
    Remind,
    Step,
    StepEvent,
    Trigger,
    Why,
)
from encours.rules.default_plan import DEFAULT_PLAN_STEPS
from encours.rules.priority import (
    REACH,
    Chances,
    expected_value,
    explain,
    order,
    paid_after,
    probability_unpaid,
)
from encours.rules.reasons import Draft, Items, reasons

__all__ = [
    "DEFAULT_PLAN_STEPS",
    "REACH",
    "Case",
    "CaseEvent",
    "CaseItem",
    "Channel",
    "Decision",
    "Guardrails",
    "Hold",
    "Identifier",
    "Line",
    "Mode",
    "PaidAfter",
    "Params",
    "Plan",
    "Remind",
    "Step",
    "StepEvent",
    "Trigger",
    "Why",
    "decide",
    "explain",
    "order",
    "paid_after",
    "probability_unpaid",
]

# An event that nobody answered in this time is answered by what came since.
EVENT_DAYS = 30
# Thanks that come so much later than the plan wants sound absent-minded.
THANKS_DAYS = 15
UNGUARDED = Guardrails()
# What keeps a person's own gesture from being made now, but not another step from being tried.
PASSING = frozenset({"contact_missing", "contact_bounced", "below_minimum", "rate_missing"})
# Crumbs, and amounts that cannot be compared, are named where nothing else keeps a customer quiet.
LESSER = frozenset({"below_minimum", "other_currency"})


def decide(case: Case, plan: Plan | None, today: date, guardrails: Guardrails = UNGUARDED) -> Decision:
    """Say what to ask of this customer today, or why to ask nothing; without a plan, nothing is ever asked.

    Nothing here asks whether a date is today: a run that comes late finds the same work, in the same order,
    and the silence between two messages keeps it from sending everything at once. What a person decided by hand
    is said first, then what silences the case, then what forbids this contact on this day.
    """
    if (today < case.on_hold_until) if case.on_hold_until else bool(case.hold_reason):
        params: Params = {"reason": case.hold_reason, "amount": _whole(_all_overdue(case, today))}
        return Hold(case.customer_id, "on_hold", case.on_hold_until, params)
    items = _sorted(case, plan or Plan("", ()), today)
    if not (items.overdue or items.upcoming or items.settled):
        return _nothing(case, plan, items, today)
    if plan is None:
        return Hold(case.customer_id, "never_asked", None, {"amount": _total(items.overdue)})
    held = guards.standing(case, guardrails, items.overdue)
    if held is not None:
        return held
    first: Hold | None = None
    for drafted in _drafts(case, plan, items, today):
        if isinstance(drafted, Hold):
            return first or drafted
        guarded = _guarded(case, plan, guardrails, drafted, today)
        if guarded is None:
            return _remind(case, plan, drafted, items, today)
        if guarded.reason_code not in PASSING:
            return guarded
        first = first or guarded
    return first or _nothing(case, plan, items, today)


def _all_overdue(case: Case, today: date) -> Iterator[CaseItem]:
    return (
        item
        for item in case.items
        if item.side == "debit" and item.due_on and item.due_on < today and not item.foreign
    )


def _sorted(case: Case, plan: Plan, today: date) -> Items:
    notices = plan.before_due()
    kept: dict[str, list[CaseItem]] = {}
    overdue, upcoming = list[CaseItem](), list[CaseItem]()
    for item in case.items:
        if item.side != "debit" or item.open_amount <= 0 or item.due_on is None:
            continue
        why = _kept(case, plan, item, today)
        if item.due_on < today:
            if why:
                kept.setdefault(why, []).append(item)
            else:
                overdue.append(item)
        elif not why and any(_notifies(notice, item, today) for notice in notices):
            upcoming.append(item)
    return Items(
        overdue=tuple(overdue),
        upcoming=tuple(upcoming),
        settled=tuple(i for i in case.settled_recently if i.due_on and not i.thanked and i.reached_rank > 0),
        kept=kept,
    )


def _kept(case: Case, plan: Plan, item: CaseItem, today: date) -> str:
    """Name what keeps an item out of every message: its currency, a dispute, a promise, a person, crumbs."""
    if item.foreign:
        return "other_currency"
    if item.disputed and item.asked_amount <= 0:
        return "all_disputed"
    if _before(today, item.promised_until) or _before(today, case.promise_until):
        return "promise_running"
    if _before(today, item.installment_until) or _before(today, case.installment_until):
        return "installments_kept"
    if _before(today, item.postponed_until):
        return "all_postponed"
    return "below_minimum" if item.asked_amount <= plan.tolerance else ""


def _before(today: date, until: date | None) -> bool:
    return until is not None and today < until


def _until(case: Case, item: CaseItem, why: str) -> date | None:
    return {
        "promise_running": item.promised_until or case.promise_until,
        "installments_kept": item.installment_until or case.installment_until,
        "all_postponed": item.postponed_until,
    }.get(why)


def _total(items: Iterable[CaseItem]) -> Decimal:
    return sum((item.asked_amount for item in items), ZERO)


def _whole(items: Iterable[CaseItem]) -> Decimal:
    return sum((item.open_amount for item in items), ZERO)


def _nothing(case: Case, plan: Plan | None, items: Items, today: date) -> Hold:
    """Name what keeps the customer quiet: the reason that keeps most of the money, or simply nothing to ask for."""
    if not items.kept:
        return Hold(case.customer_id, "nothing_due", _next_due(case, plan, today) if plan else None)
    why = max(items.kept, key=lambda reason: (reason not in LESSER, _whole(items.kept[reason])))
    found = items.kept[why]
    if why == "other_currency":
        return Hold(case.customer_id, why, None, {"count": len(found)})
    params: dict[str, Decimal | date | int | str] = {"amount": _whole(found)}
    if why == "below_minimum" and plan:
        params["minimum"] = plan.tolerance
    days = [day for item in found if (day := _until(case, item, why))]
    return Hold(case.customer_id, why, min(days, default=None), params)


def _next_due(case: Case, plan: Plan, today: date) -> date | None:
    """Find the first day on which something will be worth looking at again."""
    notices = [step.days for step in plan.before_due()] or [0]
    first = plan.ladder[:1]
    days = [
        day
        for item in case.items
        if item.side == "debit" and item.asked_amount > plan.tolerance and item.due_on and not item.foreign
        for day in (
            *(item.due_on - timedelta(days=notice) for notice in notices),
            *(max(ladder.ready_on(plan, step, item), item.due_on + timedelta(days=1)) for step in first),
        )
    ]
    return min((day for day in days if day > today), default=None)


def _drafts(case: Case, plan: Plan, items: Items, today: date) -> Iterator[Draft | Hold]:
    """Propose steps in the order of their claim: an answer to an event, a demand, thanks, a notice.

    A customer with something overdue gets neither thanks nor a courteous notice: it would undo the demand.
    """
    if items.overdue:
        yield from _answers(case, plan, items.overdue, today)
        yield from _demands(case, plan, items.overdue, today)
        return
    thanks = next((step for step in plan.steps if step.trigger == "after_payment"), None)
    paid = tuple((i, i.reached_rank) for i in items.settled if thanks and _thanks_now(i, thanks, today))
    if paid and thanks:
        yield Draft(thanks, paid)
    yield from _notices(plan, items.upcoming, today)


def _thanks_now(item: CaseItem, thanks: Step, today: date) -> bool:
    if item.settled_on is None:
        return True
    wanted_on = item.settled_on + timedelta(days=thanks.days)
    return wanted_on <= today <= wanted_on + timedelta(days=THANKS_DAYS)


def _notifies(notice: Step, item: CaseItem, today: date) -> bool:
    in_time = -ladder.age(item, today) <= notice.days
    return in_time and (item.noticed_days is None or notice.days < item.noticed_days)


def _notices(plan: Plan, upcoming: tuple[CaseItem, ...], today: date) -> Iterator[Draft]:
    """Propose the notice nearest to the due date of what was not given it yet; one overtaken by time is not given."""
    for notice in plan.before_due():
        chosen = tuple((item, 0) for item in upcoming if _notifies(notice, item, today))
        if chosen:
            yield Draft(notice, chosen)
            return


def _answers(case: Case, plan: Plan, overdue: tuple[CaseItem, ...], today: date) -> Iterator[Draft]:
    """Propose the steps that answer what happened lately, each event once; what an item has reached stays."""
    for step in plan.answers():
        for event in case.events:
            since = event.on + timedelta(days=step.days)
            answered = event.answered_on is not None and event.on <= event.answered_on
            if (
                event.kind != step.event
                or answered
                or not since <= today <= since + timedelta(days=EVENT_DAYS)
            ):
                continue
            about = tuple(item for item in overdue if not event.items or item.id in event.items)
            if about:
                yield Draft(step, tuple((item, ladder.reached_rank(plan, item)) for item in about))


def _demands(case: Case, plan: Plan, overdue: tuple[CaseItem, ...], today: date) -> Iterator[Draft | Hold]:
    """Propose the steps of a demand, the highest first: each item climbs one step at a time, at its own age.

    By customer, one voice speaks for all, and never softens while anything stays overdue: an item that enters the
    sequence is asked for in the tone already reached, short of the formal notice, which each item must have
    earned by the step before it. By item, a message speaks of the items at the same step only. A step that cannot
    be said of its items leaves the others their own.
    """
    by_item = plan.scope == "item"
    last_rank = 0 if by_item else case.last_rank
    following = {item.id: ladder.next_step(plan, item, last_rank, today) for item in overdue}
    ready_on = {
        item.id: ladder.ready_on(plan, step, item) for item in overdue if (step := following[item.id])
    }
    ready = {item.id: step for item in overdue if (step := following[item.id]) and ready_on[item.id] <= today}
    amount = {"amount": _total(overdue)}
    if not ready_on:
        yield Hold(case.customer_id, "sequence_finished", None, amount)
    elif not ready:
        yield Hold(case.customer_id, "step_not_due", min(ready_on.values()), amount)
    for step in sorted(set(ready.values()), key=lambda ready_step: -ready_step.rank):
        if step.formal or by_item:
            yield Draft(step, tuple((item, step.rank) for item in overdue if ready.get(item.id) == step))
        else:
            yield _spoken(case, plan, step, tuple((item, ready.get(item.id)) for item in overdue))
            return


def _spoken(case: Case, plan: Plan, step: Step, overdue: tuple[tuple[CaseItem, Step | None], ...]) -> Draft:
    """Say a step in the tone already reached, of all that is overdue but what was given formal notice."""
    reached = [s for s in plan.ladder if not s.formal and s.rank <= case.last_rank]
    voice = max([step, *reached], key=lambda candidate: candidate.rank)
    return Draft(
        voice,
        tuple(
            (item, ready.rank if ready and not ready.formal else ladder.reached_rank(plan, item))
            for item, ready in overdue
            if ready or not ladder.noticed(plan, item)
        ),
    )


def _guarded(case: Case, plan: Plan, guardrails: Guardrails, draft: Draft, today: date) -> Hold | None:
    """Look for what forbids this step today, with the amount it holds back."""
    step, amount = draft.step, draft.amount
    asks = step.trigger != "after_payment"
    if asks and case.unallocated_amount >= amount:
        return guards.unallocated(case, amount)
    held = guards.contact(case, plan, guardrails, step, today)
    if held is not None:
        return replace(held, params={**held.params, "amount": amount})
    if step.states_interest and (case.rates_known_until is None or case.rates_known_until < today):
        known = {"known_until": case.rates_known_until} if case.rates_known_until else {}
        return Hold(case.customer_id, "rate_missing", None, {"amount": amount, **known})
    minimum = max(step.minimum_amount, guardrails.minimum_case)
    if asks and amount - case.unallocated_amount < minimum:
        return Hold(case.customer_id, "below_minimum", None, {"amount": amount, "minimum": minimum})
    if step.mode == "automatic" and (why := guards.closed(guardrails, case.region, today)):
        params: Params = {"day": why, "amount": amount}
        return Hold(case.customer_id, "closed_day", guards.open_again(guardrails, case.region, today), params)
    return None


def _remind(case: Case, plan: Plan, draft: Draft, items: Items, today: date) -> Remind:
    step = draft.step
    ages = _ages(plan, draft)
    chances = Chances(case.paid_after)
    lines = tuple(
        Line(
            id=item.id,
            number=item.number,
            open_amount=item.asked_amount,
            due_on=item.due_on,
            days_overdue=(days := (today - item.due_on).days),
            rank=rank,
            probability_unpaid=chances.unpaid(days),
            reached_days=ages[number],
        )
        for number, (item, rank) in sorted(
            enumerate(draft.chosen), key=lambda pair: -ladder.age(pair[1][0], today)
        )
        if item.due_on
    )
    amount = sum((line.open_amount for line in lines), ZERO)
    asked = ZERO if step.trigger == "after_payment" else amount - case.unallocated_amount
    value = expected_value(lines, asked, step.channel)
    why = tuple(reasons(case, plan, draft, lines, items))
    return Remind(case.customer_id, step, lines, amount, case.unallocated_amount, value, why)


def _ages(plan: Plan, draft: Draft) -> list[int]:
    """Return the age to keep with each item, by which another version of the plan will know how far it came."""
    if draft.step.trigger != "after_due":
        days = -draft.step.days if draft.step.trigger == "before_due" else 0
        return [days] * len(draft.chosen)
    steps = {step.rank: step for step in plan.ladder}
    return [
        ladder.step_age(plan.ladder, steps[rank], item) if rank in steps else 0 for item, rank in draft.chosen
    ]
