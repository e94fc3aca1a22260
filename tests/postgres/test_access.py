"""Roles of readers: what they may not do, and the themes and levels that their group may see."""

import psycopg
import pytest

from dagster_project.access import GroupAccess, ReadAccess
from dagster_project.errors import SetupError
from dagster_project.postgres.roles import reader_roles

FORBIDDEN = (
    "CREATE TABLE mine (a int)",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE VIEW public.mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "INSERT INTO dim_scenario (scenario_code) VALUES ('mine')",
    "UPDATE mart_kpi SET value = 0",
    "DELETE FROM mart_kpi",
    "TRUNCATE mart_kpi",
    "DROP TABLE mart_kpi",
    "ALTER TABLE mart_kpi DISABLE ROW LEVEL SECURITY",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('/')",
    "COPY dim_scenario FROM '/etc/hostname'",
    "COPY mart_kpi TO '/tmp/mart_kpi'",
    "COPY mart_kpi TO PROGRAM 'cat'",
    "SELECT * FROM maandvers_rows_1.mart_kpi",
    "SET ROLE maandvers",
)
RESTRICTED = ReadAccess(
    everyone=GroupAccess(themes=("*",), without=("care", "organisation")),
    groups={
        "social": GroupAccess(themes=("care",), levels=("municipality", "district")),
        "Personeel & organisatie": GroupAccess(themes=("organisation",)),
    },
)
LONG = ("mart_kpi", "mart_municipality_profile", "mart_neighbourhood_profile", "fct_forecasts")
STAFF = "bi_Personeel & organisatie"
THEMES = "SELECT DISTINCT theme_code FROM fct_indicator_values JOIN dim_indicator USING (indicator_code)"


@pytest.fixture(scope="module")
def restricted(new_database, sample_releases):
    database = new_database("restricted")
    database.publish(sample_releases, RESTRICTED)
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE both_groups LOGIN IN ROLE bi_social, "{STAFF}"')
    return database


def themes(database, role):
    return {theme for (theme,) in database.ask(THEMES, role)}


def tables(database, role):
    listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'maandvers'"
    return {name for (name,) in database.ask(listed, role)}


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_reader_can_only_read(published, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        published.ask(statement)


def test_the_database_is_as_it_was_after_all_of_that(published):
    assert published.ask("SELECT count(*) FROM mart_kpi WHERE value <> 0") == published.ask(
        "SELECT count(*) FROM mart_kpi"
    )
    assert published.ask("SELECT count(*) FROM pg_class WHERE relname = 'mine'") == [(0,)]


def test_everyone_sees_no_restricted_theme(restricted, release):
    secret = "SELECT indicator_code FROM dim_indicator WHERE theme_code IN ('care', 'organisation')"
    restricted_codes = {code for (code,) in release.cursor().execute(secret).fetchall()}
    assert not {"care", "organisation"} & themes(restricted, "bi")
    assert "safety" in themes(restricted, "bi")
    hidden = {"mart_social_domain", "mart_staff_absence", "mart_neighbourhood_key_figures"}
    assert not hidden & tables(restricted, "bi")
    for mart in hidden:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            restricted.ask(f"SELECT * FROM {mart}")
    for mart in LONG:
        query = f"SELECT DISTINCT indicator_code FROM {mart}"
        codes = {code for (code,) in restricted.ask(query)}
        assert codes, mart
        assert not codes & restricted_codes, mart


def test_a_group_sees_its_theme_at_its_levels_and_nothing_of_another(restricted):
    care = "SELECT DISTINCT region_level FROM fct_indicator_values JOIN dim_indicator USING (indicator_code)"
    levels = {level for (level,) in restricted.ask(f"{care} WHERE theme_code = 'care'", "bi_social")}
    assert levels == {"country", "municipality", "district"}
    assert restricted.ask("SELECT DISTINCT region_level FROM mart_social_domain ORDER BY 1", "bi_social") == [
        ("country",),
        ("district",),
        ("municipality",),
    ]
    # Names of figures are no figures.
    assert restricted.ask("SELECT count(*) > 0 FROM dim_indicator WHERE theme_code = 'care'", "bi") == [(True,)]
    assert "organisation" not in themes(restricted, "bi_social")
    assert restricted.ask("SELECT count(*) > 0 FROM mart_staff_absence", STAFF) == [(True,)]
    assert "mart_social_domain" not in tables(restricted, STAFF)


def test_a_reader_of_two_groups_sees_the_themes_of_both(restricted):
    assert {"care", "organisation", "safety"} <= themes(restricted, "both_groups")
    assert {"mart_social_domain", "mart_staff_absence"} <= tables(restricted, "both_groups")


@pytest.mark.long
def test_a_withdrawn_rule_holds_for_open_sessions_from_the_next_publication_on(restricted, sample_releases):
    social = restricted.as_role("bi_social")
    with psycopg.connect(social, autocommit=True) as open_session:
        assert open_session.execute("SELECT count(*) FROM mart_social_domain").fetchone() > (0,)
        restricted.publish(sample_releases, RESTRICTED.model_copy(update={"groups": {}}))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            open_session.execute("SELECT count(*) FROM mart_social_domain")
    restricted.publish(sample_releases, RESTRICTED)


def test_a_role_that_no_policy_binds_is_refused(new_database, sample_releases):
    database = new_database("unbound")
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute("CREATE ROLE bi_admins BYPASSRLS")
        access = RESTRICTED.model_copy(update={"groups": {"admins": GroupAccess(themes=("care",))}})
        with pytest.raises(SetupError, match=r"role 'bi_admins' may do more than read"):
            database.publish(sample_releases, access)


def test_a_group_with_too_long_a_name_is_refused():
    access = RESTRICTED.model_copy(update={"groups": {"x" * 61: GroupAccess()}})
    with pytest.raises(SetupError, match="longer name than Postgres knows"):
        reader_roles(access, ("care",))
