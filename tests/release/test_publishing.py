"""Publishing: what is written is read back before anyone is pointed at it, and a number is never used twice."""

import csv
import io
import shutil
from datetime import timedelta

import duckdb
import pytest
from main_line.installation import ask, wrong_checksums

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import latest_release
from dagster_project.release.read_back import ReadBackError, compare
from dagster_project.storage.sql import Summary
from dagster_project.warehouse.dbt import MANIFEST
from dagster_project.warehouse.publication_history import PublicationHistory
from release.publishing import change, publish


@pytest.fixture
def installation(first_run, tmp_path):
    return first_run.copy(tmp_path / "home")


def test_the_next_release_of_a_day_gets_the_next_number_and_readers_follow(installation):
    before = installation.latest.name
    day, _, number = before.rpartition("_")
    note = publish(installation)
    assert note.release_id == f"{day}_{int(number) + 1}"
    link = installation.releases / "latest"
    assert link.is_symlink()
    assert str(link.readlink()) == note.release_id
    assert (installation.releases / before / "maandvers.duckdb").exists()


def test_a_release_of_after_midnight_and_its_publication_are_of_the_day_that_was_judged(installation):
    day = installation.latest.name.rpartition("_")[0]
    change(installation, "update raw_maandvers.build set fingerprint = 'of other figures'")
    note = publish(installation, after=timedelta(days=1))
    assert note.release_id.startswith(f"{day}_")
    last = PublicationHistory(installation.workspace(note.as_of)).publications()[-1]
    assert (last.release_id, str(last.published_on)) == (note.release_id, day)


def test_a_number_is_not_used_again_while_a_later_one_is_held(installation):
    first = publish(installation)
    second = publish(installation)
    shutil.rmtree(installation.releases / first.release_id)
    number = int(second.release_id.rpartition("_")[2])
    assert publish(installation).release_id.endswith(f"_{number + 1}")


def test_files_of_unchanged_marts_are_hard_links_to_those_of_the_release_before(installation):
    before = installation.latest
    change(installation, "update marts.dim_indicator set label_en = 'People' where indicator_code = 'population_count'")
    (before / "csv" / "dim_region.csv").write_text("damaged")
    publish(installation)
    after, written = installation.latest, set()
    for file in (path for form in ("csv", "parquet") for path in (before / form).iterdir()):
        if not file.samefile(after / file.relative_to(before)):
            written.add(file.name.partition(".")[0])
    # A damaged file is written again.
    assert written == {"dim_indicator", "dim_region"}
    assert wrong_checksums(after) == []


def test_what_a_killed_run_left_half_built_is_removed(installation):
    leftover = installation.releases / ".building-2026-01-30_1"
    (leftover / "csv").mkdir(parents=True)
    (leftover / "csv" / "half.csv").write_text("region_code,")
    publish(installation)
    assert not leftover.exists()
    assert [path.name for path in installation.releases.iterdir() if path.name.startswith(".")] == []


def test_a_release_that_cannot_be_read_back_is_not_published(installation):
    """A CSV file cannot tell an empty text from none, so a mart with one differs when it is read back."""
    before, note = installation.latest, latest_release(installation.releases)
    change(installation, "update marts.dim_indicator set weight = '' where indicator_code = 'population_count'")
    with pytest.raises(ReadBackError, match="dim_indicator as CSV differs from the warehouse"):
        publish(installation)
    assert installation.latest == before
    assert latest_release(installation.releases) == note
    assert ask(installation.latest, "select count(*) > 0 from dim_indicator") == [(True,)]


DAMAGES = {
    "a row of the CSV file is gone": ("dim_region", "CSV"),
    "a figure of the CSV file is another": ("mart_neighbourhood_key_figures", "CSV"),
    "the Parquet file is that of another mart's rows": ("dim_region", "Parquet"),
    "a figure of the database is another": ("fct_indicator_values", "DuckDB"),
}


