"""A new wire protocol is one module in ``dagster_project/extract``: nothing else is edited for it."""

import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from contracts.test_mistakes_in_contracts import DELIVERY
from landing.receiving import IMPATIENT, NOW, SAMPLE_TOWN, Desk
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from suppliers.running import running

import dagster_project.extract
from dagster_project.contracts import protocols
from dagster_project.contracts.load import load_feeds
from dagster_project.errors import ContractError
from dagster_project.extract import extractors
from dagster_project.installation.settings import Settings, SupplierSettings
from dagster_project.landing.store import FeedStore
from dagster_project.lineage.replay import read_again

# The recipe of dagster_project/extract/README.md.
MODULE = '''
"""Protocol ``tree_list``: trees as one JSON list, with a version number."""

from dataclasses import dataclass

import orjson

from dagster_project.contracts.protocols import BaseUrl, Parameters
from dagster_project.extract.answer import Answer, Records, Retrieval
from dagster_project.extract.extractors import Extractor, protocol
from dagster_project.extract.packing import store_answer


class TreeListParameters(Parameters):
    """Location of the list."""

    base_url: BaseUrl


@protocol("tree_list", TreeListParameters)
@dataclass
class TreeList(Extractor[TreeListParameters]):
    """Extractor for one list of trees."""

    def fetch(self, edition, stored, payload, scratch):
        """Fetch the list, unless its version is the stored one."""
        url = f"{self.parameters.base_url}/trees"
        document, body = self.http.get_json(url)
        validators = {"version": str(document["version"])}
        if stored is not None and stored.validators == validators:
            return None
        table = self.feed.tables[0]
        bare = scratch / "trees.json"
        bare.write_bytes(orjson.dumps(document["trees"]))
        names = {column.name: column.meta.supplier_name for column in table.columns}
        return Answer(
            retrieval=Retrieval(self.protocol, self.parameters.base_url),
            url=url,
            released_at=None,
            validators=validators,
            payload=[store_answer(payload / "trees.json.gz", body, url)],
            tables={table.name: Records([bare], "json", names, expected_rows=len(document["trees"]))},
        )
'''
COLUMNS = [
    {"name": "tree_id", "data_type": "bigint", "description": "Tree.", "config": {"meta": {"supplier_name": "id"}}},
    {"name": "kind", "data_type": "varchar", "description": "Kind.", "config": {"meta": {"supplier_name": "soort"}}},
]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The module as a file that Python finds in the package, as if it were in its folder; forgotten afterwards."""
    folder = tmp_path / "plugin"
    folder.mkdir()
    path = folder / "tree_list.py"
    path.write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(dagster_project.extract, "__path__", [*dagster_project.extract.__path__, str(folder)])
    yield path
    sys.modules.pop("dagster_project.extract.tree_list", None)
    protocols.REGISTERED.pop("tree_list", None)
    extractors.EXTRACTORS.pop("tree_list", None)


def feed(models: Path, base_url: str, **parameters: object):
    delivery = {
        **DELIVERY,
        "protocol": "tree_list",
        "parameters": {"base_url": base_url, **parameters},
        "clocks": ["checked"],
        "personal_data": False,
    }
    del delivery["period_column"]
    table = {"name": "trees", "columns": COLUMNS, "config": {"meta": {"key": ["tree_id"], "delivery": delivery}}}
    file = models / "staging/town/_town__sources.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    document = {"version": 2, "sources": [{"name": "raw_town", "tables": [table]}]}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    (found,) = load_feeds(models)
    return found


def test_a_feed_of_a_new_protocol_lands_confirms_and_replays(module, tmp_path):
    document = {"version": 1, "trees": [{"id": 1, "soort": "linde"}, {"id": 2, "soort": "eik"}]}
    town = Starlette(routes=[Route("/trees", lambda _request: JSONResponse(document))])
    with running(town) as supplier:
        # The contract names another address; the settings of the municipality override it.
        settings = Settings(
            municipality_code=SAMPLE_TOWN,
            http=IMPATIENT,
            suppliers={"town": SupplierSettings(base_url=supplier.cbs_url)},
        )
        desk = Desk(FeedStore(tmp_path / "landing", feed(tmp_path / "models", "http://127.0.0.1:9")), settings)
        desk.receive_and_admit()
        assert desk.rows("SELECT * FROM data ORDER BY tree_id") == [(1, "linde"), (2, "eik")]
        desk.now = NOW + timedelta(days=1)
        assert desk.receive().confirmed == ["all"]
    manifest = desk.manifest()
    payload = desk.store.deliveries / manifest.delivery_id / "payload"
    read_again(desk.store.feed, manifest, payload, tmp_path / "again")
    assert duckdb.read_parquet(str(tmp_path / "again/trees.parquet")).fetchall() == [(1, "linde"), (2, "eik")]


def test_its_parameters_are_checked_with_file_and_key(module, tmp_path):
    with pytest.raises(ContractError) as error:
        feed(tmp_path / "models", "http://127.0.0.1:9", forest="north")
    assert "_town__sources.yml: feed 'town.trees', key 'delivery.parameters.forest'" in str(error.value)


def test_without_its_module_the_protocol_is_refused_with_those_that_exist(tmp_path):
    # A text that no other test reads: contracts are cached by their text.
    with pytest.raises(ContractError) as error:
        feed(tmp_path / "models", "http://127.0.0.1:10")
    assert "key 'delivery.protocol'" in str(error.value)
    assert "choose from csv_zip, file, odata_v3, odata_v4, ogc_features, signalen_api, came 'tree_list'" in str(
        error.value
    )


def test_two_modules_cannot_declare_one_protocol(module, tmp_path):
    module.write_text(MODULE.replace('"tree_list"', '"csv_zip"'), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"'csv_zip' is declared in .*csv_zip and in .*tree_list"):
        feed(tmp_path / "models", "http://127.0.0.1:11")
