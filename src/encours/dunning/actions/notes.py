"""Notes on a customer, and the colleagues they call on by name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Membership, User
from encours.customers import actions as customers
from encours.customers.models import Customer
from encours.dunning.models import Mention, Note

CALLED = re.compile(r"(?:^|(?<=[\s(,;:]))@([\w.\-]+)")


@transaction.atomic
def write_note(customer: Customer, text: str, *, pinned: bool, by: User, now: datetime) -> Note:
    """Write a note into a customer's history and call on the colleagues it names."""
    customers.write_note(customer, text, pinned=pinned, by=actor(by), now=now)
    note = Note.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        body=text.strip(),
        author=by.pk,
        written_at=now,
    )
    members = Membership.objects.filter(organization_id=customer.organization_id).select_related("user")
    called = mentioned(note.body, [member.user for member in members])
    Mention.objects.bulk_create(
        Mention(organization_id=customer.organization_id, note=note, user=user)
        for user in called
        if user.pk != by.pk
    )
    return note


@transaction.atomic
def see(mention: Mention, *, now: datetime) -> None:
    """Say that the colleague who was called on has seen the note."""
    Mention.objects.filter(pk=mention.pk, seen_at=None).update(seen_at=now)


def mentioned(text: str, users: Iterable[User]) -> list[User]:
    """Return the people a text calls on: @first, @first.last, or what stands before the @ of their address."""
    people = list(users)
    firsts = Counter(_plain(user.first_name) for user in people)
    called = {_plain(word.rstrip(".-")) for word in CALLED.findall(text)}
    return [user for user in people if called & handles(user, alone=firsts[_plain(user.first_name)] == 1)]


def handles(user: User, *, alone: bool = True) -> set[str]:
    """Return the names by which a person is called on; a first name only while nobody shares it."""
    names = {_plain(user.email.partition("@")[0])}
    if user.first_name and user.last_name:
        names.add(_plain(f"{user.first_name}.{user.last_name}"))
    if user.first_name and alone:
        names.add(_plain(user.first_name))
    return names


def _plain(word: str) -> str:
    """Return a name without accents, spaces or capitals."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and not letter.isspace())
