"""Search over the indicators and areas of a release: stems, synonyms, typing errors, postcodes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
from rapidfuzz import fuzz, process

from dashboard.current import CurrentFigure, current_figures
from dashboard.search.words import postcodes, stems

# How much a word says about an indicator, by where it stands.
_WEIGHT_NAME, _WEIGHT_SYNONYM, _WEIGHT_THEME, _WEIGHT_DEFINITION = 1.0, 0.95, 0.5, 0.3
# How well a typed word fits another: the same, its beginning, a part of a compound; a typing error counts by likeness.
_EXACT, _BEGINNING, _PART = 1.0, 0.92, 0.85
_SHORTEST_PART, _SHORTEST_ERROR = 4, 4
_LEAST_LIKE = 78.0
# Indicators below this share of the best one's score are not shown.
_LEAST_OF_BEST = 0.55
_MOST_AREAS = 4

_INDICATORS = """
    select indicator_code, short_label_nl, label_nl, definition_nl, theme_label_nl, search_words_nl
    from dim_indicator
"""
_AREAS = """
    select region_code, region_level, region_name, most_common_postcode
    from dim_region
    where is_newest_vintage
    order by region_code
"""
_BOARD = "select indicator_code, board_label_nl from mart_kpi where fresh_until >= current_date order by kpi_order"


@dataclass(frozen=True)
class Match:
    """Subject of a query: an indicator in an area, or an area as a whole."""

    indicator_code: str | None
    area_code: str
    score: float


@dataclass(frozen=True)
class Result:
    """A match with its figure; without one if no figure may be shown."""

    match: Match
    figure: CurrentFigure | None


@dataclass
class _Vocabulary:
    """Words with the codes that carry them."""

    codes_of: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, code: str, text: str | None, weight: float) -> None:
        """Note the words of a text as words of a code."""
        for word in stems(text or ""):
            codes = self.codes_of[word]
            codes[code] = max(weight, codes.get(code, 0.0))

    def fits(self, typed: str) -> dict[str, float]:
        """Return how well each code fits a typed word, by its best word."""
        words = dict(self._words(typed))
        best: dict[str, float] = {}
        for word, likeness in words.items():
            for code, weight in self.codes_of[word].items():
                best[code] = max(best.get(code, 0.0), likeness * weight)
        return best

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
            for word, likeness, _ in likes:
                if typed not in word and word not in typed:
                    yield word, likeness / 100 * _PART


@dataclass(frozen=True)
class Index:
    """Words of a release's indicators and areas, held in memory."""

    indicators: _Vocabulary
    areas: _Vocabulary
    words_of_area: Mapping[str, int]
    areas_of_postcode: Mapping[str, tuple[str, ...]]
    municipality_code: str
    # Indicators of the board in its order: they go first among equals.
    board: tuple[str, ...]
    # Words of each name, so that of two indicators that fit the shorter name goes first.
    words_of_indicator: Mapping[str, int]

    def match(self, query: str, limit: int = 12) -> list[Match]:
        """Return what a query may ask for, best first."""
        found = {code: 1.0 for digits in postcodes(query) for code in self.areas_of_postcode.get(digits, ())}
        typed = [word for word in stems(query[:200]) if not (found and word[:4].isdigit())][:8]
        for_areas, for_indicators = [], []
        for word in typed:
            areas, indicators = self.areas.fits(word), self.indicators.fits(word)
            best_area, best_indicator = max(areas.values(), default=0.0), max(indicators.values(), default=0.0)
            if best_area > best_indicator or (best_area and best_area == best_indicator == _EXACT):
                for_areas.append(areas)
            if best_indicator and best_indicator >= best_area:
                for_indicators.append(indicators)
        scored = self._areas(for_areas) or sorted(found.items())[:_MOST_AREAS]
        if for_indicators:
            likely = self._indicators(for_indicators, limit)
            places = scored or [(self.municipality_code, 1.0)]
            pairs = [Match(code, area, score * place) for area, place in places for code, score in likely]
            return sorted(pairs, key=lambda match: -match.score)[:limit]
        matches = [Match(None, area, place) for area, place in scored]
        if scored:
            area, place = scored[0]
            matches += [Match(code, area, place * 0.5) for code in self.board]
        return matches[:limit]

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
        return sorted(likely, key=lambda pair: (-pair[1], pair[0]))[:_MOST_AREAS]

    def _indicators(self, fits: list[dict[str, float]], limit: int) -> list[tuple[str, float]]:
        total: dict[str, float] = defaultdict(float)
        for codes in fits:
            for code, fit in codes.items():
                total[code] += fit / len(fits)
        order = {code: place for place, code in enumerate(self.board)}
        scores = {
            code: score * (1.15 if code in order else 1.0) * (1 - 0.01 * min(10, self.words_of_indicator[code]))
            for code, score in total.items()
        }
        best = max(scores.values())
        likely = [(code, score) for code, score in scores.items() if score >= _LEAST_OF_BEST * best]
        return sorted(likely, key=lambda pair: (-pair[1], order.get(pair[0], 999), pair[0]))[:limit]


def index(cursor: duckdb.DuckDBPyConnection, municipality_code: str) -> Index:
    """Build the index of a release."""
    board = dict(cursor.execute(_BOARD).fetchall())
    indicators, areas, lengths = _Vocabulary(), _Vocabulary(), {}
    for code, short_label, label, definition, theme, synonyms in cursor.execute(_INDICATORS).fetchall():
        for text in (short_label, label, board.get(code)):
            indicators.add(code, text, _WEIGHT_NAME)
        indicators.add(code, synonyms, _WEIGHT_SYNONYM)
        indicators.add(code, theme, _WEIGHT_THEME)
        indicators.add(code, definition, _WEIGHT_DEFINITION)
        lengths[code] = len(stems(label))
    names, of_postcode = {}, defaultdict(list)
    for code, level, name, postcode in cursor.execute(_AREAS).fetchall():
        words = [word for word in stems(name) if not (level == "district" and word.isdigit())]
        names[code] = max(1, len(words))
        areas.add(code, " ".join(words), _EXACT)
        if postcode:
            of_postcode[postcode].append(code)
    by_postcode = {postcode: tuple(codes) for postcode, codes in of_postcode.items()}
    return Index(indicators, areas, names, by_postcode, municipality_code, tuple(board), lengths)


def find(cursor: duckdb.DuckDBPyConnection, found: Index, query: str, today: date, limit: int = 12) -> list[Result]:
    """Return the best matches of a query with their figures; those with a figure go before those that lack one."""
    matches = found.match(query, limit)
    indicators = sorted({match.indicator_code for match in matches if match.indicator_code})
    figures = current_figures(cursor, today, indicators, sorted({match.area_code for match in matches}))
    results = [
        Result(match, figures.get((match.indicator_code, match.area_code)) if match.indicator_code else None)
        for match in matches
    ]
    return sorted(results, key=lambda result: result.figure is None and result.match.indicator_code is not None)
