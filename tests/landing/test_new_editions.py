"""A table of a new year, from the day it is listed until it is stored: the older one stays in sight meanwhile."""

from datetime import timedelta

import orjson
import pytest
from suppliers import faults
from verify.test_verify import flip

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.frames import delivery_frames
from dagster_project.errors import SetupError
from dagster_project.installation.settings import FeedSettings, SupplierSettings
from dagster_project.landing.history import past_states
from dagster_project.landing.staleness import refuse_unknown_municipality
from dagster_project.landing.store import MANIFEST, FeedState
from dagster_project.operations.status import _status

from .receiving import desk as other_desk
from .receiving import every_key_figure, key_figures, one_edition

NEWEST = "86165NED"


def listing_until(year):
    """The catalogue of before the tables of later years were listed."""

    def answer(given):
        listed = orjson.loads(given.body)
        kept = [table for table in listed["value"] if int(table["Title"][-4:]) <= year]
        return faults.replace(given, body=orjson.dumps({**listed, "value": kept}))

    return answer


def without_inhabitants():
    """A valid answer that cannot pass the audit."""
    return faults._on_records(
        lambda rows: [{name: None if name.startswith("AantalInwoners") else row[name] for name in row} for row in rows]
    )


@pytest.fixture
def desk(suppliers, tmp_path):
    """The delivery received while the newest table was not there yet."""
    desk = one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))
    suppliers.faults.set("ODataCatalog", listing_until(2024))
    desk.receive_and_admit()
    suppliers.faults.clear()
    return desk


def a_night(desk):
    desk.a_day_later().receive()
    desk.admit()
    return desk.state


def test_a_table_that_is_listed_before_it_answers_takes_nothing_away(suppliers, desk):
    before = desk.state
    suppliers.faults.set(NEWEST, faults.unavailable())
    state = a_night(desk)
    assert "kept: the delivery of 2026-11-23" in state.problems[0]
    clocks = read_clocks(desk.store)
    assert clocks.deliveries == {"2024": before.current["2024"].delivery_id}
    # Nobody confirmed that this is the newest, so it is shown until its month is over.
    assert clocks.checked_at == before.checked_at
    assert _status(desk.store, desk.now.date()).state == "fresh, but not confirmed"
    assert {row["edition"] for frame in delivery_frames([desk.store], False) for row in frame.rows} == {"2024"}


