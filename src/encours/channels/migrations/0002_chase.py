import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
    ]

    operations = [
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name="sending",
            name="sending_channel_known",
        ),
        migrations.AddField(
            model_name="sending",
            name="delivery",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="sending",
            name="delivery_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="sending",
            name="options",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="sending",
            name="price",
            field=models.DecimalField(decimal_places=4, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name="sending",
            name="provider",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="sending",
            name="token",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name="sending",
            name="channel",
            field=models.CharField(
                choices=[("email", "E-mail"), ("sms", "Text message"), ("letter", "Letter")], max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="sending",
            index=models.Index(
                condition=models.Q(("token", ""), _negated=True),
                fields=["organization_id", "token"],
                name="sending_token",
            ),
        ),
        migrations.AddIndex(
            model_name="sending",
            index=models.Index(
                condition=models.Q(("provider", ""), _negated=True),
                fields=["organization_id", "provider", "provider_id"],
                name="sending_by_provider",
            ),
        ),
        migrations.AddConstraint(
            model_name="sending",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "letter"])), name="sending_channel_known"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="sending",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="channels.sending"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("organization_id", "sending", "status", "happened_at"), name="delivery_once"
            ),
        ),
    ]
