import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
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
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="Code")),
                ("name", models.CharField(max_length=200, verbose_name="Name")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("vat_number", models.CharField(blank=True, max_length=20, verbose_name="VAT number")),
                ("legal_form", models.CharField(blank=True, max_length=60, verbose_name="Legal form")),
                ("activity_code", models.CharField(blank=True, max_length=10, verbose_name="Activity code")),
                ("activity", models.CharField(blank=True, max_length=200, verbose_name="Activity")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="Address")),
                ("postal_code", models.CharField(blank=True, max_length=12, verbose_name="Postal code")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="City")),
                ("country", models.CharField(default="FR", max_length=2, verbose_name="Country")),
                (
                    "language",
                    models.CharField(default="fr", max_length=2, verbose_name="Language of letters"),
                ),
                ("terms", models.CharField(blank=True, max_length=100, verbose_name="Payment terms")),
                (
                    "terms_agreed",
                    models.BooleanField(default=False, verbose_name="Terms confirmed by a person"),
                ),
                (
                    "relationship",
                    models.CharField(default="general", max_length=30, verbose_name="Legal relationship"),
                ),
                (
                    "sole_trader",
                    models.BooleanField(default=False, verbose_name="Sole trader (a natural person)"),
                ),
                ("public_buyer", models.BooleanField(default=False, verbose_name="Public buyer")),
                ("segment", models.CharField(blank=True, max_length=60, verbose_name="Segment")),
                ("doubtful", models.BooleanField(default=False, verbose_name="Doubtful account (416)")),
                (
                    "insolvent_on",
                    models.DateField(blank=True, null=True, verbose_name="Insolvency proceedings opened on"),
                ),
                ("account", models.CharField(blank=True, max_length=40, verbose_name="Ledger account")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("custom", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "collector",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        related_query_name="collected_customer",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Collector",
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
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        related_query_name="sold_customer",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Salesperson",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="customers",
                        to="customers.customergroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="Name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("payables", "Accounts payable"),
                            ("buyer", "Buyer"),
                            ("director", "Director"),
                            ("other", "Other"),
                        ],
                        default="payables",
                        max_length=20,
                        verbose_name="Role",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail address")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="Phone")),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                ("bounce_detail", models.CharField(blank=True, db_default="", max_length=300)),
                ("phone_failed_at", models.DateTimeField(blank=True, null=True)),
                ("sms_opted_out_at", models.DateTimeField(blank=True, null=True)),
                ("opted_out_at", models.DateTimeField(blank=True, null=True)),
                ("source", models.CharField(default="desk", max_length=20)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "customer"], name="contact_by_customer")],
            },
        ),
        migrations.AddConstraint(
            model_name="customergroup",
            constraint=models.UniqueConstraint(fields=("organization", "name"), name="customer_group_once"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["organization", "name"], name="customer_by_name"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["organization", "collector"], name="customer_by_collector"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("organization", "code"), name="customer_code_once"),
        ),
    ]
