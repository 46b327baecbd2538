"""The chase of the demonstration company: plans, a colleague, what was agreed, and what its customers answered.

Everything is made by the verbs that the desk uses, once: a company that has an answer in its mailbox is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import translation

from encours.accounts import tenancy
from encours.accounts.actions import actor, add_member, change_profile, unseal
from encours.accounts.models import Organization, Role, User
from encours.customers.actions import add_contact, assign_collector, change_customer
from encours.customers.models import Customer
from encours.demonstration import Asking, Company, Owed, Owing, PayerKind, replies
from encours.dunning import addressing, sentences
from encours.dunning.actions import colleagues, ensure_default_plan, mailboxes, notes, plans, promises, tasks
from encours.dunning.actions import readings as decided
from encours.dunning.actions.assignments import NewRule, set_rules
from encours.dunning.actions.calls import Call, next_weekday
from encours.dunning.actions.calls import record as record_call
from encours.dunning.actions.templates import give_words
from encours.dunning.day import today_of
from encours.dunning.intake import hand_over
from encours.dunning.models import InboundMessage, PromiseSource, Reading, TaskKind
from encours.payment_plans.actions import agree
from encours.receivables.models import Item
from encours.rules.installments import installments
from encours.rules.ready_plans import PUBLIC, READY_PLANS, RISKY, SMS_FIRST

COLLEAGUE = "karim.benali@ateliers-lumiere.example"
SEGMENTS = {
    PayerKind.PUBLIC: "Secteur public",
    PayerKind.LARGE: "Grands comptes",
    PayerKind.SEASONAL: "Saisonniers",
}
# From this much overdue the director is known, with a mobile number.
DIRECTOR_FROM = Decimal(1_000)
DIRECTORS = (
    "Hélène Aubry",
    "François Delmas",
    "Sandrine Picard",
    "Olivier Renaud",
    "Véronique Blin",
    "Alain Prévost",
)
SECOND_HALF = "M"
# A text two days after a letter, a call three days after the text: the silence between two contacts is as short.
GAPS = {"risky": 2, "public": 10}
GOALS = {"collected": Decimal(450_000), "actions": Decimal(120)}


@dataclass(frozen=True, slots=True)
class Debt:
    """A customer of the demonstration, how it pays, and what it owes past its due date."""

    customer: Customer
    kind: PayerKind
    items: tuple[Item, ...]

    @property
    def amount(self) -> Decimal:
        """Return what is overdue."""
        return sum((item.open_amount for item in self.items), Decimal(0))


@dataclass(frozen=True, slots=True)
class Stage:
    """Who works where, on which day."""

    organization: Organization
    made: Company
    claire: User
    karim: User
    now: datetime
    today: date

    def ago(self, days: int, hour: int) -> datetime:
        """Return a working hour some days ago."""
        then = self.now - timedelta(days=days)
        then -= timedelta(days=max(then.weekday() - 4, 0))
        return then.replace(hour=hour, minute=20, second=0, microsecond=0)


def stage_chase(organization: Organization, made: Company, user: User, now: datetime) -> None:
    """Give the demonstration company its plans, its colleague, its agreements and its mail, unless it has them."""
    with tenancy.inside(organization.pk):
        if InboundMessage.objects.filter(organization=organization).exists():
            return
        ensure_default_plan(organization, now=now)
        stage = Stage(
            organization, made, user, _colleague(organization, user, now), now, today_of(organization, now)
        )
        debts = _debts(stage)
        _mark(stage, debts)
        _write_plans(stage)
        left = _agree(stage, debts)
        _take_in(stage, left)
        _share_work(stage, left)


def _colleague(organization: Organization, user: User, now: datetime) -> User:
    """Return the colleague who collects too; he chooses a password when somebody gives him the link."""
    member = add_member(
        organization, email=COLLEAGUE, role=Role.COLLECTOR, restricted=False, by=user, now=now
    )
    return change_profile(member.user, first_name="Karim", last_name="Benali", language="fr", theme="")


def _debts(stage: Stage) -> list[Debt]:
    """Return who is overdue, the largest amounts first."""
    kinds = {customer.code: customer.kind for customer in stage.made.customers}
    overdue = Item.objects.filter(
        organization=stage.organization,
        side="debit",
        open_amount__gt=0,
        due_on__lt=stage.today,
        missing_since=None,
    )
    found: dict[Customer, list[Item]] = {}
    for item in overdue.select_related("customer").order_by("due_on", "pk"):
        found.setdefault(item.customer, []).append(item)
    debts = [Debt(customer, kinds[customer.code], tuple(items)) for customer, items in found.items()]
    return sorted(debts, key=lambda debt: -debt.amount)


def _mark(stage: Stage, debts: Sequence[Debt]) -> None:
    """Say which customers are public buyers, of which segment, whose portfolio they are in, who directs them."""
    by = actor(stage.claire)
    known = {one.code: one for one in Customer.objects.filter(organization=stage.organization)}
    for made in stage.made.customers:
        if made.kind in SEGMENTS and made.code in known:
            public = made.kind is PayerKind.PUBLIC
            segment = SEGMENTS[made.kind]
            change_customer(known[made.code], by=by, now=stage.now, segment=segment, public_buyer=public)
    for second, collector in ((False, stage.claire), (True, stage.karim)):
        mine = [one.pk for one in known.values() if (one.name.upper() >= SECOND_HALF) is second]
        assign_collector(stage.organization.pk, mine, collector, by=by, now=stage.now)
    for place, debt in enumerate(debts):
        if debt.amount < DIRECTOR_FROM or debt.kind is PayerKind.PUBLIC:
            continue
        name = DIRECTORS[place % len(DIRECTORS)]
        domain = next(one.email for one in stage.made.customers if one.code == debt.customer.code).partition(
            "@"
        )[2]
        add_contact(
            debt.customer, by=by, now=stage.now, role="director", name=name, phone=f"06 39 98 {20 + place:02d} 12",
            email=f"direction@{domain}",
        )  # fmt: skip


def _write_plans(stage: Stage) -> None:
    """Write the plan of risky customers, with a text and a call, that of public buyers, and the rules between them."""
    text = replace(SMS_FIRST[1], days=3)
    lineages = {}
    for code, steps in (("risky", RISKY), ("public", PUBLIC)):
        ready = next(one for one in READY_PLANS if one.code == code)
        with translation.override(stage.organization.language):
            says = sentences.step(ready.says)
        draft = plans.create_plan(
            stage.organization, name=ready.name, description=says, steps=steps,
            minimum_gap_days=GAPS[code], by=stage.claire, now=stage.now,
        )  # fmt: skip
        if code == "risky":
            give_words(stage.organization, [text.template])
            plans.add_step(draft, text, by=stage.claire)
        lineages[code] = plans.put_in_force(draft, by=stage.claire, now=stage.now).lineage
    rules = [
        NewRule("Acheteurs publics", lineages["public"], {"public_buyer": True}),
        NewRule("Notes D et E", lineages["risky"], {"grades": ["D", "E"]}),
    ]
    set_rules(stage.organization, rules, by=stage.claire, now=stage.now)


def _agree(stage: Stage, debts: Sequence[Debt]) -> list[Debt]:
    """Keep what was agreed: installments, promises that run, one that was broken; return who agreed on nothing."""
    left = list(debts)

    def take(*kinds: PayerKind) -> Debt | None:
        found = next((debt for debt in left if debt.kind in kinds), None)
        if found is not None:
            left.remove(found)
        return found

    if paying := take(PayerKind.INSTALLMENTS):
        at = stage.ago(12, 10)
        parts = installments(paying.amount, 4, stage.today + timedelta(days=6))
        agree(
            paying.customer, items=paying.items, installments=parts, today=at.date(), by=stage.claire, now=at,
            note="Accord de M. Renaud au téléphone : quatre échéances égales, par virement.",
        )  # fmt: skip
    if broken := take(PayerKind.BROKEN):
        at = stage.ago(20, 11)
        promises.promise(
            stage.organization, broken.customer, amount=broken.amount, promised_on=at.date() + timedelta(days=9),
            items=broken.items, source=PromiseSource.DESK, by=stage.claire, now=at,
            sentence="Le gérant s’engage à tout solder avant la fin de la semaine prochaine.",
        )  # fmt: skip
    for days, hour, kinds, note in (
        (
            4,
            15,
            (PayerKind.BROKEN,),
            "Mme Lambert : le chèque part vendredi, la banque a débloqué le découvert.",
        ),
        (3, 9, (PayerKind.SLOW,), "Virement inclus dans la prochaine campagne de règlements."),
    ):
        if promised := take(*kinds):
            at = stage.ago(days, hour)
            call = Call(
                "promise", note=note, items=promised.items, amount=promised.amount,
                promised_on=next_weekday(stage.today + timedelta(days=4)),
            )  # fmt: skip
            record_call(stage.organization, promised.customer, call, today=at.date(), by=stage.claire, now=at)
    return left


def _take_in(stage: Stage, debts: Sequence[Debt]) -> None:
    """Take in, by the door where a provider posts, what customers answered; the first promise is accepted."""
    organization = stage.organization
    emails = {one.code: one for one in stage.made.customers}
    owing = [
        Owing(
            code=debt.customer.code,
            name=debt.customer.name,
            email=emails[debt.customer.code].email,
            city=debt.customer.city,
            phone=emails[debt.customer.code].phone,
            tag=addressing.token_of(organization.pk, debt.customer.pk),
            kind=debt.kind,
            items=tuple(Owed(item.number, item.due_on, item.open_amount) for item in debt.items),
        )
        for debt in debts
    ]
    asking = Asking(organization.name, organization.email, str(stage.claire))
    door = mailboxes.open_door(
        organization, name="Réponses des clients", email=organization.email, by=stage.claire, now=stage.now
    )
    secret = unseal(door.sealed_password)
    for reply in sorted(replies(owing, asking, stage.now), key=lambda one: one.written_at):
        message = hand_over(organization.pk, door.pk, secret, reply.content, now=reply.written_at)
        promise = Reading.objects.filter(message=message, meaning="promise").first()
        if reply.about == "promise" and promise is not None:
            decided.accept(promise, by=stage.claire, now=reply.written_at + timedelta(hours=2))


def _share_work(stage: Stage, debts: Sequence[Debt]) -> None:
    """Put work on both desks: tasks, a note that calls on a colleague, and what is aimed at this month."""
    organization, today = stage.organization, stage.today
    first, second, third, *_ = [*debts, *debts, *debts]
    mine, his = (stage.claire, None, ""), (stage.karim, None, "Le standard indique un nouveau comptable.")
    later = (stage.claire, time(14, 30), "Demande à être rappelé après 14 h.")
    for kind, debt, title, (owner, at_time, note) in (
        (TaskKind.CALL_BACK, first, first.customer.name, later),
        (TaskKind.OTHER, second, "Envoyer le relevé demandé par le commissaire aux comptes", mine),
        (TaskKind.FIX_CONTACT, third, third.customer.name, his),
        (TaskKind.OTHER, None, "Préparer la revue mensuelle des retards avec la direction", mine),
    ):
        tasks.add(
            organization, kind=kind, title=title, customer=debt.customer if debt else None, assignee=owner,
            due_on=today, at_time=at_time, note=note, by=stage.claire, now=stage.now,
        )  # fmt: skip
    notes.write_note(
        second.customer,
        f"@{stage.claire.first_name} leur directeur accepte de tout régler si nous renonçons aux pénalités. Ton avis ?",
        pinned=False, by=stage.karim, now=stage.ago(1, 16),
    )  # fmt: skip
    for measure, goal in GOALS.items():
        for person in (stage.claire, stage.karim):
            colleagues.set_target(
                organization, person, month=today, measure=measure, goal=goal, by=stage.claire, now=stage.now
            )
