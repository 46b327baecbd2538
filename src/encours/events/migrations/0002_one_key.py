from django.db import migrations


class Migration(migrations.Migration):
    """One index instead of two: every event of a load is written into each."""

    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="event", name="event_order"),
        migrations.RunSQL(
            "ALTER TABLE events_event DROP CONSTRAINT events_event_pkey,"
            " ADD CONSTRAINT events_event_pkey PRIMARY KEY (organization_id, id)",
            "ALTER TABLE events_event DROP CONSTRAINT events_event_pkey,"
            " ADD CONSTRAINT events_event_pkey PRIMARY KEY (id)",
        ),
    ]
