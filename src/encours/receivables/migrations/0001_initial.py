import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("added_by", models.BigIntegerField(null=True)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="document",
                        to="customers.customer",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("mapping", "Columns to confirm"),
                            ("reading", "Reading"),
                            ("previewed", "To confirm"),
                            ("loading", "Loading"),
                            ("loaded", "Loaded"),
                            ("refused", "Refused"),
                            ("undone", "Undone"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("progress_percent", models.PositiveSmallIntegerField(default=0)),
                ("mapping", models.JSONField(blank=True, null=True)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("preview", models.JSONField(blank=True, null=True)),
                ("summary", models.JSONField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                ("period_from", models.DateField(blank=True, null=True)),
                ("period_to", models.DateField(blank=True, null=True)),
                ("imported_by", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("loaded_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="receivables.document",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=10)),
                ("subject_id", models.BigIntegerField()),
                ("before", models.JSONField()),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "source_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="receivables.import"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportIssue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField(null=True)),
                ("code", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=10)),
                ("message", models.TextField()),
                ("params", models.JSONField(default=dict)),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "source_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issues",
                        to="receivables.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invoice", "Invoice"),
                            ("credit_note", "Credit note"),
                            ("payment", "Payment"),
                            ("prepayment", "Prepayment"),
                            ("returned_payment", "Returned payment"),
                            ("opening", "Opening"),
                            ("adjustment", "Adjustment"),
                        ],
                        max_length=20,
                    ),
                ),
                ("side", models.CharField(choices=[("debit", "Debit"), ("credit", "Credit")], max_length=6)),
                ("number", models.CharField(blank=True, max_length=80)),
                ("reference", models.CharField(blank=True, max_length=80)),
                ("label", models.CharField(blank=True, max_length=300)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("due_basis", models.CharField(default="given", max_length=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("settled_on", models.DateField(blank=True, null=True)),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("source", models.CharField(db_collation="C", max_length=40)),
                ("external_id", models.CharField(db_collation="C", max_length=80)),
                ("import_id", models.BigIntegerField(blank=True, null=True)),
                ("line", models.BigIntegerField(blank=True, null=True)),
                ("lettering", models.CharField(blank=True, max_length=40)),
                ("disputed_on", models.DateField(blank=True, null=True)),
                (
                    "disputed_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                ("dispute_reason", models.CharField(blank=True, max_length=300)),
                ("missing_since", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        related_query_name="item",
                        to="customers.customer",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("allocated_on", models.DateField()),
                ("origin", models.CharField(max_length=10)),
                ("import_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="credit_allocation",
                        to="receivables.item",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="debit_allocation",
                        to="receivables.item",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("rule", models.CharField(max_length=30)),
                ("proposed_on", models.DateField()),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="credit_match",
                        to="receivables.item",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="match",
                        to="customers.customer",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="debit_match",
                        to="receivables.item",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("mapping", models.JSONField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "fingerprint"), name="mapping_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["organization", "customer"], name="document_by_customer"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["organization", "-created_at"], name="import_latest"),
        ),
        migrations.AddIndex(
            model_name="importchange",
            index=models.Index(fields=["organization", "source_import"], name="change_by_import"),
        ),
        migrations.AddIndex(
            model_name="importissue",
            index=models.Index(fields=["organization", "source_import"], name="issue_by_import"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["organization", "customer", "issued_on"], name="item_by_customer"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)),
                fields=["organization", "customer", "due_on"],
                include=("side", "open_amount", "currency", "issued_on", "missing_since"),
                name="item_open",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("organization"),
                models.OrderBy(models.F("issued_on"), descending=True, nulls_last=True),
                models.F("id"),
                condition=models.Q(("missing_since", None)),
                name="item_latest",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                fields=("organization", "source", "external_id"), name="item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="item_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_amount__gte", 0), ("open_amount__lte", models.F("amount"))),
                name="item_open_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disputed_amount__isnull", True),
                    models.Q(
                        ("disputed_amount__gt", 0),
                        ("disputed_amount__lte", models.F("amount")),
                        ("disputed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="item_disputed_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["invoice", "returned_payment"]), ("side", "debit")),
                    models.Q(("kind__in", ["credit_note", "payment", "prepayment"]), ("side", "credit")),
                    models.Q(("kind__in", ["opening", "adjustment"]), ("side__in", ["debit", "credit"])),
                    _connector="OR",
                ),
                name="item_side_follows_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["organization", "credit"], name="allocation_by_credit"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                fields=("organization", "debit", "credit"), name="allocation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="allocation_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["lettering", "given", "manual", "match"])),
                name="allocation_origin_known",
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(fields=["organization", "customer"], name="match_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(fields=("organization", "debit", "credit"), name="match_once"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="match_amount_positive"
            ),
        ),
    ]
