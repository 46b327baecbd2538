"""Cutting an answer into the sentences that say something, each with its place in the text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ENDS = re.compile(r"[.!?…;]+[»\")\]]*(?=\s|$)")
# A point after these ends no sentence.
_ABBREVIATIONS = frozenset((
    "m", "mm", "mr", "mrs", "ms", "mme", "mlle", "me", "dr", "st", "ste", "ets",
    "sté", "n", "no", "nos", "ref", "réf", "tel", "tél", "fax", "art", "cf", "ex",
    "env", "max", "min", "approx", "ca", "fact", "fac", "cde", "bl", "bc", "svp", "janv",
    "févr", "fevr", "avr", "juil", "sept", "oct", "nov", "déc", "dec", "jan", "feb", "mar",
    "apr", "jun", "jul", "aug", "sep", "inv", "co", "ltd", "inc", "av", "bd", "vs",
    "etc",
))  # fmt: skip
_GREETING = re.compile(
    r"(?:re ?:? )?(?:bonjour|bonsoir|hello|hi|dear|cher|chere|chers|madame|monsieur|mesdames|messieurs|good"
    r" (?:morning|afternoon|evening|day)|bjr|slt|salut)\b[^.!?]{0,45}"
)
_CLOSING = re.compile(
    r"(?:(?:bien |tres |sinceres? )?(?:cordiale?ment|cdt|cdlt|cldt|cordialite)|bien a vous|sinceres? salutations"
    r"|salutations(?: distinguees)?|sinceres salutations|respectueusement|(?:kind|best|warm|with kind)? ?regards"
    r"|(?:yours|your) (?:sincerely|faithfully|truly)|yours|sincerely|brgds|rgds|br|best wishes|best|cheers"
    r"|bonne (?:journee|reception|fin de journee|soiree|continuation)|belle journee|envoye (?:de|depuis) .{0,40}"
    r"|sent from .{0,40}|a bientot|merci(?: d'avance| par avance)?|thanks(?: in advance)?|thank you|many thanks)"
    r"[\s,.!-]*"
)
_POSTSCRIPT = re.compile(r"(?:p\.? ?s\.?|nb|n\.b\.)\s*[:.-]")
# A line longer than this that ends without a mark was folded by the mail program.
_FOLDED_LINE = 55
_SHORTEST = 2
_APOSTROPHES = "\u2019\u2018\u02bc`\u00b4"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Some words of a text and where they stand in it."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text in small letters without accents, character for character, so that places stay the same.

    >>> fold("Réglé l’été")
    "regle l'ete"
    """
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character.isspace():
        return "\n" if character in "\n\r" else " "
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def sentences(text: str) -> list[Sentence]:
    r"""Return the sentences that say something: greetings, closings and signatures are left out.

    >>> [one.text for one in sentences("Bonjour,\nLe virement de 1.250 € part le 15. Merci.\nCordialement,\nA. B.")]
    ['Le virement de 1.250 € part le 15.']
    """
    found: list[Sentence] = []
    closed = False
    for one in _cut(text):
        said = fold(one.text).strip()
        bare = said.rstrip(" .,!;:-")
        if _POSTSCRIPT.match(said):
            closed = False
        if closed or len(bare) < _SHORTEST or _GREETING.fullmatch(bare):
            continue
        if _CLOSING.fullmatch(said):
            # Thanks may stand in the middle; a true closing is what the signature follows.
            closed = bool(found) and not said.startswith(("merci", "thank", "many thanks"))
            continue
        found.append(one)
    return found or [one for one in _cut(text) if one.text.strip()][:1]


def _cut(text: str) -> Iterator[Sentence]:
    """Yield every sentence, greetings included."""
    for start, end in _blocks(text):
        position = start
        for mark in _ENDS.finditer(text, start, end):
            if _abbreviated(text, mark) or mark.start() < position:
                continue
            yield from _trimmed(text, position, mark.end())
            position = mark.end()
        yield from _trimmed(text, position, end)


def _abbreviated(text: str, mark: re.Match[str]) -> bool:
    if mark[0] != ".":
        return False
    word = re.search(r"[^\W\d_]+$", text[max(0, mark.start() - 12) : mark.start()])
    if word is None:
        return False
    following = text[mark.end() :].lstrip()
    single = len(word[0]) == 1 and word[0].isupper()
    known = word[0].lower() in _ABBREVIATIONS
    return bool(following) and (single or (known and (following[0].isdigit() or word[0].lower() != "etc")))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield stretches of text that no line break ends; a line that the mail program folded goes on."""
    start = position = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        position += len(line)
        said = line.strip()
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        goes_on = (
            bool(said and following)
            and said[-1] not in ".!?…:;,"
            and (following[0].islower() or following[0].isdigit() or len(said) > _FOLDED_LINE)
        ) or (bool(said and following) and said[-1] == "," and len(said) > _FOLDED_LINE)
        if not goes_on:
            yield start, position
            start = position


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    said = text[start:end]
    stripped = said.strip()
    if stripped:
        offset = start + said.index(stripped)
        yield Sentence(stripped, offset, offset + len(stripped))
