"""Plans and their versions, the steps they are made of, the words they use, and who is chased by which."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer


class TemplateKind(models.TextChoices):
    """What the words are made for."""

    MESSAGE = "message", _("E-mail or letter")
    SMS = "sms", _("Text message")
    SCRIPT = "script", _("Script of a call")


class Template(models.Model):
    """The words of a message in one language, with safe places for figures."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=TemplateKind.choices, default=TemplateKind.MESSAGE)
    name = models.CharField(_("Name"), max_length=60, blank=True)
    language = models.CharField(_("Language"), max_length=2)
    subject = models.CharField(_("Subject"), max_length=200, blank=True)
    body = models.TextField(_("Body"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code", "language"], name="template_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.language})"


class ChaseScope(models.TextChoices):
    """Whether one voice speaks for all that a customer owes, or each item follows its own steps."""

    CUSTOMER = "customer", _("One message for everything that is due")
    ITEM = "item", _("Each item by its own steps")


class DunningPlan(models.Model):
    """One version of what is said to a customer, when and how, before and after a due date and after the payment.

    The versions of a plan share a lineage, the number of the first of them. A version is a draft until it comes
    into force; one at most is in force, and the reminders keep the version that wrote them.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("Name"), max_length=100)
    description = models.CharField(_("Description"), max_length=300, blank=True)
    lineage = models.BigIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    default = models.BooleanField(default=False)
    scope = models.CharField(max_length=10, choices=ChaseScope.choices, default=ChaseScope.CUSTOMER)
    minimum_gap_days = models.PositiveSmallIntegerField(_("Minimum days between two contacts"), default=7)
    tolerance = models.DecimalField(_("Leave out items up to"), max_digits=15, decimal_places=2, default=0)
    in_force_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "lineage", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["organization", "lineage"],
                condition=Q(in_force_at__isnull=False, retired_at__isnull=True),
                name="plan_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "lineage"],
                condition=Q(in_force_at__isnull=True, retired_at__isnull=True),
                name="plan_draft_once",
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(default=True), name="plan_default_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One moment of a plan: when, by which channel, in which words, to whom and from whom.

    Ranks order the steps of a version: notices before the due date at zero and below, the last one at zero; the
    steps after it from 1; those that answer an event from 500; thanks from 1000.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    plan = models.ForeignKey(DunningPlan, models.CASCADE, related_name="steps")
    rank = models.SmallIntegerField()
    name = models.CharField(_("Name"), max_length=60)
    trigger = models.CharField(max_length=20)
    counts_from = models.CharField(max_length=10, default="due")
    event = models.CharField(max_length=30, blank=True)
    days = models.PositiveSmallIntegerField(_("Days"))
    channel = models.CharField(max_length=10)
    registered = models.BooleanField(_("Registered letter"), default=False)
    mode = models.CharField(max_length=12)
    template_code = models.CharField(max_length=40)
    contact_role = models.CharField(max_length=20, blank=True)
    escalate_to = models.CharField(max_length=20, blank=True)
    copy_to = models.CharField(max_length=20, blank=True)
    sender = models.CharField(max_length=10, default="main")
    attach_statement = models.BooleanField(_("Attach the statement"), default=False)
    attach_invoices = models.BooleanField(_("Attach the invoices"), default=False)
    minimum_amount = models.DecimalField(max_digits=15, decimal_places=2, default=0)
    states_interest = models.BooleanField(default=False)
    formal = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "plan", "rank"], name="step_rank_once"),
            models.CheckConstraint(
                condition=Q(trigger__in=["before_due", "after_due", "after_payment"]),
                name="step_trigger_known",
            ),
            models.CheckConstraint(
                condition=Q(counts_from__in=["due", "issue", "previous", "event"]), name="step_anchor_known"
            ),
            models.CheckConstraint(
                condition=Q(counts_from="event", event__gt="") | (~Q(counts_from="event") & Q(event="")),
                name="step_event_named",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["email", "sms", "letter", "phone"]), name="step_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(registered=False) | Q(channel="letter"), name="step_registered_letter"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["automatic", "to_confirm", "manual"]), name="step_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(sender__in=["main", "collector", "escalated"]), name="step_sender_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanRule(models.Model):
    """Which customers a plan is for; the first rule that fits a customer decides."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name"), max_length=100)
    lineage = models.BigIntegerField(null=True, blank=True)
    conditions = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "position"],
                name="plan_rule_place_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanAssignment(models.Model):
    """The plan a person chose for one customer, whatever the rules say; without a lineage, nothing is ever asked."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="plan_assignment", db_index=False
    )
    lineage = models.BigIntegerField(null=True, blank=True)
    assigned_by = models.BigIntegerField(null=True)
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "customer"], name="plan_assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} by {self.lineage}"


class Guardrails(models.Model):
    """What an organization never does to a debtor, whatever a plan says."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    gap_days = models.PositiveSmallIntegerField(
        _("Minimum days between two contacts, all channels"), default=2
    )
    budget_contacts = models.PositiveSmallIntegerField(_("Contacts per debtor and month"), default=6)
    stale_hours = models.PositiveSmallIntegerField(_("Ledger older than (hours)"), null=True, blank=True)
    window_from = models.TimeField(_("Send from"), default="08:00")
    window_to = models.TimeField(_("Send until"), default="18:30")
    week_days = models.JSONField(_("Days of the week"), default=list)
    keep_holidays = models.BooleanField(_("Nothing on public holidays"), default=True)
    holiday_region = models.CharField(_("Public holidays of"), max_length=10, blank=True)
    minimum_case = models.DecimalField(
        _("Nothing is asked below"), max_digits=15, decimal_places=2, default=0
    )
    promise_grace_days = models.PositiveSmallIntegerField(_("Days of grace after a promise"), default=2)
    replies_stop = models.BooleanField(_("A reply stops the plan until it is read"), default=True)
    accepted_classes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(window_to__gt=F("window_from")), name="guardrails_window_open")
        ]

    def __str__(self) -> str:
        return f"Guardrails of {self.organization_id}"
