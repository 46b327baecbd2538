import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="Name")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                ("vat_number", models.CharField(blank=True, max_length=20, verbose_name="VAT number")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="Address")),
                ("postal_code", models.CharField(blank=True, max_length=12, verbose_name="Postal code")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="City")),
                ("country", models.CharField(default="FR", max_length=2, verbose_name="Country")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="Phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail address")),
                ("iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN")),
                ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                ("currency", models.CharField(default="EUR", max_length=3, verbose_name="Currency")),
                ("language", models.CharField(default="fr", max_length=2, verbose_name="Language")),
                (
                    "timezone",
                    models.CharField(default="Europe/Paris", max_length=50, verbose_name="Time zone"),
                ),
                (
                    "default_terms",
                    models.CharField(default="30 days", max_length=100, verbose_name="Default payment terms"),
                ),
                ("aging_columns", models.JSONField(default=list, verbose_name="Aged balance columns")),
                ("interest_kind", models.CharField(default="default", max_length=20)),
                (
                    "interest_rate_percent",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True),
                ),
                (
                    "interest_claimed",
                    models.BooleanField(default=True, verbose_name="State late interest in letters"),
                ),
                (
                    "recovery_fee_claimed",
                    models.BooleanField(default=True, verbose_name="State the recovery fee in letters"),
                ),
                ("sending_on_since", models.DateTimeField(blank=True, null=True)),
                ("welcomed_at", models.DateTimeField(blank=True, null=True)),
                ("daily_ran_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="E-mail address")),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "French"), ("en", "English")], default="fr", max_length=2
                    ),
                ),
                ("theme", models.CharField(default="auto", max_length=5)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("admin", "Administrator"),
                            ("credit_manager", "Credit manager"),
                            ("collector", "Collector"),
                            ("sales", "Sales"),
                            ("accounting", "Accounting"),
                            ("legal", "Legal"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "restricted",
                    models.BooleanField(default=False, verbose_name="Sees only their own portfolio"),
                ),
                ("absent_from", models.DateField(blank=True, null=True, verbose_name="Absent from")),
                ("absent_until", models.DateField(blank=True, null=True, verbose_name="Absent until")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "covered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Covered by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnteredRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("starts_on", models.DateField()),
                ("percent", models.DecimalField(decimal_places=4, max_digits=7)),
                ("source", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                ("entered_by", models.BigIntegerField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProviderAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("provider", models.CharField(max_length=20, verbose_name="Provider")),
                ("options", models.JSONField(default=dict)),
                ("sealed_secrets", models.TextField(blank=True)),
                ("base_url", models.URLField(blank=True, verbose_name="Address of the service")),
                (
                    "test_mode",
                    models.BooleanField(default=True, verbose_name="Test mode: nothing leaves this machine"),
                ),
                ("tested_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublicRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("starts_on", models.DateField()),
                ("percent", models.DecimalField(decimal_places=4, max_digits=7)),
                ("source", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "starts_on"), name="public_rate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("main", "The organization"),
                            ("collector", "One collector"),
                            ("escalated", "A higher voice, for the last steps"),
                        ],
                        default="main",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="Sender name")),
                ("email", models.EmailField(max_length=254, verbose_name="Sender address")),
                ("reply_to", models.EmailField(blank=True, max_length=254, verbose_name="Reply-to address")),
                ("host", models.CharField(max_length=200, verbose_name="SMTP server")),
                ("port", models.PositiveIntegerField(default=587, verbose_name="Port")),
                ("security", models.CharField(default="starttls", max_length=10, verbose_name="Security")),
                ("username", models.CharField(blank=True, max_length=200, verbose_name="User name")),
                ("sealed_password", models.TextField(blank=True)),
                ("signature", models.TextField(blank=True, verbose_name="Signature")),
                ("tested_at", models.DateTimeField(blank=True, null=True)),
                ("domain_checked_at", models.DateTimeField(blank=True, null=True)),
                ("domain_report", models.JSONField(default=dict)),
                (
                    "plus_addresses",
                    models.BooleanField(
                        default=False, verbose_name="The mail server takes name+word@ for name@"
                    ),
                ),
                (
                    "bounce_to",
                    models.EmailField(blank=True, max_length=254, verbose_name="Address for what comes back"),
                ),
                ("alarm", models.JSONField(default=dict)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"), name="user_email_any_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("organization", "user"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        ["admin", "credit_manager", "collector", "sales", "accounting", "legal", "auditor"],
                    )
                ),
                name="membership_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="enteredrate",
            constraint=models.UniqueConstraint(
                fields=("organization", "kind", "starts_on"), name="entered_rate_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="provideraccount",
            constraint=models.UniqueConstraint(fields=("organization", "channel"), name="provider_once"),
        ),
        migrations.AddConstraint(
            model_name="provideraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["sms", "letter"])), name="provider_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.UniqueConstraint(
                fields=("organization", "purpose", "user"), name="sender_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.CheckConstraint(
                condition=models.Q(("security__in", ["none", "starttls", "tls"])),
                name="sender_security_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("purpose", "collector"), ("user__isnull", False)),
                    models.Q(("purpose__in", ["main", "escalated"]), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="sender_purpose_known",
            ),
        ),
    ]
