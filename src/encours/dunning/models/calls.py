"""The calls a person made, each with how it ended."""

from django.db import models

from encours.accounts.models import Organization
from encours.customers.models import Customer

# What somebody heard, or will hear. A call that only rang, or rang elsewhere, is no contact.
HEARD = ("promise", "dispute", "reached", "voicemail", "call_back")


class PhoneCall(models.Model):
    """A call to a customer; `reminder_id` is the reminder whose step it took, which then counts as the contact."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="phone_call", db_index=False
    )
    outcome = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    reminder_id = models.BigIntegerField(null=True, blank=True)
    happened_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer", "happened_at"], name="call_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.outcome}"
