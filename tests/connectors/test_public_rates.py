"""The public sources of rates, over real HTTP, from our own server in their shapes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest
from tests.connectors.public_server import CHANGES, HEAD, Answer, PublicServer, series

from encours.connectors.courier import FetchError, Manners, fetch
from encours.connectors.rates import (
    PublishedRate,
    RatesUnreadableError,
    contradictions,
    half_year_in,
    legal_rates,
    professional_rate_in,
    refinancing_rates,
)
from encours.rules.rates import SHIPPED, HalfYear

TODAY = date(2026, 11, 22)
QUICK = Manners(
    timeout_seconds=0.3, deadline_seconds=2, attempts=3, pause_seconds=0.01, longest_pause_seconds=0.5
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PublicServer]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with PublicServer() as running:
        yield running


def records(*rows: dict[str, object], total: int | None = None) -> str:
    return json.dumps({"total_count": len(rows) if total is None else total, "results": list(rows)})


def half_years(rates: list[PublishedRate]) -> dict[str, Decimal]:
    return {str(rate.half_year): rate.percent for rate in rates}


def test_the_rate_in_force_on_the_first_day_of_each_half_year(server: PublicServer) -> None:
    found = refinancing_rates(TODAY, server.says("/ecb", series()), manners=QUICK)
    assert not contradictions(found)
    assert len([rate for rate in found if SHIPPED.knows(rate.half_year)]) == len(SHIPPED.rows)
    assert half_years(found)["2026 H2"] == Decimal("2.15")
    assert "in force since 2025-06-11" in found[-1].source
    assert found[-1].half_year == HalfYear(2026, 2)


def test_a_change_on_the_first_day_itself_counts(server: PublicServer) -> None:
    url = server.says("/ecb", series((("2025-06-11", "2.15"), ("2026-07-01", "1.90"))))
    assert half_years(refinancing_rates(TODAY, url, manners=QUICK))["2026 H2"] == Decimal("1.90")


def test_what_precedes_the_series_stays_unknown(server: PublicServer) -> None:
    url = server.says("/ecb", series((("2025-06-11", "2.15"),)))
    assert list(half_years(refinancing_rates(TODAY, url, manners=QUICK))) == ["2025 H2", "2026 H1", "2026 H2"]


def test_a_daily_series_must_state_the_very_day(server: PublicServer) -> None:
    days = (("2026-01-01", "2.15"), ("2026-06-30", "2.15"))
    url = server.says("/ecb", series(days, frequency="D"))
    assert list(half_years(refinancing_rates(TODAY, url, manners=QUICK))) == ["2026 H1"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<html>maintenance</html>", "no series of rates"),
        ("", "no series of rates"),
        (HEAD + "\r\n", "is empty"),
        (series()[:-30], "cut short"),
        (series((("2025-06-11", "2.15x"),)), "no rate"),
        (series((("2025-06-11", "215"),)), "no rate"),
        (series((("11/06/2025", "2.15"),)), "no rate"),
        (series().replace("MRR_FR.LEV", "DFR.LEV"), "another one"),
        (b"\xff\xfe\x00binary", "not text"),
    ],
)
def test_what_is_no_series_is_refused_with_a_sentence(
    server: PublicServer, body: str | bytes, sentence: str
) -> None:
    with pytest.raises(RatesUnreadableError, match=sentence):
        refinancing_rates(TODAY, server.says("/ecb", Answer(body)), manners=QUICK)


def test_a_blank_value_is_no_value(server: PublicServer) -> None:
    url = server.says("/ecb", series((*CHANGES, ("2026-06-17", ""))))
    assert half_years(refinancing_rates(TODAY, url, manners=QUICK))["2026 H2"] == Decimal("2.15")


SHAPES = [
    {
        "date_debut": "2026-07-01",
        "date_fin": "2026-12-31",
        "creancier_particulier": 6.71,
        "creancier_professionnel": 2.71,
    },
    {
        "annee": "2026",
        "semestre": "2",
        "taux_creances_de_particuliers": "6,71 %",
        "taux_autres_cas": "2,71 %",
    },
    {
        "periode": "2e semestre 2026",
        "Créances des particuliers (hors besoins professionnels)": 6.71,
        "Autres créances": 2.71,
    },
    {"Date de début": "01/07/2026", "type_de_creancier": "Professionnels", "taux": "2.71"},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_legal_rate_is_found_under_several_names(shape: dict[str, object]) -> None:
    assert half_year_in(shape) == HalfYear(2026, 2)
    assert professional_rate_in(shape) == Decimal("2.71")


@pytest.mark.parametrize(
    "shape",
    [
        {"date_debut": "2026-07-01", "creancier_particulier": 6.71},
        {
            "date_debut": "2026-07-01",
            "type": "Particuliers n'agissant pas pour des besoins professionnels",
            "taux": 6.71,
        },
        {"date_debut": "2026-07-01", "professionnels": 2.71, "autres cas": 2.72},
        {"date_debut": "2026-07-01", "professionnels": "à paraître"},
        {"date_debut": "2026-07-01", "professionnels": 0.0271},
    ],
)
def test_a_rate_in_doubt_is_no_rate(shape: dict[str, object]) -> None:
    assert professional_rate_in(shape) is None


def test_a_period_that_begins_within_a_half_year_is_none() -> None:
    assert half_year_in({"date_debut": "2026-08-15", "professionnels": 2.71}) is None


def test_legal_rates_are_read_page_by_page(server: PublicServer) -> None:
    first = records(*({"annee": 1900 + rank % 90, "note": "old"} for rank in range(100)), total=101)
    second = records({"date_debut": "2026-07-01", "creancier_professionnel": 2.71}, total=101)
    url = server.says("/legal", first, second)
    assert half_years(legal_rates(TODAY, url, manners=QUICK)) == {"2026 H2": Decimal("2.71")}
    assert ["offset=0" in server.asked[0], "offset=100" in server.asked[1]] == [True, True]


def test_a_half_year_stated_twice_differently_stays_unknown(server: PublicServer) -> None:
    one = {"date_debut": "2026-07-01", "creancier_professionnel": 2.71}
    url = server.says("/legal", records(one, {**one, "creancier_professionnel": 2.81}))
    assert legal_rates(TODAY, url, manners=QUICK) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (records(), "holds no record"),
        ("[]", "no list of records"),
        ("{", "no list of records"),
        ('{"results": [1]}', "no list of records"),
    ],
)
def test_what_is_no_list_of_legal_rates_is_refused(server: PublicServer, body: str, sentence: str) -> None:
    with pytest.raises(RatesUnreadableError, match=sentence):
        legal_rates(TODAY, server.says("/legal", body), manners=QUICK)


def test_a_source_that_contradicts_what_is_known_is_found_out(server: PublicServer) -> None:
    rate = {"date_debut": "2025-01-01", "creancier_professionnel": 7.21}
    found = legal_rates(TODAY, server.says("/legal", records(rate)), manners=QUICK)
    assert [str(one.half_year) for one in contradictions(found)] == ["2025 H1"]


def test_an_error_that_passes_is_tried_again(server: PublicServer) -> None:
    url = server.says("/ecb", Answer(status=500), Answer(status=503), Answer("at last"))
    assert fetch(url, manners=QUICK) == b"at last"
    assert len(server.asked) == 3


def test_an_error_that_lasts_is_said(server: PublicServer) -> None:
    with pytest.raises(FetchError, match=r"answered with an error \(500\)"):
        fetch(server.says("/ecb", Answer(status=500)), manners=QUICK)
    assert len(server.asked) == QUICK.attempts


def test_a_refusal_is_not_tried_again(server: PublicServer) -> None:
    with pytest.raises(FetchError, match=r"refused the request \(404\)"):
        fetch(server.says("/ecb", Answer(status=404)), manners=QUICK)
    assert len(server.asked) == 1


def test_a_server_that_asks_for_a_pause_gets_it(server: PublicServer) -> None:
    paused: list[float] = []
    url = server.says("/ecb", Answer(status=429, headers={"Retry-After": "2"}), Answer("now"))
    manners = replace(QUICK, longest_pause_seconds=5)
    assert fetch(url, manners=manners, sleep=paused.append) == b"now"
    assert paused == [2.0]


def test_a_pause_until_a_date_is_understood(server: PublicServer) -> None:
    paused: list[float] = []
    until = format_datetime(datetime.now(tz=UTC) + timedelta(seconds=3), usegmt=True)
    url = server.says("/ecb", Answer(status=503, headers={"Retry-After": until}), Answer("now"))
    assert fetch(url, manners=replace(QUICK, longest_pause_seconds=5), sleep=paused.append) == b"now"
    assert 0 < paused[0] <= 3


def test_too_long_a_pause_is_left_to_the_person(server: PublicServer) -> None:
    url = server.says("/ecb", Answer(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError, match="come back in 3600 seconds"):
        fetch(url, manners=QUICK)
    assert len(server.asked) == 1


def test_a_slow_server_is_not_waited_for(server: PublicServer) -> None:
    url = server.says("/ecb", Answer("late", wait_seconds=1.0))
    with pytest.raises(FetchError, match="did not answer in time"):
        fetch(url, manners=replace(QUICK, attempts=1))


def test_an_answer_cut_short_is_no_answer(server: PublicServer) -> None:
    url = server.says("/ecb", Answer(series()[:200], promised=5_000))
    with pytest.raises(FetchError, match="cut short"):
        fetch(url, manners=QUICK)
    assert len(server.asked) == QUICK.attempts


def test_an_endless_answer_is_refused(server: PublicServer) -> None:
    url = server.says("/ecb", Answer("x" * 3_000))
    with pytest.raises(FetchError, match="more than"):
        fetch(url, manners=replace(QUICK, most_bytes=1_000))


def test_a_redirection_is_followed_at_home_only(server: PublicServer) -> None:
    server.says("/new", "here")
    home = server.says("/old", Answer(status=302, headers={"Location": "/new"}))
    assert fetch(home, manners=QUICK) == b"here"
    port = server.address.rsplit(":", 1)[1]
    away = server.says("/away", Answer(status=302, headers={"Location": f"http://localhost:{port}/new"}))
    with pytest.raises(FetchError, match="sends elsewhere, to localhost"):
        fetch(away, manners=QUICK)
    circle = server.says("/circle", Answer(status=302, headers={"Location": "/circle"}))
    with pytest.raises(FetchError, match="without end"):
        fetch(circle, manners=QUICK)


@pytest.mark.parametrize("url", ["ftp://example.org/x", "rates.csv", "http://", ""])
def test_only_an_address_of_the_web_is_asked(url: str) -> None:
    with pytest.raises(FetchError, match="is not an address"):
        fetch(url)


@pytest.mark.usefixtures("server")
def test_nobody_at_home() -> None:
    with pytest.raises(FetchError, match="could not be reached"):
        fetch("http://127.0.0.1:9/rates", manners=replace(QUICK, attempts=1))
