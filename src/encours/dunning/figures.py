"""The facts of one message: who writes to whom about what, and the values its words may name."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext

from encours.accounts.models import Organization, Sender, SenderPurpose
from encours.channels import letters as pages
from encours.channels.epc import PaymentDetailsError, grouped_iban
from encours.customers.models import Contact, Customer
from encours.dunning import queries
from encours.dunning.addressing import sender_for
from encours.dunning.claims import ZERO, Claim, claim_of
from encours.dunning.models import Reminder
from encours.dunning.recipients import recipients
from encours.receivables.models import Item, Side

LANGUAGES = ("fr", "en")
# Days between a letter and the day it asks to be paid by: usage holds eight for enough, more for those who are
# not companies or receive their mail from abroad.
DEADLINE_DAYS = 8
LONG_DEADLINE_DAYS = 15
ROLES = ("payables", "other", "buyer", "director")


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the message and the amount it speaks of."""

    item: Item
    open_amount: Decimal
    days_overdue: int

    @property
    def name(self) -> str:
        """Return what the customer calls the item."""
        return self.item.number or self.item.reference or self.item.label

    @property
    def disputed(self) -> Decimal:
        """Return what is contested of the item and left out of the amount."""
        return self.item.disputed_part if self.open_amount < self.item.open_amount else ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a message states, as of one day."""

    reminder: Reminder
    organization: Organization
    sender: Sender | None
    customer: Customer
    contact: Contact | None
    lines: tuple[Line, ...]
    claim: Claim
    unallocated_amount: Decimal
    today: date
    language: str

    @property
    def amount(self) -> Decimal:
        """Return the sum of the lines."""
        return sum((line.open_amount for line in self.lines), ZERO)

    @property
    def states_interest(self) -> bool:
        """Tell whether the message states interest, all the rates being known."""
        return self.reminder.step.states_interest and not self.claim.partial

    @property
    def total(self) -> Decimal:
        """Return what the message asks to pay."""
        asked = self.amount
        if self.states_interest:
            asked += self.claim.interest + self.claim.fees
        return max(asked - self.unallocated_amount, ZERO)

    @property
    def deadline_on(self) -> date:
        """Return the day by which the message asks to be paid."""
        far = self.customer.country not in {"", "FR"} or self.customer.sole_trader
        slow = self.reminder.channel == "letter" and far
        return self.today + timedelta(days=LONG_DEADLINE_DAYS if slow else DEADLINE_DAYS)

    @property
    def payment_reference(self) -> str:
        """Return what the customer is asked to quote: the invoice, or the account when there are several."""
        numbers = {line.item.number for line in self.lines}
        only = next(iter(numbers)) if len(numbers) == 1 else ""
        return only or self.customer.code

    def money(self, amount: Decimal) -> str:
        """Write an amount in the language of the customer."""
        return pages.money(amount, language=self.language, currency=self.organization.currency)

    def named(self, line: Line) -> str:
        """Name an item as in the list of a message, with what is contested of it and therefore not asked for."""
        if not line.disputed:
            return line.name
        with translation.override(self.language):
            words = gettext("%(number)s (without %(amount)s in dispute)")
        return words % {"number": line.name, "amount": self.money(line.disputed)}

    def day(self, value: date) -> str:
        """Write a day in the language of the customer."""
        return pages.day(value, language=self.language)


def figures_of(reminder: Reminder, today: date) -> Figures:
    """Return the facts of a message as they stand today."""
    customer = Customer.objects.select_related("collector").get(pk=reminder.customer_id)
    organization = Organization.objects.get(pk=reminder.organization_id)
    thanks = reminder.trigger == "after_payment"
    lines = tuple(
        Line(
            line.item,
            line.open_amount if thanks else line.item.asked_amount,
            max((today - line.item.due_on).days, 0),
        )
        for line in queries.lines(reminder)
    )
    return Figures(
        reminder=reminder,
        organization=organization,
        sender=sender_for(organization, reminder.step.sender, customer.collector_id),
        customer=customer,
        contact=recipients(customer.pk, reminder.step, today).to,
        lines=lines,
        claim=claim_of(organization, customer, [] if thanks else [line.item for line in lines], today),
        unallocated_amount=ZERO if thanks else unallocated(organization, customer),
        today=today,
        language=customer.language if customer.language in LANGUAGES else "en",
    )


def contact_of(customer: Customer) -> Contact | None:
    """Return the person to write to: accounts payable first, never an address that bounced or opted out."""
    contacts = Contact.objects.filter(organization_id=customer.organization_id, customer=customer)
    usable = contacts.exclude(email="").filter(bounced_at=None, opted_out_at=None)
    return min(usable, key=lambda contact: (ROLES.index(contact.role), contact.pk), default=None)


def unallocated(organization: Organization, customer: Customer) -> Decimal:
    """Return what the customer paid that settles nothing yet."""
    credits_ = Item.objects.filter(
        organization=organization,
        customer=customer,
        side=Side.CREDIT,
        open_amount__gt=0,
        missing_since=None,
        currency=organization.currency,
    )
    return sum(credits_.values_list("open_amount", flat=True), ZERO)


def values(figures: Figures) -> dict[str, object]:
    """Return a value for every variable of the wording language, written in the language of the customer."""
    claim, organization = figures.claim, figures.organization
    has_interest = organization.interest_claimed and not claim.partial and claim.rate_percent is not None
    oldest = figures.lines[0] if figures.lines else None
    amount = figures.money(figures.amount)
    return {
        "customer_name": figures.customer.name,
        "customer_code": figures.customer.code,
        "contact_name": figures.contact.name if figures.contact else "",
        "amount_overdue": amount,
        "amount_due_soon": amount,
        "amount_paid": amount,
        "invoice_count": len(figures.lines),
        "invoice_list": invoice_list(figures),
        "oldest_days": oldest.days_overdue if oldest else 0,
        "oldest_due_on": figures.day(oldest.item.due_on) if oldest else "",
        "interest_amount": figures.money(claim.interest),
        "interest_rate": _percent(claim.rate_percent, figures.language),
        "recovery_fees": figures.money(claim.fees),
        "total_claim": figures.money(figures.total),
        "unallocated_amount": figures.money(figures.unallocated_amount),
        "deadline_on": figures.day(figures.deadline_on),
        "today": figures.day(figures.today),
        "organization_name": organization.name,
        "payment_reference": figures.payment_reference,
        "has_interest": has_interest,
        "has_recovery_fees": claim.fees > 0,
        "has_unallocated": figures.unallocated_amount > 0,
        **_laws(figures),
        **_sender(figures),
        **_bank(organization),
    }


def invoice_list(figures: Figures) -> str:
    """Return the items of the message as lines of text."""
    with translation.override(figures.language):
        rows = []
        for line in figures.lines:
            parts = [
                figures.named(line),
                gettext("due on %(day)s") % {"day": figures.day(line.item.due_on)},
                figures.money(line.open_amount),
            ]
            if line.days_overdue and figures.reminder.trigger == "after_due":
                parts.append(gettext("%(days)s days overdue") % {"days": line.days_overdue})
            rows.append("- " + ", ".join(part for part in parts if part))
    return "\n".join(rows)


def _percent(rate: Decimal | None, language: str) -> str:
    if rate is None:
        return ""
    figure = f"{rate.normalize():f}"
    return f"{figure.replace('.', ',')}\N{NO-BREAK SPACE}%" if language == "fr" else f"{figure}%"


def _laws(figures: Figures) -> dict[str, str]:
    public = figures.customer.public_buyer
    with translation.override(figures.language):
        return {
            "interest_law": gettext("article R2192-31 of the French Public Procurement Code")
            if public
            else gettext("article L441-10 II of the French Commercial Code"),
            "recovery_fee_law": gettext("article D2192-35 of the French Public Procurement Code")
            if public
            else gettext("article D441-5 of the French Commercial Code"),
        }


def _sender(figures: Figures) -> dict[str, str]:
    """Return who signs: a sender of one's own, the collector, the organization, its department."""
    organization, sender, collector = figures.organization, figures.sender, figures.customer.collector
    name = sender.name if sender and sender.purpose != SenderPurpose.MAIN else ""
    name = name or (collector.get_full_name() if collector else "") or (sender.name if sender else "")
    if not name or name == organization.name:
        with translation.override(figures.language):
            name = gettext("Accounts receivable")
    own = (sender.reply_to or sender.email) if sender else ""
    return {
        "sender_name": name,
        "sender_email": own or organization.email,
        "sender_phone": organization.phone,
    }


def _bank(organization: Organization) -> dict[str, object]:
    try:
        iban = grouped_iban(organization.iban) if organization.iban else ""
    except PaymentDetailsError:
        iban = ""
    return {"iban": iban, "bic": organization.bic, "has_bank": bool(iban)}


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language, or its code."""
    return str(Locale.parse(language).territories.get(code.upper(), code))
