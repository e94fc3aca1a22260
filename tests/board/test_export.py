"""Whole marts for spreadsheets: what may be shown on the day, numbers as numbers, and what each column means."""

import csv
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from main_line.first_run import SAMPLE_DAY
from main_line.installation import Installation

from dagster_project.access import ReadAccess
from dagster_project.errors import ExitCode, SetupError
from dagster_project.release.reader import open_release
from dashboard.export import CSV, XLSX, export_marts, group_of

ACCESS = ReadAccess.model_validate(
    {
        "everyone": {"themes": ["*"], "without": ["care", "organisation", "safety"]},
        "groups": {"police": {"themes": ["safety"], "levels": ["district"]}},
    }
)


def exported(release, folder, name, form, **options):
    (one,) = export_marts(release, options.pop("today", SAMPLE_DAY), folder, [name], form, **options)
    return one


def rows_of_csv(file):
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def test_a_workbook_has_the_rows_of_the_mart_and_says_what_they_are(release, cursor, tmp_path):
    made = exported(release, tmp_path, "mart_finance", XLSX)
    book = openpyxl.load_workbook(made.file, read_only=True)
    heading, *rows = book["Cijfers"].iter_rows(values_only=True)
    place = {label: number for number, label in enumerate(heading)}
    query = "select task_field_code, expense_eur, is_complete from mart_finance"
    found = [tuple(row[place[label]] for label in ("Taakveld (code)", "Lasten (euro)", "Volledig")) for row in rows]
    expected = cursor.execute(query).fetchall()
    assert [(code, is_complete) for code, _, is_complete in found] == [(row[0], row[2]) for row in expected]
    assert [expense for _, expense, _ in found] == pytest.approx([row[1] for row in expected])
    assert made.rows == len(rows)
    assert "0.10" in {code for code, *_ in found}
    about = list(book["Uitleg"].iter_rows(values_only=True, max_col=7))
    facts = {row[0]: row[1] for row in about if row[3] is None}
    assert facts["Tabel"] == "mart_finance"
    (limit,) = cursor.execute("select min(fresh_until) from mart_finance").fetchone()
    assert facts["Toonbaar tot en met"].startswith(f"{limit:%d-%m-%Y}")
    (definition,) = [row for row in about if row[3] == "budget_expense_eur"]
    assert definition[:2] == ("Begrote lasten (euro)", "Van het hele jaar.")
    assert "CC BY 4.0" in definition[5]
    # By its own clock, which is not the row's.
    (own,) = cursor.execute("select min(budget_fresh_until) from mart_finance").fetchone()
    assert definition[6].date() == own


def test_dutch_csv_has_decimal_commas_days_and_truths_as_dutch_excel_writes_them(release, cursor, tmp_path):
    rows = rows_of_csv(exported(release, tmp_path, "mart_finance", CSV).file)
    query = "select task_field_code, expense_eur, is_complete, period_end_date from mart_finance"
    for row, (code, expense, is_complete, day) in zip(rows, cursor.execute(query).fetchall(), strict=True):
        assert row["Taakveld (code)"] == code
        assert float(row["Lasten (euro)"].replace(",", ".") or "nan") == pytest.approx(
            float("nan") if expense is None else expense, nan_ok=True
        )
        assert row["Volledig"] == ("WAAR" if is_complete else "ONWAAR")
        assert row["Laatste dag van de periode"] == f"{day:%d-%m-%Y}"
    assert any("," in row["Lasten (euro)"] for row in rows)


def test_what_expired_is_in_no_file(release, tmp_path):
    expired = SAMPLE_DAY + timedelta(days=60)
    assert exported(release, tmp_path, "mart_finance", XLSX, today=expired).rows == 0
    assert rows_of_csv(exported(release, tmp_path, "mart_finance", CSV, today=expired).file) == []
    # Definitions do not age.
    assert exported(release, tmp_path, "dim_indicator", CSV, today=expired).rows > 300


def test_a_mart_longer_than_a_sheet_becomes_csv_and_says_so(release, tmp_path):
    (rows,) = release.shown_on(SAMPLE_DAY).execute("select count(*) from mart_kpi").fetchone()
    made = exported(release, tmp_path, "mart_kpi", XLSX, most_rows=rows)
    assert made.file.name == "mart_kpi.csv"
    assert f"more rows than Excel reads ({rows} with the heading)" in made.note
    assert exported(release, tmp_path, "mart_kpi", XLSX, most_rows=rows + 1).file.name == "mart_kpi.xlsx"


