"""The first day of a real municipality, by the README alone: init, the files that one has, doctor, run, status.

Waalwijk, with CBS's real table of 2020 served again, and the real files of RIVM, DUO and StatLine, as downloaded today.
"""

import json
import shutil
import time
from dataclasses import dataclass
from datetime import date

import pytest
from suppliers.replay import ABSENT, REAL_TABLE, replay_suppliers

from dagster_project.errors import ExitCode

from .installation import CBS, Call, Installation, ask, wrong_checksums

pytestmark = [pytest.mark.whole_run, pytest.mark.long, pytest.mark.skipif(not REAL_TABLE.exists(), reason=ABSENT)]

DAY = date(2026, 11, 23)
REAL = REAL_TABLE.parent
# Where a person puts which download, under a name with the day of the download.
DOWNLOADS = {
    "rivm.health": ("rivm/rivm_50120NED_2020_18plus.xlsx", f"rivm_50120NED_2020_18plus_{DAY}.xlsx"),
    "duo.schools": ("duo/03-alle-vestigingen-bo.csv", f"03-alle-vestigingen-bo_{DAY}.csv"),
    "statline.low_income": (
        "statline_csv/Laag_inkomen__huishoudenskenmerken_regio_03062025_164228.csv",
        f"Laag_inkomen__huishoudenskenmerken_regio_{DAY:%d%m%Y}_090000.csv",
    ),
    "statline.ses_woa": (
        "statline_csv/SES_WOA_scores_per_wijk_en_buurt_25042023_160857.csv",
        f"SES_WOA_scores_per_wijk_en_buurt_{DAY:%d%m%Y}_090000.csv",
    ),
    "statline.proximity": (
        "statline_csv/Nabijheid_voorzieningen__buurt_2021_10022023_162519.csv",
        f"Nabijheid_voorzieningen__buurt_2021_{DAY:%d%m%Y}_090000.csv",
    ),
}
ADDED = """
[suppliers.cbs]
base_url = "{cbs}"

[suppliers.rivm]
feeds.health.protocol = "file"

[suppliers.duo]
feeds.schools.location = "{schools}"
"""


@dataclass(frozen=True)
class FirstDay:
    installation: Installation
    calls: dict[str, Call]
    minutes: float

    @property
    def messages(self) -> list[str]:
        """Everything that is reported of a feed in use."""
        used = [feed for feed in self.feeds if feed["state"] != "not in use"]
        return [str(text) for feed in used for text in (*feed["why"], *feed["remarks"], *feed["late"])]

    @property
    def feeds(self) -> list[dict]:
        return json.loads(self.calls["status"].output)["feeds"]


@pytest.fixture(scope="module")
def first_day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("waalwijk")
    installation, calls = Installation(folder / "home"), {}
    environment = pytest.MonkeyPatch()
    environment.setattr(Installation, "environment", {"MAANDVERS_HOME": str(installation.home)})
    begin = time.monotonic()

    def give(*arguments: str) -> None:
        calls[arguments[0]] = installation.invoke(*arguments, on=DAY, cwd=folder)

    with replay_suppliers() as suppliers:
        give("init", "--municipality", "GM0867", "--systems", "")
        drops = installation.home / "drops"
        for feed, (real, name) in DOWNLOADS.items():
            (drops / feed).mkdir(parents=True)
            shutil.copyfile(REAL / real, drops / feed / name)
        toml = folder / "maandvers.toml"
        feeds = f"feeds = {json.dumps([CBS, *DOWNLOADS])}\n"
        added = ADDED.format(cbs=suppliers.cbs_url, schools=drops / "duo.schools")
        toml.write_text(feeds + toml.read_text("utf-8") + added, "utf-8")
        give("doctor")
        give("run", "--live")
        give("status", "--json")
    environment.undo()
    return FirstDay(installation, calls, (time.monotonic() - begin) / 60)


def test_it_ends_in_a_release_within_minutes_and_with_few_messages(first_day):
    codes = {name: call.exit_code for name, call in first_day.calls.items()}
    assert codes == {"init": 0, "doctor": 0, "run": ExitCode.RELEASED, "status": 0}, first_day.calls["run"].errors
    assert "6 of 6 feeds can be used." in first_day.calls["doctor"].output
    assert first_day.minutes < 5
    # The real tables are of 2020: CBS has published later ones since, and so has RIVM.
    assert len(first_day.messages) == 2
    assert all("'due'" in text for text in first_day.messages)
    assert wrong_checksums(first_day.installation.latest) == []


def test_every_feed_that_was_given_is_fresh_and_no_other_is_shown(first_day):
    states = {feed["feed"]: feed["state"] for feed in first_day.feeds if feed["state"] != "not in use"}
    assert states == dict.fromkeys((CBS, *DOWNLOADS), "fresh")


def test_its_figures_are_those_that_were_published(first_day):
    query = "select indicator_code, value from fct_indicator_values where region_code = 'GM0867' and period = '2020'"
    figures = dict(ask(first_day.installation.latest, query))
    assert (figures["population_count"], figures["welfare_recipients_count"]) == (48_637, 750)
    assert figures["lonely_pct"] == 46.4
    schools = "select count(*) > 0 from mart_education where municipality_code = 'GM0867'"
    assert ask(first_day.installation.latest, schools) == [(True,)]
