"""Gathers the facts of the dunning decision: a few queries for any number of customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from encours.accounts.models import Organization
from encours.dunning import facts
from encours.rules.cases import Case, CaseItem, PaidAfter, Plan
from encours.rules.priority import HORIZON_DAYS, PAID_WITHIN_HORIZON

# Thanks that come later than this sound absent-minded.
THANKS_DAYS = 15
HISTORY_DAYS = 365
# Below this number of settled invoices, a median is nobody's habit.
HABIT_MINIMUM = 5
CONTACT = frozenset({"sent", "printed", "in_doubt"})
STUCK = frozenset({"failed", "in_doubt"})
AGES = [age for age, _ in PAID_WITHIN_HORIZON]

Row = tuple[Any, ...]
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A customer whose case may be different from the one last decided on, and the print of its facts."""

    customer_id: int
    basis: str
    candidate: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """The organization, the day and the reach of one run."""

    organization: Organization
    plan: Plan
    plan_id: int
    today: date
    rates_known_until: date | None

    @property
    def basis(self) -> str:
        """Return what the decisions of this run have in common."""
        known = self.rates_known_until
        return (
            f"{self.today:%y%m%d}.{self.plan_id}.{known:%y%m%d}"
            if known
            else f"{self.today:%y%m%d}.{self.plan_id}"
        )

    def parameters(self, customer_ids: Sequence[int]) -> dict[str, Any]:
        """Return the named parameters that every query of facts understands."""
        notice = max((step.days for step in self.plan.before_due()), default=0)
        return {
            "organization": self.organization.pk,
            "customers": list(customer_ids),
            "currency": self.organization.currency,
            "timezone": self.organization.timezone,
            "today": self.today,
            "horizon": self.today + timedelta(days=notice),
            "thanks_from": self.today - timedelta(days=THANKS_DAYS),
            "history_from": self.today - timedelta(days=HISTORY_DAYS),
            "ages": AGES,
            "reach": HORIZON_DAYS,
            "basis": self.basis,
        }


def suspects(scope: Scope, customer_ids: Sequence[int]) -> list[Suspect]:
    """Return the customers with something to decide whose facts are not those of their last decision."""
    rows = _rows(facts.SUSPECTS, scope.parameters(customer_ids))
    return [Suspect(customer_id, basis, candidate) for customer_id, basis, candidate in rows]


def cases(scope: Scope, customer_ids: Sequence[int]) -> list[Case]:
    """Return the case of each of these customers, in the order of their numbers."""
    parameters = scope.parameters(customer_ids)
    reminded = _reminded(parameters)
    said = _said(parameters, reminded.passed)
    items = _items(parameters, said)
    settled = _settled(parameters, said)
    tones = _tones(parameters, reminded.heard)
    credits_ = _pairs(facts.CREDITS, parameters)
    paying = {row[0]: row[1:] for row in _rows(facts.PAYING, parameters)}
    paused = _pairs(facts.PAUSED_CUSTOMERS, parameters)
    gathered = []
    for customer_id, insolvent_on, has_address, has_email in _rows(facts.CUSTOMERS, parameters):
        until = paused.get(customer_id)
        stuck_in = reminded.stuck.get(customer_id)
        gathered.append(
            Case(
                customer_id=customer_id,
                items=tuple(items.get(customer_id, ())),
                unallocated_amount=credits_.get(customer_id, facts.ZERO),
                last_contact_on=reminded.contacted.get(customer_id),
                last_rank=tones.get(customer_id, 0),
                on_hold_until=None if stuck_in else until,
                hold_reason=f"reminder_{stuck_in}" if stuck_in else "postponed" if until else "",
                has_email=has_email,
                has_address=has_address,
                usual_delay_days=_usual_delay(paying.get(customer_id)),
                insolvent=insolvent_on is not None and insolvent_on <= scope.today,
                settled_recently=tuple(settled.get(customer_id, ())),
                rates_known_until=scope.rates_known_until,
                paid_after=_paid_after(paying.get(customer_id)),
            )
        )
    return gathered


@dataclass(frozen=True, slots=True)
class _Said:
    """What was already said about one item."""

    rank: int
    noticed: bool
    thanked: bool


