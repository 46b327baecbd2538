"""An installation of the first version, brought to this one by the start."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from encours.accounts import tenancy
from encours.config import provision
from encours.dunning.models import DunningPlan, Reminder, ReminderItem, Step

ROOMS = ("accounts", "customers", "receivables", "scoring", "channels", "dunning", "events")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def written_by_the_first_version(apps: Apps) -> int:
    """Write one reminder that was sent and one word of thanks, as the first version kept them."""

    def made(room: str, model: str, /, **fields: object) -> int:
        return int(apps.get_model(room, model)._default_manager.using("owner").create(**fields).pk)

    organization = made("accounts", "Organization", name="Verger & Fils", created_at=NOW)
    inside = {"organization_id": organization}
    customer = made("customers", "Customer", code="C1", name="Martin SA", **inside)
    plan = made("dunning", "DunningPlan", name="Standard", default=True, **inside)
    for number, (rank, name, trigger, days) in enumerate(
        [(1, "First reminder", "after_due", 3), (5, "Thanks for the payment", "after_payment", 0)]
    ):
        item = made(
            "receivables", "Item", customer_id=customer, kind="invoice", side="debit", number=f"F{number}",
            issued_on=date(2026, 1, 5), due_on=date(2026, 2, 4), amount=Decimal(100),
            open_amount=Decimal(100), source="test", external_id=f"F{number}", **inside,
        )  # fmt: skip
        step = made(
            "dunning", "Step", plan_id=plan, rank=rank, name=name, trigger=trigger, days=days,
            channel="email", mode="automatic", template_code="any", **inside,
        )  # fmt: skip
        reminder = made(
            "dunning", "Reminder", customer_id=customer, plan_id=plan, step_id=step, rank=rank,
            trigger=trigger, channel="email", state="sent", decided_on=date(2026, 2, 9),
            amount=Decimal(100), expected_value=Decimal(1), explanation=[], language="fr", **inside,
        )  # fmt: skip
        made(
            "dunning", "ReminderItem", reminder_id=reminder, item_id=item, trigger=trigger, rank=rank,
            open_amount=Decimal(100), **inside,
        )  # fmt: skip
    return organization


@pytest.mark.usefixtures("committed_db")
def test_what_the_first_version_wrote_takes_its_place(second_database: Callable[[], None]) -> None:
    second_database()
    first = MigrationExecutor(connections["owner"]).migrate([(room, "0001_initial") for room in ROOMS])
    organization = written_by_the_first_version(first.apps)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    provision.isolate()
    provision.refuse_unsafe_role()

    with tenancy.inside(organization):
        plan = DunningPlan.objects.get()
        assert (plan.lineage, plan.retired_at) == (plan.pk, None)
        assert plan.in_force_at is not None
        steps = Step.objects.order_by("rank").values_list("name", "rank", "counts_from")
        assert list(steps) == [("First reminder", 1, "due"), ("Thanks for the payment", 1005, "due")]
        assert list(Reminder.objects.order_by("rank").values_list("rank", flat=True)) == [1, 1005]
        said = ReminderItem.objects.order_by("rank").values_list("rank", "reached_days")
        assert list(said) == [(1, 3), (1005, 0)]
