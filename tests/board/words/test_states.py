"""States: a figure that is not there says why, and dates of clocks keep their own names."""

from datetime import UTC, date, datetime

import pytest

from dashboard.words import states

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("reason", "icon", "text"),
    [
        ("suppressed", "lock", "Te weinig personen om te tonen"),
        ("impossible", None, "Niet te berekenen: er is niets om door te delen"),
        ("unknown", None, "De bron levert geen cijfer"),
        ("running", None, "De periode is nog niet voorbij"),
        ("not_yet_published", None, "Nog niet gepubliceerd door de bron"),
        ("a_new_reason", None, "De bron levert geen cijfer"),
    ],
)
def test_absence_says_why(reason, icon, text):
    assert states.absence(reason) == states.Absence(icon, text)


@pytest.mark.parametrize(("days", "since"), [(1, "1 dag"), (3, "3 dagen")])
def test_withheld_names_the_supplier_and_the_days(days, since):
    assert states.withheld("politie", days).text == f"Leverancier te laat: politie, sinds {since}"


def test_expired_since_the_day_after_the_last():
    expected = "Niet meer toonbaar sinds 01-12-2026: geen nieuwe levering"
    assert states.expired(date(2026, 11, 30)).text == expected


@pytest.mark.parametrize(
    ("until", "shown"),
    [(date(2026, 11, 22), False), (TODAY, True), (date(2026, 11, 30), True), (date(2026, 12, 1), False)],
)
def test_expiry_is_announced_within_seven_days(until, shown):
    expected = f'Nog toonbaar <span class="n">t/m {until:%d-%m-%Y}</span>' if shown else None
    assert states.expires_soon(until, TODAY) == expected


def test_period_line_names_status_and_rounding():
    assert states.period_line("2024", "definitive") == "2024"
    assert states.period_line("2024", "provisional", 10) == "2024, voorlopig, afgerond op\N{NO-BREAK SPACE}10"


def plain(markup):
    return markup.striptags()


def test_published_and_checked_are_never_mixed():
    until = date(2026, 12, 28)
    released = states.freshness(date(2026, 7, 1), until, "CBS", checked_on=date(2026, 11, 28))
    checked = states.freshness(None, until, "CBS", checked_on=datetime(2026, 11, 28, 23, 30, tzinfo=UTC))
    assert plain(released) == "Bijgewerkt 01-07-2026, toonbaar t/m 28-12-2026, bron: CBS"
    assert plain(checked) == "Nagekeken 29-11-2026, toonbaar t/m 28-12-2026, bron: CBS"
    assert plain(states.freshness(None, until, "CBS")).startswith("Nog niet nagekeken")
    assert plain(states.updated(date(2026, 7, 1))) == "bijgewerkt 01-07-2026"
    assert states.updated(None) == ""


def test_the_name_of_a_source_is_escaped():
    assert "<script>" not in states.freshness(None, TODAY, "<script>alert(1)</script>")


def test_mixed_figures_show_the_oldest_check_and_the_earliest_last_day():
    checked = [datetime(2026, 11, 20, tzinfo=UTC), date(2026, 11, 14)]
    line = states.mixed_freshness(checked, [date(2026, 12, 28), date(2026, 12, 14)])
    assert plain(line) == "Oudste gegevens nagekeken 14-11-2026, toonbaar t/m 14-12-2026"
    assert plain(states.mixed_freshness([], [TODAY])) == "Toonbaar t/m 23-11-2026"
    assert states.mixed_freshness(checked, []) == ""


def test_offline_names_the_day_of_the_figures():
    assert states.offline(date(2026, 11, 28)) == "Zonder verbinding. Cijfers van 28-11-2026"
