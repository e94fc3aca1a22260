"""The release diff finds exactly what changed, and names who changed it."""

import pytest
from main_line.installation import CBS, SIGNALEN

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import latest_release
from dagster_project.warehouse.dbt import MANIFEST
from release.publishing import change, compared, diff_of, diff_page, edited, facts_of, publish

FACT = "fct_indicator_values"
PROFILE = "mart_neighbourhood_profile"
WIDE = "mart_neighbourhood_key_figures"
PLACE = "region_code = 'BU99990000' and period = '2024'"


@pytest.fixture(scope="module")
def release(story):
    return story.first.latest


def mart(diff, name):
    return next(mart for mart in diff.marts if mart.mart == name)


def of(indicator):
    return f"where {PLACE} and indicator_code = '{indicator}'"


def test_the_first_release_says_so(story):
    diff = diff_of(story.first.latest)
    assert (diff.before, diff.problem, diff.marts) == (None, None, [])
    assert facts_of(story.first.latest)["changes"] == "First release: nothing to compare with."
    assert "Dit is de eerste uitgave" in diff_page(story.first.latest)


def test_a_run_in_which_nothing_is_new_changes_nothing(story):
    diff = diff_of(story.same_day_again.latest)
    assert diff.before.release_id == story.first.latest.name
    assert {found.state for found in diff.marts} == {"same"}
    assert len(diff.marts) == len(read_marts(MANIFEST))
    assert "0 rows added, 0 gone, 0 changed, 0 figures outside their band" in diff.summary
    assert "er is niets veranderd" in diff_page(story.same_day_again.latest)


def test_clocks_and_deliveries_alone_are_no_change(release, tmp_path):
    clocks = "set checked_at = checked_at - interval 3 day, fresh_until = fresh_until + 9"
    edits = {name: [f"update mart {clocks}"] for name in (FACT, WIDE, "mart_reports")}
    edits[FACT].append("update mart set released_at = null, delivery_id = 'another', denominator_delivery_id = 'one'")
    diff = compared(release, edited(release, tmp_path / "after", edits))
    assert {(found.state, found.added, found.gone, found.changed) for found in diff.marts} == {("same", 0, 0, 0)}
    assert (diff.feeds, diff.new_indicators, diff.gone_indicators, diff.revisions) == ([], [], [], [])
    assert not diff.is_code_changed


def test_exactly_the_inserted_the_removed_and_the_changed_row_are_found(story, tmp_path):
    """In two real releases of a warehouse that changed in between."""
    assert story.first.result.release_id
    installation = story.installation.copy(tmp_path / "home")
    before = publish(installation)
    values = "intermediate.int_indicators__final"
    change(
        installation,
        f"delete from {values} {of('male_count')}",
        f"insert into {values} select * replace ('1999' as period) from {values} {of('female_count')}",
        f"update {values} set status = 'revised' {of('births_count')}",
    )
    note = publish(installation)
    diff = diff_of(installation.latest)
    assert (diff.before.release_id, diff.release_id) == (before.release_id, note.release_id)
    found = mart(diff, FACT)
    assert (found.added, found.gone, found.changed) == (1, 1, 1)
    assert found.changed_columns == {"status": 1}
    assert found.rows_before == found.rows_after == note.rows[FACT]
    assert found.figures == found.largest == []
    assert {other.state for other in diff.marts if other.mart != FACT} == {"same"}
    told = "1 rows added, 1 gone, 1 changed, 0 figures outside their band"
    assert note.changes == diff.summary == latest_release(installation.releases).changes
    assert note.changes.startswith(f"Since {before.release_id}: {told}")
    assert "1 erbij, 1 weg, 1 gewijzigd" in diff_page(installation.latest)


def test_figures_inside_and_outside_the_band_are_told_apart(release, tmp_path):
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
    found = mart(diff, FACT)
    assert (found.changed, found.changed_columns) == (2, {"value": 2})
    assert {(one.figure, one.changed, one.outside_band) for one in found.figures} == {
        ("population_count", 1, 0),
        ("male_count", 1, 1),
    }
    (largest,) = found.largest
    assert (largest.label_nl, largest.before, largest.after) == ("Mannen", 1000, 1051)
    assert (largest.key["period"], largest.region_name, largest.others) == ("2024", "Binnenstad", 0)
    assert largest.times_band == pytest.approx(51 / 50)
    for told in ("Mannen", "Binnenstad, 2024", "1.000", "1.051"):
        assert told in diff_page(after)


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
    assert mart(compared(earlier, later), FACT).outside_band == is_outside


def test_a_figure_that_came_or_went_is_told_apart_from_one_that_changed(release, tmp_path):
    before = edited(release, tmp_path / "before", {FACT: [f"update mart set value = null {of('births_count')}"]})
    edits = [f"update mart set value = 9 {of('births_count')}", f"update mart set value = null {of('male_count')}"]
    diff = compared(before, edited(before, tmp_path / "after", {FACT: edits}))
    found = {one.figure: (one.changed, one.filled, one.emptied) for one in mart(diff, FACT).figures}
    assert found == {"births_count": (0, 1, 0), "male_count": (0, 0, 1)}


