"""Search over the indicators and areas of a release: stems, synonyms, typing errors, postcodes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

import duckdb
from rapidfuzz import fuzz, process

from dashboard.reading.board import Board
from dashboard.reading.figure import Figure
from dashboard.reading.series import current, year_before
from dashboard.search.words import postcodes, stem, stems, words

# How much a word says about an indicator, by where it stands.
_WEIGHT_NAME, _WEIGHT_SYNONYM, _WEIGHT_THEME, _WEIGHT_DEFINITION = 1.0, 0.95, 0.5, 0.15
# How well a typed word fits: the same, a beginning, a part of a compound; a typing error counts by similarity.
_EXACT, _BEGINNING, _PART = 1.0, 0.92, 0.85
_SHORTEST_PART, _SHORTEST_ERROR = 4, 4
_LEAST_LIKE = 78.0
# Indicators below this share of the best one's score are not shown.
_LEAST_OF_BEST = 0.55
_MOST_AREAS = 4
# The figure of an area as a whole.
_OF_AREA = "population_count"
_LONGEST_QUERY, _MOST_WORDS = 200, 8

_INDICATORS = """
    select indicator_code, short_label_nl, label_nl, definition_nl, theme_label_nl, search_words_nl
    from dim_indicator
    where theme_code is not null
"""
_AREAS = """
    select region_code, region_level, region_name, most_common_postcode, municipality_code
    from dim_region
    where is_newest_vintage
    order by region_code
"""
_BOARD = "select indicator_code from mart_kpi order by kpi_order"


@dataclass(frozen=True)
class Match:
    """Subject of a query: an indicator in an area, or an area as a whole, which has no indicator."""

    indicator_code: str | None
    area_code: str
    score: float


@dataclass(frozen=True)
class Result:
    """A match with its figure and the one of a year before; without one if no figure may be shown."""

    match: Match
    figure: Figure | None
    before: Figure | None


@dataclass
class _Vocabulary:
    """Words with the codes that carry them."""

    codes_of: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    # A word as it is written, by its stem.
    written: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, written: Iterable[str], weight: float) -> None:
        """Note words of a code."""
        for word in written:
            codes = self.codes_of[stem(word)]
            codes[code] = max(weight, codes.get(code, 0.0))
            self.written.setdefault(stem(word), word)

    def fits(self, typed: str) -> dict[str, float]:
        """Return how well each code fits a typed word, by its best word."""
        best: dict[str, float] = {}
        for word, similarity in self._words(typed):
            for code, weight in self.codes_of[word].items():
                best[code] = max(best.get(code, 0.0), similarity * weight)
        return best

    def correct(self, typed: str) -> tuple[float, str]:
        """Return how much a word that fits none looks like the most alike, and that one as it is written."""
        if any(True for _, similarity in self._words(typed) if similarity >= _BEGINNING):
            return _EXACT, ""
        word, similarity = max(self._words(typed), key=lambda found: found[1], default=("", 0.0))
        return similarity, self.written.get(word, "")

    def _words(self, typed: str) -> Iterable[tuple[str, float]]:
        if typed in self.codes_of:
            yield typed, _EXACT
        if len(typed) >= _SHORTEST_PART:
            for word in self.codes_of:
                if word != typed and typed in word:
                    yield word, _BEGINNING if word.startswith(typed) else _PART
                elif len(word) > _SHORTEST_PART and word != typed and word in typed:
                    yield word, _PART * len(word) / len(typed)
        if len(typed) >= _SHORTEST_ERROR and typed not in self.codes_of and not typed.isdigit():
            likes = process.extract(typed, self.codes_of.keys(), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKE, limit=8)
            for word, similarity, _ in likes:
                if typed not in word and word not in typed:
                    yield word, similarity / 100 * _PART


@dataclass(frozen=True)
class Index:
    """Words of a release's indicators and areas, in memory."""

    indicators: _Vocabulary
    areas: _Vocabulary
    words_of_area: Mapping[str, int]
    areas_of_postcode: Mapping[str, tuple[str, ...]]
    municipality_code: str
    # Areas of the municipality: in a release of the whole country they go first among equals.
    own_areas: Set[str]
    # Indicators of the board in its order: they go first among equals.
    board: tuple[str, ...]
    # Words of each name, so that of two indicators that fit the shorter name goes first.
    words_of_indicator: Mapping[str, int]

    def match(self, query: str, limit: int = 12) -> list[Match]:
        """Return what a query may ask for, best first."""
        by_postcode = {area: 1.0 for digits in postcodes(query) for area in self.areas_of_postcode.get(digits, ())}
        typed = [word for word in stems(query[:_LONGEST_QUERY]) if not (by_postcode and word[:4].isdigit())]
        fits = [(self.areas.fits(word), self.indicators.fits(word)) for word in typed[:_MOST_WORDS]]
        of_area = [areas for areas, indicators in fits if areas and _best(areas) >= _best(indicators)]
        areas = self._areas(of_area) or sorted(by_postcode.items())[:_MOST_AREAS]
        # A word that fits both is of the area if that is typed whole: "Nieuwe Maan".
        whole = {area for area, score in areas if score >= _EXACT and self.words_of_area[area] > 1}
        of_indicator = [
            indicators
            for areas_of_word, indicators in fits
            if indicators and _best(indicators) >= _best(areas_of_word) and not whole & areas_of_word.keys()
        ]
        if not of_indicator:
            matches = [Match(None, area, score) for area, score in areas]
            return [*matches, *(Match(code, area, score / 2) for area, score in areas[:1] for code in self.board)][
                :limit
            ]
        likely = self._indicators(of_indicator, limit)
        pairs = [
            Match(code, area, score * place)
            for area, place in areas or [(self.municipality_code, 1.0)]
            for code, score in likely
        ]
        found = sorted(pairs, key=lambda match: -match.score)
        if not areas or areas[0][0] == self.municipality_code:
            return found[:limit]
        # Beside it the same figure of the municipality, and the profile of the area.
        beside = [Match(likely[0][0], self.municipality_code, 0.0), Match(None, areas[0][0], 0.0)]
        return [*found[: limit - 2], *beside]

    def corrected(self, query: str) -> str | None:
        """Return the query with the words that were probably meant; None if all are known, or none is alike."""
        known = query
        for word in words(query[:_LONGEST_QUERY])[:_MOST_WORDS]:
            similarity, meant = max(self.areas.correct(stem(word)), self.indicators.correct(stem(word)))
            if similarity < _EXACT and meant:
                known = re.sub(rf"\b{re.escape(word)}\b", meant, known, flags=re.IGNORECASE)
        return known if known != query else None

    def _areas(self, fits: list[dict[str, float]]) -> list[tuple[str, float]]:
        """Return the areas that fit the words best; a name that is typed whole goes before one that holds it."""
        if not fits:
            return []
        total: dict[str, float] = defaultdict(float)
        for codes in fits:
            for code, fit in codes.items():
                total[code] += fit
        scores = {
            code: score / len(fits) * (0.8 + 0.2 * min(1.0, len(fits) / self.words_of_area[code]))
            for code, score in total.items()
        }
        best = max(scores.values())
        likely = [(code, score) for code, score in scores.items() if score >= 0.8 * best]
        return sorted(likely, key=lambda pair: (-pair[1], pair[0] not in self.own_areas, pair[0]))[:_MOST_AREAS]

    def _indicators(self, fits: list[dict[str, float]], limit: int) -> list[tuple[str, float]]:
        """Return the indicators that fit the words best; a short name and a place on the board go before others."""
        total: dict[str, float] = defaultdict(float)
        well: dict[str, int] = defaultdict(int)
        for codes in fits:
            for code, fit in codes.items():
                total[code] += fit / len(fits)
                well[code] += fit >= _PART
        order = {code: place for place, code in enumerate(self.board)}
        scores = {}
        for code, score in total.items():
            typed_share = min(1.0, well[code] / self.words_of_indicator[code])
            is_whole = typed_share == 1.0 and score >= _EXACT
            scores[code] = (
                score * (0.8 + 0.2 * typed_share) * (1.06 if is_whole else 1.0) * (1.12 if code in order else 1.0)
            )
        best = max(scores.values())
        likely = [(code, score) for code, score in scores.items() if score >= _LEAST_OF_BEST * best]
        return sorted(likely, key=lambda pair: (-pair[1], order.get(pair[0], len(order)), pair[0]))[:limit]


