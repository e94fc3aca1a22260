"""Persons' data typed or named in the wrong place does not land, and is in no message, manifest, state or file."""

import pytest
from extract.files import HEADINGS, ROW, as_csv, contract, desk, drop
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.personal import masked, recognised
from dagster_project.errors import ContractError
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import REASON

from .receiving import every_file
from .test_rules import received, sample

__all__ = ["sample"]

TYPED = ["123456782", "1234.56.782", "123 456 782", "j.jansen@voorbeeld.nl", "Jansen", "J. de Vries"]
CODES = {
    "social_domain.allocations": ["Buurtcode", "Productcategorie", "Productcode", "Verwijzer", "Wet"],
    "benefits_admin.recipients": ["Buurtcode", "Soort uitkering"],
    "vve.places": ["Buurtcode"],
    "vacancy.premises": ["Buurtcode", "Soort"],
    "sports.memberships": ["Buurtcode"],
    "sports.accommodation_use": ["Buurtcode"],
    "ledger.actuals": ["Taakveld", "Lasten of baten"],
    "ledger.budget": ["Taakveld"],
    "hr.absence": ["Soort"],
}
# Names of other things than persons, in which only a number or an address shows a value of another column.
NAMES = {
    "hr.staff": ["Afdeling"],
    "ledger.actuals": ["Programma"],
    "sports.clubs": ["Vereniging", "Sport"],
    "sports.accommodation_use": ["Accommodatie"],
}
COLUMNS = [
    (feed, heading, texts)
    for texts, columns in ((TYPED, CODES), (TYPED[:4], NAMES))
    for feed, headings in columns.items()
    for heading in headings
]
# Every text in some of the columns, every column with some of the texts.
CASES = [
    (feed, heading, text)
    for at, (feed, heading, texts) in enumerate(COLUMNS)
    for n, text in enumerate(texts)
    if (n + at) % 3 == 0
]


@pytest.mark.parametrize(("feed", "heading", "text"), CASES)
def test_a_number_name_or_address_of_a_person_in_another_column_does_not_land(tmp_path, sample, feed, heading, text):
    own, name = received(tmp_path, sample, feed, {heading: text})
    problem = own.problem()
    assert f"'{heading}'" in problem
    assert f"{name}" in problem
    assert own.state.current == own.state.candidates == {}
    payloads = [content for file, content in every_file(own.store.folder).items() if not file.endswith(REASON)]
    assert not any(text.encode() in content for content in payloads)
    assert text not in problem


@pytest.mark.parametrize("feed", sorted({*CODES, *NAMES}))
def test_the_samples_own_values_land(tmp_path, sample, feed):
    received(tmp_path, sample, feed, {})[0].receive_and_admit()


def test_every_text_of_an_own_register_has_a_form_values_or_is_a_name():
    free = {
        f"{feed.id}.{column.name}"
        for feed in load_feeds(DBT_PROJECT / "models")
        if feed.is_own_register
        for table in feed.tables
        for column in table.columns
        if column.data_type == "varchar"
        and not (column.pattern or column.meta.accepted_values or column.meta.is_pseudonymised)
    }
    assert free == {
        "hr.staff.department_name",
        "hr.absence.department_name",
        "ledger.actuals.programme_name",
        "ledger.budget.programme_name",
        "signalen.reports.source",
        "signalen.reports.state",
        "signalen.reports.main_category",
        "signalen.reports.sub_category",
        "sports.memberships.club_name",
        "sports.memberships.sport",
        "sports.clubs.club_name",
        "sports.clubs.sport",
        "sports.accommodation_use.accommodation_name",
    }


CONTRACT = """
sources:
  - name: raw_bees
    config: {loaded_at_query: "{{ loaded_at(this) }}"}
    tables:
      - name: cases
        description: Cases.
        config:
          meta:
            key: [number]
            delivery:
              supplier_label: Zaken
              protocol: file
              owner: Team Zaken
              publisher: Eigen gemeente
              licence: {name: CC0 1.0, url: https://creativecommons.org/publicdomain/zero/1.0/deed.nl}
              cadence: P1M
              publication_lag: P7D
              clocks: [checked]
              region_level: neighbourhood
              personal_data: true
        columns:
          - {name: number, data_type: bigint, description: Number., config: {meta: {supplier_name: NUMBER}}}
          - {name: a_code, data_type: varchar, description: Kind., config: {meta: {supplier_name: S, pattern: 'FORM'}}}
"""


