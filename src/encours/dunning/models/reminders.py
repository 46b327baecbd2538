"""The reminders a plan led to, what they speak of, what holds a case back, and what the rule last said of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning.models.plans import DunningPlan, Step
from encours.receivables.models import Item


class ReminderState(models.TextChoices):
    """How far a reminder has come."""

    DRAFTED = "drafted", _("To confirm")
    CONFIRMED = "confirmed", _("Confirmed")
    PRINTED = "printed", _("Ready to post")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    IN_DOUBT = "in_doubt", _("In doubt")
    SKIPPED = "skipped", _("Skipped")
    CANCELED = "canceled", _("Canceled")


class Reminder(models.Model):
    """One message about one or several items of a customer, from its draft to the wire.

    `held` says why a confirmed one cannot leave yet, `failure` why it did not. Subject and body stay empty
    until a person edits them or the message leaves: a draft is written afresh with the figures of the day.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="reminder", db_index=False
    )
    plan = models.ForeignKey(DunningPlan, models.PROTECT, related_name="+")
    step = models.ForeignKey(
        Step, models.PROTECT, related_name="+", related_query_name="reminder", db_index=False
    )
    rank = models.SmallIntegerField()
    trigger = models.CharField(max_length=20)
    channel = models.CharField(max_length=10)
    registered = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ReminderState.choices, default=ReminderState.DRAFTED)
    held = models.CharField(max_length=40, blank=True)
    decided_on = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    expected_value = models.DecimalField(max_digits=15, decimal_places=2)
    explanation = models.JSONField()
    language = models.CharField(max_length=2)
    recipient = models.CharField(max_length=300, blank=True)
    copies = models.CharField(max_length=1000, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    simulated_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    sending_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # One thing at a time for a customer: no second message while one waits to leave.
            models.UniqueConstraint(
                fields=["organization", "customer"],
                condition=Q(state__in=["drafted", "confirmed"]),
                name="reminder_waiting_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="reminder_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["organization", "state"], name="reminder_work"),
            models.Index(fields=["organization", "customer", "-created_at"], name="reminder_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.state}"


class ReminderItem(models.Model):
    """An item spoken of in a reminder, and its open amount at that moment."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    # Found by the unique key and by the index below, which begin with the organization as every question does.
    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="lines", db_index=False)
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="+", related_query_name="reminder_line", db_index=False
    )
    trigger = models.CharField(max_length=20)
    rank = models.SmallIntegerField()
    reached_days = models.SmallIntegerField(default=0)
    open_amount = models.DecimalField(max_digits=15, decimal_places=2)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "reminder", "item"], name="reminder_item_once")
        ]
        indexes = [models.Index(fields=["organization", "item"], name="reminder_by_item")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.reminder_id}"


class Pause(models.Model):
    """A customer, or one item, left alone until a date, by a person and for a reason."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="pause", db_index=False
    )
    item = models.ForeignKey(
        Item, models.CASCADE, null=True, blank=True, related_name="+", related_query_name="pause"
    )
    until = models.DateField()
    reason = models.CharField(max_length=300)
    placed_by = models.BigIntegerField(null=True)
    placed_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer"], name="pause_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} until {self.until}"


class Decision(models.Model):
    """What the rule last said of a customer, and why: a reminder, or nothing and the reason.

    `basis` is a print of the facts it was decided on: the same print on the same day needs no second thought.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="decision", db_index=False
    )
    decided_on = models.DateField()
    outcome = models.CharField(max_length=6)
    reason = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    until = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    basis = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "customer"], name="decision_once")]
        indexes = [models.Index(fields=["organization", "outcome", "-amount"], name="decision_list")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}"
