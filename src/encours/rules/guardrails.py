"""What forbids a contact whatever the plan says: the hour, the day, the silence to keep, the pressure already put."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from encours.rules.cases import ZERO, Case, CaseItem, Guardrails, Hold, Params, Plan, Step
from encours.rules.holidays import holiday

# The month of the pressure budget: any thirty days, so that no last day of a month is followed by a first.
BUDGET_DAYS = 30
# No place keeps so many days closed in a row; past it, nobody ever works.
LONGEST_CLOSURE = 31


def closed(guardrails: Guardrails, region: str, day: date) -> str:
    """Return why nothing may leave on a day: the code of its holiday, `day_off`, or nothing."""
    if guardrails.keep_holidays:
        named = holiday(day, region) or (holiday(day, guardrails.region) if guardrails.region else "")
        if named:
            return named
    return "" if day.isoweekday() in guardrails.week_days else "day_off"


def open_again(guardrails: Guardrails, region: str, day: date) -> date | None:
    """Return the first open day after a day, if there ever is one."""
    later = (day + timedelta(days=number) for number in range(1, LONGEST_CLOSURE))
    return next((other for other in later if not closed(guardrails, region, other)), None)


def waits(guardrails: Guardrails, region: str, now: datetime) -> tuple[str, datetime] | None:
    """Return what keeps a message from leaving at this local time and when it may, or nothing if it may now."""
    why = closed(guardrails, region, now.date())
    if not why and guardrails.window_from <= now.time() < guardrails.window_to:
        return None
    if not why and now.time() < guardrails.window_from:
        return "hours", datetime.combine(now.date(), guardrails.window_from, now.tzinfo)
    later = open_again(guardrails, region, now.date()) or now.date() + timedelta(days=LONGEST_CLOSURE)
    return why or "hours", datetime.combine(later, guardrails.window_from, now.tzinfo)


def working_since(guardrails: Guardrails, now: datetime, span: timedelta) -> datetime:
    """Return the local time since which so much time has passed on open days; a closed day does not count.

    Hours are those of the clock on the wall, whatever it did in between.
    """
    at, left = now.replace(tzinfo=None), span
    closed_days = 0
    while left and closed_days < LONGEST_CLOSURE:
        day = (at - timedelta(microseconds=1)).date()
        begun = datetime.combine(day, time.min)
        if closed(guardrails, guardrails.region, day):
            at, closed_days = begun, closed_days + 1
        else:
            passed = min(at - begun, left)
            at, left, closed_days = at - passed, left - passed, 0
    return at.replace(tzinfo=now.tzinfo)


def standing(case: Case, guardrails: Guardrails, overdue: Iterable[CaseItem]) -> Hold | None:
    """Look for what silences the whole case: insolvency, a payment that may settle it, an old ledger, a reply."""
    amount = sum((item.asked_amount for item in overdue), ZERO)
    if case.insolvent:
        return Hold(case.customer_id, "insolvent", None, {"amount": amount})
    if amount and case.unallocated_amount >= amount:
        return unallocated(case, amount)
    if case.stale_since is not None:
        return Hold(case.customer_id, "ledger_stale", None, {"stale_on": case.stale_since, "amount": amount})
    if guardrails.replies_stop and case.reply_on is not None:
        return Hold(case.customer_id, "reply_waiting", None, {"reply_on": case.reply_on, "amount": amount})
    return None


def unallocated(case: Case, amount: object) -> Hold:
    """Hold a case because what the customer paid, and nobody allocated, may settle what would be asked."""
    params = {"unallocated_amount": case.unallocated_amount, "amount": amount}
    return Hold(case.customer_id, "unallocated_credit", None, params)  # type: ignore[arg-type]  # a Decimal


def contact(case: Case, plan: Plan, guardrails: Guardrails, step: Step, today: date) -> Hold | None:
    """Look for what forbids this contact today: no way to reach, too soon after the last, too many already."""
    return _unreachable(case, step) or _too_soon(case, plan, guardrails, step, today)


def _unreachable(case: Case, step: Step) -> Hold | None:
    reachable = {
        "email": case.has_email,
        "sms": case.has_mobile,
        "letter": case.has_address,
        "phone": case.has_phone,
    }
    if reachable[step.channel]:
        return None
    bounced = step.channel == "email" and case.email_bounced
    return Hold(
        case.customer_id, "contact_bounced" if bounced else "contact_missing", None, {"channel": step.channel}
    )


def _too_soon(case: Case, plan: Plan, guardrails: Guardrails, step: Step, today: date) -> Hold | None:
    """Keep the silence between two contacts over all channels; thanks are no pressure, and keep the shorter one."""
    asks = step.trigger != "after_payment"
    silence = max(guardrails.gap_days, plan.minimum_gap_days if asks else 0, 1)
    if case.last_contact_on and today < (free_on := case.last_contact_on + timedelta(days=silence)):
        params: Params = {"last_contact_on": case.last_contact_on}
        return Hold(case.customer_id, "too_soon", free_on, params)
    if not asks or not guardrails.budget_contacts:
        return None
    recent = sorted(day for day in case.contacts if day > today - timedelta(days=BUDGET_DAYS))
    if len(recent) < guardrails.budget_contacts:
        return None
    free_on = recent[-guardrails.budget_contacts] + timedelta(days=BUDGET_DAYS)
    return Hold(case.customer_id, "budget_spent", free_on, {"count": len(recent)})
