"""No figure is shown after its day, on any page, in any file; the reason and who acts are."""

from datetime import UTC, datetime, time, timedelta

import orjson
import pytest
from figures_of_pages import figures
from main_line.first_run import SAMPLE_DAY
from reader import UNBOUNDED, changing, copied, point_to, reader
from starlette.testclient import TestClient

from dashboard.app import create_app

LATER = SAMPLE_DAY + timedelta(days=40)
PAGES = (
    "/",
    "/t",
    "/t/economische-zelfredzaamheid",
    "/t/uitkeringen",
    "/t/veiligheid?gebied=BU99990104",
    "/b",
    "/b/GM9999",
    "/b/WK999901",
    "/b/BU99990104",
    "/k/welfare_recipients_per_1000",
    "/k/lonely_pct/BU99990104",
    "/k/vacant_shop_pct/BU99990104",
    "/vergelijk?k=lonely_pct&g=BU99990104&g=BU99990101",
    "/zoek?q=bijstand",
    "/zoek?q=bijstand+BU99990104",
    "/bron/lonely_pct",
    "/versheid",
)
FILES = ("/k/lonely_pct/BU99990104.json", "/b/BU99990104.json", "/t/uitkeringen/GM9999.json")


@pytest.fixture(scope="module")
def later(sample_releases):
    return reader(sample_releases, LATER)


def test_pages_have_figures_on_their_day_and_none_forty_days_later(sample_releases, later):
    today = reader(sample_releases, SAMPLE_DAY)
    assert sum(bool(figures(today.get(page).text)) for page in PAGES) >= 11
    assert sum('role="img"' in today.get(page).text for page in PAGES) >= 6
    for page in PAGES:
        answer = later.get(page)
        assert answer.status_code == 200, page
        assert figures(answer.text) == [], page
        # Neither do charts, maps and bars draw what may not be read.
        assert 'role="img"' not in answer.text, page
        assert "Geen actuele cijfers" in answer.text, page
        assert "datateam" in answer.text, page


def test_files_have_rows_on_their_day_and_none_forty_days_later(sample_releases, later):
    today = reader(sample_releases, SAMPLE_DAY)
    for file in FILES:
        assert today.get(file).json()["rows"], file
        assert later.get(file).json()["rows"] == [], file
    assert today.get("/zakboek.json").json()["figures"]
    assert later.get("/zakboek.json").json()["figures"] == []


def test_tiles_say_since_when_they_may_not_be_shown(later):
    overview = later.get("/").text
    assert overview.count("Niet meer toonbaar sinds") >= 15


def test_health_says_that_a_release_is_expired(sample_releases, later):
    answer = later.get("/gezond")
    assert answer.status_code == 503
    assert answer.json()["status"] == "expired"
    assert reader(sample_releases, SAMPLE_DAY).get("/gezond").json()["status"] == "ok"


def test_a_kept_page_is_made_again_on_the_next_day(sample_releases):
    """The same server, at midnight: pages that were kept, and the tag by which a browser asks for news."""
    day = [SAMPLE_DAY]
    app = create_app(sample_releases, lambda: datetime.combine(day[0], time(12), UTC), UNBOUNDED)
    board = TestClient(app, "http://localhost", client=("127.0.0.1", 1))
    before = board.get("/")
    assert figures(before.text)
    assert board.get("/", headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    day[0] = LATER
    after = board.get("/", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert figures(after.text) == []


@pytest.fixture(scope="module")
def withheld(sample_releases, tmp_path_factory):
    """A release whose police figures are withheld, since the police are late."""
    releases = tmp_path_factory.mktemp("withheld")
    copy = copied(sample_releases / "latest", releases)
    with changing(copy) as tables:
        tables.execute(
            "update snapshot.freshness set is_withheld = true,"
            " withheld_reason_nl = 'leverancier te laat: politie, sinds 3 dagen' where feed like 'police.%'"
        )
        for mart in ("fct_indicator_values", "mart_kpi", "mart_neighbourhood_profile"):
            tables.execute(f"delete from snapshot.{mart} where feed like 'police.%'")
    point_to(releases, copy.name)
    return reader(releases, SAMPLE_DAY)


def test_a_withheld_figure_says_who_is_late(withheld):
    answer = withheld.get("/k/crimes_monthly_count").text
    assert figures(answer) == []
    assert "sinds 3 dagen" in answer
    assert "sinds 3 dagen" in withheld.get("/versheid").text
    assert "sinds 3 dagen" in withheld.get("/zoek?q=misdrijven").text


def test_a_suppressed_figure_says_that_it_is_of_too_few(sample_releases, release):
    row = (
        release.shown_on(SAMPLE_DAY)
        .execute(
            "select indicator_code, region_code from fct_indicator_values"
            " where missing_reason in ('suppressed', 'secret') and is_current and region_level = 'neighbourhood'"
            " order by all limit 1"
        )
        .fetchone()
    )
    assert row is not None
    indicator, area = row
    answer = reader(sample_releases, SAMPLE_DAY).get(f"/k/{indicator}/{area}").text
    assert "Te weinig personen om te tonen" in answer


def test_dates_of_expiry_stand_in_headers(sample_releases):
    answer = reader(sample_releases, SAMPLE_DAY).get("/")
    assert answer.headers["x-fresh-until"] >= SAMPLE_DAY.isoformat()
    note = orjson.loads((sample_releases / "latest" / "release.json").read_bytes())
    assert answer.headers["x-release"] == note["release_id"]
