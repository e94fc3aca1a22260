"""Indicators, areas and themes by the words in an address."""

from dashboard.presentation.route import ForbiddenError, NotFoundError
from dashboard.reading.board import Board
from dashboard.reading.figure import COUNTRY, DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, OWN_AREA, Area, Indicator, Theme

LEVEL_NAMES = {
    COUNTRY: "het land",
    MUNICIPALITY: "gemeenten",
    DISTRICT: "wijken",
    OWN_AREA: "gebieden",
    NEIGHBOURHOOD: "buurten",
}


def indicator_of(board: Board, code: str, *areas: Area) -> Indicator:
    """Return an indicator that the reader may see in these areas. Raises NotFoundError and ForbiddenError."""
    if code not in board.indicators:
        raise NotFoundError("Dit cijfer bestaat niet (meer). Zoek het cijfer in het overzicht.")
    refuse_unless_open(board, board.indicators[code].theme_code, *(area.level for area in areas))
    return board.indicators[code]


def area_of(board: Board, code: str) -> Area:
    """Return an area of the newest borders. Raises NotFoundError."""
    if code not in board.areas:
        raise NotFoundError("Dit gebied bestaat niet (meer). Kies een gebied uit de lijst van buurten.")
    return board.areas[code]


def theme_of(board: Board, slug: str, area: Area) -> Theme:
    """Return a theme that the reader may see in an area, by its name in an address.

    Raises NotFoundError and ForbiddenError.
    """
    theme = next((one for one in board.themes.values() if one.slug == slug), None)
    if theme is None:
        raise NotFoundError("Dit thema bestaat niet (meer). Kies een thema uit de lijst.")
    refuse_unless_open(board, theme.code, area.level)
    return theme


def refuse_unless_open(board: Board, theme_code: str, *levels: str) -> None:
    """Raise ForbiddenError for a theme that the reader may not see, or not at one of these levels."""
    theme = board.themes[theme_code]
    if theme not in board.open_themes:
        raise ForbiddenError(f"Het thema {theme.label} is alleen voor bepaalde groepen.", theme_code)
    for level in levels:
        if (theme_code, level) not in board.allowed:
            raise ForbiddenError(
                f"Cijfers van het thema {theme.label} over {LEVEL_NAMES[level]} zijn alleen voor bepaalde groepen.",
                theme_code,
            )
