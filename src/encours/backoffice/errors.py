"""How a refusal of a room is told to a person: one place for every sentence."""

from django.utils.translation import gettext

from encours.accounts.errors import AccountsError
from encours.customers.errors import CustomersError
from encours.dunning.errors import DunningError
from encours.payment_plans.errors import PaymentPlansError
from encours.receivables.errors import ReceivablesError

REFUSALS = (AccountsError, CustomersError, ReceivablesError, PaymentPlansError, DunningError)


def sentence(refusal: Exception) -> str:
    """Return the refusal in the reader's language."""
    return gettext(str(refusal))
