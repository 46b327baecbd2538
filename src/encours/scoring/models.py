"""The grade of a customer, the facts it was given on, and its reasons."""

from django.db import models
from django.db.models import Q

from encours.accounts.models import Organization
from encours.customers.models import Customer


class Score(models.Model):
    """One grade, given on a day and valid until another replaces it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", related_query_name="score", db_index=False
    )
    graded_on = models.DateField()
    replaced_on = models.DateField(null=True, blank=True)
    grade = models.CharField(max_length=1)
    points = models.SmallIntegerField()
    confidence = models.CharField(max_length=6)
    reasons = models.JSONField()
    inputs = models.JSONField()
    version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "customer"],
                condition=Q(replaced_on__isnull=True),
                name="score_current_once",
            ),
            models.CheckConstraint(
                condition=Q(grade__in=["A", "B", "C", "D", "E"]), name="score_grade_known"
            ),
        ]
        indexes = [models.Index(fields=["organization", "customer", "-graded_on"], name="score_history")]

    def __str__(self) -> str:
        return f"{self.grade} {self.graded_on}"
