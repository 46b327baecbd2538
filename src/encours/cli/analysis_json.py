"""An analysis as JSON for other programs: stable keys, codes instead of words, amounts as strings."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from encours.reports.analysis import Analysis, Claim, CustomerAnalysis, Dso, IssueGroup, Task

FORMAT_VERSION = 1


def as_json(analysis: Analysis) -> str:
    """Return the analysis as JSON."""
    totals = analysis.totals
    return json.dumps(
        {
            "format": FORMAT_VERSION,
            "file": analysis.origin,
            "today": analysis.today,
            "period": analysis.period,
            "currency": analysis.currency,
            "default_terms": analysis.default_terms,
            "totals": {name: getattr(totals, name) for name in totals.__slots__},
            "aged_balance": {**analysis.aged.by_column, "unallocated": analysis.aged.unallocated},
            "dso": _dso(analysis.dso) if analysis.dso else None,
            "customers": [_customer(customer) for customer in analysis.customers],
            "open_items": [
                {name: getattr(item, name) for name in item.__slots__} for item in analysis.open_items
            ],
            "claims": {
                "interest": analysis.claims.interest,
                "recovery_fees": analysis.claims.fees,
                "total": analysis.claims.total,
                "partial": analysis.claims.partial,
                "counted_until": analysis.claims.counted_until,
                "invoices": [_claim(claim) for claim in analysis.claims.claims],
            },
            "to_do": [_task(task) for task in analysis.tasks],
            "matches": {"count": analysis.matches.count, "amount": analysis.matches.amount},
            "issues": [_issue(group) for group in analysis.issues],
        },
        default=_plain,
        ensure_ascii=False,
        indent=1,
    )


def _dso(dso: Dso) -> dict[str, Any]:
    return {
        "measured_on": dso.measured_on,
        "days": dso.days,
        "sales": dso.sales,
        "count_back": dso.count_back.days if dso.count_back else None,
        "count_back_at_least": bool(dso.count_back and dso.count_back.at_least),
        "simple": dso.simple,
        "best_possible": dso.best_possible,
    }


def _task(task: Task) -> dict[str, Any]:
    decision = task.decision
    return {
        "customer_code": task.customer.code,
        "step": decision.step.template,
        "channel": decision.step.channel,
        "amount": decision.amount,
        "expected_value": decision.expected_value,
        "numbers": [line.number for line in decision.items],
        "reasons": [{"code": why.code, **why.params} for why in decision.reasons],
    }


def _issue(group: IssueGroup) -> dict[str, Any]:
    return {
        "code": group.code,
        "severity": group.severity,
        "count": group.count,
        "message": str(group.first),
        "lines": group.lines,
    }


def _customer(customer: CustomerAnalysis) -> dict[str, Any]:
    return {
        "code": customer.code,
        "name": customer.name,
        "outstanding": customer.outstanding,
        "overdue": customer.overdue,
        "oldest_days": customer.oldest_days,
        "aged_balance": {**customer.aged.by_column, "unallocated": customer.aged.unallocated},
        "grade": customer.grade.letter,
        "points": customer.grade.points,
        "confidence": customer.grade.confidence,
        "reasons": [{"code": one.code, "points": one.points, **one.params} for one in customer.grade.reasons],
        "days_beyond_terms": customer.behavior.days_beyond_terms,
        "interest": customer.interest,
        "recovery_fees": customer.fees,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "customer_code": claim.customer_code,
        "number": claim.number,
        "due_on": claim.due_on,
        "settled_on": claim.settled_on,
        "amount": claim.amount,
        "open_amount": claim.open_amount,
        "interest": claim.interest.total,
        "counted_until": claim.interest.counted_until,
        "partial": claim.interest.partial,
        "recovery_fee": claim.fee_amount,
        "segments": [
            {name: getattr(part, name) for name in part.__slots__} for part in claim.interest.segments
        ],
    }


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return f"{value:.2f}" if isinstance(exponent, int) and exponent >= 0 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in this file.")
