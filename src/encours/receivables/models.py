"""What is owed: items, what settles what, the files they came from, and the documents that prove them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer


class ItemKind(models.TextChoices):
    """What a row on a customer's account is."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    PAYMENT = "payment", _("Payment")
    PREPAYMENT = "prepayment", _("Prepayment")
    RETURNED_PAYMENT = "returned_payment", _("Returned payment")
    OPENING = "opening", _("Opening")
    ADJUSTMENT = "adjustment", _("Adjustment")


class Side(models.TextChoices):
    """Whether a row adds to what the customer owes, or takes away from it."""

    DEBIT = "debit", _("Debit")
    CREDIT = "credit", _("Credit")


class Item(models.Model):
    """One row on a customer's account; instalments of one invoice are items that share a number."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", related_query_name="item", db_index=False
    )
    kind = models.CharField(max_length=20, choices=ItemKind.choices)
    side = models.CharField(max_length=6, choices=Side.choices)
    number = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=300, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField()
    due_basis = models.CharField(max_length=10, default="given")
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    open_amount = models.DecimalField(max_digits=15, decimal_places=2)
    settled_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    # Compared byte by byte: nobody reads these in order, and every row of a load is looked up by them.
    source = models.CharField(max_length=40, db_collation="C")
    external_id = models.CharField(max_length=80, db_collation="C")
    import_id = models.BigIntegerField(null=True, blank=True)
    line = models.BigIntegerField(null=True, blank=True)
    lettering = models.CharField(max_length=40, blank=True)
    disputed_on = models.DateField(null=True, blank=True)
    disputed_amount = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)
    dispute_reason = models.CharField(max_length=300, blank=True)
    missing_since = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="item_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="item_amount_positive"),
            models.CheckConstraint(
                condition=Q(open_amount__gte=0) & Q(open_amount__lte=F("amount")),
                name="item_open_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(disputed_amount__isnull=True)
                | (
                    Q(disputed_amount__gt=0)
                    & Q(disputed_amount__lte=F("amount"))
                    & Q(disputed_on__isnull=False)
                ),
                name="item_disputed_part",
            ),
            models.CheckConstraint(
                condition=(
                    (Q(kind__in=["invoice", "returned_payment"]) & Q(side="debit"))
                    | (Q(kind__in=["credit_note", "payment", "prepayment"]) & Q(side="credit"))
                    | (Q(kind__in=["opening", "adjustment"]) & Q(side__in=["debit", "credit"]))
                ),
                name="item_side_follows_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "customer", "issued_on"], name="item_by_customer"),
            # What is owed is read from this index alone: a third of the time on a million open items.
            models.Index(
                fields=["organization", "customer", "due_on"],
                name="item_open",
                condition=Q(open_amount__gt=0),
                include=["side", "open_amount", "currency", "issued_on", "missing_since"],
            ),
            # The list of items is cut from this index, latest first, and counted from it alone.
            models.Index(
                "organization",
                F("issued_on").desc(nulls_last=True),
                "id",
                name="item_latest",
                condition=Q(missing_since=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk}"

    @property
    def disputed_part(self) -> Decimal:
        """Return how much of what is open is contested: the amount that was named, or all of it."""
        if self.disputed_on is None:
            return Decimal(0)
        whole = self.open_amount
        return whole if self.disputed_amount is None else min(self.disputed_amount, whole)

    @property
    def asked_amount(self) -> Decimal:
        """Return how much of what is open may be asked for."""
        return self.open_amount - self.disputed_part


class Allocation(models.Model):
    """So much of a credit item settles a debit item, at a date."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    debit = models.ForeignKey(
        Item, models.CASCADE, related_name="+", related_query_name="debit_allocation", db_index=False
    )
    credit = models.ForeignKey(
        Item, models.CASCADE, related_name="+", related_query_name="credit_allocation", db_index=False
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    allocated_on = models.DateField()
    origin = models.CharField(max_length=10)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "debit", "credit"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.CheckConstraint(
                condition=Q(origin__in=["lettering", "given", "manual", "match"]),
                name="allocation_origin_known",
            ),
        ]
        indexes = [models.Index(fields=["organization", "credit"], name="allocation_by_credit")]

    def __str__(self) -> str:
        return f"{self.credit_id} settles {self.debit_id}"


class Match(models.Model):
    """A proposal that a credit settles a debit: a guess, before anyone agrees; it changes no amount."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="match", db_index=False
    )
    debit = models.ForeignKey(Item, models.CASCADE, related_name="+", related_query_name="debit_match")
    credit = models.ForeignKey(Item, models.CASCADE, related_name="+", related_query_name="credit_match")
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    rule = models.CharField(max_length=30)
    proposed_on = models.DateField()
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "debit", "credit"], name="match_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="match_amount_positive"),
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="match_by_customer")]

    def __str__(self) -> str:
        return f"{self.credit_id} may settle {self.debit_id}"


class Document(models.Model):
    """A file kept under the hash of its content: an imported ledger, an invoice, a proof."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="+", related_query_name="document"
    )
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    added_by = models.BigIntegerField(null=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer"], name="document_by_customer")]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    """How far a file has come."""

    RECEIVED = "received", _("Received")
    MAPPING = "mapping", _("Columns to confirm")
    READING = "reading", _("Reading")
    PREVIEWED = "previewed", _("To confirm")
    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Undone")


class Import(models.Model):
    """One file on its way in, what it would change, what it changed."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.RECEIVED)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    mapping = models.JSONField(null=True, blank=True)
    options = models.JSONField(default=dict, blank=True)
    preview = models.JSONField(null=True, blank=True)
    summary = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    imported_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="import_latest")]

    def __str__(self) -> str:
        return self.file_name


class ImportIssue(models.Model):
    """One thing that a file said and that we could not take as it stands."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    source_import = models.ForeignKey(Import, models.CASCADE, related_name="issues")
    line = models.BigIntegerField(null=True)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    message = models.TextField()
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization", "source_import"], name="issue_by_import")]

    def __str__(self) -> str:
        return str(self.message % self.params)


class ImportChange(models.Model):
    """What a row was before an import changed it, kept so that the import can be undone."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    source_import = models.ForeignKey(Import, models.CASCADE, related_name="+")
    subject_type = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["organization", "source_import"], name="change_by_import")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class ColumnMapping(models.Model):
    """How the columns of one layout of file were read last time."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "fingerprint"], name="mapping_once")]

    def __str__(self) -> str:
        return self.fingerprint
