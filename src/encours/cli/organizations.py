"""Which organization a command speaks of."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.cli.start import errors


@contextmanager
def chosen(words: str) -> Iterator[Organization]:
    """Open the organization of that name or number; with no words, the only one there is."""
    found = []
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            found.append(Organization.objects.get(pk=number))
    named = [one for one in found if words in {str(one.pk), one.name}] if words else found
    if len(named) != 1:
        choices = (
            ", ".join(f"{one.pk} ({one.name})" for one in found) or "none yet: run encours demo, or serve"
        )
        errors.print(f"Say which organization with --organization. There are: {choices}.", highlight=False)
        raise typer.Exit(2)
    with tenancy.inside(named[0].pk):
        yield named[0]
