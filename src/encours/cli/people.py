"""`encours user`: the people who may sign in, from the terminal of whoever runs the installation."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from encours.cli.screen import examples, refuse
from encours.cli.start import console, join_database

if TYPE_CHECKING:
    from encours.accounts.models import User

people = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="E-mail address.", show_default=False)]


@people.command(
    "add",
    epilog=examples(
        "encours user add claire@example.org",
        'encours user add paul@example.org --organization "Ateliers Lumière SAS" --role collector',
    ),
)
def add(
    email: Email,
    organization: Annotated[str, typer.Option(help="Name or number of the organization to work in.")] = "",
    role: Annotated[
        str, typer.Option(help="admin, credit_manager, collector, sales, accounting, legal or auditor.")
    ] = "admin",
) -> None:
    """Let a person sign in, and work in an organization if one is named.

    The password is asked for, or read from the first line of the standard input.
    """
    join_database()
    from django.core.exceptions import ValidationError  # noqa: PLC0415 - Django must be ready
    from django.core.validators import validate_email  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from encours.accounts.actions import add_member, set_password  # noqa: PLC0415
    from encours.accounts.models import Role, User  # noqa: PLC0415
    from encours.accounts.people import person_by_email  # noqa: PLC0415
    from encours.cli.organizations import chosen  # noqa: PLC0415

    try:
        validate_email(email)
    except ValidationError:
        refuse(f"{email!r} is not an e-mail address.")
    if role not in Role.values:
        refuse(f"There is no role {role!r}. The roles are: {', '.join(Role.values)}.")
    known = person_by_email(email)
    if known is not None and not organization:
        refuse(f"{email} may sign in already. To change the password: encours user password {email}")
    now = timezone.now()
    if organization:
        with chosen(organization) as found:
            password = "" if known else new_password(User(email=email))
            add_member(found, email=email, role=role, restricted=False, by=None, now=now)
            place = f" to {found.name} as {role}"
    else:
        password, place = new_password(User(email=email)), ""
        User.objects.create_user(email)
    if password:
        set_password(User.objects.get(email__iexact=email), password)
    console.print(f"{email} is added{place}.", highlight=False, markup=False)


@people.command("password")
def password(email: Email) -> None:
    """Give a person a new password, asked for or read from the first line of the standard input."""
    join_database()
    from encours.accounts.actions import set_password  # noqa: PLC0415 - Django must be ready
    from encours.accounts.people import person_by_email  # noqa: PLC0415

    person = person_by_email(email)
    if person is None:
        refuse(f"Nobody signs in as {email}. To see who does: encours user list")
    set_password(person, new_password(person))
    console.print(f"{person.email} has a new password.", highlight=False, markup=False)


@people.command("list")
def everyone() -> None:
    """List who may sign in, and where they work as what."""
    join_database()
    from encours.accounts import tenancy  # noqa: PLC0415 - Django must be ready
    from encours.accounts.models import Organization, User  # noqa: PLC0415
    from encours.accounts.people import members  # noqa: PLC0415

    work: dict[int, list[str]] = {}
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            name = Organization.objects.get(pk=number).name
            for member in members(number):
                work.setdefault(member.user_id, []).append(f"{name}: {member.role}")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for column in ("E-mail", "Name", "Works in", "Last signed in"):
        table.add_column(column, overflow="fold")
    for user in User.objects.order_by("email"):
        last = f"{user.last_login:%Y-%m-%d}" if user.last_login else "never"
        table.add_row(user.email, user.get_full_name(), "\n".join(work.get(user.pk, ["nowhere yet"])), last)
    console.print(table)


def new_password(person: "User") -> str:
    """Ask for a password twice, or read it when nobody is at the terminal; refuse one that is easily guessed."""
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415 - Django must be ready
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    if sys.stdin.isatty():
        given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        refuse("No password was given.")
    try:
        validate_password(given, person)
    except ValidationError as error:
        refuse(" ".join(error.messages))
    return given
