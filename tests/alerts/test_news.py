"""Alerts and the Atom feed about a release: targets beyond noise, the largest changes, and only open themes."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY
from starlette.testclient import TestClient

from dagster_project.access import ReadAccess
from dagster_project.release.diff.changes import Compared, FigureChange, IndicatorDiff, ReleaseDiff
from dagster_project.release.reader import DATABASE, open_release
from dashboard.app import EVERYTHING, create_app
from dashboard.board_settings import BoardSettings
from dashboard.reading.board import open_board
from dashboard.reading.kpis import Kpi, kpis
from orchestration.alerts.collect import side_of

from .conftest import Sender

ATOM = "{http://www.w3.org/2005/Atom}"
OPEN, RESTRICTED = "reports_open_count", "welfare_recipients_quarter_count"
RULES = {"everyone": {"themes": ["*"], "without": ["benefits"]}}


@pytest.fixture
def releases(sample_home, tmp_path):
    """A folder with the sample's release, to which tests add others."""
    folder = tmp_path / "home" / "releases"
    folder.mkdir(parents=True)
    add_release(sample_home, folder, 1)
    return folder


def add_release(sample_home, releases, number, *changes, diff=None):
    """Make a release with SQL changes, and a diff, the latest."""
    release_id = f"{SAMPLE_DAY}_{number}"
    folder = releases / release_id
    folder.mkdir()
    source = (sample_home / "releases" / "latest").resolve()
    for name in (DATABASE, "datapackage.json", "release.json", "diff.json"):
        shutil.copyfile(source / name, folder / name)
    for name, key in (("release.json", "release_id"), ("datapackage.json", "version"), ("diff.json", "release_id")):
        content = json.loads((folder / name).read_bytes())
        (folder / name).write_text(json.dumps({**content, key: release_id}))
    with duckdb.connect(str(folder / DATABASE)) as connection:
        for change in changes:
            connection.execute(change)
    if diff is not None:
        (folder / "diff.json").write_text(diff(release_id, folder).model_dump_json())
    latest = releases / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(release_id)


def changed(release_id, folder):
    """A diff in which an open and a restricted figure moved, and one of which the mart has another value."""
    release = open_release(folder.parent, folder.name)
    rows = release.shown_on(SAMPLE_DAY).execute(
        "select indicator_code, region_code, period, value from fct_indicator_values where is_current"
        f" and region_code = 'GM9999' and indicator_code in ('{OPEN}', '{RESTRICTED}', 'lonely_pct')"
    ).fetchall()  # fmt: skip
    release.close()
    indicators = [
        IndicatorDiff(
            indicator_code=code, label_nl=code, theme_nl="", unit_nl="", decimals=0, feed="x", figures_before=1,
            figures_after=1, is_definition_changed=False, changed=2,
            largest=FigureChange(region_code=area, region_name=None, period=period, before=value - 11,
                                 after=value + (5 if code == "lonely_pct" else 0), was_provisional=False,
                                 times_band=3),
        )
        for code, area, period, value in rows
    ]  # fmt: skip
    code = {"version": "1", "models": "x"}
    return ReleaseDiff(
        release_id=release_id, as_of=SAMPLE_DAY, code=code, indicators=indicators,
        before=Compared(release_id=f"{SAMPLE_DAY}_1", as_of=SAMPLE_DAY, code=code),
    )  # fmt: skip


def unchanged(release_id, folder):
    found = changed(release_id, folder)
    return found.model_copy(update={"indicators": []})


@pytest.fixture
def news(sender: Sender, releases):
    """An installation with the sample's release, on its day."""
    sender.today = SAMPLE_DAY
    return sender


def test_a_release_is_reported_once_with_its_largest_changes(news, hook, sample_home, releases):
    news.send()
    assert hook.kinds() == ["new_release"]
    add_release(sample_home, releases, 2, diff=changed)
    news.send()
    news.send()
    assert hook.kinds() == ["new_release", "new_release"]
    post = hook.posts[-1]
    assert post["link"] == "https://bord.example/wijzigingen"
    lines = post["text"].splitlines()
    assert lines[0] == "6 cijfers zijn gewijzigd."
    assert len(lines) == 4, "a figure that is not the one of the mart is left out"
    assert any(
        re.fullmatch(r"- Openstaande meldingen.*, Maandrecht, .* 2026: van \d+ naar \d+", line) for line in lines
    )


def test_a_release_without_other_figures_is_no_news(news, hook, sample_home, releases):
    news.send()
    add_release(sample_home, releases, 2, diff=unchanged)
    news.send()
    assert hook.kinds() == ["new_release"]


def test_an_earlier_release_that_is_the_latest_again_is_no_news(news, hook, sample_home, releases):
    news.send()
    add_release(sample_home, releases, 2, diff=changed)
    news.send()
    (releases / "latest").unlink()
    (releases / "latest").symlink_to(f"{SAMPLE_DAY}_1")
    news.send()
    assert hook.kinds() == ["new_release", "new_release"]


def crossing(code, value):
    band = f"noise_lower = {value} - 1, noise_upper = {value} + 1"
    return (
        f"update snapshot.mart_kpi set value = {value}, {band}, traffic_light = 'red' where indicator_code = '{code}'"
    )


