"""What a ledger file says by itself, without a database: who owes what, who is drifting, what to do today."""

from encours.reports.analysis.model import (
    Analysis,
    Claim,
    Claims,
    CustomerAnalysis,
    Dso,
    IssueGroup,
    LedgerItem,
    Matches,
    Task,
    Totals,
)
from encours.reports.analysis.whole import analyze

__all__ = [
    "Analysis",
    "Claim",
    "Claims",
    "CustomerAnalysis",
    "Dso",
    "IssueGroup",
    "LedgerItem",
    "Matches",
    "Task",
    "Totals",
    "analyze",
]
