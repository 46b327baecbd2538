"""What left the house or is about to: one row per message, and the very bytes it was made of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    LETTER = "letter", _("Letter")


class State(models.TextChoices):
    """How far a sending has come."""

    RESERVED = "reserved", _("Waiting to leave")
    SENDING = "sending", _("Leaving")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    IN_DOUBT = "in_doubt", _("In doubt")
    CANCELED = "canceled", _("Canceled")


class Content(models.Model):
    """The bytes of a message, kept once under their hash."""

    organization_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "sha256"], name="content_once")]

    def __str__(self) -> str:
        return self.sha256


class Sending(models.Model):
    """One attempt to deliver one message; its key makes it happen once.

    The hash outlives the content, which may be erased for privacy: it still proves what left.
    """

    organization_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RESERVED)
    recipient = models.CharField(max_length=1000)
    sender = models.CharField(max_length=320, blank=True)
    subject = models.TextField(blank=True)
    message_id = models.CharField(max_length=320, blank=True)
    content_hash = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    reserved_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=500, blank=True)
    options = models.JSONField(default=dict)
    delivery = models.CharField(max_length=20, blank=True)
    delivery_at = models.DateTimeField(null=True)
    price = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    token = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "key"], name="sending_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="sending_channel_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="sending_state_known"),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(started_at__isnull=False), name="sending_started"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.SENT, State.FAILED, State.CANCELED])
                | Q(finished_at__isnull=False),
                name="sending_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["organization_id", "state", "next_attempt_at"], name="sending_due"),
            models.Index(
                fields=["organization_id", "message_id"], name="sending_message", condition=~Q(message_id="")
            ),
            models.Index(fields=["organization_id", "token"], name="sending_token", condition=~Q(token="")),
            models.Index(
                fields=["organization_id", "provider", "provider_id"],
                name="sending_by_provider",
                condition=~Q(provider=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Delivery(models.Model):
    """One thing a carrier told about a sending after it had left, with its proof if there is one."""

    organization_id = models.BigIntegerField()
    sending = models.ForeignKey(Sending, models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=20)
    happened_at = models.DateTimeField()
    told_at = models.DateTimeField()
    detail = models.CharField(max_length=500, blank=True)
    raw = models.JSONField(default=dict)
    proof_kind = models.CharField(max_length=20, blank=True)
    proof_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "sending", "status", "happened_at"], name="delivery_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.happened_at}"
