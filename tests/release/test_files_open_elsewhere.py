"""Files of a release in the programs of those who receive them: LibreOffice in Dutch, GDAL, and DuckDB alone."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from debian import install
from main_line.installation import COMMAND

from dagster_project.release.files.map_layers import MAP

pytestmark = [pytest.mark.long, pytest.mark.whole_run]

# The locale that Dutch Windows has, under which a comma is the decimal sign.
DUTCH = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>nl-NL</value></prop></item></oor:items>
"""
# Semicolons, double quotes, UTF-8, Dutch, and dates and the like are recognised, as Excel does.
CSV_FILTER = "CSV:59,34,76,1,,1043,false,true"
READ_ALL = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as release:
    views = [name for (name,) in release.execute("select view_name from duckdb_views() where not internal").fetchall()]
    release.execute("set enable_progress_bar = false")
    print(len(views), sum(len(release.execute(f"from {view}").fetchall()) for view in views))
"""


def program(name, package):
    if not shutil.which(name):
        install(package)
    if not (found := shutil.which(name)):
        pytest.skip(f"{name} is not installed\n  do: apt-get install {package}")
    return found


def call(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Open a file in Dutch LibreOffice and return its first sheet, as it saves it."""
    soffice, profile = program("soffice", "libreoffice-calc"), tmp_path_factory.mktemp("office")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(DUTCH)

    def sheet(file: Path, *options: str):
        saved = profile / "saved"
        start = [soffice, f"-env:UserInstallation=file://{profile}", "--headless", *options]
        call(*start, "--convert-to", "xlsx", "--outdir", saved, file)
        # LibreOffice saves a truth as =TRUE() with its value.
        book = openpyxl.load_workbook(saved / f"{file.stem}.xlsx", data_only=True)
        heading, *rows = book.worksheets[0].iter_rows(values_only=True)
        return [dict(zip(heading, row, strict=True)) for row in rows]

    return sheet


@pytest.fixture(scope="module")
def exported(sample_home, tmp_path_factory):
    """The marts that the command writes, by form."""
    folder = tmp_path_factory.mktemp("exported")
    for form in ("xlsx", "csv-nl"):
        own = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
        subprocess.run(
            [str(COMMAND), "export", str(folder / form), "--form", form, "--marts", "mart_finance", "--sample"],
            env=own | {"MAANDVERS_HOME": str(sample_home)},
            check=True,
            capture_output=True,
        )
    return folder


@pytest.mark.parametrize("form", ["xlsx", "csv-nl"])
def test_dutch_libreoffice_reads_numbers_as_numbers_and_codes_as_they_are(exported, office, form):
    if form == "xlsx":
        rows = office(exported / form / "mart_finance.xlsx")
    else:
        rows = office(exported / form / "mart_finance.csv", f"--infilter={CSV_FILTER}")
    assert rows
    assert "0.10" in {row["Taakveld (code)"] for row in rows}
    assert all(isinstance(row["Taakveld (code)"], str) for row in rows if "." in str(row["Taakveld (code)"]))
    for row in rows:
        assert isinstance(row["Lasten (euro)"], int | float | None)
        assert isinstance(row["Volledig"], bool)
        assert isinstance(row["Toonbaar tot en met"], datetime)
    assert any(isinstance(row["Lasten (euro)"], float) and row["Lasten (euro)"] % 1 for row in rows)


def test_gdal_reads_every_layer_of_the_map(sample_home):
    ogrinfo = program("ogrinfo", "gdal-bin")
    found = call(ogrinfo, "-ro", "-al", "-so", sample_home / "releases" / "latest" / MAP).stdout
    layers = zip(
        *(re.findall(rf"^{fact}: (.+)$", found, re.M) for fact in ("Layer name", "Geometry", "Feature Count")),
        strict=True,
    )
    assert list(layers) == [
        ("buurten", "Multi Polygon", "24"),
        ("wijken", "Multi Polygon", "3"),
        ("eigen_gebieden", "Multi Polygon", "3"),
        ("gemeente", "Multi Polygon", "1"),
        ("uitleg", "None", "283"),
    ]
    assert found.count('ID["EPSG",4326]') == 4
    assert "population_count: Real" in found
    assert "fresh_until: Date" in found
    assert "DESCRIPTION=Buurten met hun nieuwste cijfers. Gemaakt op" in found


def test_duckdb_alone_reads_every_view(sample_home, tmp_path):
    call(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "duckdb==1.5.5")
    installed = json.loads(call(python, "-m", "pip", "list", "--format", "json").stdout)
    assert {one["name"] for one in installed} <= {"duckdb", "pip", "setuptools"}
    views, rows = map(
        int, call(python, "-c", READ_ALL, sample_home / "releases/latest/maandvers.duckdb").stdout.split()
    )
    assert views > 29
    assert rows > 100_000
