"""Every page of every release is valid HTML, in Dutch, loads nothing, and agrees with its JSON."""

import json
import re

import pytest
from main_line.installation import CBS, SIGNALEN, ask, marts

from release.publishing import facts_of
from release.reading import Page

DAYS = ("first", "same_day_again", "last_of_february", "signalen_is_back", "cbs_is_back")


def pages(release):
    return sorted(release.rglob("*.html"))


def freshness(release):
    return json.loads((release / "freshness.json").read_text())


def told(release, part="freshness"):
    return Page(release / part / "index.html").text


@pytest.mark.parametrize("day", DAYS)
def test_every_page_is_sound_and_dutch_and_needs_nothing(story, day):
    release = getattr(story, day).latest
    found = {str(page.relative_to(release)): Page(page).complaints() for page in pages(release)}
    assert {"diff/index.html", "freshness/index.html", "freshness/checks/index.html"} <= found.keys()
    cards = {page for page in found if page.startswith("algorithms/")}
    assert len(cards) == 5
    explained = {page for page in found if page.startswith("docs/")}
    assert explained == {"docs/index.html", *(f"docs/{mart}.html" for mart in marts(release))}
    assert len(found.keys() - cards - explained) == 1 + 3 + 5
    assert {page: complaints for page, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        ("<p>rows since the first</p>", "is no Dutch: rows"),
        ("<h4>Te diep</h4>", "h4 follows"),
        ("<h1>Nog een</h1>", "2 headings"),
        ("<table><tr><th>Kop</th></tr></table>", "<th> without a scope"),
        ("<img src='https://example.org/a.png'>", "loads ['https://example.org/a.png']"),
        ("<style>@import 'a.css'</style>", "loads something"),
        ("<a href='../weg.html'>weg</a>", "leads nowhere: ../weg.html"),
        ("<div><p>open</div>", "</div> closes p"),
    ],
)
def test_the_reading_of_pages_sees_what_is_wrong(story, tmp_path, harm, complaint):
    page = tmp_path / "page.html"
    html = (story.first.latest / "diff" / "index.html").read_text("utf-8")
    page.write_text(re.sub(r'href="\.\./[^"]+"', 'href="#inhoud"', html).replace("</main>", f"{harm}</main>"))
    assert any(complaint in said for said in Page(page).complaints()), Page(page).complaints()


@pytest.mark.parametrize("day", DAYS)
def test_every_page_leads_to_the_start_and_to_every_part(story, day):
    release = getattr(story, day).latest
    parts = {release / "freshness/index.html", release / "freshness/checks/index.html", release / "diff/index.html"}
    parts |= {release / "index.html", release / "docs/index.html"}
    for page in pages(release):
        assert parts <= {(page.parent / link).resolve() for link in Page(page).links}, page


def test_on_a_good_day_everything_is_fresh_and_says_until_when(story):
    text = told(story.first.latest)
    assert "Alle 2 bronnen zijn actueel." in text
    assert "volledig tot en met 28 februari 2026" in text
    assert "Achtergehouden" not in text
    for mart in freshness(story.first.latest)["marts"]:
        assert f"{mart['label_nl']} ({mart['mart']})" in text


def test_each_mart_names_its_feeds_with_their_three_clocks(story):
    report = freshness(story.first.latest)
    marts = {mart["mart"]: mart for mart in report["marts"]}
    assert marts["fct_indicator_values"]["feeds"] == [CBS, SIGNALEN]
    assert marts["mart_demography"]["feeds"] == [CBS]
    assert marts["dim_scenario"]["feeds"] == []
    (reports,) = [feed for feed in report["feeds"] if feed["feed"] == SIGNALEN]
    assert (reports["checked_on"], reports["fresh_until"]) == ("2026-01-31", "2026-02-28")
    html = (story.first.latest / "freshness" / "index.html").read_text("utf-8")
    (fold,) = re.findall(r"<details>\s*<summary><b>Bevolking</b>.*?</details>", html, re.S)
    assert "CBS (kerncijfers wijken en buurten)" in fold
    assert "Signalen" not in fold
    for clock in ("Gecontroleerd", "Gepubliceerd", "Cijfers tot en met", "Geldig tot en met"):
        assert f'data-label="{clock}"' in fold
    assert "31-01-2026" in fold


def test_what_stands_as_last_good_value_is_told_per_mart_and_everywhere(story):
    release = story.last_of_february.latest
    text = told(release)
    assert "0 van de 2 bronnen zijn actueel, 2 tonen de laatste goede levering." in text
    assert "Staat op de laatste goede levering" in text
    assert "Meldingen openbare ruimte (mart_reports) Laatste goede levering tot en met 28-02-2026" in text
    assert {feed["state"] for feed in freshness(release)["feeds"]} == {"last good"}
    standing = {one["feed"] for mart in freshness(release)["marts"] for one in mart["last_good"]}
    assert standing == {CBS, SIGNALEN}
    shown = "runs on its last good delivery, confirmed on 2026-01-31, until 2026-02-28."
    comment = "select comment from duckdb_views() where view_name = 'mart_reports'"
    assert f"{SIGNALEN} {shown}" in ask(release, comment)[0][0]
    assert "is shown as it last came" not in ask(story.first.latest, comment)[0][0]
    book = "select feed, is_last_good from freshness order by feed"
    assert ask(release, book) == [(CBS, True), (SIGNALEN, True)]
    assert ask(story.first.latest, book) == [(CBS, False), (SIGNALEN, False)]
    assert facts_of(release)["last_good"]["mart_reports"]


def test_who_is_late_and_what_expires_is_told_with_days_and_who_to_write_to(story):
    text = told(story.last_of_february.latest)
    assert "Controleren lukte niet" in text
    assert "28 dagen" in text
    assert "Wij zijn te laat" in text
    assert "Team Meldingen Openbare Ruimte" in text
    assert "Verloopt binnen 7 dagen" in text
    assert "28-02-2026 vandaag" in text
    assert "2 verlopen binnen 7 dagen" in text
    assert "Technische meldingen voor het datateam" in text
    assert "gave no usable answer" not in text


def test_what_is_withheld_is_told_with_since_when_why_and_where_it_is_missing(story):
    release = story.signalen_is_back.latest
    (of_cbs,) = [feed for feed in freshness(release)["feeds"] if feed["state"] == "withheld"]
    assert (of_cbs["feed"], of_cbs["withheld_since"]) == (CBS, "2026-03-01")
    text = told(release)
    assert "1 van de 2 bronnen is actueel, 1 wordt achtergehouden." in text
    assert "Sinds 1 maart 2026" in text
    assert "Waarom Laatst bij de leverancier gecontroleerd 31-01-2026, geldig tot en met 28-02-2026" in text
    assert "Ontbreekt in" in text
    assert "Bevolking (mart_demography) Achtergehouden" in text
    ((why,),) = ask(release, f"select withheld_reason_nl from freshness where feed = '{CBS}'")
    assert "geldig tot en met 28-02-2026" in why


def test_every_judgement_has_a_sentence_in_dutch_under_the_title_of_its_feed_or_mart(story):
    release = story.signalen_is_back.latest
    judgements = json.loads((release / "audit_results.json").read_text())
    assert [one["message_nl"] for one in judgements if f" [{one['subject']}" not in one["message_nl"]] == []
    assert ask(release, "select count(*) from audit_results where coalesce(message_nl, '') = ''") == [(0,)]
    failed = {judgement["message_nl"] for judgement in judgements if not judgement["passed"]}
    assert failed
    assert {sentence for sentence in failed if sentence not in told(release)} == set()
