"""Metrics: requests and the age of the release, as Prometheus reads them; no figure, and nothing of a reader."""

import json
import shutil
from datetime import timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from prometheus_client.parser import text_string_to_metric_families
from reader import changed_release, reader

from dashboard.board_settings import BoardSettings

PROXY = "10.0.0.5"
BEHIND = BoardSettings(host="0.0.0.0", groups_header="X-Groups", trusted_proxies=(PROXY,))


def read(client, **headers):
    """Every sample by its name and labels."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


def test_the_release_is_measured_on_the_day_of_reading(sample_releases, release):
    catalogue = release.catalogue
    for days in (0, 5, 40):
        client = reader(sample_releases, SAMPLE_DAY + timedelta(days=days))
        found, health = read(client), client.get("/gezond")
        today = SAMPLE_DAY + timedelta(days=days)
        assert found["maandvers_release_newest",] == 1
        assert found["maandvers_release_complete_days",] == (catalogue.complete_until - today).days
        assert found["maandvers_release_shown_days",] == (catalogue.expires_after - today).days
        assert (found["maandvers_release_shown_days",] < 0) == (health.status_code == 503)
        assert abs(found["maandvers_release_age_seconds",] - days * 86_400) < 86_400
        states = {state: found["maandvers_feeds", state] for state in ("fresh", "last_good", "withheld")}
        limits = release.cursor().execute("select fresh_until from snapshot.freshness").fetchall()
        assert sum(states.values()) == len(limits)
        assert states["withheld"] == sum(limit < today for (limit,) in limits)


def test_late_feeds_are_those_of_the_release(sample_releases, tmp_path):
    releases = changed_release(sample_releases, tmp_path)
    assert not [name for name, *_ in read(reader(releases)) if name == "maandvers_feed_late"]
    report = json.loads((sample_releases / "latest" / "freshness.json").read_text())
    for feed in report["feeds"]:
        feed["late"] = [{"kind": "supplier late"}] if feed["feed"] == "rivm.health" else []
    (releases / "latest" / "freshness.json").write_text(json.dumps(report))
    found = read(reader(releases))
    assert [key for key in found if key[0] == "maandvers_feed_late"] == [
        ("maandvers_feed_late", "rivm.health", "supplier late")
    ]


def test_requests_are_counted_by_the_pattern_of_their_address(sample_releases):
    client = reader(sample_releases)
    for path in ("/", "/k/lonely_pct/BU99990104", "/zoek?q=geheim", "/bestaat-niet", "/bestaat-niet-ook"):
        client.get(path)
    found = read(client)
    assert found["maandvers_board_requests_total", "/", "200"] == 1
    assert found["maandvers_board_requests_total", "-", "404"] == 2
    assert found["maandvers_board_request_seconds_count", "/"] == 1
    text = client.get("/metrics").text
    assert not any(word in text for word in ("geheim", "lonely", "BU99990104"))


def test_without_a_release_metrics_say_so(tmp_path, sample_releases):
    client = reader(tmp_path)
    assert read(client)["maandvers_release_newest",] == 0
    changed_release(sample_releases, tmp_path)
    # A board that runs finds the first release.
    assert read(reader(tmp_path))["maandvers_release_newest",] == 1
    shutil.rmtree(tmp_path / f"{SAMPLE_DAY}_1")
    assert read(client)["maandvers_release_newest",] == 0


@pytest.mark.parametrize(
    ("peer", "host", "forwarded", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8050", {}, 200),
        (PROXY, "board:8050", {}, 200),
        (PROXY, "bord.example", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", "127.0.0.1:8050", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("10.0.0.6", "board:8050", {}, 403),
    ],
)
def test_only_monitoring_reads_them(sample_releases, peer, host, forwarded, status):
    client = reader(sample_releases, settings=BEHIND, peer=peer, host=host)
    assert client.get("/metrics", headers=forwarded).status_code == status


def test_a_public_board_shows_them_to_no_reader(sample_releases, tmp_path):
    releases = changed_release(sample_releases, tmp_path)
    note = releases / "latest" / "release.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"is_public": True}))
    client = reader(releases, settings=BoardSettings(public=True), peer="192.0.2.7", host="bord.example")
    assert (client.get("/").status_code, client.get("/metrics").status_code) == (200, 404)
