"""What people have to do: tasks with a day and an owner, notes with the people they call on, and targets."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encours.accounts.models import Organization
from encours.customers.models import Customer


class TaskKind(models.TextChoices):
    """What kind of work it is."""

    CALL = "call", _("Call")
    CALL_BACK = "call_back", _("Call back")
    REPLY = "reply", _("Answer")
    FIX_CONTACT = "fix_contact", _("Correct a contact")
    CHECK_PROMISE = "check_promise", _("Broken promise")
    OTHER = "other", _("To do")


class Task(models.Model):
    """Something a person has to do by a day; `key` keeps one that the program makes from being made twice."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=TaskKind.choices, default=TaskKind.OTHER)
    key = models.CharField(max_length=100, blank=True)
    title = models.CharField(_("What"), max_length=200)
    note = models.TextField(_("Note"), blank=True)
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        related_query_name="task",
        db_index=False,
    )
    reminder_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        related_query_name="task",
    )
    due_on = models.DateField(_("By"))
    at_time = models.TimeField(_("At"), null=True, blank=True)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.BigIntegerField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"], condition=~Q(key=""), name="task_key_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "assignee", "due_on"],
                condition=Q(done_at__isnull=True, canceled_at__isnull=True),
                name="task_to_do",
            ),
            models.Index(fields=["organization", "customer"], name="task_by_customer"),
        ]

    def __str__(self) -> str:
        return self.title


class Note(models.Model):
    """Words that colleagues leave on a customer, with the people they call on."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="written_note", db_index=False
    )
    body = models.TextField()
    author = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "customer", "-written_at"], name="note_by_customer")]

    def __str__(self) -> str:
        return self.body[:40]


class Mention(models.Model):
    """A colleague called on in a note, until they have seen it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "note", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.note_id}"


class Target(models.Model):
    """What a collector is asked to reach in a month: actions done, or money brought in."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    month = models.DateField()
    measure = models.CharField(max_length=12)
    goal = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "month", "measure"], name="target_once"),
            models.CheckConstraint(condition=Q(measure__in=["collected", "actions"]), name="target_known"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.goal}"
