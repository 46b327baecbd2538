"""Mailboxes that are read, what debtors wrote in them, and what it was understood to mean."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization, SignIn
from encours.customers.models import Contact, Customer


class MailboxWay(models.TextChoices):
    """How messages come in."""

    IMAP = "imap", _("Read by IMAP")
    PUSHED = "pushed", _("Handed over by a provider")


class Mailbox(models.Model):
    """A mailbox read by IMAP, its cursor saying which messages were taken in, or a door where a provider posts."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("Name"), max_length=100)
    email = models.EmailField(_("Address"))
    way = models.CharField(max_length=6, choices=MailboxWay.choices, default=MailboxWay.IMAP)
    host = models.CharField(_("IMAP server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(_("Port"), default=993)
    security = models.CharField(_("Security"), max_length=10, default="tls")
    username = models.CharField(_("User name"), max_length=200, blank=True)
    sign_in = models.CharField(max_length=10, choices=SignIn.choices, default=SignIn.PASSWORD)
    sealed_password = models.TextField(blank=True)
    folder = models.CharField(_("Folder"), max_length=200, default="INBOX")
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "host", "username", "folder"],
                condition=Q(way="imap"),
                name="mailbox_once",
            ),
            models.CheckConstraint(
                condition=Q(way="pushed") | (Q(way="imap") & ~Q(host="")), name="mailbox_way_known"
            ),
            models.CheckConstraint(
                condition=Q(security__in=["none", "starttls", "tls"]), name="mailbox_security_known"
            ),
            models.CheckConstraint(condition=Q(sign_in__in=SignIn.values), name="mailbox_sign_in_known"),
        ]

    def __str__(self) -> str:
        return self.email


class MessageKind(models.TextChoices):
    """What an inbound message is, before anyone reads it."""

    REPLY = "reply", _("Reply")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    BOUNCE = "bounce", _("Returned by the mail server")
    SMS = "sms", _("Text message")


class MessageState(models.TextChoices):
    """Whether a person has read it."""

    NEW = "new", _("To read")
    READ = "read", _("Read")
    ANSWERED = "answered", _("Answered")
    SET_ASIDE = "set_aside", _("Set aside")


class InboundMessage(models.Model):
    """A message that came in: kept whole by its hash, read by its last words."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        related_query_name="inbound",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", related_query_name="inbound"
    )
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, blank=True, related_name="+")
    reminder_id = models.BigIntegerField(null=True, blank=True)
    source_key = models.CharField(max_length=300)
    message_id = models.CharField(max_length=500, blank=True)
    references = models.TextField(blank=True)
    from_address = models.CharField(max_length=320)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    said = models.TextField(blank=True)
    html = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    attachments = models.JSONField(default=list)
    kind = models.CharField(max_length=12, choices=MessageKind.choices, default=MessageKind.REPLY)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.NEW)
    matched_by = models.CharField(max_length=20, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    read_by = models.BigIntegerField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "source_key"], name="inbound_once")]
        indexes = [
            models.Index(fields=["organization", "state", "-received_at"], name="inbound_to_read"),
            models.Index(fields=["organization", "customer", "-received_at"], name="inbound_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.from_address}: {self.subject}"


class Reading(models.Model):
    """What a message was understood to mean, with the words that say so; true only once it is accepted."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(InboundMessage, models.CASCADE, related_name="readings")
    meaning = models.CharField(max_length=20)
    confidence = models.DecimalField(max_digits=5, decimal_places=4)
    details = models.JSONField(default=dict)
    sentence = models.TextField(blank=True)
    state = models.CharField(max_length=10, default="proposed")
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "message", "meaning"], name="reading_once"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "accepted", "refused"]), name="reading_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meaning} {self.confidence}"