def _best(fits: dict[str, float]) -> float:
    return max(fits.values(), default=0.0)


def index(cursor: duckdb.DuckDBPyConnection, municipality_code: str) -> Index:
    """Build the index of a release."""
    board = tuple(code for (code,) in cursor.execute(_BOARD).fetchall())
    indicators, areas, lengths = _Vocabulary(), _Vocabulary(), {}
    for code, short_label, label, definition, theme, synonyms in cursor.execute(_INDICATORS).fetchall():
        for text, weight in (
            (short_label, _WEIGHT_NAME),
            (label, _WEIGHT_NAME),
            (synonyms, _WEIGHT_SYNONYM),
            (theme, _WEIGHT_THEME),
            (definition, _WEIGHT_DEFINITION),
        ):
            indicators.add(code, words(text or ""), weight)
        lengths[code] = max(1, len(stems(short_label)))
    names, own, of_postcode = {}, set(), defaultdict(list)
    for code, level, name, postcode, municipality in cursor.execute(_AREAS).fetchall():
        of_name = [word for word in words(name or code) if not (level == "district" and word.isdigit())]
        names[code] = max(1, len(of_name))
        areas.add(code, of_name, _EXACT)
        if municipality == municipality_code:
            own.add(code)
        if postcode:
            of_postcode[postcode].append(code)
    by_postcode = {postcode: tuple(codes) for postcode, codes in of_postcode.items()}
    return Index(indicators, areas, names, by_postcode, municipality_code, own, board, lengths)


def find(board: Board, found: Index, query: str, limit: int = 12) -> list[Result]:
    """Return the best matches of a query with their figures; those with a figure go before those that lack one."""
    matches = found.match(query, limit)
    keys = [(match.indicator_code or _OF_AREA, match.area_code) for match in matches]
    now = current(board, {indicator for indicator, _ in keys}, {area for _, area in keys})
    before = year_before(board, now)
    results = [Result(match, now.get(key), before.get(key)) for match, key in zip(matches, keys, strict=True)]
    return sorted(results, key=lambda result: result.figure is None)
