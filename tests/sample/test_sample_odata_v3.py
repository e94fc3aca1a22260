"""The OData v3 server, seen by plain HTTP and by the public cbsodata client, on the real table of 2020."""

import threading

import cbsodata
import duckdb
import httpx
import pytest
from suppliers.replay import parquet_of, replay_suppliers

HTTP = httpx.Client(timeout=30)

FEED = "/ODataFeed/odata/84799NED"
API = "/ODataApi/odata/84799NED"


def get(suppliers, path, **options):
    response = HTTP.get(suppliers.cbs_url + path, params={"$format": "json", **options})
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
def cbs(replay, monkeypatch):
    """cbsodata pointed at the replay."""
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    monkeypatch.setattr(cbsodata.options, "requests", {"proxies": {"http": None}})
    with cbsodata.catalog(replay.cbs_url.removeprefix("http://")):
        yield cbsodata


def test_every_real_figure_comes_through_the_public_client(cbs):
    records = cbs.get_data("84799NED")
    con = duckdb.connect()
    expected = con.execute(f"from read_parquet('{parquet_of('TypedDataSet')}')")
    names = [column[0] for column in expected.description]
    rows = expected.fetchall()
    titles = dict(con.execute(f"select Key, Title from read_parquet('{parquet_of('WijkenEnBuurten')}')").fetchall())
    assert (len(rows), len(names)) == (17341, 118)
    region = names.index("WijkenEnBuurten")
    # The client puts the region's title where its key was.
    assert [tuple(record.values()) for record in records] == [
        (*row[:region], titles[row[region]], *row[region + 1 :]) for row in rows
    ]


def test_the_public_client_reads_the_catalogue_and_the_metadata(cbs):
    assert [table["Identifier"] for table in cbs.get_table_list()] == ["84799NED"]
    assert cbs.get_info("84799NED")["Modified"] == "2021-03-26T02:00:00"
    properties = cbs.get_meta("84799NED", "DataProperties")
    kinds = [row["odata.type"].removeprefix("Cbs.OData.") for row in properties]
    assert {kind: kinds.count(kind) for kind in kinds} == {"GeoDetail": 1, "Topic": 116, "TopicGroup": 40}


def test_the_public_client_reads_one_municipality(cbs):
    records = cbs.get_data("84799NED", filters="substringof('0867',WijkenEnBuurten)", select="AantalInwoners_5")
    assert len(records) == 27


def test_the_catalogue_finds_an_edition_by_its_title(replay):
    found = get(replay, "/ODataCatalog/Tables", **{"$filter": "startswith(Title,'Kerncijfers wijken en buurten 2020')"})
    assert [(table["Identifier"], table["RecordCount"]) for table in found["value"]] == [("84799NED", 17341)]
    assert get(replay, "/ODataCatalog/Tables", **{"$filter": "Title eq 'iets anders'"})["value"] == []


@pytest.mark.parametrize("root", [API, FEED, API.replace("odata", "OData"), FEED.replace("odata", "OData")])
def test_the_service_document_names_every_part_by_an_address_that_answers(replay, root):
    parts = get(replay, root)["value"]
    assert [part["name"] for part in parts] == [
        "TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties", "CategoryGroups", "WijkenEnBuurten",
    ]  # fmt: skip
    for part in parts:
        assert part["url"].startswith(f"{replay.cbs_url}/OData")
        HTTP.get(part["url"], params={"$format": "json", "$top": 1}).raise_for_status()


def test_padded_keys_match_by_prefix_and_never_by_their_bare_code(replay):
    bare = get(replay, f"{FEED}/TypedDataSet", **{"$filter": "WijkenEnBuurten eq 'GM0867'"})
    padded = get(replay, f"{FEED}/TypedDataSet", **{"$filter": "WijkenEnBuurten eq 'GM0867    '"})
    by_prefix = get(replay, f"{FEED}/TypedDataSet", **{"$filter": "startswith(WijkenEnBuurten,'GM0867')"})
    assert bare["value"] == []
    assert padded["value"] == by_prefix["value"]
    assert padded["value"][0]["Gemeentenaam_1"] == "Waalwijk".ljust(40)


