"""What can go wrong with payment plans; the docstring is the message."""


class PaymentPlansError(Exception):
    """The change was refused."""

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "")


class PlanItemsError(PaymentPlansError):
    """A payment plan is about items that are still open and in no other plan: choose at least one."""


class InstallmentsError(PaymentPlansError):
    """The installments must add up to what is open, one day after the other, from today on."""


class PlanCanceledError(PaymentPlansError):
    """This payment plan was canceled meanwhile."""
