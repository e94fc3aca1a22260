"""Templates: explained in Dutch, and accepted unchanged by the extractor."""

from datetime import date

import pytest
from landing.receiving import desk as desk_of
from openpyxl import load_workbook
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.contracts.load import load_feeds
from dagster_project.errors import ContractError, SetupError
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.operations.template import write_template

from .files import STAFF, all_rows, column, contract, desk

DAY = date(2026, 11, 23)
DROPS = [
    feed
    for feed in load_feeds(DBT_PROJECT / "models")
    if feed.delivery.protocol == "file" and feed.parameters.location is None
]
EXPLAINED = [
    column(
        "person_code", "Personeelsnummer", is_pseudonymised=True, minimum_fill_pct=100,
        examples=("0012", "0013", "0014"), explanation_nl="Nummer in het personeelssysteem.",
    ),
    column("start_date", "Begindatum", "date", minimum_fill_pct=100, examples=("1-9-2026",)),
    column("hours", "Uren per week", "double", examples=("32,5", "36")),
    column("team_code", "Team", pattern="[0-9.]+", examples=("6.10",)),
    column("is_manager", "Leidinggevende", "boolean"),
    column("contract_type", "Soort | vorm", accepted_values=("vast", "tijdelijk")),
]  # fmt: skip
EXPECTED = [
    (date(2026, 9, 1), 32.5, "6.10", True, "vast"),
    (date(2026, 9, 1), 36.0, "6.10", False, "tijdelijk"),
    (date(2026, 9, 1), 32.5, "6.10", True, "vast"),
]


def write(feed, given, form):
    folder = given.settings.inbox / feed.id
    return write_template(feed, given.settings.inbox, DAY, folder, form)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_template_is_accepted_as_it_is(tmp_path, form):
    feed = contract(EXPLAINED, missing_values=(".",))
    staff = desk(tmp_path, feed)
    write(feed, staff, form)
    staff.receive_and_admit()
    assert [row[1:] for row in all_rows(staff)] == EXPECTED
    assert staff.manifest().facts["file"] == f"hr.staff_2026-11-23.{form}"


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("feed", DROPS, ids=lambda feed: feed.id)
def test_the_template_of_every_feed_that_people_deliver_is_accepted(tmp_path, feed, form):
    given = desk_of(tmp_path / "landing", feed.id, home=tmp_path)
    write(feed, given, form)
    assert given.receive().problems == []


@pytest.mark.parametrize("feed", DROPS, ids=lambda feed: feed.id)
def test_every_column_that_people_fill_in_is_explained_in_dutch(feed):
    assert [one.name for one in feed.tables[0].columns if not one.meta.explanation_nl] == []


def test_columns_without_examples_get_some(tmp_path):
    feed = contract(STAFF)
    staff = desk(tmp_path, feed)
    write(feed, staff, "xlsx")
    staff.receive_and_admit()
    assert len(all_rows(staff)) == 2


def test_the_second_sheet_explains_each_column_and_how_to_deliver(tmp_path):
    (path,) = write_template(contract(EXPLAINED), tmp_path / "drops", DAY, tmp_path / "new", "xlsx")
    rows = [[cell for cell in row if cell] for row in load_workbook(path)["Uitleg"].iter_rows(values_only=True)]
    said = "\n".join(row[0] for row in rows if len(row) == 1)
    assert f"Zet het bestand in de map {tmp_path}/drops/hr.staff." in said
    assert "hr.staff_jjjj-mm-dd.xlsx" in said
    assert "het nieuwste bestand vervangt het vorige helemaal" in said
    assert "'Personeelsnummer' worden bij het inlezen vervangen door een willekeurige code" in said
    assert ["Kolom", "Wat het betekent", "Soort waarde", "Verplicht", "Toegestane waarden", "Voorbeeld"] in rows
    assert ["Personeelsnummer", "Nummer in het personeelssysteem.", "tekst", "ja", "0012"] in rows
    assert ["Begindatum", "Begindatum.", "datum (dd-mm-jjjj)", "ja", "01-09-2026"] in rows
    assert ["Soort | vorm", "Soort | vorm.", "tekst", "nee", "vast, tijdelijk", "vast"] in rows


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"cadence": "P1M"}, "Er zijn elke maand nieuwe cijfers."),
        ({"cadence": "P3M", "publication_lag": "P14D"}, "elke 3 maanden nieuwe cijfers. Lever ze uiterlijk 14 dagen"),
        ({"cadence": "P1Y", "publication_lag": "P1Y6M"}, "elk jaar nieuwe cijfers. Lever ze uiterlijk 1 jaar en 6"),
        ({"maximum_age": "P14D"}, "Lever elke 14 dagen, ook als er niets verandert"),
        ({"retention": {"payloads": "P2Y"}}, "Een bestand wordt 2 jaar bewaard"),
    ],
)  # fmt: skip
def test_terms_and_deadlines_are_those_of_the_contract(tmp_path, terms, said):
    _, explanation = write_template(contract(STAFF, **terms), tmp_path, DAY, tmp_path, "csv", "Bel 0416 12 34 56.")
    text = explanation.read_text(encoding="utf-8")
    assert said in text
    assert text.count("Vragen? Bel 0416 12 34 56.") == 1


