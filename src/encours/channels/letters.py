"""Sets letters, statements and reports as PDF, from data alone and with the same fonts on every machine."""

import json
import os
import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst
from babel.numbers import get_currency_symbol

from encours.channels import epc
from encours.channels.errors import DocumentError
from encours.channels.words import labels
from encours.rules.money import decimals_of

TEMPLATES = Path(__file__).parent / "typst"
NAMES = ("letter", "statement", "report", "aged_balance", "posting")
LONGEST_WORD = 28
MOST_WORKERS = 8
UNDATED = date(1970, 1, 1)
NO_BREAK, ZERO_WIDTH = "\u00a0", "\u200b"
FRENCH_BREAKS = re.compile(r" (?=[:;!?»%€])|(?<=«) ")
# Signs that our fonts are known to have; any other is tried once.
PLAIN = re.compile(r"[\n\x20-\x7e\xa0-\xac\xae-\u017f\u2013\u2014\u2018-\u201d\u2026\u202f\u20ac]*")
RARE = re.compile(r"[^\n\x20-\x7e\xa0-\u017f\u2013\u2014\u2018-\u201d\u2026\u202f\u20ac]")
UNSEEN = {"Cc", "Cf", "Cs"}
MISSING = "□"
LONG_WORDS = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_idle: defaultdict[str, deque[typst.Compiler]] = defaultdict(deque)


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of one document: the same data always gives the same bytes.

    Amounts are `Decimal`, days are `date`, everything else is text; labels missing from `data["labels"]` come
    from the catalog of `data["language"]`; the file is dated `data["written_on"]`, never by the clock.
    """
    if template not in NAMES:
        raise DocumentError(f"There is no document called {template}")
    try:
        return _compile(template, {"data": _encoded(data)}, data.get("written_on", UNDATED))
    except typst.TypstError as error:
        raise DocumentError(f"The {template} could not be set: {error}") from error


def render_many(template: str, many: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the PDFs of many documents of one kind, in order, on every core, a few ahead of who reads them."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[bytes]] = deque()
        for data in many:
            ahead.append(pool.submit(render, template, data))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def figure(value: Decimal, *, language: str = "fr", currency: str = "EUR") -> str:
    """Return an amount as it is printed, without its currency and never rounded: 12 345,67."""
    return _figure(value, language, decimals_of(currency))


def money(value: Decimal, *, language: str = "fr", currency: str = "EUR") -> str:
    """Return an amount as it is printed in a sentence, with its currency: 12 345,67 €."""
    marks = _money_marks(language, currency)
    return marks["before"] + _figure(value, language, decimals_of(currency)) + marks["after"]


def day(value: date, *, language: str = "fr") -> str:
    """Return a day as it is printed in a table: 22/11/2026, or 22 Nov 2026."""
    if language == "fr":
        return f"{value:%d/%m/%Y}"
    return f"{value.day} {ENGLISH_MONTHS[value.month - 1]} {value.year}".replace(" ", NO_BREAK)


def _compile(template: str, inputs: dict[str, str], dated: date) -> bytes:
    """Compile with a compiler that is warm and that nobody else holds.

    It sees no system font, so that every machine sets the same page.
    """
    idle = _idle[template]
    try:
        compiler = idle.pop()
    except IndexError:
        path = TEMPLATES / f"{template}.typ"
        compiler = typst.Compiler(path, root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    noon = datetime.combine(dated, time(12), tzinfo=UTC)
    try:
        pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=noon, pdf_standards=["a-2b"])
    finally:
        idle.append(compiler)
    if not isinstance(pdf, bytes):
        raise DocumentError(f"The {template} gave no page")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


@cache
def _labels(language: str) -> dict[str, str]:
    return labels(language)


@cache
def _money_marks(language: str, currency: str) -> dict[str, str]:
    symbol = get_currency_symbol(currency, locale="fr_FR" if language == "fr" else "en_GB")
    if language == "fr":
        return {"before": "", "after": NO_BREAK + symbol, "percent": NO_BREAK + "%"}
    before = symbol if len(symbol) == 1 else symbol + NO_BREAK
    return {"before": before, "after": "", "percent": "%"}


def _encoded(data: Mapping[str, Any]) -> str:
    language = str(data.get("language", "fr"))
    currency = str(data.get("currency", "EUR"))
    filled: dict[str, Any] = dict(data)
    filled["language"] = language
    filled["money"] = _money_marks(language, currency)
    filled["labels"] = {**_labels(language), **data.get("labels", {})}
    if data.get("payment"):
        filled["payment"] = _payment(data["payment"], currency)
    if data.get("facts"):
        filled["facts"] = [
            {**fact, "value": money(fact["value"], language=language, currency=currency)}
            if isinstance(fact["value"], Decimal)
            else fact
            for fact in data["facts"]
        ]
    if data.get("aged"):
        filled["aged"] = _aged(data["aged"], filled["money"])
    return json.dumps(_printable(filled, language, decimals_of(currency)), ensure_ascii=False)


def _payment(payment: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the way to pay with its code; wrong bank details stop the document: money must not go astray."""
    filled = dict(payment)
    if currency == "EUR" and payment.get("amount"):
        text = epc.payload(
            holder=payment["holder"],
            iban=payment["iban"],
            amount=payment["amount"],
            bic=payment.get("bic") or "",
            reference=payment.get("reference") or "",
        )
        filled["qr"] = _Verbatim(epc.svg(text))
    filled["iban"] = _Verbatim(epc.grouped_iban(payment["iban"]).replace(" ", NO_BREAK))
    return filled


