"""The release diff finds exactly the changes, and names the supplier or the models behind them."""

from datetime import date

import pytest
from main_line.installation import CBS, SIGNALEN

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import latest_release
from dagster_project.warehouse.dbt import MANIFEST
from release.publishing import change, compared, diff_of, diff_page, edited, facts_of, publish

SHOWING = ("mart_demography",)
FACT = "fct_indicator_values"
WIDE = "mart_neighbourhood_key_figures"
PLACE = "region_code = 'BU99990000' and period = '2024'"


@pytest.fixture(scope="module")
def release(first_run):
    return first_run.latest


def mart(diff, name):
    return next(mart for mart in diff.marts if mart.mart == name)


def figures(diff):
    """Changed, new and vanished figures per indicator."""
    return {one.indicator_code: (one.changed, one.new, one.vanished) for one in diff.indicators}


def of(indicator):
    return f"where {PLACE} and indicator_code = '{indicator}'"


def test_the_first_release_says_so(release):
    diff = diff_of(release)
    assert (diff.before, diff.problem, diff.marts) == (None, None, [])
    assert facts_of(release)["changes"] == "First release: nothing to compare with."
    assert "Dit is de eerste uitgave" in diff_page(release)


def test_a_run_without_news_changes_nothing(story):
    diff = diff_of(story.same_day_again.latest)
    assert diff.before.release_id == story.first.latest.name
    assert {found.state for found in diff.marts} == {"same"}
    assert len(diff.marts) == len(read_marts(MANIFEST))
    assert diff.is_unchanged
    assert "0 figures changed, 0 of them outside their band, 0 new, 0 vanished" in diff.summary
    assert "er is niets veranderd" in diff_page(story.same_day_again.latest)


def test_an_idle_release_is_not_read_and_has_the_diff_of_a_comparison(release, tmp_path):
    before, after = edited(release, tmp_path / "before", {}), edited(release, tmp_path / "after", {})
    diff = compared(before, after)
    for folder in (before, after):
        (folder / "maandvers.duckdb").unlink()
    assert compared(before, after, is_idle=True) == diff
    assert "er is niets veranderd" in diff_page(after)


def test_clocks_and_deliveries_alone_are_no_change(release, tmp_path):
    clocks = "set checked_at = checked_at - interval 3 day, fresh_until = fresh_until + 9"
    edits = {name: [f"update mart {clocks}"] for name in (FACT, WIDE, "mart_reports")}
    edits[FACT].append("update mart set released_at = null, delivery_id = 'another', denominator_delivery_id = 'one'")
    diff = compared(release, edited(release, tmp_path / "after", edits))
    assert {(found.state, found.only_before, found.only_after) for found in diff.marts} == {("same", 0, 0)}
    assert (diff.feeds, diff.indicators, diff.changed_by_models) == ([], [], 0)
    assert not diff.is_code_changed


def test_exactly_the_inserted_the_removed_and_the_changed_figure_are_found(first_run, tmp_path):
    """In two real releases of a warehouse that changed in between."""
    installation = first_run.copy(tmp_path / "home")
    before = publish(installation)
    # The long mart shows figures with their noise, wide marts those without.
    for values in ("intermediate.int_indicators__final", "intermediate.int_indicators__noise"):
        change(
            installation,
            f"delete from {values} {of('male_count')}",
            f"insert into {values} select * replace ('1999' as period) from {values} {of('female_count')}",
            f"update {values} set value = value * 2 {of('births_count')}",
            f"update {values} set status = 'revised' {of('deaths_count')}",
        )
    note = publish(installation)
    diff = diff_of(installation.latest)
    assert (diff.before.release_id, diff.release_id) == (before.release_id, note.release_id)
    assert figures(diff) == {"male_count": (0, 0, 1), "female_count": (0, 1, 0), "births_count": (1, 0, 0)}
    found = mart(diff, FACT)
    assert (found.only_before, found.only_after) == (3, 3)
    assert found.rows_before == found.rows_after == note.rows[FACT]
    # Marts that show these indicators are views on the same figures.
    assert {other.mart for other in diff.marts if other.state != "same"} == {FACT, *SHOWING}
    assert note.changes == diff.summary == latest_release(installation.releases).changes
    assert note.changes.startswith(f"Since {before.release_id}: 1 figures changed, 1 of them outside their band, 1 new")
    assert f"({FACT})" in diff_page(installation.latest)


