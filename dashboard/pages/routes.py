"""Every address of the board."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from dashboard import pocket_book, search
from dashboard.pages.area import area, areas
from dashboard.pages.comparison import comparison
from dashboard.pages.feed import feed
from dashboard.pages.files import of_area, of_comparison, of_indicator, of_theme
from dashboard.pages.find import finder
from dashboard.pages.for_analysts.mart_index import mart, mart_file, marts
from dashboard.pages.for_analysts.question_index import questions
from dashboard.pages.freshness import freshness
from dashboard.pages.home import home
from dashboard.pages.indicator import indicator
from dashboard.pages.looking_ahead.advice import advice, all_advice
from dashboard.pages.looking_ahead.algorithm import algorithm, algorithms
from dashboard.pages.looking_ahead.forecast import forecast
from dashboard.pages.looking_ahead.measure import measure, measures
from dashboard.pages.municipalities import municipalities
from dashboard.pages.self_sufficiency import self_sufficiency
from dashboard.pages.source import changes, source
from dashboard.pages.texts import accessibility, offline
from dashboard.pages.theme import theme, themes
from dashboard.presentation.route import JSON, Query, Rendered, Route
from dashboard.reading.board import Board
from dashboard.words.direction import in_reading_order


def routes(index: Callable[[Board], search.Index]) -> list[Route]:
    """All pages, the more particular address first; ``index`` gives the search index of a board's release."""
    return [
        Route("/", home),
        Route("/zoek", finder(index), ("q",), is_expensive=True),
        Route("/k/{indicator}/{area}.{form}", of_indicator, is_expensive=True),
        Route("/k/{indicator}/{area}", indicator, ("gebied",)),
        Route("/k/{indicator}", indicator, ("gebied",)),
        Route("/b/{area}.{form}", of_area, is_expensive=True),
        Route("/b/{area}", area),
        Route("/b", areas),
        Route("/t/economische-zelfredzaamheid", self_sufficiency),
        Route("/t/{theme}/{area}.{form}", of_theme, is_expensive=True),
        Route("/t/{theme}", theme, ("gebied",)),
        Route("/t", themes),
        Route("/vergelijk/{indicator}/{areas}.{form}", of_comparison, is_expensive=True),
        Route("/vergelijk", comparison, ("k", "g"), is_expensive=True),
        Route("/gemeenten/{indicator}", municipalities),
        Route("/prognose/{indicator}/{area}", forecast),
        Route("/maatregel/{measure}", measure),
        Route("/maatregelen", measures),
        Route("/advies/{plan}", advice),
        Route("/advies", all_advice),
        Route("/algoritme/{algorithm}", algorithm),
        Route("/algoritmen", algorithms),
        Route("/bron/vragen", questions, is_expensive=True),
        Route("/bron/tabellen/{mart}.{form}", mart_file, is_expensive=True, is_kept=False),
        Route("/bron/tabellen/{mart}", mart),
        Route("/bron/tabellen", marts),
        Route("/bron/{indicator}", source),
        Route("/versheid", freshness),
        Route("/wijzigingen", changes),
        Route("/toegankelijkheid", accessibility),
        Route("/zonder-verbinding", offline),
        Route("/atom.xml", feed),
        Route("/zakboek.json", book),
        Route("/omtrekken.json", outlines),
    ]


def book(board: Board, query: Query) -> Rendered:
    """The pocket book, for a telephone without a connection."""
    found = pocket_book.pocket_book(board)
    themes = {board.indicators[code].theme_code for code, *_ in found["indicators"]}
    return replace(_json(found), themes=frozenset(themes))


def outlines(board: Board, query: Query) -> Rendered:
    """Outlines of the neighbourhoods, in which a telephone finds its own place."""
    return _json(pocket_book.outlines(board))


def _json(content: object) -> Rendered:
    return Rendered(in_reading_order(orjson.dumps(content).decode()).encode(), JSON)