class _Verbatim(str):
    """A text that is already as it must be."""

    __slots__ = ()


def _aged(aged: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, Any]:
    """Return the bar of ages with the share of each column; a negative column takes no room on the bar."""
    columns = [dict(column) for column in aged["columns"]]
    total = sum((max(column["amount"], Decimal(0)) for column in columns), Decimal(0))
    for column in columns:
        share = max(column["amount"], Decimal(0)) / total if total else Decimal(0)
        column["share"] = float(round(share, 6))
        column["percent"] = f"{round(100 * share)}{marks['percent']}" if total else ""
    return {**aged, "columns": columns}


def _printable(value: Any, language: str, precision: int) -> Any:  # noqa: ANN401 - any JSON
    """Return the data as JSON: figures and days written out, texts made harmless to the page."""
    if isinstance(value, str):
        return value if isinstance(value, _Verbatim) else _text(value, language)
    if isinstance(value, Decimal):
        return _figure(value, language, precision)
    if isinstance(value, date):
        return day(value, language=language)
    if isinstance(value, Mapping):
        return {key: _printable(item, language, precision) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item, language, precision) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _text(str(value), language)


def _figure(value: Decimal, language: str, precision: int) -> str:
    if not value.is_finite():
        raise DocumentError(f"This is not an amount: {value}")
    exponent = value.normalize().as_tuple().exponent
    decimals = max(precision, -exponent if isinstance(exponent, int) else 0)
    text = f"{value:,.{decimals}f}".replace("-", "\u2212")
    if language == "fr":
        return text.replace(",", NO_BREAK).replace(".", ",")
    return text


def _text(value: str, language: str) -> str:
    """Return a text without control or direction marks, French spaces held, endless words breakable."""
    if not PLAIN.fullmatch(value):
        value = unicodedata.normalize("NFC", value)
        value = "".join(sign for sign in value if sign == "\n" or unicodedata.category(sign) not in UNSEEN)
        value = RARE.sub(lambda match: match.group() if _shown(match.group()) else MISSING, value)
    if language == "fr":
        value = FRENCH_BREAKS.sub(NO_BREAK, value)
    if len(value) > LONGEST_WORD:
        value = LONG_WORDS.sub(_breakable, value)
    return value


@lru_cache(maxsize=20_000)
def _shown(sign: str) -> bool:
    """Return whether our fonts have this sign: an archivable PDF does not allow the empty box of a missing one."""
    try:
        _compile("glyphs", {"signs": sign}, UNDATED)
    except typst.TypstError:
        return False
    return True


def _breakable(match: re.Match[str]) -> str:
    word = match.group()
    return ZERO_WIDTH.join(word[start : start + 12] for start in range(0, len(word), 12))
