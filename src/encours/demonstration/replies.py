"""What the customers of the demonstration answer: whole e-mails, as the accounts departments of France write them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime

from encours.demonstration.days import ONE_DAY, french_day, working_until
from encours.demonstration.model import PayerKind
from encours.demonstration.said import SAID, STRANGER, Said

CITED = (
    "Madame, Monsieur,\n\n"
    "Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de {amount}, échu depuis le {due} :\n\n"
    "{list}\n\n"
    "Pourriez-vous nous indiquer la date à laquelle vous prévoyez de régler ?\n\n"
    "Bien cordialement,\n{by}\n{organization}"
)
ASKED_BEFORE = timedelta(days=3)
SHOWN = 4
# A promise for tomorrow would be broken before anybody looked at it.
NEAR = 3


@dataclass(frozen=True, slots=True)
class Owed:
    """One item that a customer has not paid: its number, its day, what is left of it."""

    number: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Owing:
    """A customer who is asked for money: who answers, from where, under which tag, and for what."""

    code: str
    name: str
    email: str
    city: str
    phone: str
    tag: str
    kind: PayerKind
    items: tuple[Owed, ...]

    @property
    def amount(self) -> Decimal:
        """Return everything that is asked for."""
        return sum((item.amount for item in self.items), Decimal(0))


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: the name of the company, its address, and who signs."""

    organization: str
    email: str
    by: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One e-mail as it comes in: what it is about, whose it is, when it was written, and its bytes."""

    about: str
    code: str
    written_at: datetime
    content: bytes


def euros(amount: Decimal) -> str:
    """Return an amount as French letters write it.

    >>> euros(Decimal("12345.6"))
    '12 345,60 €'
    """
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",") + " €"


def replies(owing: Sequence[Owing], asking: Asking, now: datetime) -> Iterator[Reply]:
    """Yield what these customers answered in the last days, each once, by how it pays."""
    left = sorted(owing, key=lambda one: -one.amount)
    for place, said in enumerate((*SAID, STRANGER)):
        customer = next((one for one in left if one.kind in said.kinds), None)
        if customer is None:
            continue
        left.remove(customer)
        yield _reply(said, customer, asking, now, place)


def _reply(said: Said, customer: Owing, asking: Asking, now: datetime, place: int) -> Reply:
    written_at = _written_at(said, now, 7 * place % 60)
    domain = customer.email.partition("@")[2]
    address = said.address or customer.email
    mail = EmailMessage()
    mail["From"] = f"{said.writer} <{address}>"
    mail["To"] = f"{asking.organization} <{asking.email}>"
    subject = f"{asking.organization} – facture échue : {euros(customer.amount)}"
    tag = f" [#C-{customer.tag}]" if said.tagged else ""
    mail["Subject"] = said.subject or f"RE: {subject}{tag}"
    mail["Date"] = format_datetime(written_at)
    mail["Message-ID"] = f"<{written_at:%Y%m%d%H%M}.{said.about}.{customer.code.lower()}@{domain}>"
    if said.automatic:
        mail["Auto-Submitted"] = "auto-replied"
    words = _words(said, customer, asking, now.date())
    outlook = place % 2 == 0
    parts = [words, _signature(said, customer, address, outlook=outlook)]
    if said.cites:
        parts.append(_cited(customer, asking, written_at - ASKED_BEFORE, subject, outlook=outlook))
    mail.set_content("\n\n".join(parts), cte="quoted-printable")
    if said.attached:
        mail.add_attachment(words, filename=said.attached)
        # Python draws the line between parts at random; ours is the same every time.
        mail.set_boundary(f"=_{said.about}_{customer.code}")
    return Reply(said.about, customer.code, written_at, mail.as_bytes())


def _written_at(said: Said, now: datetime, minute: int) -> datetime:
    """Return the hour of a working day at which somebody sat down to answer."""
    day = now.date()
    for _ in range(said.days_ago):
        day = working_until(day - ONE_DAY)
    return now.replace(
        year=day.year, month=day.month, day=day.day, hour=said.hour, minute=minute, second=0, microsecond=0
    )


def _words(said: Said, customer: Owing, asking: Asking, today: date) -> str:
    first, last = customer.items[0], customer.items[-1]
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    friday += timedelta(days=7 if (friday - today).days < NEAR else 0)
    return said.words.format(
        name=customer.name,
        city=customer.city,
        organization=asking.organization,
        number=first.number,
        last=last.number,
        amount=euros(customer.amount),
        one=euros(first.amount),
        part=euros((customer.amount / 3).quantize(Decimal(100)) or Decimal(100)),
        friday=french_day(friday),
        month_end=french_day(_month_end(today)),
        lately=french_day(today - timedelta(days=4)),
        opened=french_day(working_until(today - timedelta(days=11))),
        back=french_day(friday + timedelta(days=10)),
        domain=customer.email.partition("@")[2],
    )


def _month_end(today: date) -> date:
    """Return the last day of the month, or of the next one when it is too near to promise anything."""
    here = today + timedelta(days=6)
    return (here.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _signature(said: Said, customer: Owing, address: str, *, outlook: bool) -> str:
    firm, mark = said.firm or customer.name, "" if outlook else "-- "
    reached = f"{firm} – {customer.city}\nTél. {customer.phone} – {address}"
    return f"{said.farewell}\n{mark}\n{said.writer}\n{said.post}\n{reached}"


def _cited(customer: Owing, asking: Asking, at: datetime, subject: str, *, outlook: bool) -> str:
    """Return our own message below the answer, the way Outlook or the others put it."""
    lines = [
        f"- Facture {item.number} · {item.due_on:%d/%m/%Y} · {euros(item.amount)}"
        for item in customer.items[:SHOWN]
    ]
    ours = CITED.format(
        amount=euros(customer.amount),
        due=f"{customer.items[0].due_on:%d/%m/%Y}",
        list="\n".join(lines),
        by=asking.by,
        organization=asking.organization,
    )
    if outlook:
        head = (
            f"De : {asking.organization} <{asking.email}>\nEnvoyé : {french_day(at.date())} {at:%H:%M}\n"
            f"À : {customer.email}\nObjet : {subject}"
        )
        return f"{head}\n\n{ours}"
    quoted = "\n".join(f"> {line}".rstrip() for line in ours.splitlines())
    return f"Le {at:%d/%m/%Y} à {at:%H:%M}, {asking.organization} a écrit :\n{quoted}"