_NOTHING_SAID = _Said(0, noticed=False, thanked=False)


def _rows(query: str, parameters: Parameters) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[Row] = cursor.fetchall()
    return rows


def _pairs(query: str, parameters: Parameters) -> dict[int, Any]:
    return dict(_rows(query, parameters))


@dataclass(frozen=True, slots=True)
class _Reminded:
    """What the reminders of a range of customers mean for their cases."""

    passed: list[int]
    contacted: dict[int, date]
    heard: dict[int, list[tuple[int, date]]]
    stuck: dict[int, str]


def _reminded(parameters: Parameters) -> _Reminded:
    """Sort what was said: steps passed, last contacts, tones heard, and demands that wait for a person.

    A step counts as passed once the message left, may have left, waits for the post, or was skipped by a person;
    a courtesy that failed is not tried again the next day either. A demand that failed, or that nobody knows
    about, is stuck: no other is written meanwhile.
    """
    found = _Reminded([], {}, defaultdict(list), {})
    for number, customer_id, state, trigger, rank, sent_on in _rows(facts.REMINDED, parameters):
        demand = trigger == "after_due"
        if state != "failed" or not demand:
            found.passed.append(number)
        if state in CONTACT and sent_on is not None:
            found.contacted[customer_id] = max(sent_on, found.contacted.get(customer_id, sent_on))
            if demand:
                found.heard[customer_id].append((rank, sent_on))
        if demand and state in STUCK:
            found.stuck[customer_id] = state
    return found


def _said(parameters: Parameters, passed: Sequence[int]) -> dict[int, _Said]:
    if not passed:
        return {}
    return {
        item_id: _Said(rank or 0, noticed=bool(noticed), thanked=bool(thanked))
        for item_id, rank, noticed, thanked in _rows(facts.SAID, {**parameters, "reminders": list(passed)})
    }


def _items(parameters: Parameters, said: Mapping[int, _Said]) -> dict[int, list[CaseItem]]:
    postponed = _pairs(facts.PAUSED_ITEMS, parameters)
    found: dict[int, list[CaseItem]] = defaultdict(list)
    for item_id, customer_id, number, open_amount, due_on, disputed in _rows(facts.ITEMS, parameters):
        before = said.get(item_id, _NOTHING_SAID)
        found[customer_id].append(
            CaseItem(
                item_id,
                number,
                open_amount,
                due_on,
                "debit",
                before.rank,
                before.noticed,
                before.thanked,
                disputed,
                postponed.get(item_id),
            )
        )
    return found


def _settled(parameters: Parameters, said: Mapping[int, _Said]) -> dict[int, list[CaseItem]]:
    """Return the items paid lately after a reminder; what a credit note settled calls for no thanks."""
    reminded = [item_id for item_id, before in said.items() if before.rank > 0 and not before.thanked]
    found: dict[int, list[CaseItem]] = defaultdict(list)
    if not reminded:
        return found
    rows = _rows(facts.SETTLED, {**parameters, "items": reminded})
    for item_id, customer_id, number, paid, due_on in rows:
        if paid:
            found[customer_id].append(
                CaseItem(item_id, number, paid, due_on, reached_rank=said[item_id].rank)
            )
    return found


def _tones(parameters: Parameters, heard: Mapping[int, Sequence[tuple[int, date]]]) -> dict[int, int]:
    """Return the highest rank heard since each customer last had nothing overdue."""
    if not heard:
        return {}
    begun = _pairs(facts.EPISODES, {**parameters, "customers": list(heard)})
    return {
        customer_id: max((rank for rank, last_on in heard[customer_id] if last_on >= from_on), default=0)
        for customer_id, from_on in begun.items()
    }


def _usual_delay(paying: Row | None) -> int | None:
    if paying is None or paying[1] < HABIT_MINIMUM:
        return None
    usual: int = paying[0]
    return usual


def _paid_after(paying: Row | None) -> tuple[PaidAfter, ...]:
    if paying is None:
        return ()
    counts: Iterable[tuple[int, int]] = zip(paying[2::2], paying[3::2], strict=True)
    return tuple(
        PaidAfter(age, reached, paid) for age, (reached, paid) in zip(AGES, counts, strict=True) if reached
    )
