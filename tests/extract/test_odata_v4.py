"""OData v4 against the running sample: requests, both forms and shapes, and every fault."""

import io
import re
import zipfile
from dataclasses import replace

import orjson
import pytest
from landing.receiving import desk
from suppliers import faults

from dagster_project.extract.answer import UnlistedError
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import FeedSettings, SupplierSettings

FEEDS = ("cbs.low_income", "cbs.ses_woa")


def asked(suppliers, landing, feed="cbs.low_income", form="observations", **settings):
    given = desk(landing, feed, suppliers={"cbs": SupplierSettings(base_url=suppliers.cbs_url)}, **settings)
    return changed(given, form=form)


def changed(given, **parameters):
    """The same desk, its contract with other parameters."""
    delivery = given.store.feed.delivery
    values = {**delivery.parameters, **parameters}
    given.store.feed = given.store.feed.model_copy(
        update={"delivery": delivery.model_copy(update={"parameters": values})}
    )
    return given


@pytest.fixture
def low_income(suppliers, tmp_path):
    return asked(suppliers, tmp_path)


# Requests and answers


def test_the_newest_edition_is_that_of_the_catalogue(suppliers, low_income):
    with extractor_for(low_income.store.feed, low_income.settings) as extractor:
        assert [edition.key for edition in extractor.editions({})] == ["2025"]
        suppliers.faults.set("Datasets", faults.unavailable())
        for stored, expected in (({}, "86006NED"), ({2026: "87001NED"}, "87001NED")):
            with pytest.raises(UnlistedError) as message:
                extractor.editions(stored)
            assert [edition.source_id for edition in message.value.known] == [expected]


def test_how_many_editions_are_kept_is_a_setting(suppliers, tmp_path):
    own = SupplierSettings(base_url=suppliers.cbs_url, feeds={"key_figures": FeedSettings(editions=13)})
    given = desk(tmp_path, "cbs.key_figures", suppliers={"cbs": own})
    suppliers.faults.set("ODataCatalog", faults.unavailable())
    with extractor_for(given.store.feed, given.settings) as extractor, pytest.raises(UnlistedError) as message:
        extractor.editions({})
    assert [edition.year for edition in message.value.known] == list(range(2014, 2027))


def test_nothing_new_asks_only_whether_there_is_anything_new(suppliers, low_income):
    low_income.receive_and_admit()
    suppliers.requests.clear()
    assert low_income.a_day_later().receive().confirmed == ["2025"]
    assert [path.rpartition("/")[2] for _, path in suppliers.requests] == ["Datasets", "Properties"]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("scope", ["municipality", "country"])
def test_both_forms_give_the_very_same_table(suppliers, tmp_path, feed, scope):
    tables = []
    for form in ("observations", "csv_bundle"):
        given = asked(suppliers, tmp_path / form, feed, form, scope=scope)
        given.receive_and_admit()
        tables.append(given.rows("from data"))
    assert tables[0] == tables[1]
    assert len(tables[0]) >= 80


def test_one_municipality_gets_all_municipalities_and_the_country(low_income):
    low_income.receive_and_admit()
    codes = [code for (code,) in low_income.rows("select distinct region_code from data order by 1")]
    assert [code for code in codes if not code.startswith("GM")] == ["NL01"]
    assert len(codes) == 44
    assert "GM9999" in codes


def test_long_observations_carry_titles_units_and_the_status_of_their_year(low_income):
    low_income.receive_and_admit()
    message = low_income.rows(
        "select measure_title, measure_unit, period_code, period_status, value, value_attribute from data"
        " where region_code = 'GM9999' and income_limit_code = '1050290' and duration_code = 'A028721'"
        " and measure_code = '1050010_1' order by period_code"
    )
    assert [row[:4] for row in message] == [
        ("Particuliere huishoudens", "x 1 000", "2022JJ00", "Definitief"),
        ("Particuliere huishoudens", "x 1 000", "2023JJ00", "Definitief"),
        ("Particuliere huishoudens", "x 1 000", "2024JJ00", "Voorlopig"),
    ]
    assert all(1 < value < 2 and attribute == "None" for *_, value, attribute in message)


def test_a_wide_table_has_a_row_per_region_and_year_and_null_for_missing_observations(suppliers, tmp_path):
    given = asked(suppliers, tmp_path, "cbs.ses_woa")
    given.receive_and_admit()
    assert given.rows("select count(*), count(distinct region_code) from data") == [(210, 70)]
    # Four scores share one title: the group distinguishes them.
    differing = "score <> wealth_score and wealth_score <> education_score and education_score <> employment_score"
    assert given.rows(f"select count(*) > 60 from data where {differing}") == [(True,)]
    assert given.rows("select score, score_spread from data where household_count = 0 limit 1") == [(None, None)]
    assert given.manifest().tables["ses_woa"].dropped_columns == ["F000002", "F000003"]


def test_the_same_scores_come_by_another_road_under_the_same_contract(suppliers, tmp_path):
    own = SupplierSettings(base_url=suppliers.cbs_url, feeds={"ses_woa": FeedSettings(protocol="odata_v3")})
    given = desk(tmp_path, "cbs.ses_woa", suppliers={"cbs": own})
    with extractor_for(given.store.feed, given.settings) as extractor:
        assert extractor.parameters.partition_by == "Perioden"


# Faults


