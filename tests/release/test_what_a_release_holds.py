"""Content of a release: marts in three equal forms, their descriptions, where they come from, and proof."""

import json
import re
import subprocess

import duckdb
import pytest
from main_line.first_run import FIRST
from main_line.installation import ask, csv_of, marts

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.mart_files import LARGE
from dagster_project.warehouse.dbt import MANIFEST

METADATA_VIEWS = ["audit_results", "freshness", "release"]


@pytest.fixture(scope="module")
def release(first_run):
    return first_run.latest


def row_counts(release, schema=""):
    counts = " union all ".join(f"select '{mart}', count(*) from {schema}{mart}" for mart in marts(release))
    return dict(ask(release, counts))


def test_a_release_is_read_only_for_readers_and_opens_for_many_at_once(release):
    with duckdb.connect(str(release / "maandvers.duckdb"), read_only=True) as one:
        assert one.execute("select count(*) from snapshot.mart_reports").fetchall() == ask(
            release, "select count(*) from mart_reports"
        )
        with pytest.raises(duckdb.Error, match="read-only"):
            one.execute("delete from snapshot.mart_reports")


def test_older_drivers_can_open_the_database(release):
    """v1.0.0 is the storage of DuckDB 1.0; the header of a newer one holds a higher number."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'maandvers.duckdb'}' as written (read_only)")
        query = "select tags['storage_version'] from duckdb_databases() where database_name = 'written'"
        assert connection.execute(query).fetchall() == [("v1.0.0+",)]
    header = (release / "maandvers.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_only_marts_and_books_are_published(release):
    assert marts(release) == [mart.name for mart in read_marts(MANIFEST)]
    views = ask(release, "select view_name from duckdb_views() where not internal order by 1")
    tables = ask(release, "select table_name from duckdb_tables() where schema_name = 'snapshot' order by 1")
    assert tables == views == [(name,) for name in sorted([*METADATA_VIEWS, *marts(release)])]
    assert ask(release, "select count(*) from duckdb_tables() where schema_name <> 'snapshot'") == [(0,)]
    for form in ("parquet", "csv"):
        assert sorted(path.name.partition(".")[0] for path in (release / form).iterdir()) == marts(release)


def test_every_algorithm_has_a_card(release):
    told = {
        row["algorithm_code"]: row
        for path in (release / "algorithms").glob("*.json")
        for row in [json.loads(path.read_text())["fields"]]
    }
    known = ask(release, "select algorithm_code, method_nl from snapshot.dim_algorithm")
    assert known
    assert {code: row["method_nl"] for code, row in told.items()} == dict(known)
    for code, method in known:
        assert method.split(".")[0] in (release / "algorithms" / f"{code}.html").read_text()


def test_only_csv_that_no_spreadsheet_opens_is_compressed(release):
    """More than a million values are compressed; a spreadsheet opens each of the others as it is."""
    for mart, rows in row_counts(release, "snapshot.").items():
        columns = next(len(one.columns) for one in read_marts(MANIFEST) if one.name == mart)
        assert (csv_of(release, mart).suffix == ".gz") == (rows * columns > LARGE)


def test_every_table_and_every_column_of_a_mart_says_what_it_is(release):
    assert ask(release, "select view_name from duckdb_views() where not internal and coalesce(comment, '') = ''") == []
    columns = "from duckdb_columns() where schema_name = 'main' and regexp_matches(table_name, '^(dim|fct|mart)_')"
    silent = "not regexp_full_match(coalesce(comment, ''), '(?s).+\\.')"
    assert ask(release, f"select table_name, column_name, comment {columns} and {silent}") == []


def test_no_moment_needs_more_than_duckdb_to_be_read(release):
    """DuckDB makes a value of Python of a moment with a time zone only with pytz; the comments name the zone."""
    zoned = "select table_name, column_name from duckdb_columns() where data_type ilike '%zone%' and not internal"
    assert ask(release, zoned) == []
    moments = "from duckdb_columns() where schema_name = 'main' and data_type = 'TIMESTAMP'"
    unsaid = "regexp_matches(table_name, '^(dim|fct|mart)_') and not contains(comment, 'In UTC.')"
    assert ask(release, f"select count(*) > 40 {moments}") == [(True,)]
    assert ask(release, f"select table_name, column_name, comment {moments} and {unsaid}") == []
    ((moment,),) = ask(release, "select max(checked_at)::varchar from snapshot.mart_reports")
    with csv_of(release, "mart_reports").open() as lines:
        assert f"{moment.replace(' ', 'T')}Z" in lines.read()


def test_every_mart_and_column_has_a_dutch_text(release):
    """New ones have a row in seeds/texts_nl.csv, or are indicators."""
    resources = json.loads((release / "datapackage.json").read_text())["resources"]
    assert [mart["name"] for mart in resources if not mart["explanation"]] == []
    fields = [(mart["name"], field) for mart in resources for field in mart["schema"]["fields"]]
    assert [(mart, field["name"]) for mart, field in fields if field["title"] in ("", field["name"])] == []
    named = {(mart, field["name"]): (field["title"], field.get("unit")) for mart, field in fields}
    assert named["mart_safety", "crimes_per_1000"] == (
        "Geregistreerde misdrijven per 1.000 inwoners",
        "per 1.000 inwoners",
    )
    assert named["mart_safety", "key_figures_checked_at"][0] == "Nagekeken op: CBS (kerncijfers wijken en buurten)"
    assert named["mart_staff_absence", "short_sickness_absence_pct"][0] == "Kort verzuim (%)"


def test_the_readme_lists_every_file_once(release):
    listed = re.findall(r"^\| `([^`]+)` \|", (release / "README.md").read_text(), re.M)
    there = {f"{path.name}/" if path.is_dir() else path.name for path in release.iterdir()}
    assert len(listed) == len(set(listed))
    # Pages stand for their folders.
    tops = [name.partition("/")[0] + ("/" if "/" in name else "") for name in listed]
    assert {*tops, "README.md", "index.html"} == there


def test_a_column_that_is_an_indicator_says_what_the_dictionary_says(release):
    """In the comments and in the data package alike: label, definition, unit, both sides of the line, level, source."""
    said = (
        "Registered crimes in the year per 1,000 inhabitants. Geregistreerde misdrijven per 1.000 inwoners:"
        " {definition} Eenheid: per 1.000 inwoners."
        " Berekening: 1.000 × Geregistreerde misdrijven (crimes_count) ÷ Inwoners (population_count)."
        " Peilmoment: heel het jaar. Fijnste niveau: buurt. Bron: Politie (misdrijven per jaar), police.crime_yearly;"
        " noemer: CBS (kerncijfers wijken en buurten), cbs.key_figures."
    )
    ((definition,),) = ask(release, "select definition_nl from dim_indicator where indicator_code = 'crimes_per_1000'")
    expected = said.format(definition=definition)
    comments = "select comment from duckdb_columns() where schema_name = 'main' and table_name"
    ((comment,),) = ask(release, f"{comments} = 'mart_safety' and column_name = 'crimes_per_1000'")
    assert comment.startswith(f"{expected} Shown until")
    resources = {r["name"]: r for r in json.loads((release / "datapackage.json").read_text())["resources"]}
    fields = {field["name"]: field["description"] for field in resources["mart_safety"]["schema"]["fields"]}
    assert fields["crimes_per_1000"] == expected
    # Per task field it is another figure than the dictionary's, though of the same name.
    ((other,),) = ask(release, f"{comments} = 'mart_finance' and column_name = 'budget_expense_eur'")
    assert other == "Budgeted expense of the whole year by the same source. Shown until budget_fresh_until."


def test_a_database_says_which_release_it_is(release):
    rows = ask(release, "select release_id, municipality_code, as_of::varchar, is_fictional from release")
    assert rows == [("2026-01-31_1", "GM9999", "2026-01-31", False)]
    note = json.loads((release / "release.json").read_text())
    assert note["release_id"] == "2026-01-31_1"
    assert note["rows"] == row_counts(release)


def test_a_release_names_the_deliveries_that_its_figures_were_made_from(release, first_run):
    note = json.loads((release / "release.json").read_text())
    stores = first_run.installation.stores(FIRST)
    assert note["deliveries"] == {
        feed: {edition: stored.delivery_id for edition, stored in stores[feed].state().current.items()}
        for feed in ("cbs.key_figures", "signalen.reports")
    }
    shown = ask(release, "select distinct feed, delivery_id from fct_indicator_values order by all")
    assert set(shown) <= {(feed, one) for feed, editions in note["deliveries"].items() for one in editions.values()}


def test_parquet_and_csv_hold_the_rows_of_the_database(release):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'maandvers.duckdb'}' as written (read_only)")
        for mart in marts(release):
            described = connection.execute(f"describe written.snapshot.{mart}").fetchall()
            types = ", ".join(f"'{name}': '{kind}'" for name, kind, *_ in described)
            file = csv_of(release, mart)
            csv_file = f"read_csv('{file}', header=true, quote='\"', escape='\"', columns={{{types}}})"
            for form in (f"'{release}/parquet/{mart}.parquet'", csv_file):
                # Of as many rows none is missing, so none is another.
                table = f"written.snapshot.{mart}"
                missing = f"(select count(*) from (from {table} except all from {form}))"
                query = f"select {missing}, (select count(*) from {table}) - (select count(*) from {form})"
                assert connection.execute(query).fetchall() == [(0, 0)], (mart, form)


def test_the_data_package_describes_every_file(release):
    package = json.loads((release / "datapackage.json").read_text())
    assert (package["profile"], package["version"]) == ("tabular-data-package", "2026-01-31_1")
    assert (package["completeUntil"], package["expiresAfter"]) == ("2026-02-28", "2026-02-28")
    assert [resource["name"] for resource in package["resources"]] == marts(release)
    for resource in package["resources"]:
        file = release / resource["path"]
        assert (file.suffix == ".gz") == (resource.get("compression") == "gz")
        heading = [name for name, *_ in duckdb.sql(f"describe from read_csv('{file}', header=true)").fetchall()]
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == heading
        assert all(field["description"] for field in fields)
        assert {field["type"] for field in fields} <= {"string", "integer", "number", "boolean", "date", "datetime"}
        assert resource["schema"]["primaryKey"] == [n for n in resource["schema"]["primaryKey"] if n in heading]
        assert resource["description"]


def test_the_data_package_says_until_when_a_column_may_be_shown_and_whose_it_is(release):
    resources = {r["name"]: r for r in json.loads((release / "datapackage.json").read_text())["resources"]}

    def field(mart, name):
        (found,) = [one for one in resources[mart]["schema"]["fields"] if one["name"] == name]
        return found.get("shownUntil"), found.get("feeds")

    both = ["crime_yearly_fresh_until", "key_figures_fresh_until"], ["cbs.key_figures", "police.crime_yearly"]
    assert field("mart_safety", "crimes_per_1000") == both
    assert field("mart_safety", "region_code") == (None, None)
    assert field("mart_neighbourhood_profile", "value") == (["figure_fresh_until"], None)
    comments = "select comment from duckdb_columns() where schema_name = 'main' and table_name = 'mart_safety'"
    ((comment,),) = ask(release, f"{comments} and column_name = 'crimes_per_1000'")
    assert comment.endswith(" Shown until crime_yearly_fresh_until and key_figures_fresh_until.")


def test_the_data_package_names_sources_and_licences(release):
    resources = {r["name"]: r for r in json.loads((release / "datapackage.json").read_text())["resources"]}
    facts = resources["fct_indicator_values"]
    assert [source["path"] for source in facts["sources"]] == ["cbs.key_figures", "signalen.reports"]
    assert facts["sources"][0]["title"] == "Centraal Bureau voor de Statistiek (CBS)"
    licences = {licence["title"]: licence["path"] for licence in facts["licenses"]}
    assert licences["CC BY 4.0"] == "https://creativecommons.org/licenses/by/4.0/"
    assert len(licences) == 2


def test_keys_of_the_data_package_are_keys(release):
    resources = json.loads((release / "datapackage.json").read_text())["resources"]
    doubles = " union all ".join(
        f"(select '{one['name']}' from {one['name']} group by {key} having count(*) > 1)"
        for one in resources
        if (key := ", ".join(one["schema"]["primaryKey"]))
    )
    assert ask(release, doubles) == []


def test_sha256sum_finds_every_file_as_it_was_written(release):
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    files = [path for path in release.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert len(checked.stdout.splitlines()) == len(files)


def test_every_judgement_stands_in_the_release(release):
    judgements = json.loads((release / "audit_results.json").read_text())
    columns = "suite, subject, is_passed, message"
    rows = ask(release, f"select {columns} from audit_results")
    listed = [tuple(j[name] for name in ("suite", "subject", "passed", "message")) for j in judgements]
    assert sorted(rows) == sorted(listed)
    assert {suite for suite, *_ in rows} == {"freshness", "volume", "fill_rate", "reconciliation", "marts"}
    assert {subject for suite, subject, *_ in rows if suite == "marts"} == set(marts(release))


def test_the_clocks_stand_in_the_release(release):
    rows = ask(
        release, "select feed, checked_at::date::varchar, fresh_until::varchar, is_withheld from freshness order by 1"
    )
    assert rows == [
        ("cbs.key_figures", "2026-01-31", "2026-02-28", False),
        ("signalen.reports", "2026-01-31", "2026-02-28", False),
    ]
    listed = json.loads((release / "freshness.json").read_text())
    assert [feed["feed"] for feed in listed["feeds"]] == [row[0] for row in rows]
