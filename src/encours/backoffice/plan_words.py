"""Plans in words: when a step comes, what it does, to whom, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encours.dunning import sentences
from encours.rules.cases import Step
from encours.rules.plan_steps import Differences, Fault, part_of
from encours.ui.formats import money

CHANNELS = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "phone": gettext_lazy("Call"),
    "letter": gettext_lazy("Letter"),
}
CHANNEL_ICONS = {"email": "mail", "sms": "message", "letter": "file", "phone": "phone"}
MODES = {
    "automatic": gettext_lazy("Leaves by itself"),
    "to_confirm": gettext_lazy("Waits for a person to confirm it"),
    "manual": gettext_lazy("Proposed only: a person decides and posts it"),
}
SHORT_MODES = {
    "automatic": gettext_lazy("automatic"),
    "to_confirm": gettext_lazy("to confirm"),
    "manual": gettext_lazy("by hand"),
}
PARTS = {
    "before_due": gettext_lazy("Before the due date"),
    "after_due": gettext_lazy("After the due date"),
    "event": gettext_lazy("When something happens"),
    "after_payment": gettext_lazy("Once paid"),
}
EVENTS = {
    "promise_broken": gettext_lazy("A promise is broken"),
    "installment_missed": gettext_lazy("An installment is missed"),
    "reply_received": gettext_lazy("A reply was read and says nothing else"),
    "direct_debit_returned": gettext_lazy("A direct debit is returned"),
}
COUNTED = {
    "due": gettext_lazy("the due date"),
    "previous": gettext_lazy("the step before"),
    "issue": gettext_lazy("the issue date"),
}
ROLES = {
    "": gettext_lazy("Accounts payable, else whoever there is"),
    "payables": gettext_lazy("Accounts payable"),
    "buyer": gettext_lazy("Buyer"),
    "director": gettext_lazy("Director"),
    "other": gettext_lazy("Other"),
}
COPIES = {
    "": gettext_lazy("Nobody"),
    "collector": gettext_lazy("The collector"),
    "salesperson": gettext_lazy("The salesperson"),
    "credit_manager": gettext_lazy("The credit manager"),
}
SENDERS = {
    "main": gettext_lazy("The organization"),
    "collector": gettext_lazy("The collector in charge"),
    "escalated": gettext_lazy("The escalated sender"),
}
SCOPES = {
    "customer": gettext_lazy("One message for everything that is due"),
    "item": gettext_lazy("Each item by its own steps"),
}
LANGUAGES = {"fr": gettext_lazy("French"), "en": gettext_lazy("English")}
FAULTS = {
    "no_steps": gettext_lazy("This plan has no step yet: add the first one below."),
    "rank_taken": gettext_lazy("“%(name)s” has the place of another step: move one of them."),
    "out_of_order": gettext_lazy(
        "“%(name)s” comes %(days)s days after the due date, but follows “%(before)s”, which comes after"
        " %(before_days)s: move it, or let it come later."
    ),
    "within_silence": gettext_lazy(
        "“%(name)s” follows “%(before)s” within the %(gap)s days of silence: it will wait until they have passed."
    ),
    "nothing_before": gettext_lazy("“%(name)s” counts from the step before, and there is none."),
    "same_day": gettext_lazy("“%(name)s” comes on the same day as another notice: keep one of them."),
    "thanks_twice": gettext_lazy("“%(name)s” would thank a second time: keep one of them."),
    "registered_no_letter": gettext_lazy("“%(name)s” is registered: only a letter can be."),
    "formal_elsewhere": gettext_lazy("“%(name)s” is a formal notice: it belongs after the due date."),
    "formal_not_last": gettext_lazy(
        "“%(name)s” is a formal notice and must come last, but “%(after)s” follows it."
    ),
    "formal_automatic": gettext_lazy(
        "“%(name)s” is a formal notice: it never leaves by itself, a person decides."
    ),
    "formal_unwritten": gettext_lazy(
        "“%(name)s” is a formal notice: it must be written, not said or texted."
    ),
    "event_unnamed": gettext_lazy("“%(name)s” does not say which event it answers."),
    "event_twice": gettext_lazy("“%(name)s” answers the same event as “%(before)s”: keep one of them."),
    "words_missing": gettext_lazy("“%(name)s” has no words: choose a template, or write one."),
    "words_of_another_kind": gettext_lazy(
        "“%(name)s” has words made for another channel: choose others, or change its channel."
    ),
    "language_missing": gettext_lazy(
        "“%(name)s” has no words in %(language)s, which some of your customers read."
    ),
}


def fault(found: Fault) -> str:
    """Say what is wrong with a plan, naming the step."""
    shown = dict(found.params)
    for name in ("name", "before", "after"):
        if name in shown:
            shown[name] = sentences.step(str(shown[name]))
    if "language" in shown:
        shown["language"] = str(LANGUAGES.get(str(shown["language"]), shown["language"])).lower()
    return str(FAULTS.get(found.code, found.code)) % shown


def differences(found: Differences) -> list[str]:
    """Say what changed from one version to the next."""
    told = (
        (_("added: %(names)s"), found.added),
        (_("removed: %(names)s"), found.removed),
        (_("changed: %(names)s"), found.changed),
    )
    said = [
        sentence % {"names": ", ".join(sentences.step(name) for name in names)}
        for sentence, names in told
        if names
    ]
    return [*said, _("what the plan says of itself")] if found.itself else said


def when(step: Step) -> str:
    """Say in a few signs when a step comes."""
    part = part_of(step)
    if part == "before_due":
        return _("D−%(days)s") % {"days": step.days} if step.days else _("D")
    if part == "event":
        return _("+%(days)s d") % {"days": step.days} if step.days else _("at once")
    if part == "after_payment":
        if not step.days:
            return _("at once")
        text = ngettext("%(days)s day after payment", "%(days)s days after payment", step.days)
        return text % {"days": step.days}
    if step.counts_from == "previous":
        return _("+%(days)s d") % {"days": step.days}
    if step.counts_from == "issue":
        return _("issue+%(days)s") % {"days": step.days}
    return _("D+%(days)s") % {"days": step.days}


def remarks(step: Step, currency: str) -> Iterator[tuple[str, str]]:
    """Say what is particular to a step, each with its icon: the event, the audience, the sender, what is attached."""
    if step.event:
        yield "bell", str(EVENTS.get(step.event, step.event))
    if step.contact_role:
        yield "user", str(ROLES.get(step.contact_role, step.contact_role))
    if step.escalate_to:
        who = str(ROLES.get(step.escalate_to, step.escalate_to))
        yield "arrow-up", _("also to: %(who)s") % {"who": who.lower()}
    if step.copy_to:
        who = str(COPIES.get(step.copy_to, step.copy_to))
        yield "users", _("copy: %(who)s") % {"who": who.lower()}
    if step.sender != "main":
        yield "pencil", str(SENDERS[step.sender])
    attached = [
        str(label)
        for wanted, label in (
            (step.attach_statement, _("with the statement")),
            (step.attach_invoices, _("with the invoices")),
        )
        if wanted
    ]
    if attached:
        yield "download", ", ".join(attached)
    if step.minimum_amount:
        yield "euro", _("from %(amount)s") % {"amount": money(step.minimum_amount, currency)}
    if step.states_interest:
        yield "scale", _("with interest and 40 €")


def conditions(stored: Mapping[str, object], currency: str) -> list[str]:
    """Say what a rule asks of a customer; everyone when it asks for nothing."""
    said = []
    lists = {
        "grades": _("grade %(words)s"), "segments": _("segment %(words)s"),
        "countries": _("country %(words)s"), "languages": _("written to in %(words)s"),
    }  # fmt: skip
    for name, sentence in lists.items():
        found = stored.get(name)
        if isinstance(found, list) and found:
            words = [str(LANGUAGES.get(word, word)) if name == "languages" else str(word) for word in found]
            shown = [word or _("not graded") for word in words] if name == "grades" else words
            said.append(sentence % {"words": _(" or ").join(shown)})
    flags = {
        "public_buyer": (_("public buyer"), _("not a public buyer")),
        "sole_trader": (_("sole trader"), _("not a sole trader")),
    }
    for name, (yes, no) in flags.items():
        if name in stored:
            said.append(yes if stored[name] else no)
    limits = {
        "outstanding_from": _("owes %(amount)s or more"),
        "outstanding_below": _("owes less than %(amount)s"),
    }
    for name, sentence in limits.items():
        if stored.get(name) not in {None, ""}:
            said.append(sentence % {"amount": money(Decimal(str(stored[name])), currency)})
    return said or [_("every customer")]
