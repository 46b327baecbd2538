"""Organizations, the people who work in them, and what they decided for all their customers."""

from typing import ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person who may sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person who signs in; what they may do is said by their memberships."""

    username = None  # type: ignore[assignment]  # the e-mail address identifies a person
    email = models.EmailField(_("E-mail address"), unique=True)
    language = models.CharField(
        max_length=2, default="fr", choices=[("fr", _("French")), ("en", _("English"))]
    )
    theme = models.CharField(max_length=5, default="auto")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # this manager knows no username

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Organization(models.Model):
    """The creditor: a legal entity, and the border that no data crosses."""

    name = models.CharField(_("Name"), max_length=200)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    address = models.CharField(_("Address"), max_length=300, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=12, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="FR")
    phone = models.CharField(_("Phone"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail address"), blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, default="EUR")
    language = models.CharField(_("Language"), max_length=2, default="fr")
    timezone = models.CharField(_("Time zone"), max_length=50, default="Europe/Paris")
    default_terms = models.CharField(_("Default payment terms"), max_length=100, default="30 days")
    aging_columns = models.JSONField(_("Aged balance columns"), default=list)
    interest_kind = models.CharField(max_length=20, default="default")
    interest_rate_percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    interest_claimed = models.BooleanField(_("State late interest in letters"), default=True)
    recovery_fee_claimed = models.BooleanField(_("State the recovery fee in letters"), default=True)
    sending_on_since = models.DateTimeField(null=True, blank=True)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    daily_ran_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def simulation(self) -> bool:
        """Tell whether everything is computed and nothing leaves."""
        return self.sending_on_since is None


class Role(models.TextChoices):
    """What a member is in the organization."""

    ADMIN = "admin", _("Administrator")
    CREDIT_MANAGER = "credit_manager", _("Credit manager")
    COLLECTOR = "collector", _("Collector")
    SALES = "sales", _("Sales")
    ACCOUNTING = "accounting", _("Accounting")
    LEGAL = "legal", _("Legal")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    """One person in one organization, with a role, perhaps held to a portfolio."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    restricted = models.BooleanField(_("Sees only their own portfolio"), default=False)
    absent_from = models.DateField(_("Absent from"), null=True, blank=True)
    absent_until = models.DateField(_("Absent until"), null=True, blank=True)
    covered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Covered by")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class SignIn(models.TextChoices):
    """How a mail server knows who we are."""

    PASSWORD = "password", _("Password")
    MICROSOFT = "microsoft", "Microsoft 365"
    GOOGLE = "google", "Google"


class SenderPurpose(models.TextChoices):
    """For whom an address speaks."""

    MAIN = "main", _("The organization")
    COLLECTOR = "collector", _("One collector")
    ESCALATED = "escalated", _("A higher voice, for the last steps")


class Sender(models.Model):
    """A mail server and an address from which an organization, one of its collectors or their superior writes."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=SenderPurpose.choices, default=SenderPurpose.MAIN)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("Sender name"), max_length=100)
    email = models.EmailField(_("Sender address"))
    reply_to = models.EmailField(_("Reply-to address"), blank=True)
    host = models.CharField(_("SMTP server"), max_length=200)
    port = models.PositiveIntegerField(_("Port"), default=587)
    security = models.CharField(_("Security"), max_length=10, default="starttls")
    username = models.CharField(_("User name"), max_length=200, blank=True)
    sign_in = models.CharField(max_length=10, choices=SignIn.choices, default=SignIn.PASSWORD)
    sealed_password = models.TextField(blank=True)
    signature = models.TextField(_("Signature"), blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    domain_checked_at = models.DateTimeField(null=True, blank=True)
    domain_report = models.JSONField(default=dict)
    plus_addresses = models.BooleanField(_("The mail server takes name+word@ for name@"), default=False)
    bounce_to = models.EmailField(_("Address for what comes back"), blank=True)
    alarm = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose", "user"], name="sender_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(security__in=["none", "starttls", "tls"]), name="sender_security_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sign_in__in=SignIn.values), name="sender_sign_in_known"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="collector", user__isnull=False)
                | (models.Q(purpose__in=["main", "escalated"]) & models.Q(user__isnull=True)),
                name="sender_purpose_known",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class ProviderAccount(models.Model):
    """An account with a company that carries text messages or letters; its secrets are sealed."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10)
    provider = models.CharField(_("Provider"), max_length=20)
    options = models.JSONField(default=dict)
    sealed_secrets = models.TextField(blank=True)
    base_url = models.URLField(_("Address of the service"), blank=True)
    test_mode = models.BooleanField(_("Test mode: nothing leaves this machine"), default=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "channel"], name="provider_once"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["sms", "letter"]), name="provider_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} by {self.provider}"


class RateFields(models.Model):
    """One published rate of one half-year, with where it was read."""

    kind = models.CharField(max_length=20)
    starts_on = models.DateField()
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    source = models.CharField(max_length=300)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on} {self.percent}"


class PublicRate(RateFields):
    """A rate read from its public source, good for every organization of this installation."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "starts_on"], name="public_rate_once")]


class EnteredRate(RateFields):
    """A rate that a person entered for one organization, with its source."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    entered_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "starts_on"], name="entered_rate_once")
        ]
