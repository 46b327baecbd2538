"""A walk over every address and every table: a stranger sees nothing, anywhere, and changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse
from tests.backoffice.conftest import NOW, signed_in
from tests.backoffice.everything import DESK, picture

from encours.accounts import tenancy
from encours.accounts.actions import add_member
from encours.accounts.models import Organization, Role, User
from encours.customers.models import Contact, Customer, CustomerGroup
from encours.dunning import actions as dunning
from encours.dunning.models import Decision, Mention, Note, Pause, Promise, Reminder, ReminderItem, Task
from encours.payment_plans.models import Installment, PaymentPlan
from encours.receivables.models import (
    Allocation,
    Document,
    Import,
    ImportChange,
    ImportIssue,
    Item,
    Match,
)
from encours.scoring.models import Score

SECRET = "Verger des Secrets"
POSTED = {"until": "2026-12-24", "reason": "x", "name": "Stolen", "amount": "1"}
PUBLIC = ("account_", "mfa_", "health-", "usersessions_", "member-join", "set_language", "hook-")


@pytest.fixture
def ours(organization: Organization, manager: User) -> dict[str, int]:
    """One row of everything in our organization, with a name that nobody else may read."""
    here = {"organization": organization}
    group = CustomerGroup.objects.create(name=SECRET, **here)
    customer = Customer.objects.create(code="SECRET1", name=SECRET, group=group, **here)
    contact = Contact.objects.create(customer=customer, email="secret@verger.example", **here)
    common = {
        **here,
        "customer": customer,
        "issued_on": date(2026, 9, 1),
        "due_on": date(2026, 9, 30),
        "source": "fec",
    }
    debit = Item.objects.create(
        **common, kind="invoice", side="debit", number="F-SECRET", amount=Decimal("900.00"),
        open_amount=Decimal("500.00"), external_id="d",
    )  # fmt: skip
    credit = Item.objects.create(
        **common, kind="payment", side="credit", number="P-SECRET", amount=Decimal("600.00"),
        open_amount=Decimal("200.00"), external_id="c",
    )  # fmt: skip
    allocation = Allocation.objects.create(
        debit=debit,
        credit=credit,
        amount=Decimal("400.00"),
        allocated_on=date(2026, 10, 1),
        origin="manual",
        **here,
    )
    match = Match.objects.create(
        customer=customer, debit=debit, credit=credit, amount=Decimal("200.00"), rule="amount",
        proposed_on=date(2026, 11, 1), **here,
    )  # fmt: skip
    document = Document.objects.create(
        customer=customer, kind="proof", name=SECRET, media_type="text/plain", sha256="0" * 64, size=1, **here
    )
    received = Import.objects.create(
        document=document, source="fec", file_name=SECRET, state="previewed", **here
    )
    issue = ImportIssue.objects.create(
        source_import=received, line=1, code="x", severity="warning", message=SECRET, **here
    )
    change = ImportChange.objects.create(
        source_import=received, subject_type="item", subject_id=debit.pk, before={}, **here
    )
    score = Score.objects.create(
        customer=customer, graded_on=date(2026, 11, 1), grade="D", points=30, confidence="high", reasons=[],
        inputs={}, version="1", **here,
    )  # fmt: skip
    plan = dunning.ensure_default_plan(organization, now=NOW)
    step = plan.steps.order_by("rank").first()
    reminder = Reminder.objects.create(
        customer=customer, plan=plan, step=step, rank=1, trigger="after_due", channel="email",
        decided_on=date(2026, 11, 22), amount=Decimal("500.00"), expected_value=Decimal("300.00"),
        explanation={"reasons": [], "arithmetic": {}, "count": 1, "oldest_days": 53, "oldest_due_on": "2026-09-30"},
        language="fr", subject=SECRET, body=SECRET, **here,
    )  # fmt: skip
    line = ReminderItem.objects.create(
        reminder=reminder, item=debit, trigger="after_due", rank=1, open_amount=Decimal("500.00"), **here
    )
    pause = Pause.objects.create(customer=customer, until=date(2027, 1, 1), reason=SECRET, **here)
    decision = Decision.objects.create(
        customer=customer,
        decided_on=date(2026, 11, 22),
        outcome="remind",
        reason="",
        amount=Decimal(500),
        **here,
    )
    promise = Promise.objects.create(
        customer=customer, amount=Decimal(500), promised_on=date(2027, 1, 1), made_on=date(2026, 11, 22),
        source="desk", sentence=SECRET, recorded_at=NOW, **here,
    )  # fmt: skip
    agreement = PaymentPlan.objects.create(
        customer=customer, agreed_on=date(2026, 11, 22), note=SECRET, agreed_at=NOW, **here
    )
    part = Installment.objects.create(
        plan=agreement, number=1, due_on=date(2027, 1, 1), amount=Decimal(500), **here
    )
    task = Task.objects.create(
        customer=customer, title=SECRET, due_on=date(2026, 11, 22), created_at=NOW, **here
    )
    note = Note.objects.create(customer=customer, body=SECRET, written_at=NOW, **here)
    mention = Mention.objects.create(note=note, user=manager, **here)
    rows = (
        promise, agreement, part, task, note, mention,
        group, customer, contact, debit, credit, allocation, match, document, received, issue, change, score, plan,
        step, reminder, line, pause, decision,
    )  # fmt: skip
    return {type(row)._meta.label: row.pk for row in rows}


def values_of(pattern: URLPattern, rows: dict[str, int]) -> list[dict[str, object]]:
    """Try an address with every number of ours, under each name that the address gives to its places."""
    if not pattern.pattern.converters:
        return [{}]
    return [
        {
            name: number if type(converter).__name__ == "IntConverter" else "A"
            for name, converter in pattern.pattern.converters.items()
        }
        for number in sorted(set(rows.values()))
    ]


def test_a_stranger_sees_and_changes_nothing_of_ours(
    charlie: Client, organization: Organization, ours: dict[str, int]
) -> None:
    before = picture(organization)
    for pattern in DESK:
        for values in values_of(pattern, ours):
            try:
                address = reverse(pattern.name, kwargs=values)
            except NoReverseMatch:
                continue
            for answer in (charlie.get(address), charlie.post(address, POSTED)):
                said = f"{answer.request['REQUEST_METHOD']} {address}"
                assert answer.status_code < 500, said
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert SECRET.encode() not in content, said
                assert b"F-SECRET" not in content, said
    assert picture(organization) == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SALES])
def test_who_may_only_look_changes_nothing(
    organization: Organization, manager: User, ours: dict[str, int], role: str
) -> None:
    member = add_member(
        organization, email="eva@lumiere.example", role=role, restricted=False, by=manager, now=NOW
    )
    reader = signed_in(member.user)
    before = picture(organization)
    for pattern in DESK:
        for values in values_of(pattern, ours):
            try:
                address = reverse(pattern.name, kwargs=values)
            except NoReverseMatch:
                continue
            for answer in (reader.get(address), reader.post(address, POSTED)):
                said = f"{answer.request['REQUEST_METHOD']} {address}"
                assert answer.status_code < 500, said
    after = picture(organization)
    assert {table for table in after if after[table] != before[table]} == set()


def test_nobody_enters_without_signing_in(client: Client, db: None) -> None:
    for pattern in DESK:
        if pattern.name.startswith(PUBLIC):
            continue
        values = {
            name: 1 if type(converter).__name__ == "IntConverter" else "A"
            for name, converter in pattern.pattern.converters.items()
        }
        answer = client.get(reverse(pattern.name, kwargs=values))
        assert answer.status_code in {302, 405}, pattern.name
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/account/login/"), pattern.name


def test_every_table_is_empty_for_a_stranger(
    stranger: User, ours: dict[str, int], organization: Organization
) -> None:
    tenancy.see(user_id=stranger.pk)
    theirs = stranger.memberships.get().organization_id
    tenancy.see(theirs, user_id=stranger.pk)
    for model in apps.get_models():
        column = next(
            (
                field.attname
                for field in model._meta.local_concrete_fields
                if field.column == "organization_id"
            ),
            None,
        )
        if column is not None:
            assert not model._base_manager.exclude(**{column: theirs}).exists(), model._meta.label
            assert not model._base_manager.filter(**{column: organization.pk}).exists(), model._meta.label