def test_figures_inside_and_outside_the_band_are_counted_apart(release, tmp_path):
    """Counts may move by 5 %, and by 5, before they are named."""
    codes = ("population_count", "male_count", "births_count")
    before = edited(
        release, tmp_path / "before", {FACT: [f"update mart set value = 1000 {of(code)}" for code in codes]}
    )
    # The third changes by the last digit of a sum in another order.
    values = zip(codes, (1050, 1051, 1000.0000000001), strict=True)
    edits = {FACT: [f"update mart set value = {value} {of(code)}" for code, value in values]}
    after = edited(before, tmp_path / "after", edits)
    diff = compared(before, after)
    assert {(one.indicator_code, one.changed, one.outside_band) for one in diff.indicators} == {
        ("population_count", 1, 0),
        ("male_count", 1, 1),
    }
    assert (mart(diff, FACT).only_before, mart(diff, FACT).only_after) == (2, 2)
    found, other = diff.indicators
    assert (found.label_nl, found.largest.before, found.largest.after) == ("Mannen", 1000, 1051)
    assert (found.largest.period, found.largest.region_name, other.largest) == ("2024", "Binnenstad", None)
    assert found.largest.times_band == pytest.approx(51 / 50)
    for text in ("Mannen", "Binnenstad, 2024", "1.000", "1.051"):
        assert text in diff_page(after)


@pytest.mark.parametrize(
    ("figure", "before", "after", "is_outside"),
    [
        ("births_count", 2, 7, False),
        ("births_count", 2, 8, True),
        ("births_count", 0, 6, True),
        # Percentages by points; the longest ending counts, so this is no amount of a whole municipality.
        ("male_pct", 50, 51, False),
        ("male_pct", 50, 51.1, True),
        ("average_income_per_inhabitant_thousand_eur", 30, 31, False),
        ("average_income_per_inhabitant_thousand_eur", 30, 31.1, True),
        ("something_else", 10, 11, False),
        ("something_else", 10, 11.1, True),
    ],
)
def test_the_band_is_that_of_the_kind_of_figure(release, tmp_path, figure, before, after, is_outside):
    known = f"update mart set indicator_code = '{figure}', value = {before} {of('deaths_count')}"
    earlier = edited(release, tmp_path / "before", {FACT: [f"delete from mart {of(figure)}", known]})
    later = edited(earlier, tmp_path / "after", {FACT: [f"update mart set value = {after} {of(figure)}"]})
    (found,) = compared(earlier, later).indicators
    assert (found.indicator_code, found.changed, found.outside_band) == (figure, 1, is_outside)


def test_a_figure_that_came_or_went_is_counted_apart_from_one_that_changed(release, tmp_path):
    before = edited(release, tmp_path / "before", {FACT: [f"update mart set value = null {of('births_count')}"]})
    edits = [f"update mart set value = 9 {of('births_count')}", f"update mart set value = null {of('male_count')}"]
    diff = compared(before, edited(before, tmp_path / "after", {FACT: edits}))
    assert figures(diff) == {"births_count": (0, 1, 0), "male_count": (0, 0, 1)}


def test_rows_of_other_marts_are_counted_in_both_directions(release, tmp_path):
    where = "where neighbourhood_code = 'BU99990000'"
    edits = {
        WIDE: [f"update mart set population_count = population_count * 2 {where}"],
        "mart_reports": [f"insert into mart from mart {where} limit 3"],
        "dim_region": ["delete from mart where region_code = 'BU99990000'"],
    }
    diff = compared(release, edited(release, tmp_path / "after", edits))
    found = {one.mart: (one.only_before, one.only_after) for one in diff.changed_marts}
    assert found.pop("mart_reports") == (0, 3)
    assert found.pop(WIDE) == (1, 1)
    ((name, (gone, new)),) = found.items()
    assert (name, gone > 0, new) == ("dim_region", True, 0)
    assert diff.indicators == []


