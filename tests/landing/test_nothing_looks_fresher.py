"""Caches that hand on old pages, dates that move without news, clocks that are wrong: no clock believes them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import orjson
import pytest
from extract.zips import write_zip
from suppliers import faults
from suppliers.faults import Cache

from dagster_project.audit.clocks import read_clocks
from dagster_project.errors import SetupError
from dagster_project.extract.http_age import ResponseAge
from dagster_project.landing.staleness import refuse_a_wrong_clock

from .receiving import key_figures, one_edition, reports

EVERYTHING = "."


@pytest.fixture
def figures(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


def published(day):
    """The supplier says that it published on this day, whatever it sends."""
    return faults._on_records(lambda records: [{**record, "Modified": f"{day}T02:00:00"} for record in records])


def with_other_figures():
    """The supplier sends the order of its rows the other way round."""
    return faults._on_records(lambda records: records[::-1])


def days_later(desk, days, cache=None):
    desk.now += timedelta(days=days)
    if cache:
        cache.now = desk.now
    return desk


def answers_through(suppliers, cache, where=EVERYTHING):
    suppliers.faults.set(where, cache)
    return cache


# Old pages


@pytest.mark.parametrize("tells", [["age"], ["date"], ["age", "date"], ["date", "x-cache"]])
def test_what_a_cache_kept_confirms_nothing_of_today(suppliers, figures, tells):
    cache = answers_through(suppliers, Cache(figures.now, tells))
    first = figures.receive_and_admit().checked_at
    assert days_later(figures, 3, cache).receive().confirmed == ["2025"]
    figures.admit()
    assert figures.state.checked_at == first
    (remark,) = figures.state.remarks
    assert "gave an answer of 2026-11-23 06:00" in remark
    assert figures.state.problems == []
    # The same answers without a word of their age would have moved it.
    cache.tells = []
    assert figures.receive_and_admit().checked_at == figures.now
    assert figures.state.remarks == []


def test_we_ask_whatever_is_on_the_way_to_look_again(suppliers, figures):
    asked = []
    app = suppliers.app

    async def listening(scope, receive, send):
        asked.append(dict(scope["headers"]).get(b"cache-control"))
        await app(scope, receive, send)

    suppliers.app = listening
    figures.receive()
    assert set(asked) == {b"no-cache"}


def test_a_cache_that_does_not_say_how_old_its_answers_are_confirms_nothing(suppliers, figures):
    cache = answers_through(suppliers, Cache(figures.now, tells=[]))
    before = figures.receive_and_admit()
    cache.tells = ["x-cache"]
    told = days_later(figures, 3, cache).problem()
    assert "was answered by a cache that does not say how long it has kept the answer" in told
    assert "came: X-Cache: HIT from proxy" in told
    assert "kept: the delivery of 2026-11-23" in told
    figures.admit()
    assert figures.state.checked_at == before.checked_at
    assert figures.state.current == before.current


@pytest.mark.parametrize(
    ("status", "is_hit"),
    [
        ("ExampleCache; hit", True),
        ("ExampleCache;hit; ttl=-412", True),
        ("OriginCache; hit=?1; ttl=1100, ReverseProxy; fwd=miss", True),
        ("ExampleCache; fwd=stale", False),
        ("ExampleCache; fwd=stale; fwd-status=304; stored", False),
        ("hit; fwd=uri-miss", False),
        ('ExampleCache; fwd=bypass; detail="no; hit, \\"; hit""', False),
        ("ExampleCache; hit=?0; fwd=request", False),
    ],
)
def test_a_cache_that_asked_the_supplier_is_no_hit(status, is_hit):
    response = httpx.Response(
        200, headers={"Cache-Status": status}, request=httpx.Request("GET", "https://cbs.example")
    )
    ages = ResponseAge.of(response)
    assert ages.hit == (f"Cache-Status: {status}" if is_hit else "")
    assert ages.is_of_unknown_age(datetime(2026, 11, 23, tzinfo=UTC)) is is_hit


def test_an_old_answer_takes_nothing_away_from_what_we_know_since(suppliers, figures):
    cache = Cache(figures.now)
    answers_through(suppliers, cache)
    figures.receive_and_admit()
    suppliers.faults.clear()
    known = days_later(figures, 2).receive_and_admit().checked_at
    answers_through(suppliers, cache)
    assert days_later(figures, 1, cache).receive_and_admit().checked_at == known


def test_a_304_from_a_cache_counts_from_when_the_register_said_so(suppliers, tmp_path):
    desk = reports(tmp_path, suppliers.signalen_url)
    first = desk.receive_and_admit()
    two_days = timedelta(days=2)
    suppliers.faults.set("csv", faults.with_headers(age=str(int(two_days.total_seconds()))))
    days_later(desk, 5).receive_and_admit()
    assert desk.state.checked_at == desk.now - two_days
    assert desk.state.checked_at > first.checked_at
    assert "a cache kept it for 2 days" in desk.state.remarks[0]


def test_an_older_publication_than_we_hold_is_refused(suppliers, figures):
    suppliers.faults.set("TableInfos", published("2026-11-20"))
    before = figures.receive_and_admit()
    suppliers.faults.set("TableInfos", published("2026-11-10"))
    suppliers.faults.set("TypedDataSet", with_other_figures())
    told = days_later(figures, 1).problem()
    assert "went back in time" in told
    assert "expected: the stored figures, published on 2026-11-20 02:00, or newer ones" in told
    assert "came: figures published on 2026-11-10 02:00" in told
    figures.admit()
    assert figures.state.checked_at == before.checked_at
    assert figures.state.current == before.current
    # The same figures under a date that was put right are no step back.
    suppliers.faults.chosen.pop("TypedDataSet")
    state = figures.receive_and_admit()
    assert state.current["2025"].delivery_id == before.current["2025"].delivery_id
    assert state.checked_at == figures.now


def test_a_new_publication_with_a_page_of_the_old_one_is_refused(suppliers, figures):
    """The page of the table says what is new; the figures come from a cache: old figures under a new date."""
    cache = answers_through(suppliers, Cache(figures.now), "TypedDataSet")
    before = figures.receive_and_admit()
    days_later(figures, 3, cache)
    suppliers.faults.set("TableInfos", published("2026-11-25"))
    told = figures.problem()
    assert "has a page from before its publication" in told
    assert "expected: every page as it was after 2026-11-25 02:00" in told
    assert "TypedDataSet" in told
    assert figures.state.current == before.current
    suppliers.faults.set("TypedDataSet", lambda answer: answer)
    assert figures.receive().received == ["2025"]


def test_a_list_without_the_newest_year_is_an_old_list(suppliers, figures):
    before = figures.receive_and_admit()

    def without_the_newest(answer):
        listed = orjson.loads(answer.body)
        kept = [table for table in listed["value"] if "2025" not in table["Title"]]
        return faults.replace(answer, body=orjson.dumps({**listed, "value": kept}))

    suppliers.faults.set("ODataCatalog", without_the_newest)
    assert "no longer lists its table of 2025" in days_later(figures, 1).problem()
    figures.admit()
    assert figures.state.checked_at == before.checked_at
    assert read_clocks(figures.store).deliveries == {"2025": before.current["2025"].delivery_id}


NO_LIST = {
    "silent": (faults.unavailable(), "its catalogue does not answer, so a table of a new year would be missed"),
    "empty": (faults._on_records(lambda _: []), "its catalogue lists no table of this series"),
}


@pytest.mark.parametrize("listing", NO_LIST)
def test_without_a_list_nobody_can_say_whether_there_is_more(suppliers, figures, listing):
    """A stored edition is asked for all the same, and shown for a month after it was last the newest."""
    before = figures.receive_and_admit()
    fault, problem = NO_LIST[listing]
    suppliers.faults.set("ODataCatalog", fault)
    suppliers.faults.set("TableInfos", published("2026-11-24"))
    suppliers.faults.set("TypedDataSet", with_other_figures())
    reception = days_later(figures, 2).receive()
    figures.admit()
    assert reception.received == ["2025"]
    assert problem in reception.problems[0]
    state = figures.state
    assert state.current["2025"].previous_id == before.current["2025"].delivery_id
    assert state.checked_at == before.checked_at
    assert list(read_clocks(figures.store).deliveries) == ["2025"]
    suppliers.faults.chosen.pop("ODataCatalog")
    assert days_later(figures, 1).receive_and_admit().checked_at == figures.now


@pytest.mark.parametrize("listing", NO_LIST)
def test_what_came_by_the_contract_alone_is_kept_and_never_confirmed(suppliers, figures, listing):
    suppliers.faults.set("ODataCatalog", NO_LIST[listing][0])
    assert figures.receive().received == ["2025"]
    figures.admit()
    clocks = read_clocks(figures.store)
    assert list(clocks.deliveries) == ["2025"]
    assert clocks.checked_at is None
    suppliers.faults.clear()
    assert figures.a_day_later().receive_and_admit().checked_at == figures.now


# Dates that move


def test_a_date_that_moves_while_nothing_changed_is_no_publication(suppliers, figures):
    suppliers.faults.set("TableInfos", published("2026-11-10"))
    before = figures.receive_and_admit()
    released = read_clocks(figures.store).released_at
    suppliers.faults.set("TableInfos", published("2026-11-24"))
    state = days_later(figures, 2).receive_and_admit()
    assert state.current["2025"].delivery_id == before.current["2025"].delivery_id
    assert read_clocks(figures.store).released_at == released
    # It did confirm that these are its latest figures.
    assert state.checked_at == figures.now
    assert state.remarks == [
        "reports a publication on 2026-11-24 02:00, but sent the same as before: its figures are those published on"
        " 2026-11-10 02:00"
    ]


def test_nobody_publishes_later_than_he_says_so(suppliers, figures):
    suppliers.faults.set("TableInfos", published("2062-01-01"))
    state = figures.receive_and_admit()
    assert read_clocks(figures.store).released_at == figures.now
    assert state.remarks == ["reports a publication on 2062-01-01 02:00, which is in the future"]


# Wrong clocks


def clock(moment):
    return faults.with_headers(date=format_datetime(moment, usegmt=True))


def test_a_clock_of_a_supplier_that_runs_ahead_gives_no_future_clock(suppliers, figures):
    suppliers.faults.set(EVERYTHING, clock(figures.now + timedelta(days=40)))
    assert figures.receive_and_admit().checked_at == figures.now
    assert figures.state.remarks == [
        "its clock runs ahead of ours: it says 2027-01-02 06:00; 'checked' counts from now"
    ]


def test_our_own_clock_far_ahead_moves_no_clock_there(suppliers, figures):
    true_moment = figures.now
    suppliers.faults.set(EVERYTHING, clock(true_moment))
    figures.now = datetime(2031, 1, 1, 5, tzinfo=UTC)
    assert figures.receive_and_admit().checked_at == true_moment
    assert "an old page, or our own clock runs ahead" in figures.state.remarks[0]


def test_a_run_with_a_wrong_clock_is_refused_once_two_suppliers_say_so(suppliers, figures, tmp_path):
    signalen = reports(tmp_path / "landing", suppliers.signalen_url)
    stores, true_moment = [figures.store, signalen.store], figures.now
    suppliers.faults.set(EVERYTHING, clock(true_moment))
    wrong = datetime(2031, 1, 1, 5, tzinfo=UTC)
    figures.now = signalen.now = wrong
    figures.receive()
    # One supplier alone may be wrong itself.
    refuse_a_wrong_clock(stores, wrong)
    signalen.receive()
    with pytest.raises(SetupError, match=r"it is 2031-01-01 06:00 here, .* cbs 2026-11-23 06:00, signalen 2026-11-23"):
        refuse_a_wrong_clock(stores, wrong)
    figures.now = signalen.now = true_moment + timedelta(hours=5)
    for desk in (figures, signalen):
        desk.receive()
    refuse_a_wrong_clock(stores, figures.now)


# A folder


def test_a_night_without_a_new_export_is_told(tmp_path):
    write_zip(tmp_path / "exports" / "20261101_021504UTC.zip")
    desk = reports(tmp_path / "landing", tmp_path / "exports")
    desk.receive_and_admit()
    assert desk.state.remarks == []
    desk.a_day_later().receive()
    assert desk.state.remarks == [
        "its newest export is still 20261101_021504UTC.zip of 2026-11-01; reading it again does not refresh anything"
    ]
