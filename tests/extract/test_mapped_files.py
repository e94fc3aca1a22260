"""Exports with the headings and words of other programs, mapped in maandvers.toml; and CBS's own Excel edition."""

import tomllib
from datetime import date

import pytest
from landing.receiving import contract as real_contract
from landing.receiving import desk

from dagster_project.errors import SetupError
from dagster_project.extract.extractors import is_available
from dagster_project.extract.files.headings import Headings
from dagster_project.installation.settings import Settings

from .files import as_csv, as_xlsx, drop

# As AFAS, Visma and Centric name the columns of an export of absences.
AFAS = """
[hr.feeds.absence.columns]
employee_key = "Medewerker"
department_name = "Org. eenheid omschrijving"
start_date = "Begindatum verzuim"
end_date = "Einddatum verzuim"
part_time_factor = { value = "" }
absence_pct = "Percentage afwezigheid"
absence_kind = "Type verzuim"
as_of_date = { from = "file name" }
[hr.feeds.absence.values]
Ziekte = "ziek"
Zwangerschapsverlof = "zwangerschap"
"""
VISMA = """
[hr.feeds.absence.columns]
Personeelsnummer = "persNr"
Afdeling = "OE-omschrijving"
"Eerste dag" = "Ingangsdatum"
"Laatste dag" = "Datum herstel"
Deeltijdfactor = "DT-factor"
Verzuimpercentage = "AO%"
Soort = "Verzuimsoort"
"Stand per" = "Peildatum export"
[hr.feeds.absence.values]
ZW = "ziek"
WAZO = "zwangerschap"
"""
CENTRIC = """
[hr.feeds.absence.columns]
employee_key = ["Pers.nr.", "Personeelsnr."]
department_name = "Afd. oms."
start_date = "Dat. begin"
end_date = "Dat. einde"
part_time_factor = "Dlt. factor"
absence_pct = { value = "100" }
absence_kind = "Srt"
as_of_date = { from = "file name" }
[hr.feeds.absence.values]
Z = "ziek"
"""
EXPORTS = {
    "AFAS": (
        AFAS,
        as_xlsx(
            [
                "Medewerker",
                "Naam",
                "Org. eenheid omschrijving",
                "Type verzuim",
                "Begindatum verzuim",
                "Einddatum verzuim",
                "Percentage afwezigheid",
            ],
            [100234, "J. Geheim", "Burgerzaken", "Ziekte", date(2026, 10, 12), None, 100],
            [100871, "P. Geheim", "Griffie", "Zwangerschapsverlof", date(2026, 9, 1), date(2026, 12, 20), 100],
        ),
        None,
    ),
    "Visma": (
        VISMA,
        as_csv(
            [
                "persNr",
                "OE-omschrijving",
                "Ingangsdatum",
                "Datum herstel",
                "DT-factor",
                "AO%",
                "Verzuimsoort",
                "Peildatum export",
            ],
            ["100234", "Burgerzaken", "12.10.2026", "", "0,8889", "100,00", "zw", "01.11.2026"],
            ["100871", "Griffie", "01.09.2026", "20.12.2026", "1,0000", "100,00", "wazo", "01.11.2026"],
            encoding="cp850",
        ),
        0.8889,
    ),
    "Centric": (
        CENTRIC,
        as_csv(
            ["Verzuimoverzicht"],
            ["Pers.nr.", "Afd. oms.", "Srt", "Dat. begin", "Dat. einde", "Dlt. factor"],
            ["100234", "Burgerzaken", "Z", "12-10-2026", "", "0.5"],
            ["100871", "Griffie", "zwangerschap", "01-09-2026", "20-12-2026", "1.0"],
            delimiter=",",
        ),
        0.5,
    ),
}


def absence(tmp_path, toml):
    return desk(tmp_path / "landing", "hr.absence", home=tmp_path, suppliers=tomllib.loads(toml))


def put(own, content, day="2026-11-01"):
    return drop(own, f"verzuim_{day}.{'xlsx' if content.startswith(b'PK') else 'csv'}", content)


@pytest.mark.parametrize("program", EXPORTS)
def test_an_export_of_another_program_lands_as_the_template_does(tmp_path, program):
    toml, content, factor = EXPORTS[program]
    own = absence(tmp_path, toml)
    put(own, content)
    own.receive_and_admit()
    rows = own.rows("""
        select department_name, start_date, end_date, part_time_factor, absence_pct, absence_kind, as_of_date
        from data order by all
    """)
    assert rows[0] == ("Burgerzaken", date(2026, 10, 12), None, factor, 100, "ziek", date(2026, 11, 1))
    assert rows[1][:3] == ("Griffie", date(2026, 9, 1), date(2026, 12, 20))
    assert rows[1][5] == "zwangerschap"


