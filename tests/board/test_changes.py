"""What changed since figures were first published, as the marts say it."""

import pytest
from main_line.first_run import SAMPLE_DAY
from reader import changed_release, reader

# A figure of the sample, as if it had been published as 1.000 before.
REVISE = f"""
    insert into snapshot.mart_revisions by name
    select
        * exclude (numerator),
        1000 as first_value,
        date '{SAMPLE_DAY}' as last_changed_on,
        value - 1000 as change,
        -5 as change_pct
    from (select columns(c -> c in (
        'region_code', 'indicator_code', 'period_type', 'period', 'period_end_date', 'value', 'fresh_until', 'numerator'
    )) from snapshot.fct_indicator_values
    where is_current and indicator_code = 'vacant_shop_count' and region_code = 'GM9999')
"""


def page_of(releases):
    board = reader(releases, SAMPLE_DAY)
    assert "/wijzigingen" in board.get("/").text
    return board.get("/wijzigingen").text


@pytest.fixture(scope="module")
def revised(sample_releases, tmp_path_factory):
    return page_of(changed_release(sample_releases, tmp_path_factory.mktemp("revised"), REVISE))


def test_revised_figure_is_shown_as_it_was_and_is(revised, cursor):
    (value,) = cursor.execute(
        "select value from fct_indicator_values"
        " where is_current and indicator_code = 'vacant_shop_count' and region_code = 'GM9999'"
    ).fetchone()

    assert f"<td>1.000</td><td>{value:.0f}</td>" in revised
    assert 'href="/k/vacant_shop_count/GM9999"' in revised


def test_no_revision_is_said_in_words(sample_releases, cursor):
    assert cursor.execute("select count(*) from mart_revisions").fetchone() == (0,)
    assert "Geen enkel cijfer dat al was gepubliceerd, kreeg een andere waarde" in page_of(sample_releases)


def test_new_deliveries_are_those_of_the_last_month(sample_releases, release, cursor):
    page = page_of(sample_releases)
    stored = cursor.execute(
        "select supplier, released_at::date >= $day - interval 31 day from release.snapshot.freshness"
        " where released_at is not null",
        {"day": release.info.as_of},
    ).fetchall()

    assert {is_new for _, is_new in stored} == {True, False}
    for supplier in {name for name, _ in stored}:
        assert (f'<th scope="row">{supplier}<' in page) == any(is_new for name, is_new in stored if name == supplier)
