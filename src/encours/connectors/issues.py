"""Gathering what a source says wrong, without drowning in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation.trans_null import gettext_noop as _

from encours.receivables.rows import Issue, Severity

SHOWN = 100


@dataclass
class Findings:
    """Issues in the order they were found; past a hundred of one code, the rest is counted."""

    kept: list[Issue] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        severity: Severity = "warning",
        **params: str,
    ) -> None:
        """Note one issue."""
        self.counts[code] += 1
        if self.counts[code] <= SHOWN:
            self.kept.append(Issue(line, code, message, severity, params))

    def add_lines(
        self,
        code: str,
        message: str,
        rows: Iterable[tuple[int, str | None]],
        *,
        severity: Severity = "warning",
    ) -> None:
        """Note the same issue for several lines, each with the value found there."""
        for line, value in rows:
            self.add(code, message, line=line, severity=severity, value=value or "")

    def all(self) -> list[Issue]:
        """Return every issue, by line, those of the whole file first."""
        more = [
            Issue(
                None,
                f"{code}_more",
                _("%(count)s more lines have the same issue as those shown (%(code)s)."),
                "warning",
                {"count": str(count - SHOWN), "code": code},
            )
            for code, count in self.counts.items()
            if count > SHOWN
        ]
        return sorted([*more, *self.kept], key=lambda issue: issue.line or 0)
