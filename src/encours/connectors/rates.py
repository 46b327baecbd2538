"""Reading the rates of law from their public sources: the ECB data portal and the open data set of legal rates.

Nothing is guessed: a half-year that a source does not state is left out, and a source that contradicts the rates
already known for certain is not believed for the others.
"""

import csv
import io
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import httpx2
from django.utils.translation.trans_null import gettext_noop as _

from encours.connectors.courier import MANNERS, FetchError, Manners, fetch
from encours.rules.rates import SHIPPED, HalfYear, RateTable, half_year_of

REFINANCING, LEGAL = "refinancing", "legal"

# Main refinancing operations, fixed rate, by date of change. The daily series of the same rate works too.
SERIES = "MRR_FR.LEV"
ECB_URL = f"https://data-api.ecb.europa.eu/service/data/FM/B.U2.EUR.4F.KR.{SERIES}?format=csvdata"
LEGAL_URL = (
    "https://data.economie.gouv.fr/api/explore/v2.1/catalog/datasets/"
    "taux-de-linteret-legal-depuis-2011/records?limit=100"
)
FIRST_YEAR = 2019
LEAST, MOST = Decimal("0.1"), Decimal(25)
MOST_PAGES = 10
PAGE = 100


@dataclass(frozen=True, slots=True)
class PublishedRate:
    """One rate of one half-year as its source states it."""

    kind: str
    half_year: HalfYear
    percent: Decimal
    source: str


class RatesUnreadableError(FetchError):
    """The source answered something that is no list of rates."""


def refinancing_rates(today: date, url: str = ECB_URL, *, manners: Manners = MANNERS) -> list[PublishedRate]:
    """Return the ECB main refinancing rate in force on the first day of each half-year, up to today's."""
    changes, daily = _changes(_text(fetch(url, manners=manners), url), url)
    found = []
    for half_year in _half_years(today):
        known = [on for on in changes if on == half_year.from_on or (on < half_year.from_on and not daily)]
        if known:
            since = max(known)
            source = f"ECB data portal, {SERIES}, in force since {since:%Y-%m-%d}, read on {today:%Y-%m-%d}"
            found.append(PublishedRate(REFINANCING, half_year, changes[since], source))
    return found


def _changes(text: str, url: str) -> tuple[dict[date, Decimal], bool]:
    """Read the SDMX-CSV of the portal: a date and a value a line; a blank value is no value."""
    rows = list(csv.reader(io.StringIO(text)))
    head = [name.strip().upper() for name in rows[0]] if rows else []
    if not {"TIME_PERIOD", "OBS_VALUE"} <= set(head):
        raise RatesUnreadableError(_("The answer of %(url)s is no series of rates."), url=url)
    changes: dict[date, Decimal] = {}
    daily = False
    for row in rows[1:]:
        if not row:
            continue
        if len(row) != len(head):
            raise RatesUnreadableError(_("The series at %(url)s is cut short."), url=url)
        line = dict(zip(head, row, strict=True))
        if "KEY" in line and not line["KEY"].upper().endswith(SERIES):
            raise RatesUnreadableError(
                _("The series at %(url)s is another one (%(key)s)."), url=url, key=line["KEY"]
            )
        daily = daily or line.get("FREQ", "").upper() == "D" or ".D." in line.get("KEY", "")[:6]
        if line["OBS_VALUE"].strip().upper() in {"", "NAN"}:
            continue
        on, percent = _iso_day(line["TIME_PERIOD"]), _percent(line["OBS_VALUE"])
        if on is None or percent is None or not 0 <= percent <= MOST:
            raise RatesUnreadableError(
                _("The series at %(url)s holds a line that is no rate: %(line)s."),
                url=url,
                line=", ".join(row)[:100],
            )
        changes[on] = percent
    if not changes:
        raise RatesUnreadableError(_("The series at %(url)s is empty."), url=url)
    return changes, daily


def legal_rates(today: date, url: str = LEGAL_URL, *, manners: Manners = MANNERS) -> list[PublishedRate]:
    """Return the legal rate for professionals of each half-year that the open data set states."""
    wanted = set(_half_years(today))
    stated: dict[HalfYear, set[Decimal]] = defaultdict(set)
    for record in _records(url, manners):
        half_year, percent = half_year_in(record), professional_rate_in(record)
        if half_year in wanted and percent is not None:
            stated[half_year].add(percent)
    source = f"data.economie.gouv.fr, taux de l'intérêt légal, read on {today:%Y-%m-%d}"
    return [
        PublishedRate(LEGAL, half_year, percents.copy().pop(), source)
        for half_year, percents in sorted(stated.items())
        if len(percents) == 1
    ]


