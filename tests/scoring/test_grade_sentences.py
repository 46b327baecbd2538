"""Every reason that the rule can give has its words, in both numbers and with its figures."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from encours.rules import grade
from encours.scoring import sentences

SOURCE = Path(grade.__file__).read_text(encoding="utf-8")
FIGURES = {
    "days": Decimal("31.4"), "previous_days": Decimal("12.0"), "target": 15, "habit_days": 12, "count": 2,
    "settled_count": 3, "months": 26, "share": Decimal("0.6200"), "amount": Decimal("1200.50"),
}  # fmt: skip
CODES = (
    "no_history", "thin_history", "days_beyond_terms", "trend_worse", "share_late", "worst_delay", "oldest_overdue",
    "broken_habit", "overdue_share", "doubtful_account", "insolvent", "long_history_clean",
)  # fmt: skip
IMPROVEMENTS = ("build_history", "pay_within_days", "pay_on_time", "no_delay_over_days", "settle_overdue")


def test_no_code_of_the_rule_is_forgotten() -> None:
    written = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', SOURCE)) | {"insolvent"}
    assert written - set(FIGURES) - {"overdue_oldest_days"} <= {*CODES, *IMPROVEMENTS}


@pytest.mark.parametrize("code", CODES)
def test_a_reason_is_a_sentence(code: str) -> None:
    with translation.override("en"):
        said = sentences.reason(code, FIGURES)
    assert said != code
    assert "%" not in said.replace("62%", "")


@pytest.mark.parametrize("code", IMPROVEMENTS)
def test_an_improvement_is_a_sentence(code: str) -> None:
    with translation.override("en"):
        said = sentences.improvement(code, FIGURES, 10)
    assert "10 points" in said
    assert sentences.improvement(code, FIGURES, 0) == ""
    assert sentences.improvement(None, {}, 10) == ""


def test_figures_kept_as_texts_read_the_same() -> None:
    with translation.override("en"):
        assert sentences.reason("days_beyond_terms", {"days": "31.4"}) == (
            "Pays 31 days after the due date on average"
        )
        assert sentences.reason("worst_delay", {"days": 1}) == "Worst delay: 1 day"
        assert sentences.reason("thin_history", {"settled_count": 1}).startswith("Only 1 payment seen")
        assert sentences.reason("share_late", {"share": "0.62"}) == "62% of the amounts are paid late"
