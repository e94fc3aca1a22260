"""The past of the fictional registers: what two exports of different days both report is the same in both."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest

from dagster_project.sample.registers.signalen_reports import reports_until
from dagster_project.sample.service import DEFAULT_SEED, write_inbox

# Pairs within a month, and across a month and a year.
DAYS = [
    (date(2026, 11, 10), date(2026, 11, 25)),
    (date(2026, 11, 25), date(2026, 12, 1)),
    (date(2026, 11, 25), date(2027, 2, 3)),
]
# Registers of counts: the column with the period.
COUNTED = {
    "benefits_admin.recipients": "Peildatum",
    "hr.staff": "Peildatum",
    "ledger.actuals": "Boekjaar",
    "ledger.budget": "Boekjaar",
    "sports.accommodation_use": "Peildatum",
    "sports.clubs": "Jaar",
    "sports.memberships": "Jaar",
    "vacancy.premises": "Peildatum",
    "vve.places": "Peildatum",
}
# Registers of spans: identifying columns, first and last day.
SPANS = {
    "hr.absence": (("Personeelsnummer", "Afdeling", "Verzuimpercentage", "Soort"), "Eerste dag", "Laatste dag"),
    "social_domain.allocations": (
        ("Toewijzingnummer", "Productcode", "Buurtcode", "Bedrag per maand"),
        "Datum start toewijzing",
        "Datum einde toewijzing",
    ),
}
STAMPS = {"Stand per", "Geboekt tot en met", "Exportdatum"}


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    made = {}

    def export(day):
        if day not in made:
            made[day] = tmp_path_factory.mktemp(f"inbox-{day}")
            write_inbox(made[day], day)
        return made[day]

    return export


def rows_of(folder, feed):
    (file,) = (folder / feed).iterdir()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return list(csv.DictReader(file.read_text(encoding).splitlines(), delimiter=";"))
        except UnicodeDecodeError:
            continue
    raise AssertionError(file)


def day_in(text):
    if "-" not in text:
        return date(int(text), 12, 31)
    day, month, year = map(int, text.split("-"))
    return date(year, month, day)


def counts_until(rows, period, first, last):
    return {
        tuple(value for name, value in row.items() if name not in STAMPS)
        for row in rows
        if first <= day_in(row[period]) <= last
    }


def differences(older, newer, feed, until):
    """Rows of the past that only one of two exports has; a period that ran on the older one's day is no past."""
    before, after = rows_of(older, feed), rows_of(newer, feed)
    if feed in COUNTED:
        period = COUNTED[feed]
        first = max(min(day_in(row[period]) for row in rows) for rows in (before, after))
        last = until.replace(day=1) - timedelta(days=1)
        assert counts_until(before, period, first, last)
        return counts_until(before, period, first, last) ^ counts_until(after, period, first, last)
    names, start, end = SPANS[feed]

    def spans(rows):
        found = {}
        for row in rows:
            ended = day_in(row[end]) if row[end] else None
            key = (*(row[name] for name in names), row[start])
            found[key] = ended if ended and ended < until else None
        return found

    old, new = spans(before), spans(after)
    # What ended before the months of the newer export is no longer in it.
    oldest = min((ended for ended in new.values() if ended), default=until)
    assert old
    return {
        key
        for key in old.keys() | new.keys()
        if (old.get(key, "absent") != new.get(key, "absent"))
        and day_in(key[-1]) < until
        and not (key not in new and old[key] and old[key] <= oldest)
    }


@pytest.mark.parametrize("days", DAYS, ids=lambda days: f"{days[0]}-{days[1]}")
def test_two_exports_report_the_same_past_in_every_register(exports, days):
    older, newer = (exports(day) for day in days)
    feeds = {folder.name for folder in older.iterdir() if folder.is_dir()}
    # Downloads from StatLine hold one year and no history.
    assert {feed for feed in feeds if not feed.startswith("statline.")} == COUNTED.keys() | SPANS.keys()
    # Exports are made on the first, the fifteenth or a Monday, so the past ends a month before the older day.
    until = days[0] - timedelta(days=31)
    found = {feed: differences(older, newer, feed, until) for feed in sorted(COUNTED.keys() | SPANS.keys())}
    assert {feed: sorted(rows)[:3] for feed, rows in found.items() if rows} == {}


def test_a_history_that_slides_is_seen(exports):
    older, newer = (exports(day) for day in DAYS[1])
    (file,) = (newer / "hr.absence").iterdir()
    text = file.read_text("cp1252")
    row = next(line for line in text.splitlines() if line.count("-2025;") == 2)
    try:
        file.write_text(text.replace(row, "", 1).replace("\n\n", "\n"), "cp1252")
        assert len(differences(older, newer, "hr.absence", date(2026, 10, 25))) == 1
    finally:
        file.write_text(text, "cp1252")


def test_reports_keep_the_life_that_they_had():
    earlier, later = (datetime(2026, 11, 25, tzinfo=UTC), datetime(2027, 2, 3, tzinfo=UTC))
    before = {report.id: report for report in reports_until(earlier, DEFAULT_SEED)}
    after = {report.id: report for report in reports_until(later, DEFAULT_SEED)}
    both = before.keys() & after.keys()
    assert len(both) > 4000
    assert {number for number in both if before[number] != after[number]} == set()
