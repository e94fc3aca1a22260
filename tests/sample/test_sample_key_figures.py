"""The fictional key figures: complete to the contract, consistent, the same each time, and plainly fictional."""

from datetime import date
from pathlib import Path

import httpx
import pytest
import yaml

from dagster_project.sample.municipality import ELSEWHERE
from dagster_project.sample.open_data.key_figures import key_figures_tables
from dagster_project.sample.servers.odata_v3_server import ODataTable

HTTP = httpx.Client(timeout=30)

SEED = 20260101
CONTRACT = Path(__file__).parents[2] / "dbt_models/models/staging/cbs/_cbs__sources.yml"
# Columns with a rounded number of people, households or dwellings, and the rounding.
ROUNDED = {
    "AantalInwoners": 5, "Mannen": 5, "Vrouwen": 5, "k_0Tot15Jaar": 5, "k_65JaarOfOuder": 5, "HuishoudensTotaal": 5,
    "Eenpersoonshuishoudens": 5, "Woningvoorraad": 5, "PersonenPerSoortUitkeringBijstand": 10,
    "PersonenPerSoortUitkeringAO": 10, "PersonenPerSoortUitkeringWW": 10, "PersonenPerSoortUitkeringAOW": 10,
    "WmoClienten": 5, "JongerenMetJeugdzorgInNatura": 5, "PersonenautoSTotaal": 5,
    "GeboorteTotaal": 5, "SterfteTotaal": 5, "BedrijfsvestigingenTotaal": 5,
}  # fmt: skip
COUNTED = ["OppervlakteLand"]


@pytest.fixture(scope="module")
def tables() -> list[ODataTable]:
    """The three newest editions."""
    return key_figures_tables(date(2026, 11, 23), SEED)[-3:]


@pytest.fixture(scope="module")
def every_table() -> list[ODataTable]:
    return key_figures_tables(date(2026, 11, 23), SEED)


def contract_columns() -> list[dict]:
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return [column["config"]["meta"] for column in document["sources"][0]["tables"][0]["columns"]]


def named(table: ODataTable) -> dict[str, list[str]]:
    """Keys of the table's topics by their name without the position."""
    keys: dict[str, list[str]] = {}
    for row in table.data_properties:
        if row["Type"] == "Topic":
            keys.setdefault(row["Key"].rpartition("_")[0], []).append(row["Key"])
    return keys


def group_path(table: ODataTable, key: str) -> list[str]:
    rows = {row["ID"]: row for row in table.data_properties}
    (row,) = (row for row in rows.values() if row["Key"] == key)
    path = []
    while row["ParentID"] is not None:
        row = rows[row["ParentID"]]
        path.insert(0, row["Title"])
    return path


ELSEWHERE_DIGITS = {part.code[2:6] for part in ELSEWHERE}


def by_region(table: ODataTable, name: str) -> dict[str, object]:
    (key,) = named(table)[name]
    return {str(row["WijkenEnBuurten"]).strip(): row[key] for row in table.rows}


def parts(regions: list[str], whole: str) -> list[str]:
    if whole == "NL00":
        return [code for code in regions if code.startswith("GM")]
    level = "WK" if whole.startswith("GM") else "BU"
    return [code for code in regions if code.startswith(level + whole[2:])]


def test_the_three_newest_editions_are_there_under_their_own_numbers(tables):
    assert [(table.id, table.title[-4:], table.infos["Modified"]) for table in tables] == [
        ("85618NED", "2023", "2026-02-01T02:00:00"),
        ("85984NED", "2024", "2026-08-01T02:00:00"),
        ("86165NED", "2025", "2026-11-01T02:00:00"),
    ]
    assert [table.id for table in key_figures_tables(date(2028, 3, 1), SEED)][-2:] == ["86358NED", "92027NED"]


