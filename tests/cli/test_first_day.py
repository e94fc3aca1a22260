"""The first day of an installation: init, doctor, and a status that says what to do next."""

import json
import os
import re
import tomllib

import pytest
from landing.receiving import IMPATIENT, contract
from main_line.installation import Installation
from suppliers import faults
from suppliers.fixtures import AS_OF

from dagster_project.errors import ExitCode
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace, morning_of
from dagster_project.operations.doctor import PATIENCE, diagnose
from dagster_project.sample.service import SampleSuppliers, write_inbox

OPTIONS = ("--municipality", "867", "--systems", "hr,vve,signalen")


@pytest.fixture
def new(tmp_path, monkeypatch):
    """An empty folder in which the command is given, with no setting but its home."""
    for name in [name for name in os.environ if name.startswith("MAANDVERS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(Installation, "environment", {"MAANDVERS_HOME": str(tmp_path / "home")})
    return Installation(tmp_path / "home")


# init


def test_init_writes_settings_inbox_folders_and_templates_outside_the_inbox(new, tmp_path):
    call = new.invoke("init", *OPTIONS, "--exports", "C:\\exports", cwd=tmp_path)
    assert call.exit_code == 0, call.errors
    settings = tomllib.loads((tmp_path / "maandvers.toml").read_text("utf-8"))
    assert settings == {
        "municipality_code": "GM0867",
        "without": [],
        "suppliers": {"signalen": {"location": "C:\\exports"}},
    }
    Settings.model_validate(settings)
    assert sorted(path.name for path in (new.home / "drops").iterdir()) == ["hr.absence", "hr.staff", "vve.places"]
    assert not [path for path in (new.home / "drops").rglob("*") if path.is_file()]
    assert {path.name.partition("_")[0] for path in (new.home / "templates").iterdir()} == {
        "hr.absence",
        "hr.staff",
        "vve.places",
    }
    assert str(tmp_path / "maandvers.toml") in call.output
    assert "maandvers doctor" in call.output


def test_a_system_with_exports_that_is_not_there_is_left_out(new, tmp_path):
    assert new.invoke("init", "--municipality", "GM0363", "--systems", "", cwd=tmp_path).exit_code == 0
    settings = tomllib.loads((tmp_path / "maandvers.toml").read_text("utf-8"))
    assert settings == {"municipality_code": "GM0363", "without": ["signalen"]}


@pytest.mark.parametrize(
    ("arguments", "problem", "remedy"),
    [
        (["--municipality", "867"], "here is no terminal", "--systems with any of benefits_admin,hr,ledger"),
        (["--municipality", "Waalwijk", "--systems", ""], "'Waalwijk' is no municipality code", "such as GM0867"),
        (["--municipality", "867", "--systems", "hr,afas"], "no system is called afas", "choose from"),
        (
            [*OPTIONS, "--exports", "https://lees:geheim@host/x"],
            "contains a user or password",
            "set it in the environment",
        ),
    ],
)
def test_a_mistake_in_init_is_reported_and_writes_nothing(new, tmp_path, arguments, problem, remedy):
    call = new.invoke("init", *arguments, cwd=tmp_path)
    assert call.exit_code == ExitCode.WRONG_SETUP
    assert problem in call.errors
    assert remedy in call.errors
    assert not (tmp_path / "maandvers.toml").exists()


def test_init_never_replaces_settings(new, tmp_path):
    (tmp_path / "maandvers.toml").write_text('scope = "country"\n')
    call = new.invoke("init", *OPTIONS, cwd=tmp_path)
    assert call.exit_code == ExitCode.WRONG_SETUP
    assert "exists already" in call.errors
    assert (tmp_path / "maandvers.toml").read_text() == 'scope = "country"\n'


def test_in_a_terminal_init_asks(new, tmp_path, monkeypatch):
    answers = iter(["GM0867", *[False] * 3, True, *[False] * 4])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda _: next(answers))
    monkeypatch.setattr("typer.confirm", lambda _: next(answers))
    assert new.invoke("init", "--exports", "/exports", cwd=tmp_path).exit_code == 0
    settings = tomllib.loads((tmp_path / "maandvers.toml").read_text("utf-8"))
    assert settings["suppliers"] == {"signalen": {"location": "/exports"}}


# What to do next, and a home that is none


def test_status_before_the_first_run_says_what_to_do_next(new, tmp_path):
    assert "Next: maandvers init" in new.invoke("status", cwd=tmp_path).output
    new.invoke("init", *OPTIONS, cwd=tmp_path)
    assert "Next: maandvers doctor" in new.invoke("status", cwd=tmp_path).output
    assert "Next: maandvers run --sample" in new.invoke("status", "--sample", cwd=tmp_path).output
    assert json.loads(new.invoke("status", "--json", cwd=tmp_path).output)["next_step"].startswith("Next: ")


@pytest.mark.parametrize("command", ["run", "status", "doctor", "verify", "prune"])
@pytest.mark.parametrize("below", ["", "/deep/down"])
def test_a_home_whose_path_runs_through_a_file_is_a_mistake_in_the_settings(new, tmp_path, command, below):
    (tmp_path / "file").write_text("x")
    call = new.invoke(command, cwd=tmp_path, env={"MAANDVERS_HOME": f"{tmp_path}/file{below}"})
    assert (call.exit_code, call.output) == (ExitCode.WRONG_SETUP, "")
    assert f"{tmp_path}/file is a file" in call.errors
    assert "do: choose another MAANDVERS_HOME" in call.errors


# doctor


@pytest.fixture
def diagnosis(suppliers, tmp_path):
    """The diagnosis of an installation that uses all sample suppliers, by feed."""

    def ask():
        settings = Settings(
            municipality_code="GM9999",
            home=tmp_path,
            http=IMPATIENT,
            suppliers=SampleSuppliers(suppliers.cbs_url).settings(),
        )
        write_inbox(settings.inbox, AS_OF)
        suppliers.requests.clear()
        found = diagnose(Workspace(settings, morning_of(AS_OF)))
        return found, {feed.feed: feed for feed in found.feeds}

    return ask


def test_every_feed_of_healthy_suppliers_can_be_used_and_nothing_is_stored(diagnosis, suppliers, tmp_path):
    found, feeds = diagnosis()
    assert found.is_healthy
    assert len(feeds) > 30
    assert not [feed for feed, own in feeds.items() if own.newest is None or own.newest.missing]
    assert feeds["cbs.key_figures"].newest.title == "Kerncijfers wijken en buurten 2025"
    assert feeds["cbs.key_figures"].newest.found == 57
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drops"]
    assert not [path for _, path in suppliers.requests if re.search("TypedDataSet|Observations", path)]


RENAMED_TABLES = ("Kerncijfers", "Personen met een uitkering", "Nabijheid", "Wmo-cliënten", "Gemeenten ")
RENAMED_COLUMNS = {
    "SoortMisdrijf": "TypeMisdrijf",
    "GeregistreerdeMisdrijven": "Misdrijven",
    "GeregistreerdeOverlast": "Overlastmeldingen",
    "Ziekteverzuimpercentage": "Verzuimpercentage",
    "Leeftijd": "Leeftijdsgroep",
    "GecertificeerdeInstelling": "GecertificeerdeInstantie",
    "Huisarts": "HuisartsOfPraktijk",
    "GemeentelijkeToegang": "ToegangGemeentelijk",
    "ClientenMetVoorzieningen": "AantalClientenMetVoorzieningen",
    "HuishoudensMetVoorzieningen": "AantalHuishoudensMetVoorzieningen",
}


def test_five_renamed_tables_and_ten_columns_are_named_at_once_with_the_nearest_names(diagnosis, suppliers):
    def title(records):
        return [
            {**one, "Title": f"Herzien: {one['Title']}"} if one["Title"].startswith(RENAMED_TABLES) else one
            for one in records
        ]

    def key(records):
        def other(key):
            name, number = re.fullmatch(r"(.*?)(_\d+)?", key.strip()).groups()
            return RENAMED_COLUMNS.get(name, name) + (number or "")

        return [{**one, "Key": other(one["Key"])} if one["Key"] else one for one in records]

    suppliers.faults.set("ODataCatalog|TableInfos", faults._on_records(title))
    suppliers.faults.set("DataProperties", faults._on_records(key))
    found, feeds = diagnosis()
    assert not found.is_healthy
    without_title = [
        feed for feed, own in feeds.items() if any("lists no table of this series" in text for text in own.problems)
    ]
    assert without_title == ["cbs.key_figures", "cbs.benefits", "cbs.proximity", "cbs.wmo", "iv3.accounts"]
    missing = {name: nearest for own in feeds.values() if own.newest for name, nearest in own.newest.missing.items()}
    assert missing.keys() == RENAMED_COLUMNS.keys()
    assert {name: nearest for name, nearest in missing.items() if RENAMED_COLUMNS[name] not in nearest} == {}
    (lacking,) = (text for text in feeds["police.crime_monthly"].problems if "lacks" in text)
    assert "lacks 2 of 4 columns" in lacking
    assert "'SoortMisdrijf' (nearest: TypeMisdrijf, " in lacking
    assert "do: a column that was renamed gets its new name in 'supplier_aliases'" in lacking


def test_ten_renamed_columns_of_one_table_are_all_named(diagnosis, suppliers):
    count = 10
    read = [column.meta.supplier_name for column in contract("cbs.key_figures").tables[0].columns]

    def key(records):
        topics = [one for one in records if re.sub(r"_\d+$", "", one["Key"] or "") in read[5:]][:count]
        return [
            {**one, "Key": re.sub(r"_(\d+)$", r"Nieuw_\1", one["Key"])} if one in topics else one for one in records
        ]

    suppliers.faults.set("86165NED/DataProperties", faults._on_records(key))
    _, feeds = diagnosis()
    newest = feeds["cbs.key_figures"].newest
    assert len(newest.missing) == count
    assert all(f"{name}Nieuw" in nearest for name, nearest in newest.missing.items())
    assert [feed for feed, own in feeds.items() if own.problems] == ["cbs.key_figures"]


def test_a_service_that_is_down_is_asked_once_and_the_others_are_examined(diagnosis, suppliers):
    suppliers.faults.set("OData", faults.unavailable())
    found, feeds = diagnosis()
    assert not found.is_healthy
    assert "gave no usable answer after 1 attempts" in feeds["cbs.key_figures"].problems[0]
    assert "was not asked" in feeds["police.crime_yearly"].problems[0]
    assert feeds["duo.schools"].problems == []
    assert len([path for _, path in suppliers.requests if "OData" in path]) == 2
    assert PATIENCE.attempts == 1


def test_a_file_with_several_problems_is_named_with_all(diagnosis, suppliers, tmp_path):
    diagnosis()
    (file,) = (tmp_path / "drops" / "hr.staff").iterdir()
    file.write_bytes(file.read_bytes().replace(b"Fte", b"FTE's").replace(b"Afdeling", b"Team"))
    _, feeds = diagnosis()
    (problem,) = feeds["hr.staff"].problems
    assert "lacks 2 columns: 'Afdeling', 'Fte'" in problem
    assert 'fte_count = "FTE\'s"' in problem


def test_the_command_says_by_its_exit_code_whether_everything_can_be_used(tmp_path, suppliers):
    installation = Installation(tmp_path / "home", suppliers)
    well = installation.invoke("doctor", "--as-of", "2026-11-23")
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "2 of 2 feeds can be used.")
    suppliers.faults.set("DataProperties", faults._on_records(lambda records: records[:10]))
    ill = installation.invoke("doctor", "--as-of", "2026-11-23")
    assert ill.exit_code == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    assert "1 of 2 feeds can be used." in ill.output


def test_rules_of_access_without_effect_are_named(tmp_path, suppliers):
    everyone = {"themes": ["*"], "without": ["safety"]}
    groups = {"police": {"themes": ["safety"]}, "sports": {"themes": ["sport"]}}
    access = {"MAANDVERS_ACCESS": json.dumps({"everyone": everyone, "groups": groups})}
    found = Installation(tmp_path / "home", suppliers, access).invoke("doctor", "--as-of", "2026-11-23")
    assert "access.groups.sports: shows this group nothing more than every reader" in found.output
    assert "access.groups.police" not in found.output
    assert (
        "board.groups_header: is not set, so that the board takes no reader for one of police, sports" in found.output
    )
    assert found.exit_code == 0
    header = {"MAANDVERS_BOARD__GROUPS_HEADER": "X-Forwarded-Groups"}
    behind_a_proxy = Installation(tmp_path / "home", suppliers, access | header)
    assert "groups_header" not in behind_a_proxy.invoke("doctor", "--as-of", "2026-11-23").output
