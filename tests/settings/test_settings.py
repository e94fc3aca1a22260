"""Settings: the environment over the file, a mistake told by name, a secret never shown."""

import os

import pytest

from dagster_project.errors import SetupError
from dagster_project.installation.settings import load_settings

SECRET = "s3cr3t-t0k3n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder without settings, and none in the environment."""
    for name in [name for name in os.environ if name.startswith("MAANDVERS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, text):
    (folder / "maandvers.toml").write_text(text, encoding="utf-8")


def refused():
    with pytest.raises(SetupError) as error:
        load_settings()
    assert error.value.__cause__ is None or SECRET not in str(error.value.__cause__)
    return str(error.value)


def test_without_any_setting_there_are_defaults():
    settings = load_settings()
    assert (settings.municipality_code, settings.scope, settings.suppliers) == ("GM0867", "municipality", {})


def test_the_file_in_the_working_folder_is_read(folder):
    write(folder, 'municipality_code = "GM0363"\nscope = "country"\n[suppliers.cbs]\nbase_url = "http://cbs.test"\n')
    settings = load_settings()
    assert (settings.municipality_code, settings.scope) == ("GM0363", "country")
    assert settings.supplier("cbs").base_url == "http://cbs.test"
    assert settings.supplier("signalen").location is None


def test_the_environment_wins_over_the_file(folder, monkeypatch):
    write(folder, 'municipality_code = "GM0363"\n[http]\nattempts = 2\ntimeout = 7\n')
    monkeypatch.setenv("MAANDVERS_MUNICIPALITY_CODE", "GM0344")
    monkeypatch.setenv("MAANDVERS_HTTP__ATTEMPTS", "9")
    monkeypatch.setenv("MAANDVERS_SUPPLIERS__SIGNALEN__LOCATION", "/exports")
    settings = load_settings()
    assert settings.municipality_code == "GM0344"
    assert (settings.http.attempts, settings.http.timeout) == (9, 7)
    assert settings.supplier("signalen").location == "/exports"


@pytest.mark.parametrize("code", ["867", "GM867", "gm0867", "GM08670", "Waalwijk", ""])
def test_a_bad_municipality_code_is_told_by_name(monkeypatch, code):
    monkeypatch.setenv("MAANDVERS_MUNICIPALITY_CODE", code)
    told = refused()
    assert "setting 'municipality_code'" in told
    assert f"came '{code}'" in told
    assert "MAANDVERS_MUNICIPALITY_CODE" in told


def test_a_bad_nested_setting_is_told_with_its_variable(monkeypatch):
    monkeypatch.setenv("MAANDVERS_HTTP__ATTEMPTS", "0")
    assert "MAANDVERS_HTTP__ATTEMPTS" in refused()


def test_a_file_that_is_no_toml_is_named(folder):
    write(folder, 'municipality_code = "GM0363\n')
    told = refused()
    assert str(folder / "maandvers.toml") in told
    assert "line 1" in told


def test_a_variable_that_is_no_json_is_named(monkeypatch):
    monkeypatch.setenv("MAANDVERS_SUPPLIERS", f"{{{SECRET}")
    told = refused()
    assert "suppliers" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "text",
    [
        'municipality = "GM0363"',
        '[suppliers.cbs]\nurl = "http://cbs.test"',
        "[http]\nretries = 3",
    ],
)
def test_a_setting_that_nobody_knows_is_refused(folder, text):
    write(folder, text)
    assert "not permitted" in refused()


def test_a_secret_is_never_shown(monkeypatch):
    monkeypatch.setenv("MAANDVERS_SUPPLIERS__SIGNALEN__TOKEN", SECRET)
    settings = load_settings()
    assert settings.supplier("signalen").token.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert SECRET not in shown


def test_a_secret_under_a_mistyped_name_is_refused_without_showing_it(monkeypatch):
    monkeypatch.setenv("MAANDVERS_SUPPLIERS__SIGNALEN__TOKKEN", SECRET)
    told = refused()
    assert "setting 'suppliers.signalen.tokken'" in told
    assert SECRET not in told


def test_a_secret_of_the_wrong_kind_is_not_shown(folder):
    write(folder, f'[suppliers.signalen]\ntoken = ["{SECRET}"]\n')
    assert SECRET not in refused()


def test_a_secret_in_the_settings_file_is_refused_without_showing_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maandvers.toml").write_text('[suppliers.signalen]\ntoken = "geheim"\n')
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "MAANDVERS_SUPPLIERS__SIGNALEN__TOKEN" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f'[suppliers.hr]\nlocation = "https://lees:{SECRET}@host.test/x"',
        f'[suppliers.hr]\nbase_url = "https://{SECRET}@host.test"',
        f'[suppliers.hr.feeds.staff]\nlocation = "HTTPS://lees:{SECRET}@host.test/x.csv"',
    ],
)
def test_a_password_in_an_address_is_refused_in_the_file(folder, text):
    write(folder, text)
    told = refused()
    assert "an address of 'hr' contains a user or password" in told
    assert "MAANDVERS_SUPPLIERS__HR__LOCATION" in told
    assert SECRET not in told


