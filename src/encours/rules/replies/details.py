"""What a sentence says precisely once its meaning is known: the date, the amount, the reason, whom to write to."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from encours.rules.replies.amounts import amounts
from encours.rules.replies.cues import CUES
from encours.rules.replies.dates import FoundDate, dates
from encours.rules.replies.features import EMAIL, PHONE
from encours.rules.replies.sentences import Sentence, fold, sentences

# From the most to the least telling: the first that is found gives the reason.
REASONS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "duplicate": CUES["twice"].pattern,
        "not_ordered": r"\b(?:jamais (?:rien )?(?:passe|commande|souscri)\w*|(?:pas|rien|n'avions) (?:passe |"
            r"ete |rien )?(?:commande|souscri)\w*|aucune commande|commande a ete annulee|never ordered|"
            r"not order|did not (?:take|order)|no order|order was cancell?ed|resilie|terminated)\b",
        "missing_document": r"\b(?:bon de (?:commande|livraison)|numero de commande|n.? de commande|"
            r"engagement juridique|purchase order|po|po number|no po|delivery note|proces-verbal|"
            r"feuilles? de pointage|siret|raison sociale|legal entity|reissue|chorus|refaire la facture|"
            r"mention)\b",
        "not_delivered": r"\b(?:non (?:livre|recu)\w*|pas (?:ete )?(?:livre|recu)\w*|jamais (?:arrive|livre|"
            r"recu|venu)\w*|livraison (?:partielle|incomplete)|manqu\w+|never (?:arrived|received|showed)|"
            r"not delivered|missing|partial delivery|incomplete)\b",
        "goods": CUES["goods"].pattern + r"|\b(?:non[ -]conforme\w*|malfacon\w*|perime\w*|fuites?|leak\w*|"
            r"snags?|reserves?|degats|damage\w*|ne (?:marche|fonctionne)|doesn't work|still down|quality)\b",
        "price": CUES["price"].pattern + r"|\b(?:quantites?|montant|amount|heures|hours|ecart|frais|fee)\b",
        "credit_note": r"\b(?:avoir|credit note|retour|returned)\b",
    }.items()
}  # fmt: skip
OTHER_REASON = "other"
_NAME = re.compile(
    r"\b(?:Mme|Mlle|M\.|Mr\.?|Mrs\.?|Ms\.?|Monsieur|Madame)\s+((?:[A-ZÉÈ][\w'’-]+\s?){1,3})"
    r"|\b(?:avec|contact(?:er|ez)?|ask for|speak to|is|désormais)\s+((?:[A-ZÉÈ][\w'’-]+\s){1,2})(?=en|in|au|"
    r"at|on|,)"
)
# A day that dates a message, a call or a document: "votre relance du 19/11", "your invoice of 15 October".
_DATED = re.compile(
    r"\b(?:e-?mails?|mels?|courriels?|messages?|courriers?|lettres?|relances?|rappels?|appels?|echanges?|entretiens?"
    r"|conversations?|factures?|fact|avoirs?|commandes?|devis|livraisons?|letters?|reminders?|calls?|invoices?"
    r"|orders?|deliver(?:y|ies))\b"
    r"(?: (?!(?:est|sont|a|ont|ete|sera|seront|has|have|was|were|is|are|will|been|paid|reglee?s?|payee?s?|soldee?s?"
    r"|viree?s?)\b)[\w°./,#€-]+){0,7}? (?:en date )?(?:du|de|d'|of|dated|from) ?$"
)
_DATING = re.compile(r"(?:du|of|dated|from)\b")
_SHORTEST_NUMBER = 3
_LONGEST_AWAY = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Details:
    """What is said, as far as it is said; what is not said stays empty."""

    on: date | None = None
    amount: Decimal | None = None
    reason: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""


def details(meaning: str, text: str, sentence: Sentence, on: date) -> Details:
    """Return what a message says about one of its meanings: in that sentence first, then in those beside it."""
    near = list(_beside(text, sentence))
    if meaning == "promise":
        coming = [one.ahead for words in near for one in _days(words, on) if one.ahead >= on]
        return Details(on=next(iter(coming), None), amount=_amount(near))
    if meaning == "already_paid":
        past = [one.behind for words in near for one in _days(words, on) if one.behind <= on]
        return Details(on=next(iter(past), None), amount=_amount(near))
    if meaning == "dispute":
        return Details(reason=reason(text, sentence), amount=_amount(near))
    if meaning == "wrong_contact":
        return _contact(near)
    if meaning == "insolvency":
        opened = [one.behind for words in near for one in _days(words, on) if one.behind <= on]
        return Details(on=next(iter(opened), None))
    if meaning == "out_of_office":
        back = [
            one.ahead for words in near for one in dates(words, on) if on < one.ahead <= on + _LONGEST_AWAY
        ]
        return Details(on=max(back, default=None))
    return Details()


def reason(text: str, sentence: Sentence) -> str:
    """Return the kind of reason that a dispute gives, in its sentence or in the rest of the message.

    >>> reason("x", Sentence("Le prix ne correspond pas au devis", 0, 34))
    'price'
    """
    for words in (sentence.text, text):
        folded = fold(words)
        for name, pattern in REASONS.items():
            if pattern.search(folded):
                return name
    return OTHER_REASON


def named(text: str, numbers: Collection[str]) -> list[str]:
    """Return which of these document numbers a text names, whatever marks stand between their parts.

    >>> named("la facture fa 2026 0118 et la 0121", ["FA-2026-0118", "FA-2026-0121", "FA-2026-0130"])
    ['FA-2026-0118', 'FA-2026-0121']
    """
    folded = fold(text)
    found = []
    for number in numbers:
        parts = re.findall(r"[a-z]+|\d+", fold(number))
        whole = "[^a-z0-9]*".join(parts)
        # "7" may be anything; "F-7" and "1207" are numbers of documents.
        if not parts or (len(parts) < 2 and len(parts[0]) < _SHORTEST_NUMBER):  # noqa: PLR2004 - letters and figures
            continue
        tail = parts[-1]
        # People leave the beginning out when the end says it all.
        alone = len(tail) > _SHORTEST_NUMBER and sum(fold(other).endswith(tail) for other in numbers) == 1
        pattern = rf"(?<![a-z0-9]){whole}(?![a-z0-9])" + (
            rf"|(?<![a-z0-9.,/-]){tail}(?![a-z0-9/]|[.,-]\w)" if alone and tail.isdigit() else ""
        )
        if re.search(pattern, folded):
            found.append(number)
    return found


def _beside(text: str, sentence: Sentence) -> Iterator[str]:
    """Yield the sentence, the one after it, then the one before it."""
    every = sentences(text)
    place = next((i for i, one in enumerate(every) if one.start == sentence.start), None)
    yield sentence.text
    if place is not None:
        yield from (one.text for one in every[place + 1 : place + 2])
        yield from (one.text for one in every[max(0, place - 1) : place])


def _days(words: str, on: date) -> Iterator[FoundDate]:
    """Yield the dates of a sentence but for those of what was written, said or delivered before."""
    folded = re.sub(r"\s", " ", fold(words))
    for one in dates(words, on):
        said = folded[one.start : one.end]
        before = folded[: one.start] + (found[0] if (found := _DATING.match(said)) else "")
        so_far = said == "ce jour" and f" {folded[: one.start]}".endswith(" a ")
        if not so_far and not _DATED.search(before):
            yield one


def _amount(near: list[str]) -> Decimal | None:
    """Return the first amount of the sentence itself: one beside it may speak of something else."""
    return next((one.amount for words in near[:1] for one in amounts(words)), None)


def _contact(near: list[str]) -> Details:
    said = " ".join(near)
    email, phone, name = EMAIL.search(said), PHONE.search(said), _NAME.search(said)
    return Details(
        email=email[0].rstrip(".").lower() if email else "",
        phone=phone[0].strip() if phone else "",
        name=((name[1] or name[2]).strip() if name else ""),
    )
