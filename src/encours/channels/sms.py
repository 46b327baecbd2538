"""Counts what a text message takes on the air, and knows which numbers can receive one."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

from encours.channels.errors import InvalidMessageError

# GSM 03.38: one septet each, then those that take an escape and a septet.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_ALONE, GSM_PART = 160, 153
WIDE_ALONE, WIDE_PART = 70, 67
FRENCH_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
FRENCH_CODES = frozenset({33, 262, 590, 594, 596})
STOP_CLAUSE = "\nSTOP 36111"
TYPOGRAPHY = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "\t": " ",
        "\N{ZERO WIDTH SPACE}": "", "’": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "“": '"', "”": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "−": "-", "…": "...", "œ": "oe", "Œ": "OE", "•": "-", "°": "o",
    }
)  # fmt: skip
SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{3,11}")
STOP_WORDS = re.compile(r"\W*(stop|arret|arrêt|arrete|unsubscribe|desinscription)\b", re.IGNORECASE)

STOP_ALONE = re.compile(
    rf"{STOP_WORDS.pattern}(?:\W+(?:\d+|au|a|sms|pub|svp|merci|please|thanks|thank you))*\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text takes: its alphabet, its length in the units of that alphabet, how many messages it makes."""

    encoding: str
    length: int
    count: int
    room: int

    @property
    def left(self) -> int:
        """Return how many more units fit before another message is needed."""
        return self.count * self.room - self.length


def segments(text: str) -> Segments:
    """Return what a text takes on the air, never cutting a sign in two."""
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        return _packed(text, "GSM-7", _septets, GSM_ALONE, GSM_PART)
    return _packed(text, "UCS-2", _utf16_units, WIDE_ALONE, WIDE_PART)


def _septets(sign: str) -> int:
    return 2 if sign in EXTENDED else 1


def _utf16_units(sign: str) -> int:
    return len(sign.encode("utf-16-be")) // 2


def _packed(text: str, encoding: str, weight: Callable[[str], int], alone: int, part: int) -> Segments:
    length = sum(map(weight, text))
    if length <= alone:
        return Segments(encoding, length, 1, alone)
    count, used, lost = 1, 0, 0
    for sign in text:
        if used + weight(sign) > part:
            count, lost, used = count + 1, lost + part - used, 0
        used += weight(sign)
    return Segments(encoding, length + lost, count, part)


def plain(text: str) -> str:
    """Return a text as cheap as it can be without changing a word: typewriter signs, and accents only if they fit.

    A text that needs another alphabet anyway keeps its accents.
    """
    typed = text.translate(TYPOGRAPHY).replace("\r\n", "\n").strip()
    folded = "".join(sign if sign in BASIC or sign in EXTENDED else _base(sign) for sign in typed).strip()
    fits = all(sign in BASIC or sign in EXTENDED for sign in folded)
    return folded if fits else typed


def _base(sign: str) -> str:
    parts = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(TYPOGRAPHY)


def mobile(number: str, region: str = "FR") -> str:
    """Return a number that can receive a text, in international form, or refuse it."""
    try:
        parsed = _parsed(number, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidMessageError(f"This is not a phone number: {number!r}") from error
    kind = phonenumbers.number_type(parsed)
    may = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    if not phonenumbers.is_valid_number(parsed) or kind not in may:
        raise InvalidMessageError(f"This number cannot receive text messages: {number!r}")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _parsed(number: str, region: str) -> phonenumbers.PhoneNumber:
    """Return a number where it is; Réunion and the Antilles are dialed as France is, under codes of their own."""
    parsed = phonenumbers.parse(number, region or "FR")
    if parsed.country_code in FRENCH_CODES and not phonenumbers.is_valid_number(parsed):
        dialed = f"0{parsed.national_number}"
        elsewhere = (phonenumbers.parse(dialed, other) for other in FRENCH_REGIONS)
        return next(filter(phonenumbers.is_valid_number, elsewhere), parsed)
    return parsed


def is_mobile(number: str, region: str = "FR") -> bool:
    """Tell whether a number can receive a text."""
    try:
        return bool(mobile(number, region))
    except InvalidMessageError:
        return False


def same_number(one: str, other: str, region: str = "FR") -> bool:
    """Tell whether two ways of writing name the same telephone."""
    try:
        first, second = (_parsed(number, region) for number in (one, other))
    except phonenumbers.NumberParseException:
        return False
    return bool(first == second)


def sender_name(name: str) -> str:
    """Return the name a text is sent under, or refuse it: 3 to 11 letters and figures, at least one letter."""
    if not SENDER.fullmatch(name):
        raise InvalidMessageError(f"This cannot be the sender of a text message: {name!r}")
    return name


def asks_to_stop(text: str) -> bool:
    """Tell whether an answer asks for no more messages."""
    return bool(STOP_WORDS.match(text))


def only_stops(text: str) -> bool:
    """Tell whether an answer asks for no more messages and says nothing else."""
    return bool(STOP_ALONE.fullmatch(text))
