"""Files that a person downloads from StatLine land and are staged cell by cell, the real ones and the sample's."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from borders.rendering import make

from dagster_project.audit.clocks import read_clocks
from dagster_project.extract.extractors import extractor_for
from dagster_project.sample.service import write_inbox

from .receiving import desk

REAL = Path(__file__).parents[3] / "shared/real-data/statline_csv"
DAYS = {"low_income": "2025-06-03", "ses_woa": "2023-04-25", "proximity": "2023-02-10"}
FILES = {
    "low_income": "Laag_inkomen__huishoudenskenmerken_regio_03062025_164228.csv",
    "ses_woa": "SES_WOA_scores_per_wijk_en_buurt_25042023_160857.csv",
    "proximity": "Nabijheid_voorzieningen__buurt_2021_10022023_162519.csv",
}
ROWS = {"low_income": 25, "ses_woa": 579, "proximity": 11}
# How many columns of the file, from the left, are text.
TEXTS = {"low_income": 5, "ses_woa": 3, "proximity": 1}
# No mart reads proximity, whose file does not name its year.
STAGED = {
    "low_income": "income_limit, duration, household_kind, region_name, period_year::varchar, household_thousand,"
    " person_thousand, child_thousand, household_pct, person_pct, child_pct",
    "ses_woa": "period_year::varchar, region_name, region_code, household_count, low_education_pct,"
    " middle_education_pct, high_education_pct, score, score_spread",
}


def dropped(tmp_path, feed, *files):
    """A desk with these files in the feed's drop folder."""
    folder = tmp_path / "drops" / f"statline.{feed}"
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    return desk(tmp_path / "landing", f"statline.{feed}", drops=tmp_path / "drops")


def staged(given, feed):
    """A connection in which what landed is staged, if a model stages it."""
    connection = duckdb.connect()
    landed = given.store.parquet(given.manifest().delivery_id, feed)
    connection.execute(f"create table {feed} as select 'one' as delivery_id, * from '{landed}'")
    if feed in STAGED:
        make(connection, f"stg_statline__{feed}")
    return connection


def as_published(path, texts):
    """A query that reads the file without our code: texts without padding, a point for what is missing."""
    options = "all_varchar=true, delim=';', quote='\"', header=true"
    headings = duckdb.sql(f"from read_csv('{path}', {options})").columns
    cells = ", ".join(
        f"""trim("{name}")""" if place < texts else f"""nullif(trim("{name}"), '.')::double"""
        for place, name in enumerate(headings)
    )
    return f"select {cells} from read_csv('{path}', {options})"


@pytest.mark.skipif(not REAL.exists(), reason=f"the real files are not on this machine: {REAL}")
@pytest.mark.parametrize("feed", FILES)
def test_every_cell_of_a_real_download_lands_and_is_staged(tmp_path, feed):
    given = dropped(tmp_path, feed, REAL / FILES[feed])
    given.receive_and_admit()
    manifest = given.manifest()
    assert manifest.tables[feed].dropped_columns == []
    assert f"{manifest.released_at:%Y-%m-%d}" == DAYS[feed]
    connection = staged(given, feed)
    sides = {"landed": "select * exclude (delivery_id) from " + feed}
    if feed in STAGED:
        sides["staged"] = f"select {STAGED[feed]} from stg_statline__{feed}"
    real = as_published(REAL / FILES[feed], TEXTS[feed])
    for name, mine in sides.items():
        assert connection.execute(f"select count(*) from ({mine})").fetchone() == (ROWS[feed],)
        for left, right in ((mine, real), (real, mine)):
            missed = connection.execute(f"({left}) except all ({right})").fetchall()
            assert (name, missed) == (name, [])