def test_without_a_mapping_the_message_is_one_to_copy(tmp_path):
    own = absence(tmp_path, "")
    put(own, EXPORTS["Visma"][1])
    message = own.problem()
    assert "lacks 8 columns: 'Personeelsnummer', 'Afdeling'" in message
    assert '[suppliers.hr.feeds.absence.columns]\n    employee_key = "…"' in message
    assert "persNr" not in message


def test_a_word_without_a_mapping_is_reported_with_the_place_for_it(tmp_path):
    own = absence(tmp_path, AFAS.replace('Ziekte = "ziek"\n', ""))
    put(own, EXPORTS["AFAS"][1])
    message = own.problem()
    assert "expected: one of ziek, zwangerschap" in message
    assert "name the file's word for it in maandvers.toml, below 'values' of the feed" in message


def test_a_day_that_the_file_name_lacks_is_reported(tmp_path):
    own = absence(tmp_path, AFAS)
    drop(own, "verzuim.xlsx", EXPORTS["AFAS"][1])
    assert "names fit" in own.problem()
    staff = desk(tmp_path / "landing", "hr.staff", home=tmp_path, suppliers=tomllib.loads(STAFF))
    put(staff, as_csv(["Afdeling", "Aantal medewerkers", "Fte"], ["Griffie", "6", "5,1"]), "2026-10-31")
    staff.receive_and_admit()
    assert staff.rows("select reference_date from data") == [(date(2026, 10, 31),)]


STAFF = '[hr.feeds.staff.columns]\nreference_date = { from = "file name" }\n'


def test_the_same_file_is_read_again_by_another_mapping(tmp_path):
    own = absence(tmp_path, AFAS)
    put(own, EXPORTS["AFAS"][1])
    own.receive_and_admit()
    later = absence(tmp_path, AFAS.replace('{ value = "" }', '{ value = "1" }'))
    later.a_day_later().receive_and_admit()
    assert later.rows("select distinct part_time_factor from data") == [(1,)]


@pytest.mark.parametrize(
    ("toml", "problem", "remedy"),
    [
        ('[hr.feeds.absence.columns]\nstart_dat = "x"', ".columns: 'start_dat' is unknown there", "start_date"),
        ('[hr.feeds.absence.values]\nZ = "zieke"', ".values: 'zieke' is unknown there", "choose from ziek"),
        (
            '[hr.feeds.absence.columns]\nstart_date = { from = "x" }',
            "columns, start_date has none of",
            '{ from = "file name" }',
        ),
        ("[hr.feeds.absence.columns]\nstart_date = { }", "columns, start_date has none of", "{ value ="),
        ('[cbs.feeds.key_figures.columns]\nregion_code = "x"', "only of a file", "set protocol = 'file'"),
    ],
)
def test_a_mistake_in_a_mapping_is_one_in_the_settings(toml, problem, remedy):
    suppliers = tomllib.loads(toml)
    (supplier,) = suppliers
    feed = real_contract("hr.absence" if supplier == "hr" else "cbs.key_figures")
    with pytest.raises(SetupError) as error:
        is_available(feed, Settings(suppliers=suppliers))
    assert problem in str(error.value)
    assert remedy in str(error.value)


# CBS's Excel edition


def test_the_excel_edition_of_the_key_figures_is_read_by_its_headings(tmp_path):
    own = desk(
        tmp_path / "landing",
        "cbs.key_figures",
        home=tmp_path,
        municipality_code="GM0867",
        suppliers={"cbs": {"feeds": {"key_figures": {"protocol": "file", "editions": 1}}}},
    )
    columns = own.store.feed.tables[0].expected_columns(2023)
    named = own.store.feed.parameters_for("file").columns
    headings = [named[column.name][-1] for column in columns]
    values = {"gwb_code_10": "BU08670000", "regio": "Centrum", "gm_naam": "Waalwijk", "recs": "Buurt", "a_inw": "4525"}
    row = [values.get(heading, "." if heading in ("ind_wbz", "pst_mvp") else "1") for heading in headings]
    row[headings.index("g_hhgro")] = "2,1"
    drop(own, "kwb-2023.xlsx", as_xlsx(headings, row))
    assert own.receive().problems == []
    own.receive_and_admit()
    assert own.rows("select region_code, region_name, population_count, average_household_size from data") == [
        ("BU08670000", "Centrum", 4525, 2.1)
    ]


def test_headings_of_a_newer_download_from_statline_are_known(tmp_path):
    own = desk(tmp_path / "landing", "statline.low_income", home=tmp_path)
    table = own.store.feed.tables[0]
    newer = {"Regio's": "Regio’s", "Kinderen (x 1 000)": "Minderjarige kinderen (x 1 000)"}
    newer["Kinderen relatief (%)"] = "Minderjarige kinderen relatief (%)"
    headings = [newer.get(column.meta.supplier_name, column.meta.supplier_name) for column in table.columns]
    assert len({*newer.values()} & {*headings}) == 3
    found, problems = Headings(own.store.feed, None, may_be_numbered=False, may_lack_columns=False).places(headings)
    assert (len(found), problems) == (len(headings), [])
