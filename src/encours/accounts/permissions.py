"""What each role may do, as a table that the doors ask and that the documentation prints."""

from encours.accounts.models import Membership, Role

VIEW = "view"
IMPORT = "import"
REMIND = "remind"
EDIT_CUSTOMERS = "edit_customers"
ALLOCATE = "allocate"
CONFIGURE = "configure"
MANAGE_MEMBERS = "manage_members"
SWITCH_SENDING = "switch_sending"

EVERYTHING = frozenset(
    {VIEW, IMPORT, REMIND, EDIT_CUSTOMERS, ALLOCATE, CONFIGURE, MANAGE_MEMBERS, SWITCH_SENDING}
)

GRANTED: dict[str, frozenset[str]] = {
    Role.ADMIN: EVERYTHING,
    Role.CREDIT_MANAGER: EVERYTHING - {MANAGE_MEMBERS},
    Role.COLLECTOR: frozenset({VIEW, REMIND, EDIT_CUSTOMERS, ALLOCATE}),
    Role.SALES: frozenset({VIEW}),
    Role.ACCOUNTING: frozenset({VIEW, IMPORT, ALLOCATE, EDIT_CUSTOMERS}),
    Role.LEGAL: frozenset({VIEW, REMIND}),
    Role.AUDITOR: frozenset({VIEW}),
}


def may(membership: Membership, permission: str) -> bool:
    """Tell whether the member's role grants the permission."""
    return permission in GRANTED[membership.role]


def only_reads(membership: Membership) -> bool:
    """Tell whether the member's role changes nothing, not even what concerns the member alone."""
    return GRANTED[membership.role] == {VIEW}