@pytest.fixture(scope="module")
def drops(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drops")
    write_inbox(folder, date(2026, 11, 23))
    return folder


@pytest.mark.parametrize("feed", FILES)
def test_the_downloads_of_the_sample_are_taken(tmp_path, drops, feed):
    given = desk(tmp_path, f"statline.{feed}", drops=drops)
    given.receive_and_admit()
    assert f"{given.manifest().released_at:%Y-%m-%d}" == "2026-11-15"
    connection = staged(given, feed)
    if feed in STAGED:
        query = f"select distinct period_year, status from stg_statline__{feed}"
        assert connection.execute(query).fetchall() == [(2024, "provisional")]


def test_the_later_download_is_the_newest_whatever_its_name_starts_with(tmp_path):
    old, new = (tmp_path / f"Nabijheid_2021_{day}_090000.csv" for day in ("30092026", "01112026"))
    heading = "Wijken en buurten;Vrije tijd en cultuur/Afstand tot bibliotheek (km)"
    old.write_text(f"{heading}\nMaandrecht;1.1\n")
    new.write_text(f"{heading}\nMaandrecht;1.2\n")
    given = dropped(tmp_path, "proximity", new, old)
    given.receive_and_admit()
    assert given.rows("select distance_to_library_km from data") == [(1.2,)]


def test_a_day_that_does_not_exist_is_told_in_this_order_too(tmp_path):
    file = tmp_path / "Nabijheid_31112026_090000.csv"
    file.write_text("Wijken en buurten\nMaandrecht\n")
    assert "came: 31112026" in dropped(tmp_path, "proximity", file).problem()


def test_a_class_that_is_called_total_is_no_total_of_ours(tmp_path, drops):
    (sample,) = (drops / "statline.low_income").iterdir()
    file = tmp_path / sample.name
    file.write_text(sample.read_text("utf-8").replace("Inkomen tot lage-inkomensgrens", "Totaal"), "utf-8")
    given = dropped(tmp_path, "low_income", file)
    given.receive_and_admit()
    assert given.rows("select income_limit from data") == [("Totaal",)]
    # Nor are its figures final because they were uploaded.
    assert "figures_status" not in given.manifest().facts


ACROSS = {
    "regions and one topic in a title": "Laag inkomen\nPerioden;Nederland;Waalwijk\n2023;1,5;2,8\n",
    "regions and one topic in a row": "Laag inkomen\nOnderwerp;Nederland;Waalwijk\nPersonen (x 1 000);1,5;2,8\n",
    "regions and periods across": "Regio's;Nederland;Waalwijk\nPerioden;2023;2023\nPersonen (x 1 000);1,5;2,8\n",
    "periods and one topic": "Personen per jaar\nRegio's;2022;2023\nNederland;1,5;2,8\n",
}


@pytest.mark.parametrize("form", ACROSS)
def test_a_download_with_regions_or_periods_across_is_refused_with_the_word_for_it(tmp_path, form):
    file = tmp_path / "Laag_inkomen_01112026_090000.csv"
    file.write_text(ACROSS[form], "utf-8")
    problem = dropped(tmp_path, "low_income", file).problem()
    assert "has its regions or periods across" in problem
    assert "drag 'Onderwerp' to the columns and the others to the rows in StatLine" in problem


def renamed(drops, tmp_path, *headings):
    """The sample's file of low income with other names for some headings."""
    (sample,) = (drops / "statline.low_income").iterdir()
    text = sample.read_text("utf-8")
    for heading in headings:
        assert f'"{heading}"' in text
        text = text.replace(f'"{heading}"', f'"Nieuw: {heading}"')
    (tmp_path / sample.name).write_text(text, "utf-8")
    return dropped(tmp_path, "low_income", tmp_path / sample.name)


def test_a_column_that_a_download_lacks_lands_empty_and_is_reported_with_the_nearest_name(tmp_path, drops):
    given = renamed(drops, tmp_path, "Personen relatief (%)")
    given.receive_and_admit()
    assert given.rows("select person_pct, household_pct, child_pct from data") == [(None, 7.2, 7.4)]
    (remark,) = (one for one in read_clocks(given.store).remarks if "is missing" in one)
    assert "column 'Personen relatief (%)' is missing" in remark
    assert "nearest new columns: Nieuw: Personen relatief (%)" in remark
    assert "supplier_aliases" in remark
    manifest = given.manifest()
    payload, scratch = given.store.deliveries / manifest.delivery_id / "payload", tmp_path / "scratch"
    scratch.mkdir()
    with extractor_for(given.store.feed, given.settings) as extractor:
        (again,) = extractor.replay(extractor.editions({})[0], payload, scratch).values()
    assert again.supplier_columns.keys() == {*manifest.tables["low_income"].columns}


@pytest.mark.parametrize(
    "headings",
    [("Perioden",), ("Regio's",), ("Personen relatief (%)", "Kinderen relatief (%)")],
    ids=["part of the key", "must be filled", "more than a tenth"],
)
def test_a_download_that_lacks_more_is_refused(tmp_path, drops, headings):
    problem = renamed(drops, tmp_path, *headings).problem()
    assert all(f"'{heading}'" in problem for heading in headings)
    assert "lacks" in problem


def test_a_registers_own_file_may_lack_no_column(tmp_path):
    """Without its last day every absence would seem to go on."""
    folder = tmp_path / "drops" / "hr.absence"
    folder.mkdir(parents=True)
    headings = "Personeelsnummer;Afdeling;Eerste dag;Deeltijdfactor;Verzuimpercentage;Soort;Stand per"
    (folder / "verzuim_2026-11-01.csv").write_text(f"{headings}\n1;Griffie;01-10-2026;1;100;ziek;01-11-2026\n")
    assert "lacks column 'Laatste dag'" in desk(tmp_path, "hr.absence", drops=tmp_path / "drops").problem()


def test_regions_that_share_a_name_are_refused_where_nothing_else_tells_them_apart(tmp_path):
    file = tmp_path / "Nabijheid_01112026_090000.csv"
    heading = "Wijken en buurten;Vrije tijd en cultuur/Afstand tot bibliotheek (km)"
    file.write_text(f"{heading}\nCentrum;1.1\nCentrum;1.4\n")
    assert "repeats row 2 in row 3" in dropped(tmp_path, "proximity", file).problem()