def with_records(change):
    """Other records on a page of JSON."""

    def fault(answer):
        body = orjson.loads(answer.body)
        return replace(answer, body=orjson.dumps({**body, "value": change(body["value"])}))

    return fault


def with_properties(**values):
    def fault(answer):
        return replace(answer, body=orjson.dumps({**orjson.loads(answer.body), **values}))

    return fault


def without(column):
    return with_records(lambda rows: [{name: value for name, value in row.items() if name != column} for row in rows])


BAD_PAGES = {
    "cut page": ("Observations", faults.truncated(), "not what the protocol promises"),
    "web page": ("Observations", faults.html_page(), "it starts with '<!DOCTYPE html>"),
    "half of it": ("Observations", with_records(lambda rows: rows[::2]), "by the supplier's own count"),
    "twice": ("Observations", with_records(lambda rows: [*rows, *rows]), "every number once"),
    "nothing": ("Observations", with_records(lambda _: []), "no observation matches the query"),
    "no value": ("Observations", without("Value"), "expected: column Value"),
    "unknown measure": (
        "MeasureCodes", with_records(lambda rows: rows[1:]), "measures that MeasureCodes lists"
    ),
    "another count": ("Properties", with_properties(ObservationCount=7, Version="2"), "7 by the supplier's own count"),
    "another table": ("Properties", with_properties(Identifier="1NED"), "describes another table"),
    "no region dimension": (
        "Dimensions", with_records(lambda rows: rows[:3]), "has no dimension 'RegioS'"
    ),
    "circle": (
        "Observations", with_properties(**{"@odata.nextLink": "http://x/odata/v1/CBS/92025NED/Observations"}),
        "has an invalid form",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_PAGES)
def test_a_bad_answer_is_reported_and_the_last_good_delivery_stays(suppliers, tmp_path, case):
    pattern, fault, expected = BAD_PAGES[case]
    whole = asked(suppliers, tmp_path, scope="country")
    stored = changed(whole, selection={}).receive_and_admit().current
    # Without something new, nothing more is requested.
    suppliers.faults.set("Properties", with_properties(Version="202612010000"))
    if pattern == "Properties":
        suppliers.faults.set("Properties", fault)
    else:
        suppliers.faults.set(f"{pattern}(\\?|$)", fault)
    message = whole.problem()
    assert expected in message
    assert "cbs / low_income" in message
    assert whole.state.current == stored


def test_a_code_that_the_supplier_does_not_list_is_reported_with_those_it_does(low_income):
    message = changed(low_income, selection={"DuurInkomenspositie": ["A028721", "A000000"]}).problem()
    assert "lists no A000000 under 'DuurInkomenspositie'" in message
    assert "came: A028721, A028724" in message


def test_a_measure_that_is_missing_is_reported_with_the_nearest_by_title(suppliers, tmp_path):
    rename = with_records(
        lambda rows: [{**row, "Title": row["Title"].replace("Gemiddelde score", "Gemiddelde scores")} for row in rows]
    )
    suppliers.faults.set("MeasureCodes", rename)
    message = asked(suppliers, tmp_path, "cbs.ses_woa").problem()
    assert "column 'GemiddeldeScore' is missing from table 86296NED" in message
    assert "nearest: GemiddeldeScores" in message


def test_a_missing_value_keeps_its_reason(suppliers, low_income):
    empty = with_records(lambda rows: [{**row, "Value": None, "ValueAttribute": "Impossible"} for row in rows])
    suppliers.faults.set("Observations", empty)
    assert low_income.receive().problems == []
    assert low_income.rows("select distinct value, value_attribute from data") == [(None, "Impossible")]


def rezipped(change):
    """The bundle with other texts in it; None takes a file away."""

    def fault(answer):
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(answer.body)) as given, zipfile.ZipFile(target, "w") as made:
            for name in given.namelist():
                text = change(name, given.read(name).decode())
                if text is not None:
                    made.writestr(name, text)
        return replace(answer, body=target.getvalue(), headers={})

    return fault


BAD_BUNDLES = {
    "no zip": (faults.html_page(), "File is not a zip file"),
    "no observations": (rezipped(lambda name, text: None if name.startswith("Obs") else text), "no Observations.csv"),
    "another table": (rezipped(lambda name, text: text.replace("92025NED", "1NED")), "describes 1NED"),
    "cut file": (
        rezipped(lambda name, text: text[: text.rindex("\n", 0, -40) + 1] if name.startswith("Obs") else text),
        "by the supplier's own count",
    ),
    "torn row": (
        rezipped(lambda name, text: re.sub(r";None\n", "\n", text, count=1) if name.startswith("Obs") else text),
        "observations that can be read",
    ),
    "points and commas": (
        rezipped(
            lambda name, text: re.sub(r";(\d+),(\d);", r";1.\1,\2;", text, count=1) if name[:3] == "Obs" else text
        ),
        "has another kind of value in column 'Value'",
    ),
}


@pytest.mark.parametrize("case", BAD_BUNDLES)
def test_a_bad_bundle_is_reported(suppliers, tmp_path, case):
    fault, expected = BAD_BUNDLES[case]
    suppliers.faults.set("/csv/", fault)
    message = changed(asked(suppliers, tmp_path, form="csv_bundle", scope="country"), selection={}).problem()
    assert expected in message
    assert "cbs / low_income" in message
