"""No count of persons follows from all that the sample publishes, nor from the files around it."""

import csv
from collections import Counter

import duckdb
import pytest
from registers.attacker import Attacker, rules_of_places, rules_of_relations, rules_within, without_parts

from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT, SEEDS
from dagster_project.warehouse.random_rounding import Cell, CountedPlace, Relation

from .installation import ask

# Of own registers these count no persons.
OF_NO_PERSONS = {"sports_clubs_count", "sports_accommodations_count"}
# Their counts are rounded per department: int_organisation__rounded.
OF_STAFF = {"staff_count", "absence_reports_count", "absence_reports_12_months_count"}


@pytest.fixture
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def rules_of_persons() -> dict[str, dict[str, str]]:
    with (SEEDS / "counts_of_persons.csv").open() as file:
        return {row["indicator_code"]: row for row in csv.DictReader(file)}


def relations() -> list[Relation]:
    with (SEEDS / "count_relations.csv").open() as file:
        return [
            Relation(code, one, beside, int(months), int(sign), equal == "true")
            for code, one, beside, months, sign, equal in list(csv.reader(file))[1:]
        ]


def places_of(rows: list[tuple[str, str]]) -> dict[str, CountedPlace]:
    """Regions, by (region, neighbourhood), with the parts that they are compared with."""
    members: dict[str, list[str]] = {}
    for region, neighbourhood in rows:
        members.setdefault(region, []).append(neighbourhood)
    districts = tuple(region for region in members if region[:2] == "WK")
    return {
        region: CountedPlace("", () if region[:2] == "BU" else districts if region[:2] == "GM" else tuple(own))
        for region, own in members.items()
    }


def test_every_count_of_an_own_register_is_rounded_or_counts_no_persons(release):
    own = {feed.id for feed in load_feeds(DBT_PROJECT / "models") if feed.delivery.publisher == "Eigen gemeente"}
    counts = dict(
        ask(
            release,
            "select indicator_code, source_feed from dim_indicator"
            " where is_indicator and unit = 'count' and numerator is null",
        )
    )
    registers = {"benefits_admin", "social_domain", "vve", "sports", "hr"}
    assert registers <= {feed.split(".")[0] for feed in own}
    of_registers = {code for code, feed in counts.items() if feed.split(".")[0] in registers}
    persons = {code for code, row in rules_of_persons().items() if not row["contributors"]}
    assert of_registers - OF_NO_PERSONS - OF_STAFF == persons
    (off,) = ask(
        release,
        "select count(*) from fct_indicator_values join dim_indicator using (indicator_code)"
        " where (is_count_of_persons or indicator_code in ('staff_count', 'absence_reports_count')) and value % 5 <> 0",
    )
    assert off == (0,)


@pytest.mark.parametrize(
    ("feeds", "periods"),
    [
        (("benefits_admin", "vve"), ["2026-10"]),
        (("social_domain",), ["2026-09", "2026-10"]),
        (("sports",), ["2025", "2026"]),
    ],
)
def test_no_count_of_one_to_four_follows_from_all_that_is_shown(sample_home, release, feeds, periods):
    published = ask(
        release,
        "select indicator_code, region_code, period, value from fct_indicator_values join dim_indicator"
        f" using (indicator_code) where is_count_of_persons and split_part(source_feed, '.', 1) in {(*feeds, '')}"
        f" and period in {(*periods, '')}",
    )
    values = {Cell(*address): value for *address, value in published}
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as warehouse:
        counts = warehouse.execute(
            "select indicator_code, region_code, period, persons_count, is_additive"
            f" from intermediate.int_counts__of_persons where period in {(*periods, '')}"
        ).fetchall()
        parts = warehouse.execute(
            "select region_code, neighbourhood_code from intermediate.int_regions__parts"
        ).fetchall()
    true = {cell: count for *address, count, _ in counts if (cell := Cell(*address)) in values}
    assert true.keys() == values.keys()
    part_of = {code: row["part_of"] for code, row in rules_of_persons().items() if row["part_of"]}
    additive = {address[0] for *address, _, is_additive in counts if is_additive}
    places = places_of(parts)
    known = {cell: value for cell, value in values.items() if cell.place[:2] != "GA" or cell.indicator not in additive}
    rests = without_parts(true, part_of)
    elsewhere = {
        cell: max(0, rest - sum(rests.get(cell._replace(place=part), 0) for part in places[cell.place].parts))
        for cell, rest in rests.items()
        if cell.place[:2] == "GM"
    }
    sums = Counter(one.name for one in relations())
    attacker = Attacker(
        known,
        part_of,
        ["benefit_recipients_count"],
        [
            *rules_of_places(known, places, additive, elsewhere),
            *rules_of_relations(known, part_of, [one for one in relations() if sums[one.name] > 1]),
            *rules_within(known, part_of, [(one.indicator, one.beside) for one in relations() if sums[one.name] == 1]),
        ],
    )
    found = {cell: attacker.possible(cell) for cell, rest in rests.items() if 1 <= rest <= 4 and cell in known}
    assert found
    assert {cell: possible for cell, possible in found.items() if len(possible) < 3} == {}


def test_absence_of_fewer_than_fifty_staff_is_shown_over_twelve_months_alone(release):
    rows = ask(
        release,
        "select staff_count, sickness_absence_fte_days, absence_reports_count, sickness_absence_12_months_pct"
        " from mart_staff_absence where row_type = 'department'",
    )
    small = [row for row in rows if row[0] is not None and row[0] < 50]
    assert {row[1:3] for row in small} == {(None, None)}
    assert any(row[3] is not None for row in small)
    assert any(row[1] is not None for row in rows)
    assert all(count % 5 == 0 for row in rows for count in (row[0], row[2]) if count is not None)
    assert min(row[0] for row in rows if row[0] is not None) >= 10


def test_the_duration_of_fewer_than_five_reports_is_not_shown(release):
    marts = ask(
        release,
        "select count(*) filter (reports_handling_days_median is not null), count(*) filter (reports_handled_count < 5"
        " and reports_handling_days_median is not null) from mart_reports",
    )
    assert marts[0][0] > 0
    assert marts[0][1] == 0
