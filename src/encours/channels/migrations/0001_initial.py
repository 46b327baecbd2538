import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Content",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("media_type", models.CharField(max_length=100)),
                ("body", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "sha256"), name="content_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=200)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "Text message"), ("letter", "Letter")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "Waiting to leave"),
                            ("sending", "Leaving"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("in_doubt", "In doubt"),
                            ("canceled", "Canceled"),
                        ],
                        default="reserved",
                        max_length=10,
                    ),
                ),
                ("recipient", models.CharField(max_length=1000)),
                ("sender", models.CharField(blank=True, max_length=320)),
                ("subject", models.TextField(blank=True)),
                ("message_id", models.CharField(blank=True, max_length=320)),
                ("content_hash", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("reserved_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("provider", models.CharField(blank=True, max_length=20)),
                ("provider_id", models.CharField(blank=True, max_length=500)),
                ("options", models.JSONField(default=dict)),
                ("delivery", models.CharField(blank=True, max_length=20)),
                ("delivery_at", models.DateTimeField(null=True)),
                ("price", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("token", models.CharField(blank=True, max_length=40)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization_id", "state", "next_attempt_at"], name="sending_due"),
                    models.Index(
                        condition=models.Q(("message_id", ""), _negated=True),
                        fields=["organization_id", "message_id"],
                        name="sending_message",
                    ),
                    models.Index(
                        condition=models.Q(("token", ""), _negated=True),
                        fields=["organization_id", "token"],
                        name="sending_token",
                    ),
                    models.Index(
                        condition=models.Q(("provider", ""), _negated=True),
                        fields=["organization_id", "provider", "provider_id"],
                        name="sending_by_provider",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "key"), name="sending_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "letter"])),
                        name="sending_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["reserved", "sending", "sent", "failed", "in_doubt", "canceled"])
                        ),
                        name="sending_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            ("started_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sending_started",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed", "canceled"]), _negated=True),
                            ("finished_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sending_finished",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organization_id", models.BigIntegerField()),
                ("status", models.CharField(max_length=20)),
                ("happened_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("detail", models.CharField(blank=True, max_length=500)),
                ("raw", models.JSONField(default=dict)),
                ("proof_kind", models.CharField(blank=True, max_length=20)),
                ("proof_hash", models.CharField(blank=True, max_length=64)),
                (
                    "sending",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="channels.sending",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "sending", "status", "happened_at"), name="delivery_once"
                    )
                ],
            },
        ),
    ]
