"""Reading payment terms as people write them, in French and in English.

Every word must be understood: what is left over makes the text refused, because a due date guessed from
half a sentence would be claimed from a customer.

>>> parse_terms("45 jours fin de mois le 10")
PaymentTerms(base='invoice_date', days=45, end_of_month='after', day_of_month=10)
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

from encours.rules.terms.dates import Base, EndOfMonth, PaymentTerms

_EOM = r"(?:fin (?:de |du )?mois|fdm|f d m|eom|e o m|end of (?:the )?month|month end|end month)"
_INVOICE = r"(?:facture|facturation|invoice)"
_GOODS = r"(?:(?:des|de la|de|of the|of) (?:marchandises?|goods))"

_PATTERNS: dict[str, str] = {
    "end_of_decade": r"fin (?:de )?(?:la )?decade|end of (?:the )?(?:decade|ten day period)",
    "end_of_month_first": (
        rf"(?:after|from|apres|a (?:compter|partir) d[eu](?: la)?|depuis) (?:the |la |le )?{_EOM}"
    ),
    "end_of_month": _EOM,
    "days": r"(?P<number>\d{1,4}) (?:jours?|jrs?|j|days?|d)",
    "day_of_month": (
        r"(?:le|on the|on|the) (?P<number>\d{1,2})(?! (?:jours?|j|days?)\b)(?: (?:er|e|eme|st|nd|rd|th))?"
        r"(?: (?:du mois|of the month|of month)(?! suivant))?"
    ),
    "next_month": r"(?:du |of the |of )?(?:mois suivant|(?:next|following) month)",
    "number": r"(?P<number>\d{1,4})",
    "delivery": rf"(?:date (?:de |of )?)?(?:la )?(?:livraison|delivery|(?:reception|receipt) {_GOODS})",
    "receipt": (
        rf"(?:date (?:de |of )?)?(?:la |the )?(?:reception|receipt)"
        rf"(?: (?:de |of )?(?:la |the |l )?{_INVOICE})?"
    ),
    "invoice_date": (
        rf"(?:date )?(?:d |de l |of )?(?:emission|issue)(?: (?:de |of )?(?:la |the )?{_INVOICE})?|"
        rf"date (?:de |of )?(?:la |the )?{_INVOICE}|{_INVOICE}(?: issue)?(?: date)?|ddf|df"
    ),
    "cash": r"(?:au )?comptant|immediat|immediate(?:ly)?|cash",
    "filler": (
        r"nets?|paiement|reglement|payable|payment|terms?|due|days|jours|a|au|aux|de|du|des|la|le|l|d|en|"
        r"compter|partir|date|from|after|of|the|on|upon|in|within|sous|then|puis|plus|et|and|par|by|"
        r"virement|transfer|cheque|prelevement|lcr|traite|vir|chq"
    ),
}
_TOKENS = {name: re.compile(rf"(?:{pattern})(?= |$)") for name, pattern in _PATTERNS.items()}
_BASES: dict[str, Base] = {
    "end_of_decade": "end_of_decade",
    "delivery": "delivery",
    "receipt": "receipt",
    "invoice_date": "invoice_date",
}

_NUMBERS = {
    "quarante cinq": "45", "forty five": "45", "quatre vingt dix": "90",
    "quinze": "15", "trente": "30", "soixante": "60",
    "fifteen": "15", "thirty": "30", "sixty": "60", "ninety": "90",
}  # fmt: skip


class TermsNotUnderstoodError(ValueError):
    """These payment terms were not understood."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"The payment terms “{text}” were not understood: {reason}. "
            "Write for example “30 days net”, “45 days end of month”, “end of month then 45 days”, "
            "“30 days end of month on the 10th” or “on receipt”."
        )
        self.text = text
        self.reason = reason


@dataclass(slots=True)
class _Reading:
    """What has been understood so far of one text."""

    text: str
    days: int | None = None
    end_of_month: EndOfMonth = "none"
    day_of_month: int | None = None
    base: Base | None = None
    cash: bool = False
    next_month: bool = False

    def take(self, name: str, number: int) -> None:
        match name:
            case "days":
                self._take_days(number)
            case "number" if self.days is not None and self.end_of_month == "after":
                self._take_day(number)
            case "number":
                self._take_days(number)
            case "day_of_month":
                self._take_day(number)
            case "end_of_month" | "end_of_month_first":
                self._take_end_of_month(first=name == "end_of_month_first")
            case "cash":
                self.cash = True
            case "next_month":
                self.next_month = True
            case _ if name in _BASES:
                self._take_base(_BASES[name])

    def terms(self) -> PaymentTerms:
        if self.days is None and not (
            self.cash or self.base or self.day_of_month or self.end_of_month != "none"
        ):
            self.refuse("it gives no number of days")
        if self.cash and (self.days or self.end_of_month != "none" or self.day_of_month):
            self.refuse("it asks for immediate payment and for a delay")
        if self.end_of_month == "before" and self.days is None:
            self.end_of_month = "after"
        if self.next_month:
            if self.day_of_month is None or self.end_of_month == "before":
                self.refuse("“next month” needs a day, as in “30 days on the 10th of next month”")
            self.end_of_month = "after"
        try:
            return PaymentTerms(
                self.base or "invoice_date", self.days or 0, self.end_of_month, self.day_of_month
            )
        except ValueError as error:
            raise TermsNotUnderstoodError(self.text, str(error).rstrip(".").lower()) from error

    def refuse(self, reason: str) -> NoReturn:
        raise TermsNotUnderstoodError(self.text, reason)

    def _take_days(self, number: int) -> None:
        if self.days is not None:
            self.refuse("it gives more than one number of days")
        self.days = number

    def _take_end_of_month(self, *, first: bool) -> None:
        if self.end_of_month != "none":
            self.refuse("it says end of month twice")
        self.end_of_month = "before" if first or self.days is None else "after"

    def _take_day(self, number: int) -> None:
        if self.day_of_month is not None:
            self.refuse("it gives more than one day of the month")
        self.day_of_month = number

    def _take_base(self, base: Base) -> None:
        if self.base not in (None, base):
            self.refuse("it gives more than one date to count from")
        self.base = base


def parse_terms(text: str) -> PaymentTerms:
    """Read payment terms written in French or in English, or refuse them with a sentence.

    Days before "end of month" are added first ("45 jours fin de mois"); days after it are added last
    ("fin de mois 45 jours").

    >>> parse_terms("fin de mois + 45 jours").end_of_month
    'before'
    """
    reading = _Reading(text)
    rest = _plain(text)
    while rest:
        for name, pattern in _TOKENS.items():
            if match := pattern.match(rest):
                reading.take(name, int(match.groupdict().get("number") or 0))
                rest = rest[match.end() :].lstrip()
                break
        else:
            reading.refuse(f"the word “{rest.split()[0]}” is not known")
    return reading.terms()


def _plain(text: str) -> str:
    """Return the text in small unaccented letters, digits apart from letters, one space between words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = re.sub(r"[^\w%€$]+|_", " ", plain)
    plain = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", plain).strip()
    for words, digits in _NUMBERS.items():
        plain = re.sub(rf"\b{words}\b", digits, plain)
    return plain