def read_contract(tmp_path, text):
    folder = tmp_path / "models" / "staging" / "bees"
    folder.mkdir(parents=True)
    (folder / "_bees__sources.yml").write_text(text, "utf-8")
    return load_feeds(tmp_path / "models")


@pytest.mark.parametrize(
    "heading",
    ["Zaaknummer", "zaak_id", "Dossiernr.", "Meldingsnummer", "Beschikkingnummer", "Clientnummer", "A-nummer"],
)
def test_a_number_of_a_case_or_a_person_must_be_pseudonymised(tmp_path, heading):
    with pytest.raises(ContractError, match="set is_pseudonymised"):
        read_contract(tmp_path, CONTRACT.replace("NUMBER", heading))


def test_a_code_of_an_own_register_must_have_a_form_that_can_be_read(tmp_path):
    whole = CONTRACT.replace("NUMBER", "Aantal")
    assert read_contract(tmp_path / "right", whole.replace("FORM", "[a-z]+"))
    with pytest.raises(ContractError, match="needs a pattern"):
        read_contract(tmp_path / "none", whole.replace(", pattern: 'FORM'", ""))
    with pytest.raises(ContractError, match="pattern"):
        read_contract(tmp_path / "broken", whole.replace("FORM", "[a-z"))


def test_numbers_of_allocations_land_under_another_key(tmp_path, sample):
    own, _ = received(tmp_path, sample, "social_domain.allocations", {"Toewijzingnummer": "4711000231"})
    own.receive_and_admit()
    assert not own.rows("select 1 from data where allocation_number = '4711000231'")
    assert own.rows("select count(*) = count(distinct allocation_number) from data") == [(True,)]


PERSONS = ["j.jansen@voorbeeld.nl", "123456782", "J. de Vries", "dhr. Jansen", "Wetering, Jan", "Jan Geheim"]


@pytest.mark.parametrize("person", PERSONS)
def test_a_person_in_a_heading_is_stored_nowhere(tmp_path, person):
    own = desk(tmp_path, contract(contact=None))
    drop(own, "personeel_2026-11-01.csv", as_csv([*HEADINGS, "BSN", "naam", person], [*ROW, "1", "2", "3"]))
    own.receive_and_admit()
    assert own.manifest().tables["staff"].dropped_columns == ["BSN", "naam", "1 more"]
    assert not [name for name, content in every_file(tmp_path / "landing").items() if person.encode() in content]


@pytest.mark.parametrize("person", PERSONS[:4])
def test_a_person_in_a_heading_is_in_no_message(tmp_path, person):
    own = desk(tmp_path, contract(contact=None))
    drop(own, "personeel_2026-11-01.csv", as_csv([*HEADINGS[1:], person], [*ROW[1:], "3"]))
    assert person not in own.problem()
    assert "lacks column 'Personeelsnummer'" in own.problem()


@pytest.mark.parametrize("person", [*PERSONS[:3], "dhr_Jansen"])
@pytest.mark.parametrize("row", [ROW, ["", *ROW[1:]]])
def test_a_person_in_the_name_of_a_file_is_in_no_message_manifest_or_state(tmp_path, person, row):
    own = desk(tmp_path, contract(contact=None))
    drop(own, f"verzuim {person} 2026-11-01.csv", as_csv(HEADINGS, row))
    own.receive()
    told = [*own.state.problems, *own.state.remarks]
    assert bool(own.state.problems) == (row != ROW)
    assert person not in str(told)
    landed = every_file(tmp_path / "landing")
    assert not [name for name, content in landed.items() if person.encode() in content or person in str(name)]
    assert all("verzuim" in problem and "2026-11-01.csv" in problem for problem in own.state.problems)


@given(st.integers(100_000_000, 999_999_999), st.sampled_from(["{}", "BSN {}", "x_{}_y", "{} 2026-11-01.csv"]))
def test_a_citizen_number_is_masked_wherever_it_stands(number, form):
    digits = str(number)
    for text in (digits, f"{digits[:4]}.{digits[4:6]}.{digits[6:]}", f"{digits[:3]} {digits[3:6]} {digits[6:]}"):
        assert text not in masked(form.format(text))


@given(
    st.dates().map(lambda day: day.strftime("20%y%m%d")), st.sampled_from(["verzuim_{}.csv", "export-{}-120000.xlsx"])
)
def test_a_day_in_a_name_is_not_masked(day, form):
    assert masked(form.format(day)) == form.format(day)


def test_only_headings_that_are_known_are_recognised():
    assert recognised(["Begin datum", "Naam", "Pietersen"], ["Begindatum"]) == ["Begin datum", "Naam", "1 more"]
