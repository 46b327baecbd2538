"""One row of everything that an address may speak of, and what may be posted to each address, sense or nonsense."""

import inspect
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from sys import modules

from django import forms
from django.apps import apps
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.backoffice import work
from tests.backoffice.conftest import NOW
from tests.dunning.replies import message

from encours.accounts import tenancy
from encours.accounts.models import Membership, Organization, Sender, User
from encours.customers.models import Contact, Customer
from encours.dunning.actions import plans, tasks
from encours.dunning.actions.inbound import keep_content
from encours.dunning.actions.notes import write_note
from encours.dunning.models import (
    DunningPlan,
    Mailbox,
    Mention,
    Pause,
    Promise,
    Reading,
    Template,
)  # fmt: skip
from encours.events.models import Event
from encours.receivables.models import Allocation, Document, Import, Item, Match

FIELD = re.compile(
    r"\b(?:GET|POST)(?:\.get(?:list)?\(|\[)\s*\"(\w+)\"|\"(\w+)\" (?:not )?in request\.(?:GET|POST)"
)
PREFIXED = ("on", "amount", "items", "email", "phone", "name", "replace")


def addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif pattern.name and pattern.callback.__module__.startswith("encours.backoffice"):
            yield pattern


DESK = sorted(addresses(get_resolver().url_patterns), key=lambda pattern: pattern.name)


def everything(organization: Organization, owner: User) -> dict[str, object]:
    """Return one value for each place in the addresses, all of them about one customer of `owner`."""
    here = {"organization": organization}
    reminders = work.morning(organization)
    buyer = Customer.objects.get(code="BIG", **here)
    Customer.objects.filter(**here).update(collector=owner)
    buyer.refresh_from_db()
    debit = Item.objects.filter(customer=buyer, side="debit").order_by("due_on").first()
    assert debit is not None
    Item.objects.filter(pk=debit.pk).update(open_amount=debit.amount - 400)
    credit = Item.objects.create(
        customer=buyer, kind="payment", side="credit", number="VIR-9", amount=Decimal(600), open_amount=Decimal(200),
        issued_on=date(2026, 11, 1), due_on=date(2026, 11, 1), source="fec", external_id="c", **here,
    )  # fmt: skip
    digest = keep_content(organization.pk, b"proof", "application/pdf")
    said = message(
        organization, buyer, "Nous vous réglerons 9 000,00 € le 30/11/2099.", work.TODAY,
        attachments=[{"name": "avis.pdf", "media_type": "application/pdf", "sha256": digest, "size": 5}],
    )  # fmt: skip
    draft = plans.start_draft(DunningPlan.objects.get(default=True, **here), by=owner, now=NOW)
    document = Document.objects.create(
        customer=buyer,
        kind="proof",
        name="proof.txt",
        media_type="text/plain",
        sha256="0" * 64,
        size=1,
        **here,
    )
    note = write_note(buyer, "Look", pinned=True, by=owner, now=NOW)
    sender = Sender.objects.create(
        name="Us", email="us@lumiere.example", host="127.0.0.1", port=1, security="none", **here
    )
    rows = {
        "customer_id": buyer,
        "item_id": debit,
        "reminder_id": reminders["BIG"],
        "reply_id": said,
        "reading_id": Reading.objects.filter(message=said).first(),
        "contact_id": Contact.objects.filter(customer=buyer).first(),
        "plan_id": draft,
        "document_id": document,
        "member_id": Membership.objects.get(user=owner, **here),
        "user_id": owner,
        "organization_id": organization,
        "template_id": Template.objects.filter(**here).first(),
        "event_id": Event.objects.filter(organization_id=organization.pk, customer_id=buyer.pk).first(),
        "mention_id": Mention.objects.create(note=note, user=owner, **here),
        "allocation_id": Allocation.objects.create(
            debit=debit, credit=credit, amount=Decimal(400), allocated_on=work.TODAY, origin="manual", **here
        ),
        "match_id": Match.objects.create(
            customer=buyer, debit=debit, credit=credit, amount=Decimal(200), rule="amount",
            proposed_on=work.TODAY, **here,
        ),
        "pause_id": Pause.objects.create(customer=buyer, until=date(2027, 1, 1), reason="x", **here),
        "promise_id": Promise.objects.create(
            customer=buyer, amount=Decimal(500), promised_on=date(2027, 1, 1), made_on=work.TODAY, source="desk",
            sentence="x", recorded_at=NOW, **here,
        ),
        "task_id": tasks.add(
            organization, kind="other", title="Look", due_on=work.TODAY, customer=buyer, by=owner, now=NOW
        ),
        "import_id": Import.objects.create(
            document=document, source="fec", file_name="ledger.txt", state="previewed", **here
        ),
        "mailbox_id": Mailbox.objects.create(
            name="Us", email="us@lumiere.example", host="127.0.0.1", port=1, security="none", username="us",
            **here,
        ),
        "sender": sender,
    }  # fmt: skip
    missing = [name for name, row in rows.items() if row is None]
    assert not missing, missing
    return {
        **{name: row.pk for name, row in rows.items()},
        "delivery_id": 1, "place": 0, "rank": "4", "part": "after_due", "extension": "csv", "language": "en",
        "channel": "sms", "secret": "A", "number": "A", "token": "A",
    }  # fmt: skip


