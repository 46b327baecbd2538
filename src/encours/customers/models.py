"""The companies that owe us, the people to write to, and the groups they belong to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization


class CustomerGroup(models.Model):
    """Companies whose exposure is summed because one owns the others."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="customer_group_once")]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A company that buys from the organization, as the ledger and the desk know it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(_("Code"), max_length=60)
    name = models.CharField(_("Name"), max_length=200)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    legal_form = models.CharField(_("Legal form"), max_length=60, blank=True)
    activity_code = models.CharField(_("Activity code"), max_length=10, blank=True)
    activity = models.CharField(_("Activity"), max_length=200, blank=True)
    address = models.CharField(_("Address"), max_length=300, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=12, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="FR")
    language = models.CharField(_("Language of letters"), max_length=2, default="fr")
    terms = models.CharField(_("Payment terms"), max_length=100, blank=True)
    terms_agreed = models.BooleanField(_("Terms confirmed by a person"), default=False)
    relationship = models.CharField(_("Legal relationship"), max_length=30, default="general")
    sole_trader = models.BooleanField(_("Sole trader (a natural person)"), default=False)
    public_buyer = models.BooleanField(_("Public buyer"), default=False)
    segment = models.CharField(_("Segment"), max_length=60, blank=True)
    doubtful = models.BooleanField(_("Doubtful account (416)"), default=False)
    insolvent_on = models.DateField(_("Insolvency proceedings opened on"), null=True, blank=True)
    collector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        related_query_name="collected_customer",
        verbose_name=_("Collector"),
    )
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        related_query_name="sold_customer",
        verbose_name=_("Salesperson"),
    )
    group = models.ForeignKey(CustomerGroup, models.SET_NULL, null=True, blank=True, related_name="customers")
    account = models.CharField(_("Ledger account"), max_length=40, blank=True)
    note = models.TextField(_("Note"), blank=True)
    custom = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="customer_code_once")]
        indexes = [
            models.Index(fields=["organization", "name"], name="customer_by_name"),
            models.Index(fields=["organization", "collector"], name="customer_by_collector"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactRole(models.TextChoices):
    """Why we would write to this person."""

    PAYABLES = "payables", _("Accounts payable")
    BUYER = "buyer", _("Buyer")
    DIRECTOR = "director", _("Director")
    OTHER = "other", _("Other")


class Contact(models.Model):
    """A person, or a mailbox, at the customer."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts", db_index=False)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    role = models.CharField(
        _("Role"), max_length=20, choices=ContactRole.choices, default=ContactRole.PAYABLES
    )
    email = models.EmailField(_("E-mail address"), blank=True)
    phone = models.CharField(_("Phone"), max_length=30, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_detail = models.CharField(max_length=300, blank=True, db_default="")
    phone_failed_at = models.DateTimeField(null=True, blank=True)
    sms_opted_out_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=20, default="desk")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer"], name="contact_by_customer")]

    def __str__(self) -> str:
        return self.name or self.email or self.phone