def test_editions_go_back_to_the_first_of_the_contract(every_table):
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    delivery = document["sources"][0]["tables"][0]["config"]["meta"]["delivery"]
    of_contract = {year: table for year, table in delivery["editions"].items() if int(year) < 2026}
    assert {table.title[-4:]: table.id for table in every_table} == of_contract
    assert all(table.infos["Modified"] == f"{int(table.title[-4:]) + 3}-02-01T02:00:00" for table in every_table[:-2])


def test_older_editions_have_the_names_and_the_columns_of_their_time(every_table):
    oldest, of_2018 = named(every_table[0]), named(every_table[5])
    assert {"PersonenMetEenWWBUitkeringTotaal", "PercentageLeegstaand"} <= set(oldest)
    assert "IndelingswijzigingGemeenteWijkBuurt" in oldest
    assert not {"Appartement", "WmoClienten", "OpleidingsniveauLaag"} & set(oldest)
    assert len(of_2018["Appartement"]) == 2
    changes = by_region(every_table[5], "IndelingswijzigingWijkenEnBuurten")
    assert [code for code, change in changes.items() if change == "3"] == ["BU99990103", "BU99990104"]


def test_every_column_of_the_contract_is_in_the_editions_that_have_it_and_in_no_other(every_table):
    for table in every_table:
        keys = named(table)
        for column in contract_columns():
            name = column["supplier_name"]
            first, last = column.get("first_edition", 0), column.get("last_edition", 9999)
            if "code_list" in column or name == "WijkenEnBuurten":
                continue
            found = [key for alias in (name, *column.get("supplier_aliases", [])) for key in keys.get(alias, [])]
            if group := column.get("supplier_group"):
                found = [key for key in found if group_path(table, key) == group]
            assert len(found) == (first <= int(table.title[-4:]) <= last), (table.title, name)
            assert set(found) <= set(table.rows[0])


def test_positions_and_names_differ_between_editions(tables):
    last_columns = [named(table)["Omgevingsadressendichtheid"] for table in tables]
    assert len({key for keys in last_columns for key in keys}) == 3
    assert "GemiddeldeWoningwaarde" in named(tables[0])
    assert "GemiddeldeWOZWaardeVanWoningen" in named(tables[1])
    assert {"PersonenInArmoede", "HboWo"} <= set(named(tables[2]))


def test_the_newest_edition_is_filled_only_in_part(tables):
    filled = [sum(figure is not None for figure in table.rows[1].values()) for table in tables]
    assert filled[0] == len(tables[0].rows[0])
    assert filled[2] < 0.6 * len(tables[2].rows[0])
    assert by_region(tables[2], "PersonenPerSoortUitkeringBijstand")["GM9999"] is not None
    assert by_region(tables[2], "GemiddeldInkomenPerInwoner")["GM9999"] is None


@pytest.mark.parametrize("seed", [SEED, 1, 2])
@pytest.mark.parametrize("as_of", [date(2026, 11, 23), date(2026, 1, 1), date(2029, 6, 30)])
def test_parts_add_up_to_their_whole_within_rounding(as_of, seed):
    for table in key_figures_tables(as_of, seed):
        for name, step in {**ROUNDED, **dict.fromkeys(COUNTED, 0)}.items():
            figures = by_region(table, name) if name in named(table) else {"NL00": None}
            if figures["NL00"] is None:  # not of that year, or not filled yet
                continue
            # Of municipalities elsewhere the total alone is published.
            for whole in [code for code in figures if not code.startswith("BU") and code[2:6] not in ELSEWHERE_DIGITS]:
                members = [figures[code] for code in parts(list(figures), whole)]
                missing = members.count(None)
                assert missing == 0 or name.startswith("PersonenPerSoortUitkering")
                apart = abs(sum(member or 0 for member in members) - figures[whole])
                assert apart <= (len(members) + 1) * step / 2 + missing * step, (name, whole)


@pytest.mark.parametrize("name", ["GeboorteTotaal", "SterfteTotaal", "BedrijfsvestigingenTotaal"])
def test_births_deaths_and_establishments_are_fives_below_municipalities_only(tables, name):
    figures = by_region(tables[0], name)
    assert all(figure % 5 == 0 for code, figure in figures.items() if code[:2] in ("WK", "BU"))
    assert any(figure % 5 for code, figure in figures.items() if code[:2] in ("GM", "NL"))