def test_a_password_in_an_address_of_the_environment_is_accepted(monkeypatch):
    location = f"https://lees:{SECRET}@host.test/x"
    monkeypatch.setenv("MAANDVERS_SUPPLIERS__HR__LOCATION", location)
    assert load_settings().supplier("hr").location == location


def test_a_section_of_another_form_is_refused_without_its_values(folder):
    write(folder, f'[[suppliers.hr]]\nlocation = "{SECRET}"')
    assert SECRET not in refused()


def test_groups_may_see_themes_and_levels(folder):
    rules = (
        'everyone = {themes = ["*"], without = ["organisation", "safety"]}\n'
        '[access.groups.hr]\nthemes = ["organisation"]\n'
        '[access.groups.police]\nthemes = ["safety"]\nlevels = ["municipality"]\n'
    )
    write(folder, f"[access]\n{rules}")
    access = load_settings().access
    assert access.allows((), "sport", "neighbourhood")
    assert not access.allows((), "organisation", "municipality")
    assert not access.allows(("unknown",), "organisation", "municipality")
    assert access.allows(("unknown", "hr"), "organisation", "municipality")
    assert access.allowed(("police",), ["safety", "organisation"]) == {
        ("safety", "country"),
        ("safety", "municipality"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('everyone = {themes = ["sprot"]}', "access.everyone names sprot"),
        ('everyone = {themes = ["sport"]}\n[access.groups.hr]\nthemes = ["staff"]', "access.groups.hr names staff"),
        ('everyone = {levels = ["street"]}', "'access.everyone.levels.0'"),
        ('everyone = {theme = ["sport"]}', "'access.everyone.theme'"),
        ('everyone = {themes = []}\n[access.groups."a,b"]\nthemes = ["sport"]', "came 'a,b'"),
        ('[access.groups.hr]\nthemes = ["organisation"]', "rules of groups change nothing"),
        ('[board]\nthemes = {organisation = ["hr"]}', "'board.themes'"),
    ],
)
def test_a_rule_of_access_that_cannot_be_meant_is_refused(folder, text, said):
    write(folder, f"[access]\n{text}")
    assert said in refused()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[alerts.email]\npassword = "{SECRET}"', "move it to MAANDVERS_ALERTS__EMAIL__PASSWORD"),
        (f'[alerts.webhook]\nurl = "https://chat.test/{SECRET}"', "move it to MAANDVERS_ALERTS__WEBHOOK__URL"),
        ('[alerts]\nwithout = ["late"]', "'alerts.without.0'"),
        ('[alerts.email]\nhost = "mail.test"', "'alerts.email.sender'"),
        ('[board]\naddress = "bord.test"', "'board.address'"),
    ],
)
def test_a_setting_of_alerts_that_cannot_be_meant_is_refused(folder, text, said):
    write(folder, text)
    assert said in refused()


def test_secrets_of_alerts_are_never_shown(folder, monkeypatch):
    write(folder, '[alerts.email]\nhost = "mail.test"\nuser = "m"\nsender = "m@g.test"\nto = ["b@g.test"]\n')
    monkeypatch.setenv("MAANDVERS_ALERTS__EMAIL__PASSWORD", SECRET)
    monkeypatch.setenv("MAANDVERS_ALERTS__WEBHOOK__URL", f"https://chat.test/{SECRET}")
    settings = load_settings()
    assert settings.alerts.email.host == "mail.test"
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert SECRET not in shown
    monkeypatch.setenv("MAANDVERS_ALERTS__WEBHOOK__URL", f"chat.test/{SECRET}")
    assert "'alerts.webhook'" in refused()