def test_without_names_every_mart_is_written(release, tmp_path):
    some = {name: release.marts[name] for name in ("mart_kpi", "dim_region")}
    few = replace(release, catalogue=release.catalogue.model_copy(update={"resources": tuple(some.values())}))
    made = export_marts(few, SAMPLE_DAY, tmp_path, [], CSV)
    assert {one.file.stem for one in made} == set(some)
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}.csv" for name in some}


def test_a_folder_that_cannot_be_made_is_named(release, tmp_path):
    taken = tmp_path / "file"
    taken.touch()
    with pytest.raises(SetupError, match=r"file cannot be a folder: File exists\n  do: name another"):
        list(export_marts(release, SAMPLE_DAY, taken, ["mart_kpi"], CSV))


def test_an_unknown_mart_is_refused_before_anything_is_written(sample_releases, tmp_path):
    with closing(open_release(sample_releases)) as opened, pytest.raises(SetupError, match=r"mart_kip\n  do: choose"):
        list(export_marts(opened, SAMPLE_DAY, tmp_path / "new", ["mart_kpi", "mart_kip"], CSV))
    assert not (tmp_path / "new").exists()


def test_a_group_gets_the_rows_that_the_board_shows_it(release, tmp_path):
    police = group_of(ACCESS, "police", release)
    cursor = release.shown_on(SAMPLE_DAY, police.allowed)
    for mart in ("mart_safety", "mart_kpi", "mart_demography", "mart_finance"):
        (rows,) = cursor.execute(f"select count(*) from {mart}").fetchone()
        assert exported(release, tmp_path, mart, CSV, group=police).rows == rows > 0, mart
    (label,) = [one.label_nl for one in release.marts["mart_safety"].columns if one.name == "region_level"]
    levels = {row[label] for row in rows_of_csv(tmp_path / "mart_safety.csv")}
    assert "district" in levels <= {"country", "municipality", "district"}
    everything = exported(release, tmp_path, "mart_safety", XLSX)
    part = exported(release, tmp_path, "mart_safety", XLSX, group=police)
    assert part.rows < everything.rows
    facts = dict(openpyxl.load_workbook(part.file)["Uitleg"].iter_rows(values_only=True, max_col=2))
    assert facts["Voor"] == "Groep 'police': alleen de regels die deze groep mag zien"


def test_a_mart_of_which_a_group_may_see_nothing_is_left_out_or_refused(release, tmp_path):
    names = ("mart_safety", "mart_social_domain", "mart_staff_absence", "mart_neighbourhood_key_figures")
    few = tuple(release.marts[name] for name in names)
    part = replace(release, catalogue=release.catalogue.model_copy(update={"resources": few}))
    police = group_of(ACCESS, "police", part)
    assert police.hidden_marts(part) == [*names[1:]]
    assert [one.file.stem for one in export_marts(part, SAMPLE_DAY, tmp_path, [], CSV, police)] == ["mart_safety"]
    with pytest.raises(SetupError, match=r"group 'police' may not see mart_staff_absence: .*\n  do: leave it out"):
        list(export_marts(part, SAMPLE_DAY, tmp_path / "new", ["mart_safety", "mart_staff_absence"], CSV, police))
    assert not (tmp_path / "new").exists()


def test_the_command_refuses_a_group_without_a_rule_and_names_what_it_leaves_out(sample_home, tmp_path):
    access = {"MAANDVERS_ACCESS": ACCESS.model_dump_json()}
    command = ("export", str(tmp_path / "files"), "--sample", "--form", "csv-nl", "--group")
    refused = Installation(sample_home, settings=access).invoke(*command, "Police", on=SAMPLE_DAY)
    assert refused.exit_code == ExitCode.WRONG_SETUP
    assert "--group: no rule is for 'Police'\n  expected: police" in refused.errors
    without_rules = Installation(sample_home).invoke(*command, "police", on=SAMPLE_DAY)
    assert "expected: none: [access] has no rule for a group" in without_rules.errors
    assert not (tmp_path / "files").exists()
    done = Installation(sample_home, settings=access).invoke(*command, "police", on=SAMPLE_DAY)
    assert done.exit_code == 0, done.errors
    assert "Left out, since 'police' may not see them: mart_neighbourhood_key_figures" in done.output
    written = {file.stem for file in (tmp_path / "files").iterdir()}
    assert "mart_safety" in written
    assert not written & {"mart_social_domain", "mart_staff_absence", "mart_neighbourhood_key_figures"}