def test_excel_does_not_change_entered_values(tmp_path):
    (path,) = write_template(contract(EXPLAINED), tmp_path, DAY, tmp_path, "xlsx")
    sheet = load_workbook(path)["Gegevens"]
    assert (sheet["A2"].number_format, sheet["A2"].value) == ("@", "0012")
    assert (sheet["D2"].number_format, sheet["D2"].value) == ("@", "6.10")
    assert sheet["B2"].is_date
    assert sheet.column_dimensions["D"].number_format == "@"
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {'"ja,nee"', '"vast,tijdelijk"'}


def test_the_sheet_that_the_contract_names_is_the_one_to_fill_in(tmp_path):
    feed = contract(EXPLAINED, parameters={"sheet": "Personeel"})
    staff = desk(tmp_path, feed)
    write(feed, staff, "xlsx")
    staff.receive_and_admit()
    assert staff.manifest().facts["sheet"] == "Personeel"


def test_a_csv_template_has_its_explanation_in_a_second_file(tmp_path):
    data, explanation = write_template(contract(EXPLAINED), tmp_path / "drops", DAY, tmp_path, "csv")
    raw = data.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfPersoneelsnummer;Begindatum;")
    assert b"0012;01-09-2026;32,5;6.10;ja;vast\r\n" in raw
    text = explanation.read_text(encoding="utf-8")
    assert "| Soort \\| vorm | Soort \\| vorm. | tekst | nee | vast, tijdelijk | vast |" in text
    assert "- Zet het bestand in de map" in text


def test_an_example_that_the_extractor_would_refuse_is_a_mistake_in_the_contract(tmp_path):
    wrong = contract([column("n", "Aantal", "integer", examples=("12,5",))], key=("n",))
    with pytest.raises(ContractError, match=r"'staff.n.examples': came a text: '12,5'"):
        write_template(wrong, tmp_path, DAY, tmp_path, "csv")


def test_a_file_that_is_there_already_is_left_alone(tmp_path):
    write_template(contract(STAFF), tmp_path, DAY, tmp_path, "csv")
    with pytest.raises(SetupError, match="exists already"):
        write_template(contract(STAFF), tmp_path, DAY, tmp_path, "csv")


def test_a_feed_that_is_read_from_an_address_has_no_template(tmp_path):
    feed = contract(STAFF, parameters={"location": "https://duo.example/page.jsp"})
    with pytest.raises(SetupError, match=r"is read from https://duo.example/page.jsp, so it has no template"):
        write_template(feed, tmp_path, DAY, tmp_path, "xlsx")


# The command


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ("hr.nothing", "no feed is called hr.nothing"),
        ("cbs", "no feed is called cbs"),
        ("cbs.key_figures", "comes from its supplier by odata_v3, so it has no template"),
    ],
)
def test_the_command_refuses_a_feed_that_is_not_uploaded(tmp_path, feed, said):
    result = CliRunner().invoke(app, ["template", feed, "--to", str(tmp_path)])
    assert isinstance(result.exception, SetupError)
    assert said in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_command_names_the_files_that_it_wrote(tmp_path):
    result = CliRunner().invoke(app, ["template", DROPS[0].id, "--to", str(tmp_path / "new"), "--format", "csv"])
    assert result.exit_code == 0
    assert sorted(result.output.split()) == sorted(str(path) for path in (tmp_path / "new").iterdir())
