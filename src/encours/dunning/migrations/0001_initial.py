import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        ("receivables", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DunningPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="Description")),
                ("lineage", models.BigIntegerField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("default", models.BooleanField(default=False)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("customer", "One message for everything that is due"),
                            ("item", "Each item by its own steps"),
                        ],
                        default="customer",
                        max_length=10,
                    ),
                ),
                (
                    "minimum_gap_days",
                    models.PositiveSmallIntegerField(
                        default=7, verbose_name="Minimum days between two contacts"
                    ),
                ),
                (
                    "tolerance",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=15, verbose_name="Leave out items up to"
                    ),
                ),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("changed_by", models.BigIntegerField(blank=True, null=True)),
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
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
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
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        related_query_name="inbound",
                        to="customers.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="inbound",
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
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dunning.mailbox",
                    ),
                ),
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
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="written_note",
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
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="dunning.note",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("placed_by", models.BigIntegerField(null=True)),
                ("placed_at", models.DateTimeField(auto_now_add=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="pause",
                        to="customers.customer",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="pause",
                        to="receivables.item",
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
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="phone_call",
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
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="plan_assignment",
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
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="promise",
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
            name="PromiseItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="promise_line",
                        to="receivables.item",
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
                    "promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="dunning.promise",
                    ),
                ),
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
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="dunning.inboundmessage",
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
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.SmallIntegerField()),
                ("trigger", models.CharField(max_length=20)),
                ("channel", models.CharField(max_length=10)),
                ("registered", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "To confirm"),
                            ("confirmed", "Confirmed"),
                            ("printed", "Ready to post"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("in_doubt", "In doubt"),
                            ("skipped", "Skipped"),
                            ("canceled", "Canceled"),
                        ],
                        default="drafted",
                        max_length=10,
                    ),
                ),
                ("held", models.CharField(blank=True, max_length=40)),
                ("decided_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("expected_value", models.DecimalField(decimal_places=2, max_digits=15)),
                ("explanation", models.JSONField()),
                ("language", models.CharField(max_length=2)),
                ("recipient", models.CharField(blank=True, max_length=300)),
                ("copies", models.CharField(blank=True, max_length=1000)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("body", models.TextField(blank=True)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_by", models.BigIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("simulated_at", models.DateTimeField(blank=True, null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("sending_id", models.BigIntegerField(null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="reminder",
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
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dunning.dunningplan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReminderItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trigger", models.CharField(max_length=20)),
                ("rank", models.SmallIntegerField()),
                ("reached_days", models.SmallIntegerField(default=0)),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        related_query_name="reminder_line",
                        to="receivables.item",
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
                    "reminder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="dunning.reminder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.SmallIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("trigger", models.CharField(max_length=20)),
                ("counts_from", models.CharField(default="due", max_length=10)),
                ("event", models.CharField(blank=True, max_length=30)),
                ("days", models.PositiveSmallIntegerField(verbose_name="Days")),
                ("channel", models.CharField(max_length=10)),
                ("registered", models.BooleanField(default=False, verbose_name="Registered letter")),
                ("mode", models.CharField(max_length=12)),
                ("template_code", models.CharField(max_length=40)),
                ("contact_role", models.CharField(blank=True, max_length=20)),
                ("escalate_to", models.CharField(blank=True, max_length=20)),
                ("copy_to", models.CharField(blank=True, max_length=20)),
                ("sender", models.CharField(default="main", max_length=10)),
                ("attach_statement", models.BooleanField(default=False, verbose_name="Attach the statement")),
                ("attach_invoices", models.BooleanField(default=False, verbose_name="Attach the invoices")),
                ("minimum_amount", models.DecimalField(decimal_places=2, default=0, max_digits=15)),
                ("states_interest", models.BooleanField(default=False)),
                ("formal", models.BooleanField(default=False)),
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="dunning.dunningplan",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="reminder",
            name="step",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                related_query_name="reminder",
                to="dunning.step",
            ),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        related_query_name="task",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="task",
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
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "E-mail or letter"),
                            ("sms", "Text message"),
                            ("script", "Script of a call"),
                        ],
                        default="message",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="Name")),
                ("language", models.CharField(max_length=2, verbose_name="Language")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="Subject")),
                ("body", models.TextField(verbose_name="Body")),
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
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decided_on", models.DateField()),
                ("outcome", models.CharField(max_length=6)),
                ("reason", models.CharField(max_length=40)),
                ("params", models.JSONField(default=dict)),
                ("until", models.DateField(blank=True, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("basis", models.CharField(blank=True, max_length=250)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        related_query_name="decision",
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
            options={
                "indexes": [
                    models.Index(fields=["organization", "outcome", "-amount"], name="decision_list")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "customer"), name="decision_once")
                ],
            },
        ),
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
            model_name="dunningplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("default", True)), fields=("organization",), name="plan_default_once"
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
            model_name="pause",
            index=models.Index(fields=["organization", "customer"], name="pause_by_customer"),
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
        migrations.AddIndex(
            model_name="reminderitem",
            index=models.Index(fields=["organization", "item"], name="reminder_by_item"),
        ),
        migrations.AddConstraint(
            model_name="reminderitem",
            constraint=models.UniqueConstraint(
                fields=("organization", "reminder", "item"), name="reminder_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                fields=("organization", "plan", "rank"), name="step_rank_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("trigger__in", ["before_due", "after_due", "after_payment"])),
                name="step_trigger_known",
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
                condition=models.Q(("mode__in", ["automatic", "to_confirm", "manual"])),
                name="step_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender__in", ["main", "collector", "escalated"])),
                name="step_sender_known",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(fields=["organization", "state"], name="reminder_work"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                fields=["organization", "customer", "-created_at"], name="reminder_by_customer"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["drafted", "confirmed"])),
                fields=("organization", "customer"),
                name="reminder_waiting_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="reminder_amount_positive"
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
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=("organization", "code", "language"), name="template_once"
            ),
        ),
    ]
