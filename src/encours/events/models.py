"""One append-only table of everything that happened, and the sealed pages that prove it was not rewritten."""

from django.db import models


class Event(models.Model):
    """Something that happened, to whom, by whom; identifiers only, since history outlives what it speaks of."""

    organization_id = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    customer_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)

    class Meta:
        # In the database the primary key is (organization_id, id), which gives the order of an organization's history.
        indexes = [
            models.Index(
                fields=["organization_id", "customer_id", "id"],
                name="event_timeline",
                condition=models.Q(customer_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class EventPage(models.Model):
    """A run of events sealed by a hash that covers them and the page before."""

    organization_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    first_event_id = models.BigIntegerField()
    last_event_id = models.BigIntegerField()
    event_count = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "number"], name="event_page_once")]

    def __str__(self) -> str:
        return f"page {self.number}"
