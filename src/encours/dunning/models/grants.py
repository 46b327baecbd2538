"""What opens mailboxes without a password: how we are known to a provider of mail, and what it lets us open."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization

PROVIDERS = ("microsoft", "google")


class MailApplication(models.Model):
    """The application an organization registered at a provider of mail; its secret is sealed.

    `by_itself`: it opens mailboxes in its own name, and nobody is asked for each.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    provider = models.CharField(max_length=10)
    client_id = models.CharField(_("Application (client) ID"), max_length=200)
    tenant = models.CharField(_("Directory (tenant) ID"), max_length=100, blank=True)
    sealed_secret = models.TextField(blank=True)
    by_itself = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider"], name="mail_application_once"),
            models.CheckConstraint(condition=Q(provider__in=PROVIDERS), name="mail_application_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.client_id}"


class MailGrant(models.Model):
    """What a provider lets us open: one mailbox, for reading and for writing; its tokens are sealed.

    `fault` says why nothing is asked any more (`refused_at`) or not before `retry_at`; `refusals` are those of the
    mail servers themselves, which know better than the provider.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    provider = models.CharField(max_length=10)
    username = models.CharField(max_length=200)
    sealed_refresh_token = models.TextField(blank=True)
    sealed_access_token = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    authorized_at = models.DateTimeField(null=True, blank=True)
    authorized_by = models.BigIntegerField(null=True, blank=True)
    asked = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    sealed_verifier = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    refusals = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider", "username"], name="mail_grant_once"),
            models.CheckConstraint(condition=Q(provider__in=PROVIDERS), name="mail_grant_known"),
        ]

    def __str__(self) -> str:
        return f"{self.username} at {self.provider}"