def damage(folder, how):
    match how:
        case "a row of the CSV file is gone":
            file = folder / "csv" / "dim_region.csv"
            file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
        case "a figure of the CSV file is another":
            file = folder / "csv" / "mart_neighbourhood_key_figures.csv"
            most = "select max(population_count)::varchar from mart_neighbourhood_key_figures"
            ((inhabitants,),) = ask(folder, most)
            assert f",{inhabitants}," in file.read_text()
            file.write_text(file.read_text().replace(f",{inhabitants},", ",12345,", 1))
        case "the Parquet file is that of another mart's rows":
            file = folder / "parquet" / "dim_region.parquet"
            duckdb.execute(f"copy (from '{file}' where region_level <> 'country') to '{file}.new' (format parquet)")
            file.with_name("dim_region.parquet.new").rename(file)
        case "a figure of the database is another":
            with duckdb.connect(str(folder / "maandvers.duckdb")) as database:
                database.execute(
                    "update snapshot.fct_indicator_values set value = value + 1"
                    " where value = (select max(value) from snapshot.fct_indicator_values)"
                )


@pytest.fixture(scope="module")
def written(first_run, tmp_path_factory):
    """A release with the warehouse it was made from."""
    installation = first_run.copy(tmp_path_factory.mktemp("written") / "home")
    publish(installation)
    return installation


@pytest.mark.parametrize("how", DAMAGES)
def test_reading_back_sees_that(written, tmp_path, how):
    mart, form = DAMAGES[how]
    folder = tmp_path / "release"
    shutil.copytree(written.latest, folder)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{written.home / 'warehouse.duckdb'}' as warehouse (read_only)")
        marts = read_marts(MANIFEST)
        rows = {mart.name: Summary.of(connection, f"FROM warehouse.{mart.schema}.{mart.name}") for mart in marts}
        assert {name: summary.rows for name, summary in rows.items()} == latest_release(written.releases).rows
        compare(rows, marts, folder, folder / "maandvers.duckdb")
        damage(folder, how)
        with pytest.raises(ReadBackError, match=f"{mart} as {form} differs"):
            compare(rows, marts, folder, folder / "maandvers.duckdb")


# A text of a supplier, and what of it stands in the CSV file.
CELLS = {
    '=HYPERLINK("https://kwaad.example")': '\'=HYPERLINK("https://kwaad.example")',
    "+1+cmd|' /C calc'!A0": "'+1+cmd|' /C calc'!A0",
    "-2+3": "'-2+3",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t=1",
    "\r=1": "'\r=1",
    "-": "'-",
    "'=1": "''=1",
    "''@a": "'''@a",
    "-12,5": "-12,5",
    "+31": "+31",
    "'t Harde": "'t Harde",
    "a=b": "a=b",
}


def test_texts_that_a_spreadsheet_would_run_are_quoted_in_csv_and_read_back_as_they_were(installation):
    codes = ask(installation.latest, f"select indicator_code from dim_indicator order by all limit {len(CELLS)}")
    texts = {code: cell for (code,), cell in zip(codes, CELLS, strict=True)}
    for code, text in texts.items():
        escaped = text.replace("'", "''")
        change(installation, f"update marts.dim_indicator set label_en = '{escaped}' where indicator_code = '{code}'")
    publish(installation)
    file = installation.latest / "csv" / "dim_indicator.csv"
    rows = csv.DictReader(io.StringIO(file.read_bytes().decode(), newline=""))
    found = {row["indicator_code"]: row["label_en"] for row in rows}
    assert {code: found[code] for code in texts} == {code: CELLS[text] for code, text in texts.items()}
    assert dict(ask(installation.latest, "select indicator_code, label_en from dim_indicator")).items() >= texts.items()


def test_a_negative_number_is_not_quoted(installation):
    change(installation, "update marts.dim_indicator set decimals = -2 where indicator_code = 'population_count'")
    publish(installation)
    rows = csv.DictReader(io.StringIO((installation.latest / "csv" / "dim_indicator.csv").read_text("utf-8")))
    assert "-2" in [row["decimals"] for row in rows]
