"""Answering a reply: the words to start from, the documents to attach, and to whom an unmatched message is given."""

import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.backoffice.desk import Desk
from encours.backoffice.reply import ReplyDetail
from encours.customers.models import Customer
from encours.dunning import answers, replying
from encours.dunning.matching import SHARED_DOMAINS
from encours.dunning.models import InboundMessage
from encours.receivables.models import Item, Side
from encours.receivables.queries import documents_of
from encours.rules.wording import WordingError

LONGEST = 20_000
SHORTEST_WORD = 4
# What may be the number of an item: letters, signs, and one figure at least.
NUMBER = re.compile(r"[\w./-]*\d[\w./-]*")
MOST_NUMBERS = 40


class AnswerForm(forms.Form):
    """A person's answer, with the documents that go with it."""

    text = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Write an answer first.")},
        widget=forms.Textarea({"rows": 9, "spellcheck": "true"}),
    )
    documents = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Attach"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, desk: Desk, found: ReplyDetail, data: Any = None) -> None:  # noqa: ANN401 - Django's form data
        self.desk, self.message = desk, found.message
        first = next(iter(drafts(desk, found)), None)
        initial = {
            "text": first.body if first else "",
            "documents": [str(document.pk) for document, asked in found.documents if asked],
        }
        super().__init__(data, initial=initial, use_required_attribute=False)
        choices = [(document.pk, document.name) for document, _asked in found.documents]
        self.fields["documents"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if not choices:
            del self.fields["documents"]

    def clean_text(self) -> str:
        """Put the figures of the day where the words name a variable."""
        try:
            return replying.written(self.message, self.desk.user, self.desk.today, self.cleaned_data["text"])
        except WordingError as error:
            raise forms.ValidationError(
                _("“%(name)s” is no variable of an answer.") % {"name": error.name or "{{"}
            ) from error


def drafts(desk: Desk, found: ReplyDetail) -> list[replying.Draft]:
    """Return the words to start from, their names in the reader's language."""
    return [
        replying.Draft(one.code, _(one.name), one.body)
        for one in replying.drafts(found.message, desk.user, desk.today)
    ]


def send(desk: Desk, message: InboundMessage, form: AnswerForm) -> None:
    """Send the answer into the thread of the message; in simulation it waits and never leaves."""
    chosen = form.cleaned_data.get("documents") or []
    attached = []
    if message.customer_id is not None and chosen:
        attached = list(documents_of(desk.organization.pk, message.customer_id).filter(pk__in=chosen))
    text = form.cleaned_data["text"]
    answers.answer(message, text=text, by=desk.user, now=desk.now, documents=attached)


def customers_like(
    customers: QuerySet[Customer], search: str, message: InboundMessage
) -> "QuerySet[Customer]":
    """Return the customers a search finds; without one, those whose items are named, or whom the sender resembles."""
    if search:
        return (
            customers.filter(
                Q(name__icontains=search)
                | Q(code__icontains=search)
                | Q(siren__startswith=search.replace(" ", ""))
                | Q(contacts__email__icontains=search)
            )
            .distinct()
            .order_by("name", "pk")
        )
    wanted = Q(pk__in=_owners(message))
    domain = message.from_address.rpartition("@")[2].lower()
    if domain and domain not in SHARED_DOMAINS:
        wanted |= Q(contacts__email__iendswith=f"@{domain}")
        for word in domain.rpartition(".")[0].replace("-", ".").split("."):
            if len(word) >= SHORTEST_WORD:
                wanted |= Q(name__icontains=word)
    return customers.filter(wanted).distinct().order_by("name", "pk")


def _owners(message: InboundMessage) -> list[int]:
    """Return the customers who owe the items that a message names by their numbers."""
    words = {word.strip(".-/") for word in NUMBER.findall(f"{message.subject} {message.said}")}
    named = sorted(word for word in words if len(word) >= SHORTEST_WORD)[:MOST_NUMBERS]
    owed = Item.objects.filter(
        organization_id=message.organization_id, side=Side.DEBIT, open_amount__gt=0, number__in=named
    )
    return list(owed.values_list("customer_id", flat=True)[:MOST_NUMBERS]) if named else []
