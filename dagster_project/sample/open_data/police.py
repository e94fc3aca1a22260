"""Fictional crimes and nuisance in Maandrecht, as published by the police per year and per month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b

from dagster_project.sample.municipality import (
    NEIGHBOURHOODS,
    PARTS,
    Neighbourhood,
    parts_of,
    region_codes,
    region_codes_nearby,
)
from dagster_project.sample.open_data.cbs_tables import Dimension, Record, Topic, cbs_table, periods, regions
from dagster_project.sample.servers.odata_v3_server import ODataTable

YEARS, MONTHS = 5, 49
_CRIME_WIDTH, _NUISANCE_WIDTH = 6, 8
_SPANS = {"47018NED": "jaar", "47022NED": "maand", "47024NED": "maand"}
_TOTAL_CRIMES, _TOTAL_NUISANCE = "0.0.0", "T00000"
# Per 1,000 inhabitants in a year, by the police's codes. Of two codes one is how the other begins.
_CRIMES = {
    "1.1.1": ("Diefstal/inbraak woning", 2.1),
    "1.1.2": ("Diefstal/inbraak box/garage/schuur", 0.7),
    "1.2.1": ("Diefstal uit/vanaf motorvoertuigen", 2.6),
    "1.2.2": ("Diefstal van motorvoertuigen", 0.5),
    "1.2.3": ("Diefstal van brom-, snor-, fietsen", 4.0),
    "1.2.4": ("Zakkenrollerij", 0.5),
    "1.4.2": ("Moord, doodslag", 0.1),
    "1.4.3": ("Openlijk geweld (persoon)", 0.3),
    "1.4.4": ("Bedreiging", 1.3),
    "1.4.5": ("Mishandeling", 2.1),
    "1.4.6": ("Straatroof", 0.2),
    "2.1.1": ("Drugs/drankoverlast", 0.5),
    "2.2.1": ("Vernieling cq. zaakbeschadiging", 4.4),
    "2.5.1": ("Diefstal/inbraak bedrijven enz.", 1.1),
    "2.5.2": ("Winkeldiefstal", 2.3),
    "2.6.1": ("Bodem", 0.1),
    "2.6.10": ("Natuur en landschap", 0.2),
    "3.1.1": ("Drugshandel", 0.6),
    "3.1.3": ("Wapenhandel", 0.4),
    "3.7.4": ("Cybercrime", 0.7),
    "3.9.1": ("Horizontale fraude", 3.2),
}
_IN_MONTHS = ("1.1.1", "1.2.1", "1.2.3", "1.4.3", "1.4.4", "1.4.5", "1.4.6", "2.2.1", "2.6.1", "2.6.10")
_NUISANCE = {
    "A00001": ("Overlast door jeugd", 5.2),
    "A00002": ("Burengerucht of relatieproblemen", 6.1),
    "A00003": ("Overlast door verward of overspannen persoon", 6.4),
    "A00004": ("Overlast door zwervers", 0.8),
}
# Things happen where people come, whether or not they live there.
_BUSY = {"centre": 2.6, "social": 1.4, "affluent": 0.7, "village": 0.6, "rural": 0.7, "family": 0.7, "industrial": 28}
# The border between these moves every year, and the complete history with it.
_MOVING_BORDER = ("BU99990203", "BU99990204")
_SHARE_OF_OTHER_KINDS = 0.3
_MONTH_NAMES = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def police_tables(as_of: date, seed: int) -> list[ODataTable]:
    """Crimes per year, crimes per month and nuisance per month, as of a day."""
    newest = _newest_month(as_of)
    months = [_month_before(newest, age) for age in reversed(range(MONTHS))]
    # The current year is between its months.
    with_running_year = {**_months(months, newest), f"{newest:%Y}JJ00": f"{newest:%Y}*"}
    years = {f"{year}JJ00": f"{year}" for year in range(newest.year - YEARS, newest.year)}
    years = {code: f"{name}*" if int(name) >= newest.year - 2 else name for code, name in years.items()}
    published = _month_before(newest, -1) + timedelta(days=27)
    borders = as_of.year if as_of.month >= 4 else as_of.year - 1

    def table(table_id: str, kinds: Dimension, codes: Sequence[str], spans: Mapping[str, str]) -> ODataTable:
        asked_for = region_codes() if table_id == "47018NED" else region_codes_nearby()
        measure = "GeregistreerdeOverlast" if kinds.name == "Overlast" else "GeregistreerdeMisdrijven"
        cells = _Counts(seed, borders, f"{newest:%YMM%m}", codes)
        return cbs_table(
            table_id,
            f"Geregistreerd door de politie; {kinds.name}, wijk, buurt, {_SPANS[table_id]}",
            published,
            True,
            [kinds, regions("WijkenEnBuurten", "Wijken en buurten", asked_for), periods(spans)],
            [Topic(measure, "Geregistreerd")],
            _records(cells, kinds, measure, spans, asked_for),
            _number_of_records(cells, spans, asked_for),
        )

    crimes = _kinds("SoortMisdrijf", _CRIME_WIDTH, {_TOTAL_CRIMES: ("Totaal misdrijven", 0.0), **_CRIMES})
    nuisance = _kinds(
        "Overlast", _NUISANCE_WIDTH, {_TOTAL_NUISANCE: ("Totaal registraties overlast", 0.0), **_NUISANCE}
    )
    return [
        table("47018NED", crimes, list(_CRIMES), years),
        table("47022NED", crimes, _IN_MONTHS, with_running_year),
        table("47024NED", nuisance, list(_NUISANCE), with_running_year),
    ]


class _Counts:
    """How often something happened, made up from the seed without any order: the same cell is always the same."""

    def __init__(self, seed: int, borders: int, newest: str, codes: Sequence[str]) -> None:
        self.seed, self.borders, self.newest, self.codes = seed, borders, newest, codes
        self.rates = {code: rate for code, (_, rate) in {**_CRIMES, **_NUISANCE}.items()}

    def chance(self, *place: object) -> float:
        return self._chance("/".join(map(str, place)))

    def _chance(self, cell: str) -> float:
        return int.from_bytes(blake2b(f"{self.seed}/{cell}".encode(), digest_size=4).digest()) / 2**32

    def people(self, place: Neighbourhood) -> float:
        if place.code not in _MOVING_BORDER:
            return place.inhabitants
        both = sum(other.inhabitants for other in NEIGHBOURHOODS if other.code in _MOVING_BORDER)
        first = 0.4 + 0.5 * self.chance("border", self.borders)
        return both * (first if place.code == _MOVING_BORDER[0] else 1 - first)

    def count(self, place: Neighbourhood, code: str, period: str) -> int | None:
        """None where the police say nothing."""
        if self.is_silent(place.code, code, period):
            return None
        span = {"MM": 1 / 12, "JJ": 1.0}[period[4:6]]
        # Not everything of the newest month is registered yet.
        span *= 0.6 if period == self.newest else 1
        usual = self.people(place) * self.rates[code] / 1000 * _BUSY.get(place.character, 1) * span
        luck = self._chance(f"much/{place.code}/{code}/{period}")
        return int(usual * (0.6 + 0.8 * luck) + self._chance(f"one/{place.code}/{code}/{period}"))

    def is_silent(self, place: str, code: str, period: str) -> bool:
        """Whether the police say nothing of a place."""
        return self._chance(f"silent/{place}/{code}/{period}") > 0.97

    def has_row(self, region: str, code: str, period: str) -> bool:
        """Whether a count that the police omit has a row, which is empty; half of them have none."""
        return self._chance(f"row/{region}/{code}/{period}") > 0.5


def _records(
    counts: _Counts, kinds: Dimension, measure: str, spans: Mapping[str, str], asked_for: Sequence[str]
) -> Iterator[Record]:
    key_of = {key.strip(): key for key in kinds.codes}
    total = next(iter(kinds.codes))
    known = {
        (place.code, code, period): counts.count(place, code, period)
        for place in PARTS
        for code in counts.codes
        for period in spans
    }
    for region in asked_for:
        parts = [place.code for place in parts_of(region)]
        for period in spans:
            whole = 0
            for code in counts.codes:
                found = [known[part, code, period] for part in parts]
                counted = [number for number in found if number is not None]
                whole += sum(counted)
                if counted or counts.has_row(region, code, period):
                    yield (key_of[code], region.ljust(10), period), {measure: sum(counted) if counted else None}
            # There are more kinds than these.
            yield (total, region.ljust(10), period), {measure: round(whole * (1 + _SHARE_OF_OTHER_KINDS))}


def _number_of_records(counts: _Counts, spans: Mapping[str, str], asked_for: Sequence[str]) -> int:
    """How many records there are, known without making any: a night in which nothing is new asks for no more."""
    omitted = 0
    for region in asked_for:
        parts = [place.code for place in parts_of(region)]
        for period in spans:
            for code in counts.codes:
                is_omitted = all(counts.is_silent(part, code, period) for part in parts)
                omitted += is_omitted and not counts.has_row(region, code, period)
    return len(asked_for) * len(spans) * (len(counts.codes) + 1) - omitted


def _kinds(name: str, width: int, kinds: Mapping[str, tuple[str, float]]) -> Dimension:
    # Crimes carry their code in their title as well, all but the total.
    titles = {code.ljust(width): f"{code} {title}" if code in _CRIMES else title for code, (title, _) in kinds.items()}
    return Dimension(name, name, "Dimension", titles)


def _newest_month(as_of: date) -> date:
    """First day of the newest month that is out: a month comes four weeks after its end at the earliest."""
    return _month_before((as_of - timedelta(days=28)).replace(day=1), 1)


def _month_before(month: date, age: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 - age, 12)
    return date(years, index + 1, 1)


def _months(months: Sequence[date], newest: date) -> dict[str, str]:
    """Codes and titles; an asterisk marks provisional periods."""
    return {
        f"{month:%YMM%m}": f"{month.year} {_MONTH_NAMES[month.month - 1]}"
        + ("*" if month.year >= newest.year - 1 else "")
        for month in months
    }
