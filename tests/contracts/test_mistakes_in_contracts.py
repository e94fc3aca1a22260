"""A mistake in a contract is reported with the file, the feed, the key and a remedy."""

import copy
from datetime import date

import pytest
import yaml

from dagster_project.contracts.load import load_feeds
from dagster_project.errors import ContractError

FILE = "models/staging/town/_town__sources.yml"
DELIVERY = {
    "supplier_label": "Town",
    "protocol": "csv_zip",
    "parameters": {"location": None},
    "owner": "Team Town",
    "publisher": "Town",
    "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "cadence": "P1D",
    "publication_lag": "P1D",
    "clocks": ["checked", "period"],
    "period_column": "trees.planted_on",
    "region_level": "neighbourhood",
    "personal_data": True,
    "volume": {"minimum_pct": 80, "maximum_pct": 200},
    "fill_drop_points": 20,
}
COLUMNS = [
    {
        "name": "tree_id",
        "data_type": "bigint",
        "description": "Tree.",
        "config": {"meta": {"supplier_name": "id"}},
    },
    {
        "name": "planted_on",
        "data_type": "date",
        "description": "Day.",
        "config": {"meta": {"supplier_name": "plantdatum"}},
    },
]
TABLE = {
    "name": "trees",
    "config": {"meta": {"member": "trees.csv", "key": ["tree_id"], "delivery": DELIVERY}},
    "columns": COLUMNS,
}


def write(models, document, name="town"):
    file = models / "staging" / name / f"_{name}__sources.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")


def source(table, name="raw_town"):
    return {"version": 2, "sources": [{"name": name, "tables": [table]}]}


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def refused(models):
    with pytest.raises(ContractError) as error:
        load_feeds(models)
    message = str(error.value)
    assert FILE in message
    assert "\n  do: " in message
    return message


def test_the_contract_without_a_mistake_is_read(models):
    write(models, source(TABLE))
    (feed,) = load_feeds(models)
    assert (feed.id, feed.file) == ("town.trees", FILE)


def delivery(**changes):
    """A change of the delivery part; None takes a key away."""

    def change(table):
        part = table["config"]["meta"]["delivery"]
        for key, value in changes.items():
            part.pop(key) if value is None else part.update({key: value})

    return change


def meta(**changes):
    return lambda table: table["config"]["meta"].update(changes)


def column(**changes):
    """A change of the first column; None takes a key away."""

    def change(table):
        for key, value in changes.items():
            if value is None:
                table["columns"][0].pop(key)
            elif key in ("name", "data_type", "description"):
                table["columns"][0][key] = value
            else:
                table["columns"][0]["config"]["meta"][key] = value

    return change


