"""Pages with withheld figures, and a release that was made for another board."""

from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import changed_release, copy_release, point_to, reader

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


def test_a_withheld_figure_says_who_is_late(sample_releases, tmp_path):
    without = [f"delete from snapshot.{mart} where feed like 'police.%'" for mart in _MARTS]
    board = reader(changed_release(sample_releases, tmp_path, _LATE, *without))
    page = board.get("/k/crimes_monthly_count").text
    assert read_page(page).figures == []
    for address in ("/k/crimes_monthly_count", "/versheid", "/zoek?q=misdrijven", "/"):
        assert "sinds 3 dagen" in board.get(address).text, address


def test_a_feed_from_which_nothing_ever_came_has_no_tile(sample_releases, tmp_path):
    never = "update snapshot.freshness set is_withheld = true, checked_at = null where feed like 'police.%'"
    without = [f"delete from snapshot.{mart} where feed like 'police.%'" for mart in _MARTS]
    board = reader(changed_release(sample_releases, tmp_path, never, *without))
    assert "Geregistreerde misdrijven" not in board.get("/").text


def test_the_same_figure_is_shown_while_its_supplier_is_on_time(board):
    page = board.get("/k/crimes_monthly_count").text
    assert read_page(page).figures
    assert "sinds 3 dagen" not in page


def test_a_release_for_another_board_leaves_the_last_one_in_place(sample_releases, tmp_path):
    clock, latest = [0.0], (sample_releases / "latest").resolve()
    copy_release(latest, tmp_path, "2026-11-25_1")
    copy_release(latest, tmp_path, "2026-11-25_2", *_OTHER_SHAPE)
    copy_release(latest, tmp_path, "2026-11-25_3")
    point_to(tmp_path, "2026-11-25_1")
    today = [SAMPLE_DAY]
    board = reader(tmp_path, today=lambda: today[0], seconds=lambda: clock[0])
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


def test_such_a_release_alone_gives_no_page(sample_releases, tmp_path):
    assert reader(changed_release(sample_releases, tmp_path, *_OTHER_SHAPE)).get("/").status_code == 503
