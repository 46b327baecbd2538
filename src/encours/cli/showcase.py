"""What the demonstration does: a person who may sign in, a company, its ledger through the real importer, its day."""

import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from rich.markup import escape
from rich.table import Table

from encours.accounts import tenancy
from encours.accounts.actions import change_organization, create_organization, set_password
from encours.accounts.models import Membership, Organization, User
from encours.accounts.queries import rate_table
from encours.cli.chase import stage_chase
from encours.cli.ledger import show_figures
from encours.cli.screen import refuse
from encours.cli.start import console
from encours.connectors.errors import FileRefusedError
from encours.connectors.reading import read_any
from encours.demonstration import company, write_customers_csv, write_fec
from encours.dunning.day import run_day, today_of
from encours.receivables import actions
from encours.receivables.queries import loaded_imports
from encours.receivables.rows import Batch
from encours.reports.queries import overview
from encours.ui.formats import money

KEPT_IN = "demo-password"


def person(email: str) -> tuple[User, str]:
    """Return the demonstration's user and a password, made once and kept beside the data for its owner alone."""
    file = Path(settings.HOME) / KEPT_IN
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("-".join(secrets.token_hex(3) for _ in range(3)))
    password = file.read_text().strip()
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, password, first_name="Claire", last_name="Martin"
    )
    if not user.check_password(password):
        set_password(user, password)
    return user, password


def organizations_of(user: User) -> list[Organization]:
    """Return the organizations where the user is a member."""
    with transaction.atomic():
        tenancy.see(user_id=user.pk)
        return [
            one.organization for one in Membership.objects.filter(user=user).select_related("organization")
        ]


def demonstration(user: User, now: datetime) -> int:
    """Create the demonstration company and load its ledger, unless it is there; return its number."""
    made = company(now.date())
    described = made.organization
    known = next((one for one in organizations_of(user) if one.siren == described.siren), None)
    folder = Path(settings.HOME) / "demonstration"
    folder.mkdir(exist_ok=True)
    with console.status("Writing the demonstration ledger…"):
        files = [write_customers_csv(made, folder / "clients.csv"), *write_fec(made, folder)]
    organization = known or create_organization(
        user,
        name=described.name,
        now=now,
        welcomed_at=now,
        siren=described.siren,
        vat_number=described.vat_number,
        address=described.address,
        postal_code=described.postal_code,
        city=described.city,
        phone=described.phone,
        email=described.email,
        iban=described.iban,
        bic=described.bic,
        default_terms="30 days end of month",
    )
    for file in files:
        if known is None or not loaded(organization, file):
            load_file(organization, file, read_file(file), user, now)
    stage_chase(organization, made, user, now)
    with console.status("Grading customers and drafting reminders…"):
        run_day(organization.pk, now)
    return organization.pk


def loaded(organization: Organization, file: Path) -> bool:
    """Tell whether the organization has loaded a file of that name."""
    with tenancy.inside(organization.pk):
        return loaded_imports(organization.pk).filter(file_name=file.name).exists()


def company_of(file: Path, user: User, now: datetime) -> int:
    """Load a person's own ledger into an organization of its own and return its number."""
    # Before anything else: a file that is refused leaves no organization behind.
    batch = read_file(file)
    name = file.stem
    known = next((one for one in organizations_of(user) if one.name == name), None)
    organization = known or create_organization(user, name=name, now=now)
    load_file(organization, file, batch, user, now)
    with console.status("Grading customers and drafting reminders…"):
        run_day(organization.pk, now)
    return organization.pk


def read_file(file: Path) -> Batch:
    """Read one file; a refused one stops with its reason."""
    try:
        with console.status(f"Reading {escape(file.name)}…"):
            return read_any(file)
    except FileRefusedError as refusal:
        refuse(f"{file.name}: {refusal}")
    except OSError as error:
        refuse(f"{file.name} cannot be read: {error.strerror}.")


def load_file(organization: Organization, file: Path, batch: Batch, user: User, now: datetime) -> None:
    """Load what was read of a file as the desk would, and print what it brought."""
    with (
        tenancy.inside(organization.pk),
        file.open("rb") as reader,
        console.status(f"Loading {escape(file.name)}…"),
    ):
        received = actions.receive_file(
            organization,
            iter(lambda: reader.read(1 << 20), b""),
            name=file.name,
            by=f"user:{user.pk}",
            by_user=user.pk,
            now=now,
        )
        figures = actions.load(organization, received, batch, by=f"user:{user.pk}", now=now)
        siren = str(batch.facts.get("siren") or "")
        if siren and not organization.siren:
            change_organization(organization, by=user, now=now, siren=siren)
    console.print(file.name, style="bold", highlight=False, markup=False)
    show_figures(figures)


def tell(organization_id: int, now: datetime) -> None:
    """Print what the organization's account says today."""
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        today = today_of(organization, now)
        seen = overview(organization, today)
        known_until = rate_table(organization_id).known_until()
    table = Table(title=f"{organization.name}, {today:%d/%m/%Y}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    rows = [
        ("Outstanding", money(seen.outstanding, organization.currency)),
        ("Overdue", money(seen.overdue, organization.currency)),
        ("Customers who owe", str(seen.customers_owing)),
        ("Customers with something overdue", str(seen.customers_overdue)),
        ("Unallocated", money(seen.unallocated, organization.currency)),
    ]
    if seen.dso is not None:
        rows.append(("DSO, count-back", f"{seen.dso.days:.0f} days"))
    for label, value in rows:
        table.add_row(label, value)
    console.print(table)
    if known_until < today:
        console.print(
            f"Rates of law are known until {known_until:%d/%m/%Y}: interest is counted to that day. "
            "Read the next half-year with: encours rates update",
            highlight=False,
        )
