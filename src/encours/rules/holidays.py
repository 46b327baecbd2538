"""The public holidays of France, region by region, computed: nobody is dunned on the day of a holiday."""

from datetime import date, timedelta

# Article L3133-1 of the Labor Code; L3134-13 adds two days in Alsace and Moselle, L3422-2 and the custom of each
# place those overseas.
FIXED: dict[tuple[int, int], str] = {
    (1, 1): "new_year",
    (5, 1): "labor_day",
    (5, 8): "victory_day",
    (7, 14): "national_day",
    (8, 15): "assumption",
    (11, 1): "all_saints",
    (11, 11): "armistice",
    (12, 25): "christmas",
}
FROM_EASTER = {1: "easter_monday", 39: "ascension", 50: "whit_monday"}
REGIONAL: dict[str, dict[tuple[int, int], str]] = {
    "alsace": {(12, 26): "saint_stephen"},
    "971": {(5, 27): "abolition", (7, 21): "schoelcher"},
    "972": {(5, 22): "abolition", (7, 21): "schoelcher"},
    "973": {(6, 10): "abolition"},
    "974": {(12, 20): "abolition"},
    "976": {(4, 27): "abolition"},
    "BL": {(10, 9): "abolition"},
    "MF": {(5, 28): "abolition", (7, 21): "schoelcher"},
    "NC": {(9, 24): "citizenship"},
    "PF": {(3, 5): "missionaries", (11, 20): "matarii"},
    "PM": {},
    "WF": {(4, 28): "peter_chanel", (6, 29): "peter_and_paul", (7, 29): "territory"},
}
REGIONAL_FROM_EASTER: dict[str, dict[int, str]] = {
    "alsace": {-2: "good_friday"},
    "971": {-2: "good_friday", -24: "mid_lent"},
    "PF": {-2: "good_friday"},
}
REGIONS = ("", *REGIONAL)
# The first digits of a postal code, the longest first: Saint-Barthélemy and Saint-Martin lie within 971.
PLACES: tuple[tuple[str, str], ...] = (
    ("97133", "BL"),
    ("97150", "MF"),
    ("97500", "PM"),
    ("971", "971"),
    ("972", "972"),
    ("973", "973"),
    ("974", "974"),
    ("976", "976"),
    ("986", "WF"),
    ("987", "PF"),
    ("988", "NC"),
    ("57", "alsace"),
    ("67", "alsace"),
    ("68", "alsace"),
)
OVERSEAS = {
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "YT": "976",
    "BL": "BL",
    "MF": "MF",
    "PM": "PM",
    "WF": "WF",
    "PF": "PF",
    "NC": "NC",
}


def easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian reckoning.

    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holiday(day: date, region: str = "") -> str:
    """Return the public holiday that a day is in a region of France, by its code, or nothing.

    >>> holiday(date(2026, 12, 26)), holiday(date(2026, 12, 26), "alsace")
    ('', 'saint_stephen')
    """
    place = (day.month, day.day)
    from_easter = (day - easter(day.year)) // timedelta(days=1)
    return (
        FIXED.get(place)
        or FROM_EASTER.get(from_easter)
        or REGIONAL.get(region, {}).get(place)
        or REGIONAL_FROM_EASTER.get(region, {}).get(from_easter)
        or ""
    )


def region_of(country: str, postal_code: str) -> str:
    """Return the region whose holidays a customer keeps, by its address.

    >>> region_of("FR", "67 000"), region_of("FR", "75002"), region_of("RE", "")
    ('alsace', '', '974')
    """
    if country in OVERSEAS:
        return OVERSEAS[country]
    if country not in {"", "FR"}:
        return ""
    digits = postal_code.replace(" ", "")
    return next((region for start, region in PLACES if digits.startswith(start)), "")
