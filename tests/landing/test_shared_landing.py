"""Open data that one installation lands for many: each takes its own rows, as if it had asked the supplier itself."""

import hashlib
from datetime import timedelta

import duckdb
import pytest
from suppliers.running import running

from dagster_project.contracts.load import load_feeds
from dagster_project.errors import SetupError
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation.settings import DBT_PROJECT, FeedSettings, Settings, SupplierSettings
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.ingest import receive
from dagster_project.landing.shared_landing import is_shared, landed_once
from dagster_project.landing.store import FeedStore
from dagster_project.lineage.replay import read_again
from dagster_project.operations.land import land
from dagster_project.sample.service import ODATA_V3_SUPPLIERS, duo_settings, sample_app

from .receiving import IMPATIENT, NOW, SAMPLE_TOWN, SECRET, WAALWIJK, contract

FEEDS = load_feeds(DBT_PROJECT / "models")
KEY_FIGURES = "cbs.key_figures"
LATER = NOW + timedelta(hours=1)
# Of tables that are too large for the whole country.
SERVED = (SAMPLE_TOWN, "GM0363")


@pytest.fixture(scope="module")
def suppliers():
    with running(sample_app(NOW.date())) as running_suppliers:
        yield running_suppliers


@pytest.fixture
def asked(suppliers):
    """The requests of one test, of suppliers without faults."""
    suppliers.faults.chosen = {}
    suppliers.requests.clear()
    return suppliers.requests


def addresses(suppliers):
    named = {name: SupplierSettings(base_url=suppliers.cbs_url) for name in (*ODATA_V3_SUPPLIERS, "pdok")}
    # Of three years each.
    few = {"key_figures": FeedSettings(editions=3)}
    named["cbs"] = named["cbs"].model_copy(update={"feeds": few})
    return named | {"duo": duo_settings(suppliers.cbs_url)}


def shared_settings(home, suppliers, *feeds):
    return Settings(
        home=home,
        scope="shared",
        serves=SERVED,
        http=IMPATIENT,
        suppliers=addresses(suppliers),
        feeds=list(feeds),
        release_readers="group",
    )


def land_at(home, suppliers, *feeds, now=NOW):
    return land(Workspace(shared_settings(home, suppliers, *feeds), lambda: now))


def receive_rows(home, feed, settings, now=LATER):
    """Receive a feed in an installation; through the shared one where the settings name it."""
    with extractor_for(feed, settings, SECRET) as extractor:
        store = FeedStore(home / "landing", extractor.feed)
        return store, receive(store, landed_once(extractor, settings, lambda: now), lambda: now)


def through(home, shared, suppliers, **settings):
    return Settings(
        home=home, municipality_code=SAMPLE_TOWN, http=IMPATIENT, shared_landing=shared, **{"suppliers": {}, **settings}
    )


def rows_of(store):
    """The rows of each table and edition that was received."""
    found = {}
    for edition, stored in store.state().candidates.items():
        for table in store.feed.tables:
            path = store.parquet(stored.delivery_id, table.name)
            found[edition, table.name] = duckdb.read_parquet(str(path)).order("ALL").fetchall()
    return found


def digest_of_tree(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path} {path.stat().st_mtime_ns}".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


SHAREABLE = [feed for feed in FEEDS if feed.is_shareable]
# One of each protocol; the others are compared in the long tier.
USUAL = (KEY_FIGURES, "cbs.low_income", "duo.schools", "pdok.borders", "iv3.accounts", "police.nuisance_monthly")


def test_open_data_that_is_asked_for_in_the_same_way_by_each_is_shared_and_no_other():
    shared = {feed.id for feed in SHAREABLE}
    assert {*USUAL, "police.crime_yearly", "rivm.health"} <= shared
    others = {feed.supplier for feed in FEEDS if feed.id not in shared}
    assert others == {
        "benefits_admin", "hr", "ledger", "signalen", "social_domain", "sports", "statline", "vacancy", "vve",
    }  # fmt: skip


@pytest.fixture(scope="module")
def landed(suppliers, tmp_path_factory):
    """A feed of each protocol, landed once; tests read it, as municipalities do."""
    home = tmp_path_factory.mktemp("shared")
    receptions = land_at(home, suppliers, *USUAL)
    assert {one.feed: one.problems for one in receptions if one.problems} == {}
    return home