def test_the_last_digits_of_a_sum_are_no_change_of_a_row(release, tmp_path):
    edits = {WIDE: ["update mart set average_household_size = average_household_size * 1.000000000000001"]}
    assert compared(release, edited(release, tmp_path / "after", edits)).changed_marts == []


def test_new_and_gone_indicators_are_named(release, tmp_path):
    edits = {
        FACT: ["update mart set indicator_code = 'moons_count' where indicator_code = 'births_count'"],
        "dim_indicator": [
            "insert into mart select * replace ('moons_count' as indicator_code, 'Manen' as label_nl)"
            " from mart where indicator_code = 'births_count'"
        ],
    }
    after = edited(release, tmp_path / "after", edits)
    diff = compared(release, after)
    (new,), (gone,) = diff.new_indicators, diff.gone_indicators
    assert (new.indicator_code, new.label_nl, new.feed) == ("moons_count", "Manen", CBS)
    assert (gone.indicator_code, gone.figures_before) == ("births_count", new.figures_after)
    assert (new.is_definition_changed, gone.is_definition_changed) == (True, False)
    assert "Manen" in diff_page(after)
    assert "Hebben geen cijfers meer" in diff_page(after)


def test_a_revision_is_attributed_to_the_delivery_or_to_the_models(release, tmp_path):
    both = "value = value * 2, status = 'definitive'"
    edits = [
        f"update mart set {both}, delivery_id = 'second', released_at = '2026-01-14 23:30:00' {of('male_count')}",
        f"update mart set {both}, denominator_feed = '{SIGNALEN}', denominator_delivery_id = 'd' {of('births_count')}",
        f"update mart set value = value * 2 {of('female_count')}",
    ]
    provisional = {FACT: [f"update mart set status = 'provisional' {of('male_count')}"]}
    deliveries = facts_of(release)["deliveries"]
    before = edited(release, tmp_path / "before", provisional)
    newer = deliveries | {feed: deliveries[feed] | {max(deliveries[feed]): "second"} for feed in (CBS, SIGNALEN)}
    after = edited(before, tmp_path / "after", {FACT: edits}, deliveries=newer)
    diff = compared(before, after)
    cbs, signalen = diff.feeds
    assert (cbs.feed, cbs.changed, cbs.outside_band, cbs.became_definitive) == (CBS, 1, 1, 1)
    assert (signalen.feed, signalen.changed, signalen.became_definitive) == (SIGNALEN, 1, 0)
    assert (diff.total.changed, diff.changed_by_models) == (3, 1)
    assert {one.indicator_code: one.largest.was_provisional for one in diff.indicators}["male_count"]
    (edition,) = cbs.editions
    assert (edition.after.delivery_id, edition.after.released_on) == ("second", date(2026, 1, 15))
    assert edition.before.delivery_id == deliveries[CBS][edition.edition]
    html = diff_page(after)
    assert "15-01-2026" in html
    assert "1 cijfer is herzien zonder nieuwe levering" in html


def test_a_figure_that_grows_with_its_period_is_in_no_top_list(release, tmp_path):
    grown = {FACT: [f"update mart set value = value * 2, is_complete_period = true {of('male_count')}"]}
    running = {FACT: [f"update mart set is_complete_period = false {of('male_count')}"]}
    before = edited(release, tmp_path / "before", running)
    diff = compared(before, edited(before, tmp_path / "after", grown))
    (one,) = diff.indicators
    assert (one.changed, one.outside_band, one.largest) == (1, 0, None)
    over = compared(release, edited(release, tmp_path / "over", grown))
    assert over.indicators[0].largest.times_band > 1


def test_figures_of_a_release_that_does_not_say_which_periods_run_are_compared(release, tmp_path):
    before = edited(release, tmp_path / "before", {FACT: ["alter table mart drop is_complete_period"]})
    after = edited(release, tmp_path / "after", {FACT: [f"update mart set value = value * 2 {of('male_count')}"]})
    diff = compared(before, after)
    assert diff.problem is None
    assert (diff.total.changed, diff.total.outside_band) == (1, 1)