def _records(url: str, manners: Manners) -> Iterator[Mapping[str, object]]:
    """Yield the records of a data set, page by page."""
    seen = 0
    for _page in range(MOST_PAGES):
        address = str(httpx2.URL(url).copy_merge_params({"limit": PAGE, "offset": seen}))
        try:
            answer = json.loads(_text(fetch(address, manners=manners), url), parse_float=Decimal)
        except ValueError as error:
            raise RatesUnreadableError(_("The answer of %(url)s is no list of records."), url=url) from error
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
            raise RatesUnreadableError(_("The answer of %(url)s is no list of records."), url=url)
        # Records may be nested in `fields`, as in the first version of this interface.
        yield from (one["fields"] if isinstance(one.get("fields"), dict) else one for one in results)
        seen += len(results)
        if not seen:
            raise RatesUnreadableError(
                _(
                    "The data set of legal rates at %(url)s holds no record. Read the rate in the Journal officiel, "
                    "and enter it: encours rates enter."
                ),
                url=url,
            )
        if len(results) < PAGE or seen >= int(str(answer.get("total_count") or 0)):
            return


def half_year_in(record: Mapping[str, object]) -> HalfYear | None:
    """Return the half-year that a record speaks of: by its dates, its year and half, or a period in words."""
    fields = {_plain(name): str(value) for name, value in record.items() if value not in (None, "")}
    for name, text in fields.items():
        if re.search(r"debut|effet|\bdu\b|depuis|start|^date$", name) and (on := _any_day(text)):
            return half_year_of(on) if on == half_year_of(on).from_on else None
    year = next((text for name, text in fields.items() if re.search(r"annee|year|^an$", name)), "")
    half = next((text for name, text in fields.items() if re.search(r"semestre|half", name)), "")
    found = re.search(r"\b(20\d\d)\b", year) or re.search(r"\b(20\d\d)\b", half)
    if found and (number := _half(half)):
        return HalfYear(int(found[1]), number)
    for name, text in fields.items():
        found = re.search(r"\b(20\d\d)\b", text)
        if found and re.search(r"periode|semestre|period", name) and (number := _half(text)):
            return HalfYear(int(found[1]), number)
    return None


def professional_rate_in(record: Mapping[str, object]) -> Decimal | None:
    """Return the rate for professionals of a record, whether it has a column of its own or a line of its own.

    A name that speaks of private persons is never the one, even when it adds "not acting as professionals".
    """
    named = [
        percent
        for name, value in record.items()
        if _professional(str(name)) and (percent := _percent(value)) is not None
    ]
    if not named and any(isinstance(value, str) and _professional(value) for value in record.values()):
        named = [
            percent
            for name, value in record.items()
            if re.search(r"taux|rate|valeur", _plain(name)) and (percent := _percent(value)) is not None
        ]
    plausible = {percent for percent in named if LEAST <= percent <= MOST}
    return plausible.pop() if len(plausible) == 1 and len(named) == 1 else None


def contradictions(rates: Iterable[PublishedRate], known: RateTable = SHIPPED) -> list[PublishedRate]:
    """Return the rates that say something else than what is known for certain."""
    return [
        rate
        for rate in rates
        if known.knows(rate.half_year)
        and rate.percent
        != (
            known.rates_of(rate.half_year).refinancing_percent
            if rate.kind == REFINANCING
            else known.rates_of(rate.half_year).legal_percent
        )
    ]


def _half_years(today: date) -> Iterator[HalfYear]:
    half_year = HalfYear(FIRST_YEAR, 1)
    while half_year.from_on <= today:
        yield half_year
        half_year = half_year.following()


def _professional(text: str) -> bool:
    words = _plain(text)
    return bool(re.search(r"profession|autres? cas|autres? creanc", words)) and "particulier" not in words


def _half(text: str) -> int | None:
    words = _plain(text)
    if re.search(r"\b(?:s ?1|1|1er|premier|h ?1|semestre 1)\b", re.sub(r"\b20\d\d\b", "", words)):
        return 1
    if re.search(
        r"\b(?:s ?2|2|2e|2nd|2eme|second|deuxieme|h ?2|semestre 2)\b", re.sub(r"\b20\d\d\b", "", words)
    ):
        return 2
    return None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", kept).strip()


def _percent(value: object) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).replace("%", "").replace(",", ".").strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _any_day(text: str) -> date | None:
    french = re.match(r"\s*(\d{2})/(\d{2})/(\d{4})", text)
    return _iso_day(f"{french[3]}-{french[2]}-{french[1]}" if french else text)


def _text(content: bytes, url: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RatesUnreadableError(_("The answer of %(url)s is not text."), url=url) from error