@pytest.mark.parametrize("name", ["key_figures.parquet", MANIFEST])
def test_the_table_shown_in_place_of_a_new_one_is_checked_as_well(suppliers, desk, name):
    suppliers.faults.set(NEWEST, faults.unavailable())
    stored = a_night(desk).current["2024"]
    file = desk.store.deliveries / stored.delivery_id / name
    flip(file, 8 * (file.stat().st_size // 3))
    clocks = read_clocks(desk.store)
    assert (clocks.damaged, clocks.deliveries) == (["2024"], {})
    assert "does not match its checksum" in clocks.problems[-1]


def test_once_the_new_table_is_held_it_takes_the_place_of_the_old(suppliers, desk):
    suppliers.faults.set(NEWEST, faults.unavailable())
    a_night(desk)
    suppliers.faults.clear()
    state = a_night(desk)
    assert list(read_clocks(desk.store).deliveries) == ["2025"]
    assert state.checked_at == desk.now
    assert state.problems == []


def test_a_new_table_that_does_not_pass_the_audit_takes_nothing_away(suppliers, desk):
    suppliers.faults.set(f"{NEWEST}/TypedDataSet", without_inhabitants())
    assert "did not pass the audit" in a_night(desk).problems[0]
    assert list(read_clocks(desk.store).deliveries) == ["2024"]


def test_of_several_editions_the_oldest_stays_until_the_new_one_is_held(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    desk.store.feed = desk.store.feed.keeping(2)
    suppliers.faults.set("ODataCatalog", listing_until(2024))
    desk.receive_and_admit()
    suppliers.faults.clear()
    suppliers.faults.set(NEWEST, faults.unavailable())
    state = a_night(desk)
    assert state.window == ["2024", "2025"]
    assert list(read_clocks(desk.store).deliveries) == ["2023", "2024"]
    suppliers.faults.clear()
    a_night(desk)
    assert list(read_clocks(desk.store).deliveries) == ["2024", "2025"]


def test_fewer_editions_by_the_settings_are_fewer_at_once(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    desk.store.feed = desk.store.feed.keeping(2)
    desk.receive_and_admit()
    desk.store.feed = desk.store.feed.keeping(1)
    a_night(desk)
    assert list(read_clocks(desk.store).deliveries) == ["2025"]


def test_a_feed_with_another_retrieval_shows_its_new_deliveries_alone(desk):
    """A table without a year beside one of a year that is no longer asked for."""
    stored = desk.state.current["2024"]
    assert FeedState(window=["all"], current={"all": stored, "2024": stored}).shown == ["all"]
    assert FeedState(window=["2024"], current={"all": stored}).shown == ["all"]


def test_the_state_of_that_night_stays_in_history(suppliers, desk):
    suppliers.faults.set(NEWEST, faults.unavailable())
    a_night(desk)
    suppliers.faults.clear()
    a_night(desk)
    _, then, _ = past_states(desk.store, desk.store.event_log.entries())
    assert then.state.shown == ["2024"]
    assert desk.state.shown == ["2025"]


# Years of long ago


@pytest.fixture
def six_years(suppliers, tmp_path):
    desk = every_key_figure(tmp_path / "landing", suppliers.cbs_url)
    desk.settings.suppliers["cbs"].feeds["key_figures"] = FeedSettings(editions=6)
    return desk


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (faults.unavailable(), "gave no usable answer"),
        (faults.truncated(), "is not what the protocol promises"),
        (without_inhabitants(), "did not pass the audit"),
    ],
)
def test_a_settled_year_that_never_came_is_a_gap_for_which_no_clock_waits(suppliers, six_years, fault, why):
    """2021 is a closed edition that freshness does not need; 2024 is open and may hold the newest of a theme."""
    suppliers.faults.set("85039NED/TypedDataSet", fault)
    state = a_night(six_years)
    assert state.problems == []
    (remark,) = [remark for remark in state.remarks if "its figures of 2021 are missing" in remark]
    assert why in remark
    assert "; do: " in remark
    assert list(read_clocks(six_years.store).deliveries) == ["2020", "2022", "2023", "2024", "2025"]
    assert state.checked_at == six_years.now
    suppliers.faults.clear()
    assert list(a_night(six_years).current) == ["2020", "2022", "2023", "2024", "2025", "2021"]
    suppliers.faults.set("85039NED/TableInfos", faults.unavailable())
    assert a_night(six_years).problems != []


def test_what_is_settled_is_judged_when_it_comes_and_not_again(six_years):
    def judged():
        return {row["edition"] for frame in delivery_frames([six_years.store], False) for row in frame.rows}

    six_years.receive()
    assert judged() == {"2020", "2021", "2022", "2023", "2024", "2025"}
    six_years.admit()
    assert judged() == {"2022", "2023", "2024", "2025"}


# Clocks per edition


def test_one_table_that_fails_on_the_first_run_does_not_hide_the_others(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    suppliers.faults.set(NEWEST, faults.unavailable())
    first = desk.now
    state = a_night(desk)
    seen = desk.now
    assert len(state.problems) == 1
    assert list(read_clocks(desk.store).deliveries) == ["2023", "2024"]
    assert (state.missing, state.checked_at) == ({"2025": seen}, seen)
    assert _status(desk.store, desk.now.date()).state == "fresh, but not confirmed"
    # The limit counts from first sight, however often it is asked for.
    desk.now = first + timedelta(days=20)
    assert a_night(desk).checked_at == seen
    suppliers.faults.clear()
    state = a_night(desk)
    assert (state.missing, state.checked_at, state.problems) == ({}, desk.now, [])


def test_a_table_that_is_not_confirmed_for_a_month_is_withheld_on_its_own(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    before = desk.receive_and_admit()
    suppliers.faults.set("85984NED", faults.unavailable())
    state = a_night(desk)
    assert [state.current[year].confirmed_at == desk.now for year in ("2023", "2024", "2025")] == [True, False, True]
    assert state.checked_at == before.checked_at
    desk.now += timedelta(days=40)
    state = a_night(desk)
    assert list(read_clocks(desk.store).deliveries) == ["2023", "2025"]
    assert state.checked_at == desk.now
    assert "2024: withheld, because the supplier did not confirm it for a month" in state.problems[-1]
    suppliers.faults.clear()
    assert list(a_night(desk).shown) == ["2023", "2024", "2025"]


def test_a_feed_of_which_no_table_is_confirmed_for_a_month_keeps_its_old_clock(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    before = desk.receive_and_admit()
    suppliers.faults.set("TableInfos", faults.unavailable())
    desk.now += timedelta(days=40)
    state = a_night(desk)
    assert (state.expired, state.checked_at) == ([], before.checked_at)


def split_in_two(column, *parts):
    """A table in which a column was replaced by others, as that of 2026 has 65 to 79 and 80 and older."""

    def change(records):
        changed = []
        for record in records:
            if str(record.get("Key", "")).startswith(column):
                changed += [{**record, "Key": f"{part}_{n}", "ID": 900 + n} for n, part in enumerate(parts)]
            elif found := next((key for key in record if key.startswith(column)), None):
                rest = {key: value for key, value in record.items() if key != found}
                changed.append({**rest, **{f"{part}_{n}": 1 for n, part in enumerate(parts)}})
            else:
                changed.append(record)
        return changed

    return faults._on_records(change)


def test_a_column_that_a_new_table_lacks_is_empty_and_reported_and_hides_no_table(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    split = split_in_two("AfstandTotSchool", "AfstandTotKleineSchool", "AfstandTotGroteSchool")
    suppliers.faults.set(f"{NEWEST}/(DataProperties|TypedDataSet)", split)
    desk.receive_and_admit()
    clocks = read_clocks(desk.store)
    assert list(clocks.deliveries) == ["2023", "2024", "2025"]
    (remark,) = clocks.remarks
    assert "column 'AfstandTotSchool' is missing from table 86165NED" in remark
    assert "AfstandTotGroteSchool" in remark
    assert "models/staging/cbs/_cbs__sources.yml" in remark
    (column,) = [one.name for one in desk.store.feed.tables[0].columns if one.meta.supplier_name == "AfstandTotSchool"]
    assert desk.rows(f"select count({column}), count(population_count) > 0 from data") == [(0, True)]
    # Said for as long as that delivery is shown, not on the night of its arrival alone.
    a_night(desk)
    assert remark in read_clocks(desk.store).remarks


def test_a_column_that_an_open_table_loses_is_no_reason_to_lose_its_figures(suppliers, desk):
    suppliers.faults.clear()
    before = a_night(desk)
    split = split_in_two("Bevolkingsdichtheid", "Dichtheid")
    suppliers.faults.set(
        f"{NEWEST}/TableInfos", faults._on_records(lambda rows: [{**rows[0], "Modified": "2026-11-25T02:00:00"}])
    )
    suppliers.faults.set(f"{NEWEST}/(DataProperties|TypedDataSet)", split)
    state = a_night(desk)
    assert state.current["2025"].delivery_id == before.current["2025"].delivery_id
    assert "did not pass the audit" in state.problems[0]


@pytest.mark.parametrize("column", ["AantalInwoners_", "WijkenEnBuurten"])
def test_a_table_without_its_key_or_a_required_column_is_refused(suppliers, desk, column):
    suppliers.faults.set(f"{NEWEST}/(DataProperties|TypedDataSet)", split_in_two(column, "Onbekend"))
    assert "is missing from table 86165NED" in a_night(desk).problems[0]
    assert list(read_clocks(desk.store).deliveries) == ["2024"]


def test_a_year_in_which_cbs_splits_a_group_of_ages_keeps_the_group(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)

    def as_of_2026(given):
        listed = orjson.loads(given.body)
        tables = [
            {**table, "Title": table["Title"].replace("2025", "2026")}
            for table in listed["value"]
            if "2025" in table["Title"]
        ]
        return faults.replace(given, body=orjson.dumps({**listed, "value": [*listed["value"], *tables]}))

    suppliers.faults.set("ODataCatalog", as_of_2026)
    split = split_in_two("k_65JaarOfOuder", "k_65JaarTot80Jaar", "k_80JaarOfOuder")
    suppliers.faults.set(f"{NEWEST}/(DataProperties|TypedDataSet)", split)
    desk.store.feed = desk.store.feed.keeping(1)
    desk.receive_and_admit()
    clocks = read_clocks(desk.store)
    assert (list(clocks.deliveries), clocks.remarks) == (["2026"], [])
    parts = "count(population_65_plus_count), min(population_65_79_count + population_80_plus_count)"
    assert desk.rows(f"select {parts} from data") == [(0, 2)]


# A municipality of its time


def renumbered(records):
    """A table of a year in which the municipality had another code."""
    return [
        {
            key: value.replace("9999", "9990") if key in ("Key", "WijkenEnBuurten") else value
            for key, value in row.items()
        }
        for row in records
    ]


def test_a_year_in_which_the_municipality_did_not_exist_is_a_known_gap(suppliers, tmp_path):
    desk = key_figures(tmp_path / "landing", suppliers.cbs_url)
    suppliers.faults.set("85618NED/(WijkenEnBuurten|TypedDataSet)", faults._on_records(renumbered))
    state = a_night(desk)
    assert state.problems == []
    assert list(state.current) == ["2024", "2025"]
    assert (state.missing, state.checked_at) == ({}, desk.now)
    (remark,) = [remark for remark in state.remarks if "of 2023 are missing" in remark]
    assert "lists no municipality GM9999" in remark
    assert remark in a_night(desk).remarks
    refuse_unknown_municipality([desk.store])


@pytest.mark.parametrize("feed", ["cbs.key_figures", "cbs.wmo", "cbs.ses_woa", "police.crime_yearly", "cbs.provisions"])
def test_a_municipality_that_is_in_no_year_stops_the_run(suppliers, tmp_path, feed):
    base = {feed.split(".")[0]: SupplierSettings(base_url=suppliers.cbs_url)}
    unknown = other_desk(tmp_path, feed, municipality_code="GM1234", suppliers=base)
    problems = unknown.receive().problems
    assert problems
    assert all("lists no municipality GM1234" in problem for problem in problems)
    with pytest.raises(SetupError, match=f"asked were {feed}\n  do: correct municipality_code"):
        refuse_unknown_municipality([unknown.store])
