"""What a debtor said would be paid, and when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.receivables.models import Item


class PromiseSource(models.TextChoices):
    """Where a promise was heard."""

    CALL = "call", _("Said on the phone")
    REPLY = "reply", _("Written in a reply")
    DESK = "desk", _("Noted at the desk")


class Promise(models.Model):
    """An amount that a debtor promised to pay by a date.

    Whether it runs, was kept or was broken is a question put to the ledger; `broken_on` and `kept_on` only keep
    the day on which the daily run saw it, so that it is told once.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="promise", db_index=False
    )
    amount = models.DecimalField(_("Amount"), max_digits=15, decimal_places=2)
    promised_on = models.DateField(_("Promised for"))
    made_on = models.DateField()
    source = models.CharField(max_length=10, choices=PromiseSource.choices)
    sentence = models.TextField(blank=True)
    reminder_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    recorded_by = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    kept_on = models.DateField(null=True, blank=True)
    broken_on = models.DateField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_amount_positive"),
            models.CheckConstraint(
                condition=Q(kept_on__isnull=True) | Q(broken_on__isnull=True), name="promise_one_end"
            ),
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="promise_by_customer")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.promised_on}"


class PromiseItem(models.Model):
    """An item that a promise covers, and what was open on it when it was made."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    promise = models.ForeignKey(Promise, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", related_query_name="promise_line")
    open_amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "promise", "item"], name="promise_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.promise_id}"
