"""Themes and levels that a reader may not see: refused by name, and in no answer of the board."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from main_line.first_run import SAMPLE_DAY
from page_reader import read_page
from reader import changed_release, reader

from dagster_project.access import LEVELS, ReadAccess
from dagster_project.errors import SetupError
from dashboard.access_log import AccessLog
from dashboard.app import create_app
from dashboard.board_settings import BoardSettings

PROXY = "10.0.0.5"
BEHIND = BoardSettings(
    groups_header="X-Forwarded-Groups", trusted_proxies=(PROXY,), expensive_pages_per_minute=1_000_000
)
# Benefits, care and organisation for their groups; safety for every reader, in neighbourhoods for the police alone.
RULES = ReadAccess.model_validate(
    {
        "everyone": {"themes": ["*"], "without": ["benefits", "care", "organisation", "safety"]},
        "groups": {
            "social": {"themes": ["benefits", "care"]},
            "police": {"themes": ["safety"]},
            "staff": {"themes": ["safety"], "levels": ["municipality", "district"]},
        },
    }
)
RESTRICTED = ("benefits", "care", "organisation")
STAFF = {"X-Forwarded-Groups": "staff, unknown"}
PAGES = (
    "/",
    "/t",
    "/t/economische-zelfredzaamheid",
    "/t/veiligheid",
    "/t/inkomen-en-vermogen",
    "/b",
    "/b/GM9999",
    "/b/WK999901",
    "/b/BU99990104",
    "/k/lonely_pct/BU99990104",
    "/k/crimes_monthly_count",
    "/k/crimes_per_1000/WK999901",
    "/gemeenten/crimes_per_1000",
    "/prognose/crimes_monthly_count/GM9999",
    "/vergelijk",
    "/vergelijk?k=crimes_per_1000&g=WK999901&g=GM9999",
    "/bron/lonely_pct",
    "/bron/crimes_per_1000",
    "/bron/vragen",
    "/bron/tabellen",
    "/maatregelen",
    "/advies",
    "/wijzigingen",
    "/versheid",
    "/zoek?q=bijstand",
    "/zoek?q=misdrijven",
    "/zoek?q=misdrijven+hoog+maan",
    "/zakboek.json",
    "/b/BU99990104.json",
    "/b/GM9999.csv",
    "/t/veiligheid/WK999901.json",
    "/k/crimes_per_1000/GM9999.json",
    "/vergelijk/crimes_per_1000/WK999901+GM9999.csv",
)
MART_FILES = tuple(
    f"/bron/tabellen/{mart}.csv"
    for mart in (
        "mart_kpi",
        "mart_safety",
        "mart_neighbourhood_profile",
        "mart_neighbourhood_key_figures",
        "mart_municipality_profile",
        "mart_constant_borders",
        "fct_forecasts",
        "fct_policy_effect_points",
    )
)
REFUSED = (
    "/k/welfare_recipients_per_1000",
    "/k/welfare_recipients_per_1000/GM9999.csv",
    "/k/crimes_per_1000/BU99990104",
    "/k/crimes_per_1000?gebied=BU99990104",
    "/k/crimes_per_1000/BU99990104.xlsx",
    "/gemeenten/welfare_recipients_per_1000",
    "/prognose/youth_care_recipients_count/WK999901",
    "/t/uitkeringen",
    "/t/uitkeringen/GM9999.json",
    "/t/veiligheid?gebied=BU99990104",
    "/t/veiligheid/BU99990104.csv",
    "/t/organisatie",
    "/bron/welfare_recipients_per_1000",
    "/bron/tabellen/mart_staff_absence.csv",
    "/bron/tabellen/mart_staff_absence.xlsx",
    "/vergelijk?k=welfare_recipients_per_1000&g=GM9999",
    "/vergelijk?k=crimes_per_1000&g=BU99990104",
    "/vergelijk/welfare_recipients_per_1000/GM9999.csv",
    "/vergelijk/crimes_per_1000/GM9999+BU99990104.csv",
    "/maatregel/FM-003",
)
# Wide marts, in which the figures are as they were.
WITHOUT_CANARY = {f"/bron/tabellen/mart_{name}.csv" for name in ("safety", "neighbourhood_key_figures")}
# A row of it has figures of many themes.
OF_ALL_THEMES = {"/bron/tabellen/mart_neighbourhood_key_figures.csv"}
# A number that no page writes for another reason.
CANARY = 7654321.0
_UNROUNDED = str(int(CANARY))
_CANARY = re.compile(r"7[.  ]?654[.,  ]?3|7654321|7[,.]65 mln|7[,.]7 mln")


@pytest.fixture(scope="module")
def marked(sample_releases, release, tmp_path_factory):
    """A release in which each figure that staff may not see is the same strange number."""
    of_theme = f"select indicator_code from snapshot.dim_indicator where theme_code in {RESTRICTED}"
    of_safety = "select indicator_code from snapshot.dim_indicator where theme_code = 'safety'"
    finer = {"region_level": "not in ('country', 'municipality', 'district')", "neighbourhood_code": "is not null"}
    changes = []
    for mart in release.marts.values():
        names = {column.name for column in mart.columns}
        numbers = [one.name for one in mart.columns if one.type == "number"]
        if "indicator_code" in names and mart.name != "dim_indicator" and numbers:
            level = next(
                (
                    f" or (indicator_code in ({of_safety}) and {name} {words})"
                    for name, words in finer.items()
                    if name in names
                ),
                "",
            )
            values = ", ".join(f"{name} = {CANARY}" for name in numbers)
            changes.append(f"update snapshot.{mart.name} set {values} where indicator_code in ({of_theme}){level}")
    changes += [
        f"update snapshot.mart_staff_absence set sickness_absence_12_months_pct = {CANARY}",
        f"update snapshot.fct_policy_effect_points set value = {CANARY}"
        " where measure_code in (select measure_code from snapshot.mart_policy_effects"
        f" where indicator_code in ({of_theme}))",
    ]  # fmt: skip
    return changed_release(sample_releases, tmp_path_factory.mktemp("marked"), *changes)


@pytest.fixture(scope="module")
def staff(marked):
    board = reader(marked, settings=BEHIND, peer=PROXY, host="bord.example", access=RULES)
    board.headers.update(STAFF)
    return board


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_without_a_rule_is_refused_without_its_figure(staff, address):
    answer = staff.get(address)
    assert answer.status_code == 403
    assert "voor bepaalde groepen" in answer.text
    assert not _CANARY.search(answer.text)


def test_no_answer_has_a_figure_that_its_reader_may_not_see(staff):
    for address in PAGES:
        answer = staff.get(address)
        assert answer.status_code == 200, address
        assert not _CANARY.search(answer.text), address


def test_no_file_of_a_mart_has_a_figure_that_its_reader_may_not_see(staff, marked):
    everyone = reader(marked)
    for address in MART_FILES:
        seen, answer = everyone.get(address), staff.get(address)
        assert (seen.status_code, answer.status_code) == (200, 403 if address in OF_ALL_THEMES else 200), address
        assert (_UNROUNDED in seen.text) == (address not in WITHOUT_CANARY), address
        assert _UNROUNDED not in answer.text, address


def test_the_strange_number_is_found_where_readers_may_see_it(marked):
    everyone = reader(marked)
    seen = [address for address in (*PAGES, *REFUSED) if _CANARY.search(everyone.get(address).text)]
    assert {"/", "/b/BU99990104", "/zakboek.json", "/zoek?q=bijstand", "/t/economische-zelfredzaamheid",
            "/t/organisatie", "/bron/tabellen/mart_staff_absence.csv",
            "/k/crimes_per_1000/BU99990104"} <= {*seen}  # fmt: skip


def test_a_search_of_the_restricted_hides_nothing_from_others(marked):
    """The index is made of all marts, also if the first who searches may see few."""
    board = reader(marked, settings=BEHIND, peer=PROXY, host="bord.example", access=RULES)
    few = board.get("/zoek?q=bijstand", headers=STAFF).text
    all_of_it = board.get("/zoek?q=bijstand", headers={"X-Forwarded-Groups": "social"}).text
    assert "/k/welfare_recipients" not in few
    assert "/k/welfare_recipients" in all_of_it


def test_a_reader_in_the_group_sees_the_theme_and_no_other_reader_gets_that_page(marked):
    board = reader(marked, settings=BEHIND, peer=PROXY, host="bord.example", access=RULES)
    social = {"X-Forwarded-Groups": "other, social"}
    page = "/t/economische-zelfredzaamheid"
    seen = board.get(page, headers=social)
    assert any(one.indicator == "welfare_recipients_quarter_count" for one in read_page(seen.text).figures)
    unseen = board.get(page, headers=STAFF)
    assert not read_page(unseen.text).figures
    # A tag of the one is no tag of the other.
    tag = {"If-None-Match": seen.headers["etag"]}
    assert board.get(page, headers=tag).status_code == 200
    assert board.get(page, headers={**tag, **social}).status_code == 304


def test_groups_of_a_peer_that_is_no_proxy_are_ignored(marked):
    here = reader(marked, settings=BEHIND, access=RULES)
    assert here.get("/t/uitkeringen", headers={"X-Forwarded-Groups": "social"}).status_code == 403


def test_a_group_without_a_rule_is_logged_once_with_the_one_that_may_be_meant(sample_releases, caplog):
    board = reader(sample_releases, settings=BEHIND, peer=PROXY, host="bord.example", access=RULES)
    for named in ("Social, staff", "Social", "other"):
        assert board.get("/versheid", headers={"X-Forwarded-Groups": named}).status_code == 200
    logged = [one.getMessage() for one in caplog.records if one.name == "dashboard.admission"]
    assert logged == [
        "the proxy names group 'Social', for which [access] has no rule; is 'social' meant?",
        "the proxy names group 'other', for which [access] has no rule",
    ]


def test_groups_are_not_logged_where_they_do_not_count(sample_releases, caplog):
    named = {"X-Forwarded-Groups": "Social"}
    reader(sample_releases, settings=BEHIND, access=RULES).get("/versheid", headers=named)
    reader(sample_releases, settings=BEHIND, peer=PROXY, host="bord.example").get("/versheid", headers=named)
    assert not [one for one in caplog.records if one.name == "dashboard.admission"]
    many = {"X-Forwarded-Groups": ",".join(f"group{number}" for number in range(150))}
    board = reader(sample_releases, settings=BEHIND, peer=PROXY, host="bord.example", access=RULES)
    board.get("/versheid", headers=many)
    board.get("/versheid", headers={"X-Forwarded-Groups": "another"})
    assert not [one for one in caplog.records if "another" in one.getMessage()]


def test_a_reader_without_any_theme_sees_no_figure(marked):
    board = reader(marked, access=ReadAccess.model_validate({"everyone": {"themes": []}}))
    for address in PAGES:
        assert not read_page(board.get(address).text).figures, address


def test_every_mart_can_be_restricted(release):
    """Also those that the board does not read, for files and other databases."""
    cursor, shown = release.shown_on(SAMPLE_DAY, frozenset()), release.shown_on(SAMPLE_DAY)
    for mart in release.marts:
        count = f"select count(*) from {mart}"
        is_definition = mart.startswith("dim_") and mart != "dim_policy_measure"
        expected = shown.execute(count).fetchone() if is_definition else (0,)
        assert cursor.execute(count).fetchone() == expected, mart


def test_a_figure_to_compare_with_is_of_a_larger_level_than_its_row(release):
    """So that who may see a row may see that figure as well."""
    compared = [
        (mart.name, column.name, place)
        for mart in release.marts.values()
        for column in mart.columns
        for place, level in enumerate(LEVELS)
        if column.name == f"{level}_value"
    ]
    assert {mart for mart, _, _ in compared} == {"mart_municipality_profile", "mart_neighbourhood_profile"}
    for mart, column, place in compared:
        level = release.marts[mart].scope.level
        assert LEVELS.index(level) > place, (mart, column)


def log_lines(folder):
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


def test_the_log_has_themes_and_groups_and_no_figure_area_or_name(sample_releases, tmp_path):
    settings = BEHIND.model_copy(update={"access_log": tmp_path / "log"})
    board = reader(sample_releases, settings=settings, peer=PROXY, host="bord.example", access=RULES)
    person = {**STAFF, "X-Forwarded-User": "j.jansen"}
    board.get("/k/crimes_per_1000/WK999901", headers=person)
    board.get("/k/welfare_recipients_per_1000", headers=person)
    board.get("/versheid", headers=person)
    seen, refused = log_lines(tmp_path / "log")
    assert seen == {
        "at": seen["at"], "verdict": "seen", "page": "/k/{indicator}/{area}", "themes": ["safety"], "groups": ["staff"]
    }  # fmt: skip
    assert (refused["verdict"], refused["themes"]) == ("refused", ["benefits"])
    written = next((tmp_path / "log").iterdir()).read_text()
    assert not re.search("WK9999|jansen|unknown|crimes", written)


@pytest.mark.parametrize(
    ("address", "themes"),
    [
        ("/k/lonely_pct/BU99990104", {"health"}),
        ("/t/uitkeringen", {"benefits"}),
        ("/t/organisatie/GM9999.csv", {"organisation"}),
        ("/maatregel/FM-003", {"benefits"}),
        ("/prognose/youth_care_recipients_count/WK999901", {"care"}),
        ("/gemeenten/crimes_per_1000", {"safety"}),
        ("/vergelijk/crimes_per_1000/GM9999.json", {"safety"}),
        ("/bron/lonely_pct", {"health"}),
    ],
)
def test_the_log_names_the_themes_of_a_page(sample_releases, tmp_path, address, themes):
    settings = BEHIND.model_copy(update={"access_log": tmp_path})
    board = reader(sample_releases, settings=settings)
    assert board.get(address).status_code == 200
    # Of a page from the shelf as well.
    assert board.get(address).status_code == 200
    assert [{*line["themes"]} for line in log_lines(tmp_path)] == [themes, themes]


def test_a_person_stands_in_the_log_where_the_settings_ask_for_it_and_a_trusted_proxy_names_one(
    sample_releases, tmp_path
):
    settings = BEHIND.model_copy(update={"access_log": tmp_path, "user_header": "X-Forwarded-User"})
    for peer, host in ((PROXY, "bord.example"), ("127.0.0.1", "127.0.0.1:8050")):
        board = reader(sample_releases, settings=settings, peer=peer, host=host, access=RULES)
        board.get("/t/veiligheid", headers={"X-Forwarded-User": "j.jansen", "X-Forwarded-Groups": "police"})
    assert [(line["verdict"], line.get("user")) for line in log_lines(tmp_path)] == [
        ("seen", "j.jansen"), ("refused", None)
    ]  # fmt: skip


def test_the_log_is_kept_for_the_days_of_the_settings(tmp_path):
    moment = [datetime(2026, 11, 25, 12, tzinfo=UTC)]
    log = AccessLog(tmp_path, 30, lambda: moment[0])
    log.open()
    for _ in range(40):
        log.note("/", {"safety"}, (), None, "seen")
        moment[0] += timedelta(days=1)
    kept = sorted(file.stem for file in tmp_path.iterdir())
    assert (len(kept), kept[-1]) == (31, "2027-01-03")
    # At the start as well, and nothing else in the folder.
    (tmp_path / "notes.txt").write_text("mine")
    moment[0] += timedelta(days=60)
    AccessLog(tmp_path, 30, lambda: moment[0]).open()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2027-03-05.jsonl", "notes.txt"]


def test_a_log_that_cannot_be_written_is_said_at_the_start_and_stops_no_reader(sample_releases, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings = BEHIND.model_copy(update={"access_log": tmp_path / "file"})
    with pytest.raises(SetupError, match=r"board.access_log.*cannot be written"):
        create_app(sample_releases, lambda: datetime(2026, 11, 25, tzinfo=UTC), settings)
    board = reader(sample_releases, settings=BEHIND.model_copy(update={"access_log": tmp_path / "log"}))
    (next((tmp_path / "log").iterdir())).unlink()
    (tmp_path / "log").rmdir()
    assert board.get("/").status_code == 200
    assert "cannot be written" in caplog.text


def test_levels_are_those_of_the_marts(release):
    found = release.cursor().execute("select distinct region_level from dim_region").fetchall()
    assert {level for (level,) in found} == {*LEVELS}