def address_of(pattern: URLPattern, values: dict[str, object]) -> str:
    return reverse(pattern.name, kwargs={name: values.get(name, 1) for name in pattern.pattern.converters})


def sensible(values: dict[str, object], user: User) -> dict[str, str]:
    """Return an answer for each field that has a meaning of its own; the others take a number."""
    days = dict.fromkeys(
        ("promised_on", "on", "until", "due_on", "first_on", "call_on", "absent_until"), "2027-01-10"
    )
    people = dict.fromkeys(("successor", "assignee", "collector"), str(user.pk))
    rows = {name.removesuffix("_id"): str(value) for name, value in values.items() if name.endswith("_id")}
    return {
        **rows, **days, **people, "items": rows["item"], "outcome": "promise", "amount": "10", "verb": "done",
        "plan": "rules", "lineage": "0", "start": "nothing", "call_at": "10:00", "at_time": "10:00", "count": "3",
        "every": "month", "name": "Nom", "email": "a@b.example", "recipient": "a@b.example", "role": "director",
        "phone": "0601020304", "text": "Bonjour", "title": "Do", "reason": "other", "subject": "S", "body": "B",
        "counts_from": "due", "event": "promise_broken", "channel": "email", "mode": "to_confirm", "scope": "customer",
        "template": "reminder_1", "kind": "message", "language": "fr", "country": "FR", "relationship": "general",
        "terms": "30 days", "siren": "", "vat_number": "", "covered_by": "", "paid_on": "2026-11-20", "left": "yes",
        "absent_from": "2026-12-01", "security": "none", "host": "127.0.0.1", "as": "csv", "sender": "",
    }  # fmt: skip


def payload(pattern: URLPattern, values: dict[str, object], user: User) -> dict[str, str]:
    """Return what a person could post to an address."""
    known = sensible(values, user)
    data = {name: known.get(name, "1") for name in fields_of(inspect.unwrap(pattern.callback).__module__)}
    if pattern.name.startswith("reply"):
        data |= {f"r{values['reading_id']}-{name}": known.get(name, "1") for name in PREFIXED}
    if pattern.name == "portfolio-targets":
        data |= {f"collected-{user.pk}": "5", f"actions-{user.pk}": "5"}
    return data


@cache
def fields_of(module: str) -> frozenset[str]:
    """Return the names of what the views of a module read: said in its code, or the fields of its forms."""
    found = modules[module]
    near = [thing for thing in vars(found).values() if inspect.ismodule(thing)]
    forms_there = [
        thing
        for place in (found, *(one for one in near if one.__name__.startswith("encours.backoffice")))
        for thing in vars(place).values()
        if isinstance(thing, type) and issubclass(thing, forms.Form)
    ]
    said = {one or other for one, other in FIELD.findall(inspect.getsource(found))}
    return frozenset(said.union(*(one.base_fields for one in forms_there)))


def picture(organization: Organization) -> dict[str, tuple[int, str]]:
    """Return how many rows of ours there are in every table, and a hash of what they say."""
    tenancy.see(organization.pk)
    seen = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if any(field.column == "organization_id" for field in model._meta.local_concrete_fields):
                cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t.id)) FROM {table} t")
                seen[table] = cursor.fetchone()
    return seen
