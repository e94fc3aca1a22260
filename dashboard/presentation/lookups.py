"""Indicators, areas and themes by the words in an address."""

from dashboard.presentation.route import ForbiddenError, NotFoundError
from dashboard.reading.board import Board
from dashboard.reading.figure import Area, Indicator, Theme


def indicator_of(board: Board, code: str) -> Indicator:
    """Return an indicator that the reader may see. Raises NotFoundError and ForbiddenError."""
    if code not in board.indicators:
        raise NotFoundError("Dit cijfer bestaat niet (meer). Zoek het cijfer in het overzicht.")
    if not board.may_see(code):
        raise ForbiddenError(board.themes[board.indicators[code].theme_code].label)
    return board.indicators[code]


def area_of(board: Board, code: str) -> Area:
    """Return an area of the newest borders. Raises NotFoundError."""
    if code not in board.areas:
        raise NotFoundError("Dit gebied bestaat niet (meer). Kies een gebied uit de lijst van buurten.")
    return board.areas[code]


def theme_of(board: Board, slug: str) -> Theme:
    """Return a theme by its name in an address. Raises NotFoundError and ForbiddenError."""
    theme = next((one for one in board.themes.values() if one.slug == slug), None)
    if theme is None:
        raise NotFoundError("Dit thema bestaat niet (meer). Kies een thema uit de lijst.")
    if theme.code in board.hidden:
        raise ForbiddenError(theme.label)
    return theme