def test_the_small_service_refuses_more_than_10000_records(replay):
    for name in ("TypedDataSet", "WijkenEnBuurten"):
        response = HTTP.get(f"{replay.cbs_url}{API}/{name}", params={"$format": "json"})
        assert response.status_code == 500
        assert "more than 10000 records" in response.json()["odata.error"]["message"]["value"]
    assert len(get(replay, f"{API}/TypedDataSet", **{"$top": "10", "$skip": "17335"})["value"]) == 6


def test_the_bulk_service_pages_to_the_end_by_next_links_on_the_host_that_was_called(replay):
    url, ids = f"{replay.cbs_url}{FEED}/TypedDataSet?$format=json&$select=ID", []
    while url:
        assert url.startswith(replay.cbs_url + FEED)
        page = HTTP.get(url).json()
        assert page["odata.metadata"] == f"{replay.cbs_url}{FEED}/$metadata#Cbs.OData.WebAPI.TypedDataSet"
        ids += [record["ID"] for record in page["value"]]
        url = page.get("odata.nextLink")
    assert ids == list(range(17341))


def test_a_top_beyond_one_page_is_carried_to_the_next(replay):
    first = get(replay, f"{FEED}/TypedDataSet", **{"$top": "10003", "$select": "ID"})
    rest = HTTP.get(first["odata.nextLink"]).json()
    assert [len(first["value"]), len(rest["value"])] == [10000, 3]
    assert "odata.nextLink" not in rest


def test_records_are_counted(replay):
    url = f"{replay.cbs_url}{FEED}/TypedDataSet/$count"
    assert HTTP.get(url).text == "17341"
    assert HTTP.get(url, params={"$filter": "startswith(WijkenEnBuurten,'BU0867')"}).text == "23"


def test_the_untyped_set_right_aligns_texts_and_has_a_dot_for_missing_values(replay):
    (record,) = get(replay, f"{FEED}/UntypedDataSet", **{"$filter": "ID eq 15612"})["value"]
    assert record["AantalInwoners_5"] == "      4525"
    assert record["PersonenautoSPerHuishouden_102"] == "       1.0"
    assert record["PercentageOnbewoond_39"] == "         ."
    assert record["Gemeentenaam_1"] == "Waalwijk".ljust(40)


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/ODataFeed/odata/00000NED/TableInfos", {}, 404),
        (f"{FEED}/Perioden", {}, 404),
        (f"{FEED}/TypedDataSet", {"$filter": "Bestaat_1 eq 2"}, 400),
        (f"{FEED}/TypedDataSet", {"$filter": "ID eq"}, 400),
        (f"{FEED}/TypedDataSet", {"$select": "Bestaat_1"}, 400),
        (f"{FEED}/TypedDataSet", {"$orderby": "ID"}, 400),
        (f"{FEED}/TypedDataSet", {"$top": "-1"}, 400),
    ],
)
def test_an_invalid_request_gets_an_odata_error(replay, path, options, status):
    response = HTTP.get(replay.cbs_url + path, params={"$format": "json", **options})
    assert response.status_code == status
    assert response.json()["odata.error"]["message"]["value"]


def test_json_is_sent_on_request_only(replay):
    response = HTTP.get(f"{replay.cbs_url}{FEED}/TableInfos")
    assert response.status_code == 415
    assert response.headers["content-type"].startswith("application/xml")


def test_the_page_size_can_be_chosen(replay):
    with replay_suppliers(page_size=7) as small:
        page = get(small, f"{FEED}/TypedDataSet", **{"$top": "20", "$select": "ID"})
    assert len(page["value"]) == 7


def test_a_server_stops_when_its_block_ends(replay):
    before = server_threads()
    with replay_suppliers() as short_lived:
        url = short_lived.cbs_url
        assert server_threads() - before
    with pytest.raises(httpx.ConnectError):
        HTTP.get(url)
    assert not server_threads() - before


def server_threads():
    return {thread for thread in threading.enumerate() if thread.name == "sample suppliers"}