MISTAKES = {
    "unknown key": (delivery(maximum_agee="P1M"), "delivery.maximum_agee", "not permitted"),
    "unknown key of a table": (meta(membre="trees.csv"), "membre", "not permitted"),
    "unknown key of a column": (column(alias=["nr"]), "trees.tree_id.alias", "not permitted"),
    "bad duration": (delivery(maximum_age="one month"), "delivery.maximum_age", "came 'one month'"),
    "no duration at all": (delivery(maximum_age="P0D"), "delivery.maximum_age", "longer than nothing"),
    "bad retention": (delivery(retention={"payloads": "ever"}), "delivery.retention.payloads", "came 'ever'"),
    "unknown retention": (delivery(retention={"releases": "P1Y"}), "delivery.retention.releases", "not permitted"),
    "hours": (delivery(cadence="PT36H"), "delivery.cadence", "whole days"),
    "missing licence": (delivery(licence=None), "delivery.licence", "required"),
    "licence without address": (delivery(licence={"name": "CC BY"}), "delivery.licence.url", "required"),
    "licence with a bad address": (delivery(licence={"name": "x", "url": "cc"}), "delivery.licence.url", "URL"),
    "unknown protocol": (delivery(protocol="soap"), "delivery.protocol", "came 'soap'"),
    "unknown parameter": (delivery(parameters={"place": "x"}), "delivery.parameters.place", "not permitted"),
    "missing parameter": (delivery(protocol="odata_v3"), "delivery.parameters.base_url", "required"),
    "contact that is no address": (delivery(contact="the town"), "delivery.contact", "came 'the town'"),
    "announced on no date": (delivery(announced=["in spring"]), "delivery.announced.0", "came 'in spring'"),
    "announced on no day": (
        delivery(announced_every_year=["02-29"]),
        "delivery.announced_every_year.0",
        "came '02-29'",
    ),
    "unknown clock": (delivery(clocks=["checked", "read"]), "delivery.clocks.1", "came 'read'"),
    "no checked clock": (delivery(clocks=["period"]), "delivery.clocks", "always binds"),
    "no period column": (delivery(period_column=None), "delivery.period_column", "table.column"),
    "unknown period column": (delivery(period_column="trees.felled_on"), "delivery.period_column", "felled_on"),
    "unknown region level": (delivery(region_level="street"), "delivery.region_level", "came 'street'"),
    "personal data left open": (delivery(personal_data=None), "delivery.personal_data", "required"),
    "volume upside down": (
        delivery(volume={"minimum_pct": 120, "maximum_pct": 80}),
        "delivery.volume",
        "not below",
    ),
    "delivery that is no mapping": (meta(delivery="csv"), "delivery", "came 'csv'"),
    "no member": (meta(member=None), "trees.member", "must name the file"),
    "no key": (meta(key=[]), "trees.key", "at least 1"),
    "unknown key column": (meta(key=["tree"]), "trees", "names tree"),
    "no data type": (column(data_type=None), "trees.tree_id.data_type", "Input should be"),
    "unknown data type": (column(data_type="money"), "trees.tree_id.data_type", "came 'money'"),
    "no description": (column(description=None), "trees.tree_id.description", "valid string"),
    "bad column name": (column(name="Tree ID"), "trees.Tree ID.name", "match pattern"),
    "no columns": (lambda table: table.update(columns=[]), "columns", "at least 1"),
    "columns that are no list": (lambda table: table.update(columns="id"), "columns", "no list"),
    "fill rate beyond all": (column(minimum_fill_pct=101), "trees.tree_id.minimum_fill_pct", "100"),
    "minimum of another kind": (column(minimum=date(2020, 1, 1)), "trees.tree_id.minimum", "does not fit a bigint"),
    "maximum of a text": (column(data_type="varchar", maximum=9), "trees.tree_id.maximum", "does not fit a varchar"),
    "period from nowhere": (column(data_type="date", not_before="start"), "trees.tree_id.not_before", "no column"),
    "overlap of no period": (column(data_type="date", no_overlap_per=["kind"]), "tree_id.no_overlap_per", "no column"),
    "parts that are no columns": (column(parts=["half"]), "trees.tree_id.parts", "no column"),
    "month of a number": (column(one_per="month"), "trees.tree_id.one_per", "does not fit a bigint"),
    "case of a number": (column(ignores_case=True), "trees.tree_id.ignores_case", "does not fit a bigint"),
    "no delivery part": (lambda table: table["config"]["meta"].pop("delivery"), "delivery", "is missing"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_with_its_key(models, mistake):
    change, key, problem = MISTAKES[mistake]
    table = copy.deepcopy(TABLE)
    change(table)
    write(models, source(table))
    message = refused(models)
    assert "feed 'town.trees'" in message
    assert f"{key}'" in message
    assert problem in message


@pytest.mark.parametrize(
    "heading",
    ["text", "text_extra", "reporter_email", "E-mail", "user", "phone", "Telefoonnummer", "BSN", "achternaam", "notes"],
)
@pytest.mark.parametrize("under", ["supplier_name", "supplier_aliases"])
def test_a_feed_with_personal_data_cannot_read_columns_that_identify_persons(models, heading, under):
    table = copy.deepcopy(TABLE)
    column(**{under: [heading] if under == "supplier_aliases" else heading})(table)
    write(models, source(table))
    message = refused(models)
    assert "key 'trees.tree_id.supplier_name'" in message
    assert f"'{heading}', which identifies persons" in message


def test_a_feed_without_personal_data_may_have_texts(models):
    table = copy.deepcopy(TABLE)
    delivery(personal_data=False)(table)
    column(supplier_name="text")(table)
    write(models, source(table))
    assert len(load_feeds(models)) == 1


def test_two_feeds_of_one_name_are_refused_with_both_files(models):
    write(models, source(TABLE))
    write(models, source(TABLE), name="village")
    with pytest.raises(ContractError, match=r"village__sources.yml: feed 'town.trees', key 'name'.*_town__sources"):
        load_feeds(models)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sources:\n  - name: raw_town\n tables: []\n", "is no YAML"),
        ("sources: 'unclosed\n", "is no YAML"),
        ("- name: raw_town\n", "has no keys"),
        ("sources:\n", "no list"),
        ("sources: [raw_town]\n", "no list"),
        ("sources: [{name: raw_town, tables: trees}]\n", "no list"),
    ],
)
def test_a_file_in_another_form_is_refused(models, text, problem):
    write(models, text)
    assert problem in refused(models)


def test_a_source_without_a_delivery_part_is_no_feed(models):
    own = {"name": "deliveries", "columns": [{"name": "feed", "data_type": "varchar", "description": "Feed."}]}
    write(models, source(own, "raw_own"))
    assert load_feeds(models) == []