def test_a_row_that_moves_on_to_a_newer_period_is_no_revision(release, tmp_path):
    some = "where indicator_code = 'population_count' and neighbourhood_code = 'BU99990000'"
    moved = {PROFILE: [f"update mart set value = value * 2, period = '2031' {some}"]}
    found = mart(compared(release, edited(release, tmp_path / "moved", moved)), PROFILE)
    assert (found.changed, found.figures) == (1, [])
    revised = {PROFILE: [f"update mart set value = value * 2 {some}"]}
    found = mart(compared(release, edited(release, tmp_path / "revised", revised)), PROFILE)
    assert [one.figure for one in found.figures] == ["population_count"]


def test_every_column_of_a_wide_mart_is_a_figure(release, tmp_path):
    both = "update mart set population_count = population_count * 2, male_count = male_count + 1"
    edits = {WIDE: [f"{both} where neighbourhood_code = 'BU99990000'"]}
    found = mart(compared(release, edited(release, tmp_path / "after", edits)), WIDE)
    assert found.changed == 1
    assert {(one.figure, one.label_nl, one.outside_band) for one in found.figures} == {
        ("population_count", "Inwoners", 1),
        ("male_count", "Mannen", 0),
    }


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
    assert (new.indicator_code, new.label_nl, new.feed, new.is_defined_anew) == ("moons_count", "Manen", CBS, True)
    assert (gone.indicator_code, gone.is_defined_anew) == ("births_count", False)
    assert "Manen" in diff_page(after)
    assert "Hebben geen cijfers meer" in diff_page(after)


def test_a_revision_is_named_with_the_delivery_that_brought_it(release, tmp_path):
    edits = [
        f"update mart set value = value * 2, delivery_id = 'second', status = 'definitive' {of('male_count')}",
        f"update mart set value = value * 2 {of('female_count')}",
    ]
    provisional = {FACT: [f"update mart set status = 'provisional' {of('male_count')}"]}
    before = edited(release, tmp_path / "before", provisional)
    diff = compared(before, edited(before, tmp_path / "after", {FACT: edits}))
    by_models, by_supplier = sorted(diff.revisions, key=lambda one: one.is_by_delivery)
    assert (by_supplier.feed, by_supplier.changed, by_supplier.outside_band) == (CBS, 1, 1)
    assert (by_supplier.delivery_after, by_supplier.became_definitive) == ("second", 1)
    assert by_models.delivery_before == by_models.delivery_after != "second"
    assert (by_models.changed, by_models.became_definitive) == (1, 0)
    assert [one.was_provisional for one in mart(diff, FACT).largest] == [False, True]


def test_changed_models_are_told_apart_from_changed_figures(release, tmp_path):
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
    ((before, after),) = news[SIGNALEN].deliveries.values()
    assert before
    assert after != before
    assert CBS in {one.feed for one in diff.gone_indicators}
    assert "Nu achtergehouden" in diff_page(story.signalen_is_back.latest)
    back = {feed.feed: feed.news for feed in diff_of(story.cbs_is_back.latest).feeds}
    assert back == {CBS: "shown again", SIGNALEN: "withheld"}
    assert CBS in {one.feed for one in diff_of(story.cbs_is_back.latest).new_indicators}


def test_a_feed_that_is_new_here_and_one_that_is_no_more(release, tmp_path):
    deliveries = facts_of(release)["deliveries"]
    held = {CBS: deliveries[CBS], "police.crime_yearly": {"all": "0123"}}
    before = edited(release, tmp_path / "before", {}, deliveries=held)
    assert {feed.feed: feed.news for feed in compared(before, edited(release, tmp_path / "after", {})).feeds} == {
        SIGNALEN: "first seen",
        "police.crime_yearly": "gone",
    }


def test_columns_and_marts_that_came_or_went_are_told(release, tmp_path):
    edits = {
        "dim_region": [
            "alter table mart drop column region_name",
            "alter table mart add column old_column integer",
            "alter table mart alter column region_level type boolean using region_level = 'country'",
        ]
    }
    rows = facts_of(release)["rows"] | {"mart_of_old": 12}
    del rows["dim_policy_measure"]
    before = edited(release, tmp_path / "before", edits, rows=rows)
    after = edited(release, tmp_path / "after", {})
    diff = compared(before, after)
    found = mart(diff, "dim_region")
    assert (found.new_columns, found.gone_columns) == (["region_name"], ["old_column"])
    assert found.retyped_columns == {"region_level": ("BOOLEAN", "VARCHAR")}
    assert (found.state, found.changed) == ("changed", 0)
    assert mart(diff, "dim_policy_measure").state == "new"
    assert (mart(diff, "mart_of_old").state, mart(diff, "mart_of_old").gone) == ("gone", 12)
    for told in ("Nieuwe kolommen: region_name", "Kolom region_level werd VARCHAR", "tabel bestaat niet meer"):
        assert told in diff_page(after)
