import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
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
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="absent_from",
            field=models.DateField(blank=True, null=True, verbose_name="Absent from"),
        ),
        migrations.AddField(
            model_name="membership",
            name="absent_until",
            field=models.DateField(blank=True, null=True, verbose_name="Absent until"),
        ),
        migrations.AddField(
            model_name="membership",
            name="covered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Covered by",
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="alarm",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="sender",
            name="bounce_to",
            field=models.EmailField(blank=True, max_length=254, verbose_name="Address for what comes back"),
        ),
        migrations.AddField(
            model_name="sender",
            name="domain_checked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sender",
            name="domain_report",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="sender",
            name="plus_addresses",
            field=models.BooleanField(
                default=False, verbose_name="The mail server takes name+word@ for name@"
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("main", "The organization"),
                    ("collector", "One collector"),
                    ("escalated", "A higher voice, for the last steps"),
                ],
                default="main",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="signature",
            field=models.TextField(blank=True, verbose_name="Signature"),
        ),
        migrations.AddField(
            model_name="sender",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
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
                condition=models.Q(
                    models.Q(("purpose", "collector"), ("user__isnull", False)),
                    models.Q(("purpose__in", ["main", "escalated"]), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="sender_purpose_known",
            ),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
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
    ]