@pytest.mark.parametrize("feed", USUAL)
def test_own_rows_of_a_shared_feed_are_those_that_the_supplier_gives_and_it_is_not_asked(
    feed, landed, suppliers, asked, tmp_path
):
    compare_with_direct(contract(feed), landed, suppliers, asked, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("feed", [feed for feed in SHAREABLE if feed.id not in USUAL], ids=lambda feed: feed.id)
def test_own_rows_of_every_other_shared_feed_are_the_same_too(feed, suppliers, asked, tmp_path):
    home = tmp_path / "shared"
    land_at(home, suppliers, feed.id)
    asked.clear()
    compare_with_direct(feed, home, suppliers, asked, tmp_path)


def compare_with_direct(feed, landed, suppliers, asked, tmp_path):
    before = digest_of_tree(landed)
    store, reception = receive_rows(tmp_path / "through", feed, through(tmp_path, landed, suppliers))
    assert (reception.problems, asked) == ([], [])
    direct = Settings(municipality_code=SAMPLE_TOWN, http=IMPATIENT, suppliers=addresses(suppliers))
    expected, _ = receive_rows(tmp_path / "direct", feed.keeping(3) if feed.id == KEY_FIGURES else feed, direct)
    assert rows_of(store) == rows_of(expected)
    assert digest_of_tree(landed) == before


def test_the_clock_is_that_of_the_answer_to_the_shared_installation(landed, suppliers, tmp_path):
    settings = through(tmp_path, landed, suppliers)
    store, _ = receive_rows(tmp_path, contract(KEY_FIGURES), settings)
    clocks = {one.confirmed_at for one in store.state().candidates.values()}
    assert clocks == {NOW}
    # Nothing new was landed, so nothing new is received and no clock moves.
    _, again = receive_rows(tmp_path, contract(KEY_FIGURES), settings, LATER + timedelta(days=1))
    assert (again.received, len(again.confirmed)) == ([], 3)
    assert {one.confirmed_at for one in store.state().candidates.values()} == {NOW}
    assert store.state().remarks == []


def test_a_confirmation_to_the_shared_installation_moves_the_clock_without_a_delivery(suppliers, asked, tmp_path):
    home, night = tmp_path / "shared", NOW + timedelta(days=1)
    land_at(home, suppliers, KEY_FIGURES)
    settings = through(tmp_path, home, suppliers)
    store, _ = receive_rows(tmp_path / "one", contract(KEY_FIGURES), settings)
    land_at(home, suppliers, KEY_FIGURES, now=night)
    _, reception = receive_rows(tmp_path / "one", contract(KEY_FIGURES), settings, night + timedelta(hours=1))
    assert (reception.received, len(reception.confirmed)) == ([], 3)
    assert {one.confirmed_at for one in store.state().candidates.values()} == {night}


def test_a_supplier_that_did_not_answer_is_a_problem_and_moves_no_clock(suppliers, asked, tmp_path):
    home, night = tmp_path / "shared", NOW + timedelta(days=1)
    land_at(home, suppliers, KEY_FIGURES)
    settings = through(tmp_path, home, suppliers)
    dead = SupplierSettings(base_url="http://127.0.0.1:9", feeds={"key_figures": FeedSettings(editions=3)})
    silent = shared_settings(home, suppliers, KEY_FIGURES).model_copy(update={"suppliers": {"cbs": dead}})
    assert land(Workspace(silent, lambda: night))[0].is_unreachable
    # A municipality that comes now receives what was landed before, with its own clock and the problem.
    store, reception = receive_rows(tmp_path / "new", contract(KEY_FIGURES), settings, night + timedelta(hours=1))
    assert len(reception.received) == 3
    assert "gave the shared installation no usable answer" in reception.problems[0]
    assert {one.confirmed_at for one in store.state().candidates.values()} == {None}


def test_what_was_never_landed_is_a_problem_and_the_supplier_is_not_asked(suppliers, asked, tmp_path):
    settings = through(tmp_path, tmp_path / "shared", suppliers)
    _, reception = receive_rows(tmp_path / "one", contract(KEY_FIGURES), settings)
    assert "has not been landed in the shared installation" in reception.problems[0]
    assert asked == []


def test_a_damaged_delivery_is_not_read_and_those_of_other_years_are(suppliers, asked, tmp_path):
    home = tmp_path / "shared"
    land_at(home, suppliers, KEY_FIGURES)
    asked.clear()
    next(home.rglob("key_figures.parquet")).write_bytes(b"damaged")
    _, reception = receive_rows(tmp_path / "one", contract(KEY_FIGURES), through(tmp_path, home, suppliers))
    assert len(reception.received) == 2
    (problem,) = [*reception.problems]
    assert "does not match its checksum" in problem
    assert asked == []


def test_a_municipality_that_is_not_served_has_a_problem_of_tables_of_served_ones(landed, suppliers, asked, tmp_path):
    settings = through(tmp_path, landed, suppliers).model_copy(update={"municipality_code": WAALWIJK})
    _, reception = receive_rows(tmp_path, contract("iv3.accounts"), settings)
    assert len(reception.problems) == 3
    assert "was not landed for GM0867 in the shared installation" in reception.problems[0]
    assert "came: GM9999, GM0363" in reception.problems[0]
    assert asked == []


def test_an_installation_that_serves_no_one_lands_no_table_of_served_municipalities(tmp_path):
    alone = Workspace(Settings(home=tmp_path, scope="shared"))
    used = {feed.id for feed in FEEDS if alone.uses(feed)}
    assert {feed.id for feed in SHAREABLE} - used == {
        "iv3.accounts", "police.crime_monthly", "police.nuisance_monthly",
    }  # fmt: skip


def test_another_served_municipality_is_another_question(suppliers, asked, tmp_path):
    home, feed = tmp_path / "shared", "police.nuisance_monthly"
    land_at(home, suppliers, feed)
    assert land_at(home, suppliers, feed)[0].received == []
    more = shared_settings(home, suppliers, feed).model_copy(update={"serves": (*SERVED, WAALWIJK)})
    assert len(land(Workspace(more, lambda: LATER))[0].received) == 1


def test_a_municipality_that_is_in_no_table_is_unknown(landed, suppliers, tmp_path):
    settings = through(tmp_path, landed, suppliers).model_copy(update={"municipality_code": "GM9000"})
    store, _ = receive_rows(tmp_path, contract(KEY_FIGURES), settings)
    assert store.state().lacks_municipality


def test_own_rows_are_read_again_from_their_payload(landed, suppliers, tmp_path):
    store, _ = receive_rows(tmp_path, contract("pdok.borders"), through(tmp_path, landed, suppliers))
    assert_read_again(store, tmp_path)


def test_rows_of_several_municipalities_are_read_again_from_their_payload(landed, tmp_path):
    assert_read_again(FeedStore(landed / "landing", contract("police.nuisance_monthly")), tmp_path)


def assert_read_again(store, tmp_path):
    for stored in store.state().candidates.values():
        manifest = store.manifest(stored.delivery_id)
        folder = store.deliveries / stored.delivery_id
        target = tmp_path / "again" / stored.delivery_id
        read_again(store.feed, manifest, folder / "payload", target)
        file = f"{store.feed.tables[0].name}.parquet"
        again, was = (duckdb.read_parquet(str(one / file)).fetchall() for one in (target, folder))
        assert again == was
        assert was


def test_a_file_of_its_own_is_not_shared(tmp_path):
    elsewhere = {"cbs": SupplierSettings(feeds={"key_figures": FeedSettings(protocol="file")})}
    settings = Settings(shared_landing=tmp_path, suppliers=elsewhere)
    assert not is_shared(contract(KEY_FIGURES), settings)
    assert is_shared(contract(KEY_FIGURES), Settings(shared_landing=tmp_path))
    assert not is_shared(contract(KEY_FIGURES), Settings())


def test_only_a_shared_installation_lands_for_others(tmp_path):
    with pytest.raises(SetupError, match='scope = "shared"'):
        land(Workspace(Settings(home=tmp_path), lambda: NOW))


def test_what_is_landed_can_be_read_by_the_group_and_written_by_its_owner_alone(landed):
    modes = {path.stat().st_mode & 0o777 for path in (landed / "landing").rglob("*") if path.is_file()}
    assert modes == {0o640}
    assert landed.stat().st_mode & 0o777 == 0o710
