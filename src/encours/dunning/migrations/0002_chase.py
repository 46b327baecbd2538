import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was written before takes its place in the new shape: every plan begins a lineage and is in force, thanks
# stand behind every other step, and what was said remembers the age at which its step spoke. The owner is not
# held by row-level security while it does so; the start puts it back under it.
FILL_IN = """
    ALTER TABLE dunning_dunningplan NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE dunning_step NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE dunning_reminder NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE dunning_reminderitem NO FORCE ROW LEVEL SECURITY;
    UPDATE dunning_dunningplan AS plan
        SET lineage = (
                SELECT min(first.id) FROM dunning_dunningplan AS first
                WHERE first.organization_id = plan.organization_id AND first.name = plan.name
            ),
            in_force_at = now();
    UPDATE dunning_reminderitem AS line SET reached_days = step.days
        FROM dunning_reminder AS reminder JOIN dunning_step AS step ON step.id = reminder.step_id
        WHERE reminder.id = line.reminder_id AND line.trigger = 'after_due';
    UPDATE dunning_step SET rank = 1000 + rank WHERE trigger = 'after_payment' AND rank < 1000;
    UPDATE dunning_reminder SET rank = 1000 + rank WHERE trigger = 'after_payment' AND rank < 1000;
    UPDATE dunning_reminderitem SET rank = 1000 + rank WHERE trigger = 'after_payment' AND rank < 1000;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_chase"),
        ("customers", "0002_chase"),
        ("dunning", "0001_initial"),
        ("receivables", "0002_chase"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guardrails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "gap_days",
                    models.PositiveSmallIntegerField(
                        default=2, verbose_name="Minimum days between two contacts, all channels"
                    ),
                ),
                (
                    "budget_contacts",
                    models.PositiveSmallIntegerField(default=6, verbose_name="Contacts per debtor and month"),
                ),
                (
                    "stale_hours",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="Ledger older than (hours)"
                    ),
                ),
                ("window_from", models.TimeField(default="08:00", verbose_name="Send from")),
                ("window_to", models.TimeField(default="18:30", verbose_name="Send until")),
                ("week_days", models.JSONField(default=list, verbose_name="Days of the week")),
                (
                    "keep_holidays",
                    models.BooleanField(default=True, verbose_name="Nothing on public holidays"),
                ),
                (
                    "holiday_region",
                    models.CharField(blank=True, max_length=10, verbose_name="Public holidays of"),
                ),
                (
                    "minimum_case",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=15, verbose_name="Nothing is asked below"
                    ),
                ),
                (
                    "promise_grace_days",
                    models.PositiveSmallIntegerField(default=2, verbose_name="Days of grace after a promise"),
                ),
                (
                    "replies_stop",
                    models.BooleanField(default=True, verbose_name="A reply stops the plan until it is read"),
                ),
                ("accepted_classes", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reminder_id", models.BigIntegerField(blank=True, null=True)),
                ("source_key", models.CharField(max_length=300)),
                ("message_id", models.CharField(blank=True, max_length=500)),
                ("references", models.TextField(blank=True)),
                ("from_address", models.CharField(max_length=320)),
                ("from_name", models.CharField(blank=True, max_length=200)),
                ("subject", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
                ("said", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("content_hash", models.CharField(max_length=64)),
                ("attachments", models.JSONField(default=list)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "Reply"),
                            ("auto_reply", "Automatic reply"),
                            ("bounce", "Returned by the mail server"),
                            ("sms", "Text message"),
                        ],
                        default="reply",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "To read"),
                            ("read", "Read"),
                            ("answered", "Answered"),
                            ("set_aside", "Set aside"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("matched_by", models.CharField(blank=True, max_length=20)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                ("read_by", models.BigIntegerField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                ("email", models.EmailField(max_length=254, verbose_name="Address")),
                (
                    "way",
                    models.CharField(
                        choices=[("imap", "Read by IMAP"), ("pushed", "Handed over by a provider")],
                        default="imap",
                        max_length=6,
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=200, verbose_name="IMAP server")),
                ("port", models.PositiveIntegerField(default=993, verbose_name="Port")),
                ("security", models.CharField(default="tls", max_length=10, verbose_name="Security")),
                ("username", models.CharField(blank=True, max_length=200, verbose_name="User name")),
                ("sealed_password", models.TextField(blank=True)),
                ("folder", models.CharField(default="INBOX", max_length=200, verbose_name="Folder")),
                ("uid_validity", models.BigIntegerField(blank=True, null=True)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
                ("active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField()),
                ("author", models.BigIntegerField(null=True)),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PhoneCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("outcome", models.CharField(max_length=20)),
                ("note", models.TextField(blank=True)),
                ("reminder_id", models.BigIntegerField(blank=True, null=True)),
                ("happened_at", models.DateTimeField()),
                ("recorded_by", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PlanAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lineage", models.BigIntegerField(blank=True, null=True)),
                ("assigned_by", models.BigIntegerField(null=True)),
                ("assigned_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PlanRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                ("lineage", models.BigIntegerField(blank=True, null=True)),
                ("conditions", models.JSONField(default=dict)),
                ("active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15, verbose_name="Amount")),
                ("promised_on", models.DateField(verbose_name="Promised for")),
                ("made_on", models.DateField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("call", "Said on the phone"),
                            ("reply", "Written in a reply"),
                            ("desk", "Noted at the desk"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sentence", models.TextField(blank=True)),
                ("reminder_id", models.BigIntegerField(blank=True, null=True)),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                ("recorded_by", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("kept_on", models.DateField(blank=True, null=True)),
                ("broken_on", models.DateField(blank=True, null=True)),
                ("canceled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PromiseItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=15)),
            ],
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("meaning", models.CharField(max_length=20)),
                ("confidence", models.DecimalField(decimal_places=4, max_digits=5)),
                ("details", models.JSONField(default=dict)),
                ("sentence", models.TextField(blank=True)),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("decided_by", models.BigIntegerField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("measure", models.CharField(max_length=12)),
                ("goal", models.DecimalField(decimal_places=2, max_digits=15)),
            ],
        ),
        migrations.CreateModel(
            name="Task",
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
                            ("call", "Call"),
                            ("call_back", "Call back"),
                            ("reply", "Answer"),
                            ("fix_contact", "Correct a contact"),
                            ("check_promise", "Broken promise"),
                            ("other", "To do"),
                        ],
                        default="other",
                        max_length=20,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=100)),
                ("title", models.CharField(max_length=200, verbose_name="What")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("reminder_id", models.BigIntegerField(blank=True, null=True)),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                ("due_on", models.DateField(verbose_name="By")),
                ("at_time", models.TimeField(blank=True, null=True, verbose_name="At")),
                ("created_by", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_by", models.BigIntegerField(blank=True, null=True)),
                ("canceled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="dunningplan",
            name="plan_version_once",
        ),
        migrations.RemoveConstraint(
            model_name="step",
            name="step_channel_known",
        ),
        migrations.RemoveIndex(
            model_name="reminder",
            name="reminder_work",
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="changed_by",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="description",
            field=models.CharField(blank=True, max_length=300, verbose_name="Description"),
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="in_force_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="lineage",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="scope",
            field=models.CharField(
                choices=[
                    ("customer", "One message for everything that is due"),
                    ("item", "Each item by its own steps"),
                ],
                default="customer",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="dunningplan",
            name="tolerance",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=15, verbose_name="Leave out items up to"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="copies",
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name="reminder",
            name="registered",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="reminderitem",
            name="reached_days",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="step",
            name="attach_invoices",
            field=models.BooleanField(default=False, verbose_name="Attach the invoices"),
        ),
        migrations.AddField(
            model_name="step",
            name="attach_statement",
            field=models.BooleanField(default=False, verbose_name="Attach the statement"),
        ),
        migrations.AddField(
            model_name="step",
            name="contact_role",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="step",
            name="copy_to",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="step",
            name="counts_from",
            field=models.CharField(default="due", max_length=10),
        ),
        migrations.AddField(
            model_name="step",
            name="escalate_to",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="step",
            name="event",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="step",
            name="registered",
            field=models.BooleanField(default=False, verbose_name="Registered letter"),
        ),
        migrations.AddField(
            model_name="step",
            name="sender",
            field=models.CharField(default="main", max_length=10),
        ),
        migrations.AddField(
            model_name="template",
            name="kind",
            field=models.CharField(
                choices=[
                    ("message", "E-mail or letter"),
                    ("sms", "Text message"),
                    ("script", "Script of a call"),
                ],
                default="message",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="name",
            field=models.CharField(blank=True, max_length=60, verbose_name="Name"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="basis",
            field=models.CharField(blank=True, max_length=250),
        ),
        migrations.AlterField(
            model_name="reminderitem",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                related_query_name="reminder_line",
                to="receivables.item",
            ),
        ),
        migrations.AlterField(
            model_name="reminderitem",
            name="reminder",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="dunning.reminder",
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="subject",
            field=models.CharField(blank=True, max_length=200, verbose_name="Subject"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(fields=["organization", "state"], name="reminder_work"),
        ),
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dunningplan",
            constraint=models.UniqueConstraint(
                fields=("organization", "lineage", "version"), name="plan_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("in_force_at__isnull", False), ("retired_at__isnull", True)),
                fields=("organization", "lineage"),
                name="plan_in_force_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("in_force_at__isnull", True), ("retired_at__isnull", True)),
                fields=("organization", "lineage"),
                name="plan_draft_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts_from__in", ["due", "issue", "previous", "event"])),
                name="step_anchor_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counts_from", "event"), ("event__gt", "")),
                    models.Q(models.Q(("counts_from", "event"), _negated=True), ("event", "")),
                    _connector="OR",
                ),
                name="step_event_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "letter", "phone"])),
                name="step_channel_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("registered", False), ("channel", "letter"), _connector="OR"),
                name="step_registered_letter",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender__in", ["main", "collector", "escalated"])),
                name="step_sender_known",
            ),
        ),
        migrations.AddField(
            model_name="guardrails",
            name="organization",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                related_query_name="inbound",
                to="customers.contact",
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="inbound",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="mailbox",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="dunning.mailbox",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="written_note",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="dunning.note"
            ),
        ),
        migrations.AddField(
            model_name="phonecall",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="phone_call",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="phonecall",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="planassignment",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="plan_assignment",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="planassignment",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="planrule",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="promise",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="promiseitem",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="promise_line",
                to="receivables.item",
            ),
        ),
        migrations.AddField(
            model_name="promiseitem",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="promiseitem",
            name="promise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="dunning.promise"
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="readings",
                to="dunning.inboundmessage",
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                related_query_name="task",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                related_query_name="task",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardrails",
            constraint=models.CheckConstraint(
                condition=models.Q(("window_to__gt", models.F("window_from"))), name="guardrails_window_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("way", "imap")),
                fields=("organization", "host", "username", "folder"),
                name="mailbox_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("way", "pushed"),
                    models.Q(("way", "imap"), models.Q(("host", ""), _negated=True)),
                    _connector="OR",
                ),
                name="mailbox_way_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("security__in", ["none", "starttls", "tls"])),
                name="mailbox_security_known",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["organization", "state", "-received_at"], name="inbound_to_read"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["organization", "customer", "-received_at"], name="inbound_by_customer"
            ),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.UniqueConstraint(fields=("organization", "source_key"), name="inbound_once"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["organization", "customer", "-written_at"], name="note_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("organization", "note", "user"), name="mention_once"),
        ),
        migrations.AddIndex(
            model_name="phonecall",
            index=models.Index(fields=["organization", "customer", "happened_at"], name="call_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="planassignment",
            constraint=models.UniqueConstraint(
                fields=("organization", "customer"), name="plan_assignment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planrule",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("organization", "position"),
                name="plan_rule_place_once",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["organization", "customer"], name="promise_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="promise_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept_on__isnull", True), ("broken_on__isnull", True), _connector="OR"),
                name="promise_one_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="promiseitem",
            constraint=models.UniqueConstraint(
                fields=("organization", "promise", "item"), name="promise_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                fields=("organization", "message", "meaning"), name="reading_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "accepted", "refused"])),
                name="reading_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("organization", "user", "month", "measure"), name="target_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["collected", "actions"])), name="target_known"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("canceled_at__isnull", True), ("done_at__isnull", True)),
                fields=["organization", "assignee", "due_on"],
                name="task_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["organization", "customer"], name="task_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("organization", "key"),
                name="task_key_once",
            ),
        ),
    ]
