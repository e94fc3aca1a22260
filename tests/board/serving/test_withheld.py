"""Pages with withheld figures, and a release that was made for another board."""

import pytest
from figures_of_pages import figures
from main_line.first_run import SAMPLE_DAY
from release_copies import copy_release, point_to
from serving_clients import client_of

_LATE = (
    "update snapshot.freshness set is_withheld = true,"
    " withheld_reason_nl = 'leverancier te laat: politie, sinds 3 dagen' where feed like 'police.%'"
)
_MARTS = ("fct_indicator_values", "mart_kpi", "mart_neighbourhood_profile")
_OTHER_SHAPE = (
    "drop view dim_indicator",
    "alter table snapshot.dim_indicator drop column short_label_nl",
    "create view dim_indicator as select * from snapshot.dim_indicator",
)


@pytest.fixture
def latest(sample_releases):
    return (sample_releases / "latest").resolve()


def test_a_withheld_figure_says_who_is_late(latest, tmp_path):
    without = [f"delete from snapshot.{mart} where feed like 'police.%'" for mart in _MARTS]
    copy_release(latest, tmp_path, "2026-11-25_1", _LATE, *without)
    point_to(tmp_path, "2026-11-25_1")
    board = client_of(tmp_path)
    page = board.get("/k/crimes_monthly_count").text
    assert figures(page) == []
    for address in ("/k/crimes_monthly_count", "/versheid", "/zoek?q=misdrijven", "/"):
        assert "sinds 3 dagen" in board.get(address).text, address


def test_a_feed_from_which_nothing_ever_came_has_no_tile(latest, tmp_path):
    never = "update snapshot.freshness set is_withheld = true, checked_at = null where feed like 'police.%'"
    without = [f"delete from snapshot.{mart} where feed like 'police.%'" for mart in _MARTS]
    copy_release(latest, tmp_path, "2026-11-25_1", never, *without)
    point_to(tmp_path, "2026-11-25_1")
    assert "Geregistreerde misdrijven" not in client_of(tmp_path).get("/").text


def test_the_same_figure_is_shown_while_its_supplier_is_on_time(sample_releases):
    page = client_of(sample_releases).get("/k/crimes_monthly_count").text
    assert figures(page)
    assert "sinds 3 dagen" not in page


def test_a_release_for_another_board_leaves_the_last_one_in_place(latest, tmp_path):
    clock = [0.0]
    copy_release(latest, tmp_path, "2026-11-25_1")
    copy_release(latest, tmp_path, "2026-11-25_2", *_OTHER_SHAPE)
    copy_release(latest, tmp_path, "2026-11-25_3")
    point_to(tmp_path, "2026-11-25_1")
    today = [SAMPLE_DAY]
    board = client_of(tmp_path, today=lambda: today[0], seconds=lambda: clock[0])
    seen = []
    for release_id in ("2026-11-25_1", "2026-11-25_2", "2026-11-25_3"):
        point_to(tmp_path, release_id)
        clock[0] += 2
        answer = board.get("/")
        is_refused = "nieuwste uitgave kan niet worden geopend" in answer.text
        seen.append((answer.status_code, answer.headers["x-release"], is_refused, board.get("/gezond").status_code))
    assert seen == [
        (200, "2026-11-25_1", False, 200),
        (200, "2026-11-25_1", True, 503),
        (200, "2026-11-25_3", False, 200),
    ]


def test_such_a_release_alone_gives_no_page(latest, tmp_path):
    copy_release(latest, tmp_path, "2026-11-25_1", *_OTHER_SHAPE)
    point_to(tmp_path, "2026-11-25_1")
    assert client_of(tmp_path).get("/").status_code == 503
