"""Whose work a page shows: one's own with that of the absent colleagues one covers, a colleague's, everybody's."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from encours.accounts import people
from encours.accounts.models import Role
from encours.backoffice.desk import Desk

ME, ALL = "me", "all"


@dataclass(frozen=True)
class Whose:
    """The choice of the reader; without numbers, everybody's work."""

    chosen: str
    ids: frozenset[int] | None
    choices: list[tuple[str, str]]
    covered: list[str]

    @property
    def mine(self) -> bool:
        """Tell whether the reader looks at their own work."""
        return self.chosen == ME


def whose(desk: Desk, asked: str) -> Whose:
    """Return whose work is asked for: a collector's own unless told otherwise, everybody's for who manages them."""
    names = {one.user_id: str(one.user) for one in people.members(desk.organization.pk)}
    covered = people.covered_by(desk.organization.pk, desk.user.pk, desk.today)
    choices = [(ME, _("My work"))]
    if not desk.membership.restricted:
        others = [(str(number), name) for number, name in names.items() if number != desk.user.pk]
        choices += [(ALL, _("Everybody’s work")), *others]
    usual = ME if desk.membership.role == Role.COLLECTOR or desk.membership.restricted else ALL
    chosen = asked if asked in dict(choices) else usual
    ids = {
        ME: frozenset({desk.user.pk, *covered}),
        ALL: None,
    }.get(chosen, frozenset({int(chosen)}) if chosen.isdecimal() else None)
    return Whose(chosen, ids, choices, [names[number] for number in covered if number in names])
