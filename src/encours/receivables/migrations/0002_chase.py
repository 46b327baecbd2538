from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_chase"),
        ("customers", "0002_chase"),
        ("receivables", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="disputed_amount",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
        ),
        migrations.AlterField(
            model_name="item",
            name="external_id",
            field=models.CharField(db_collation="C", max_length=80),
        ),
        migrations.AlterField(
            model_name="item",
            name="source",
            field=models.CharField(db_collation="C", max_length=40),
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
    ]
