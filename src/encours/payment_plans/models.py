"""What a debtor may pay in several parts: the items, and the installments with their days."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.receivables.models import Item


class PaymentPlan(models.Model):
    """An agreement on some open items of a customer: while its installments come, nothing is asked about them."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="payment_plan", db_index=False
    )
    agreed_on = models.DateField(_("Agreed on"))
    note = models.TextField(_("Note"), blank=True)
    agreed_by = models.BigIntegerField(null=True)
    agreed_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer"], name="payment_plan_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.agreed_on}"


class PaymentPlanItem(models.Model):
    """An item of the agreement, and what was open on it that day."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    plan = models.ForeignKey(PaymentPlan, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", related_query_name="payment_plan_line")
    open_amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "plan", "item"], name="payment_plan_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.plan_id}"


class Installment(models.Model):
    """One part of the agreement: how much, by when."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    plan = models.ForeignKey(PaymentPlan, models.CASCADE, related_name="installments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("Due on"))
    amount = models.DecimalField(_("Amount"), max_digits=15, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "plan", "number"], name="installment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="installment_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.due_on}"
