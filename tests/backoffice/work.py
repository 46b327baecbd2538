"""A morning's work: a few customers who are late, and what the run wrote about them."""

from datetime import date
from decimal import Decimal

from tests.dunning import desk
from tests.dunning.desk import customer, item, only, run, sent

from encours.accounts.models import Organization
from encours.dunning import actions
from encours.dunning.models import Reminder

TODAY = date(2026, 11, 22)
__all__ = ["TODAY", "customer", "hundreds", "item", "letter", "morning", "only", "run", "sent"]


def morning(organization: Organization) -> dict[str, Reminder]:
    """Three customers are late, worth 9 000, 3 000 and 500; one more is held by a payment to allocate."""
    actions.ensure_default_plan(organization, now=desk.at(TODAY))
    big = customer(organization, "BIG", name="Verger des Tilleuls")
    item(big, "F-1", date(2026, 10, 10), 6000)
    item(big, "F-2", date(2026, 11, 10), 3000)
    middle = customer(organization, "MID", name="Transports du Pont")
    item(middle, "F-3", date(2026, 11, 1), 3000)
    small = customer(organization, "SMALL", name="Hôtel du Marché")
    item(small, "F-4", date(2026, 11, 15), 500)
    paid = customer(organization, "PAID", name="Papeterie Saint-Éloi")
    item(paid, "F-5", date(2026, 11, 1), 700)
    item(paid, "VIR", date(2026, 11, 5), 700, kind="payment", side="credit")
    run(organization, TODAY)
    return {one.customer.code: one for one in Reminder.objects.select_related("customer", "step")}


def hundreds(organization: Organization, count: int, start: int = 0) -> None:
    """So many customers, each with one overdue invoice; the later the code, the more is owed."""
    actions.ensure_default_plan(organization, now=desk.at(TODAY))
    for number in range(start, start + count):
        buyer = customer(organization, f"H{number:04}")
        item(buyer, f"N-{number:04}", date(2026, 11, 2), Decimal(100 + number))
    run(organization, TODAY)


def letter(organization: Organization, code: str = "POST") -> Reminder:
    """A letter that is written and waits for the post."""
    from encours.channels.actions import reserve
    from encours.channels.models import Channel
    from encours.dunning import letters
    from encours.dunning.actions import outcomes

    actions.ensure_default_plan(organization, now=desk.at(TODAY))
    buyer = customer(organization, code)
    item(buyer, f"L-{code}", date(2026, 10, 1), 800)
    run(organization, TODAY)
    found = only(organization, customer=buyer)
    Reminder.objects.filter(pk=found.pk).update(channel="letter", state="confirmed")
    found.refresh_from_db()
    written = letters.message(found, TODAY)
    sending = reserve(
        organization.pk,
        f"reminder-{found.pk}-1",
        channel=Channel.LETTER,
        recipient=written.recipient,
        subject=written.subject,
        content=letters.set_letter(written),
        media_type="application/pdf",
        now=desk.at(TODAY),
    )
    return outcomes.reserve(
        found,
        sending,
        subject=written.subject,
        body=written.text,
        recipient=written.recipient,
        now=desk.at(TODAY),
    )