def test_a_target_that_is_missed_and_was_met_is_reported_once(news, hook, sample_home, releases):
    add_release(sample_home, releases, 2, _met(OPEN), _met(RESTRICTED))
    news.send()
    add_release(sample_home, releases, 3, crossing(OPEN, 250), crossing(RESTRICTED, 5000), diff=unchanged)
    news.send()
    news.send()
    crossed = [post for post in hook.posts if post["kind"] == "target_crossed"]
    titles = {post["title"]: post for post in crossed}
    assert len(titles) == len(crossed) == 2
    post = next(post for title, post in titles.items() if "meldingen" in title)
    assert post["title"].startswith("Doel niet meer gehaald: Openstaande meldingen")
    assert re.search(r": 250 meldingen in \w+ 2026\. Het doel is hoogstens 190\. Het verschil is groter dan de gewone",
                     post["text"])  # fmt: skip
    assert post["link"] == f"https://bord.example/k/{OPEN}"


def _met(code):
    return (
        "update snapshot.mart_kpi set value = target_value - 50, noise_lower = target_value - 60,"
        f" noise_upper = target_value - 40, traffic_light = 'green' where indicator_code = '{code}'"
    )


def test_no_alert_has_anything_of_a_theme_that_not_every_reader_may_see(news, hook, sample_home, releases):
    news.more = {"MAANDVERS_ACCESS": json.dumps(RULES)}
    add_release(sample_home, releases, 2, _met(OPEN), _met(RESTRICTED))
    news.send()
    add_release(sample_home, releases, 3, crossing(OPEN, 250), crossing(RESTRICTED, 5000), diff=changed)
    news.send()
    assert [post["kind"] for post in hook.posts[1:]] == ["target_crossed", "new_release"]
    text = json.dumps(hook.posts, ensure_ascii=False).lower()
    assert "bijstand" not in text
    assert "5.000" not in text
    assert "4 cijfers zijn gewijzigd" in text


@pytest.fixture(scope="module")
def kpi(sample_home) -> Kpi:
    release = open_release(sample_home / "releases")
    found = kpis(open_board(release, SAMPLE_DAY, ""))[OPEN]
    release.close()
    return found


@pytest.mark.parametrize(
    ("value", "band", "light", "side"),
    [
        (180, (170, 189), "green", "met"),
        (180, (160, 200), "green", None),
        (200, (191, 210), "red", "missed"),
        (200, (185, 215), "amber", None),
        (195, None, "amber", None),
        (215, None, "red", "missed"),
        (165, None, "green", "met"),
        (200, (191, 210), "none", None),
    ],
)
def test_a_side_of_a_target_counts_beyond_noise_alone(kpi, value, band, light, side):
    lower, upper = band or (None, None)
    figure = replace(kpi.figure, value=value, noise_lower=lower, noise_upper=upper)
    assert side_of(replace(kpi, figure=figure, target=190.0, tolerance=20.0, light=light)) == side


def board(releases, access=EVERYTHING, today=SAMPLE_DAY):
    app = create_app(releases, lambda: datetime.combine(today, time(12), UTC), BoardSettings(), access=access)
    return TestClient(app, "http://127.0.0.1:8050", client=("127.0.0.1", 50_000))


def feed_of(*given, **more):
    answer = board(*given, **more).get("/atom.xml")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    return ElementTree.fromstring(answer.content)


def test_the_feed_is_atom_and_has_an_entry_per_release_with_news(sample_home, releases):
    add_release(sample_home, releases, 2, diff=unchanged)
    add_release(sample_home, releases, 10, diff=changed)
    feed = feed_of(releases)
    assert feed.tag == f"{ATOM}feed"
    # What RFC 4287 asks of a feed and its entries.
    for part in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = part.findall(f"{ATOM}{name}")
            assert one.text
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", part.find(f"{ATOM}id").text)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", part.find(f"{ATOM}updated").text)
        assert any(link.get("rel") == "alternate" for link in part.findall(f"{ATOM}link"))
    assert feed.find(f"{ATOM}author/{ATOM}name").text == "Maandrecht"
    entries = feed.findall(f"{ATOM}entry")
    assert len({one.find(f"{ATOM}id").text for one in entries}) == len(entries) == 2
    newest, first = ("".join(one.find(f"{ATOM}content").itertext()) for one in entries)
    assert "6 cijfers zijn gewijzigd" in newest
    assert "Openstaande meldingen" in newest
    assert first == "Dit is de eerste uitgave."


def test_the_feed_has_nothing_of_a_theme_that_its_reader_may_not_see(sample_home, releases):
    add_release(sample_home, releases, 2, diff=changed)
    text = "".join(feed_of(releases, ReadAccess.model_validate(RULES)).itertext())
    assert "Openstaande meldingen" in text
    assert "bijstand" not in text.lower()
    assert "4 cijfers zijn gewijzigd" in text


def test_the_feed_has_no_expired_figure(sample_home, releases):
    add_release(sample_home, releases, 2, diff=changed)
    text = "".join(feed_of(releases, today=date(2027, 1, 15)).itertext())
    assert "6 cijfers zijn gewijzigd" in text
    assert " naar " not in text


def test_names_of_suppliers_do_not_break_the_feed(sample_home, releases):
    hostile = "<script>alert(1)</script>&\x01\u202e"
    name = f"update snapshot.dim_indicator set short_label_nl = '{hostile}' || indicator_code"
    add_release(sample_home, releases, 2, name, diff=changed)
    assert "<script>alert(1)</script>&" in "".join(feed_of(releases).itertext())


def test_every_page_links_to_the_feed(releases):
    for page in ("/", "/versheid", "/b/GM9999"):
        assert '<link rel="alternate" type="application/atom+xml" title="Nieuwe cijfers" href="/atom.xml">' in (
            board(releases).get(page).text
        )