def test_average_use_of_energy_is_in_tens(tables):
    for name in ("GemiddeldElektriciteitsverbruikTotaal", "GemiddeldAardgasverbruikTotaal"):
        table = next((table for table in tables if name in named(table)), None)
        figures = by_region(table, name).values() if table else []
        assert all(figure is None or figure % 10 == 0 for figure in figures)


def test_ages_and_sexes_add_up_to_inhabitants(tables):
    for table in tables:
        people = by_region(table, "AantalInwoners")
        ages = [by_region(table, name) for name in named(table) if name.startswith("k_")]
        assert len(ages) == 5
        for code, number in people.items():
            assert abs(sum(age[code] for age in ages) - number) <= 15
            assert abs(by_region(table, "Mannen")[code] + by_region(table, "Vrouwen")[code] - number) <= 7.5


def test_shares_stay_in_their_bounds(tables):
    for table in tables[:2]:  # the newest has none yet
        shares = [row["Key"] for row in table.data_properties if row.get("Unit") == "%"]
        figures = [row[key] for row in table.rows for key in shares if row[key] is not None]
        assert min(figures) >= 0
        assert max(figures) <= 100


def test_benefits_of_the_smallest_neighbourhoods_are_suppressed(tables):
    for table in tables:
        withheld = {c for c, figure in by_region(table, "PersonenPerSoortUitkeringBijstand").items() if figure is None}
        assert withheld == {"BU99990009", "BU99990107"}


def test_border_changes_are_reported_in_cbs_form(tables):
    codes = by_region(tables[2], "IndelingswijzigingWijkenEnBuurten")
    assert {codes["NL00"], codes["GM9999"]} == {"."}
    assert [code for code, change in codes.items() if change == "3"] == ["BU99990203", "BU99990209"]
    assert set(by_region(tables[1], "IndelingswijzigingWijkenEnBuurten").values()) == {".", "1"}


def test_an_edition_stays_the_same_until_its_next_publication(tables):
    assert key_figures_tables(date(2026, 11, 3), SEED)[-3:] == tables
    assert key_figures_tables(date(2026, 12, 31), SEED)[-3:] == tables
    before = key_figures_tables(date(2026, 10, 31), SEED)[-3:]
    assert [old == new for old, new in zip(before, tables, strict=True)] == [True, True, False]


def test_another_seed_gives_other_figures(tables):
    assert key_figures_tables(date(2026, 11, 23), SEED + 1)[-3].rows != tables[0].rows


def test_the_texts_say_that_everything_is_fictional(suppliers):
    url = f"{suppliers.cbs_url}/ODataFeed/odata/86165NED/TableInfos"
    (infos,) = HTTP.get(url, params={"$format": "json"}).json()["value"]
    assert "FICTIEVE GEGEVENS" in infos["ShortDescription"]
    assert "FICTIEVE GEGEVENS" in infos["Summary"]
    assert "fictief" in infos["Source"]
    assert "Status van de cijfers:\nVoorlopig" in infos["ShortDescription"]


def test_a_region_filter_leaves_the_neighbours_out(suppliers):
    url = f"{suppliers.cbs_url}/ODataFeed/odata/86165NED/TypedDataSet"
    options = {"$format": "json", "$filter": "substringof('9999',WijkenEnBuurten) or startswith(WijkenEnBuurten,'NL')"}
    codes = [record["Codering_3"].strip() for record in HTTP.get(url, params=options).json()["value"]]
    kinds = [code[:2] for code in codes]
    assert {kind: kinds.count(kind) for kind in kinds} == {"NL": 1, "GM": 1, "WK": 3, "BU": 24}
    assert suppliers.requests == [("GET", "/ODataFeed/odata/86165NED/TypedDataSet")]