def test_a_delivery_without_a_day_of_release_is_named_by_that_of_its_receipt(release, tmp_path):
    deliveries = facts_of(release)["deliveries"]
    newer = deliveries | {SIGNALEN: dict.fromkeys(deliveries[SIGNALEN], "second")}
    assert set(deliveries[SIGNALEN].values()) <= set(facts_of(release)["received_on"])
    after = edited(release, tmp_path / "after", {}, deliveries=newer, received_on={"second": "2026-02-14"})
    (edition,) = compared(release, after).feeds[0].editions
    assert (edition.after.released_on, edition.after.received_on) == (None, date(2026, 2, 14))
    assert "14-02-2026" in diff_page(after)


def test_changed_models_are_reported_apart_from_changed_figures(release, tmp_path):
    after = edited(release, tmp_path / "after", {}, models="4567")
    diff = compared(release, after)
    assert diff.is_code_changed
    assert (diff.before.code.models, diff.code.models) == (facts_of(release)["models"], "4567")
    assert {found.state for found in diff.marts} == {"same"}
    assert diff.summary.endswith("models changed.")
    assert "De rekenregels zijn gewijzigd" in diff_page(after)


def test_feeds_that_are_withheld_or_shown_again_are_named(story):
    diff = diff_of(story.signalen_is_back.latest)
    news = {feed.feed: feed for feed in diff.feeds}
    assert (news[CBS].news, news[SIGNALEN].news) == ("withheld", "new delivery")
    assert "2026-02-28" in news[CBS].reason
    assert "geldig tot en met 28-02-2026" in news[CBS].reason_nl
    (edition,) = news[SIGNALEN].editions
    assert edition.before.delivery_id != edition.after.delivery_id
    assert edition.before.released_on < edition.after.released_on
    assert CBS in {one.feed for one in diff.gone_indicators}
    assert news[CBS].vanished == sum(one.vanished for one in diff.indicators if one.feed == CBS)
    assert "Nu achtergehouden" in diff_page(story.signalen_is_back.latest)
    back = {feed.feed: feed.news for feed in diff_of(story.cbs_is_back.latest).feeds}
    assert back == {CBS: "shown again", SIGNALEN: "withheld"}
    assert CBS in {one.feed for one in diff_of(story.cbs_is_back.latest).new_indicators}


def test_a_feed_that_is_new_here_and_one_that_is_gone(release, tmp_path):
    deliveries = facts_of(release)["deliveries"]
    shown_before = {CBS: deliveries[CBS], "police.crime_yearly": {"all": "0123"}}
    before = edited(release, tmp_path / "before", {}, deliveries=shown_before)
    assert {feed.feed: feed.news for feed in compared(before, edited(release, tmp_path / "after", {})).feeds} == {
        SIGNALEN: "first seen",
        "police.crime_yearly": "gone",
    }


def test_columns_and_marts_that_came_or_went_are_named(release, tmp_path):
    edits = {
        "dim_region": [
            "alter table mart add column old_column integer",
            "alter table mart alter column parent_region_code type integer using 1",
        ]
    }
    rows = facts_of(release)["rows"] | {"mart_of_old": 12}
    del rows["dim_policy_measure"]
    before = edited(release, tmp_path / "before", edits, rows=rows)
    after = edited(release, tmp_path / "after", {})
    diff = compared(before, after)
    found = mart(diff, "dim_region")
    assert (found.new_columns, found.gone_columns) == (
        ["parent_region_code VARCHAR"],
        ["old_column INTEGER", "parent_region_code INTEGER"],
    )
    assert (found.state, found.only_before, found.only_after) == ("changed", 0, 0)
    assert mart(diff, "dim_policy_measure").state == "new"
    assert (mart(diff, "mart_of_old").state, mart(diff, "mart_of_old").only_before) == ("gone", 12)
    for text in ("nieuwe kolommen: parent_region_code VARCHAR", "nieuwe tabel", "tabel bestaat niet meer"):
        assert text in diff_page(after)
