"""Templates with what every page carries: styles, release, freshness and navigation."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboard.pages.route import Rendered
from dashboard.reading.board import Board
from dashboard.words import periods

_FOLDER = Path(__file__).parents[1]
_LOOK = _FOLDER / "look"
_NAVIGATION = (("/", "Overzicht"), ("/t", "Thema’s"), ("/b", "Buurten"), ("/versheid", "Versheid"))


@cache
def styles() -> str:
    """The style sheet that stands in every page: the theme's properties before the rules that use them."""
    return "".join((_LOOK / name).read_text("utf-8") for name in ("thema.css", "board.css"))


@cache
def style_hash() -> str:
    """The hash by which a content security policy admits the style sheet."""
    return "sha256-" + b64encode(hashlib.sha256(styles().encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters["day"] = periods.day
    return environment


def render(template: str, board: Board, here: str, fresh_until: date | None, values: Mapping[str, Any]) -> Rendered:
    """Write a page of a release; ``here`` is the address of the part of the board that it belongs to."""
    info = board.release.info
    page = _environment().get_template(template).render(
        board=board,
        release_id=info.release_id,
        release_day=periods.day(info.as_of),
        municipality=board.municipality,
        is_fictional=info.is_fictional,
        problem=board.problem,
        styles=Markup(styles()),
        navigation=[(address, label, address == here) for address, label in _NAVIGATION],
        fresh_until=fresh_until,
        **values,
    )
    return Rendered(page.encode(), fresh_until=fresh_until)


def render_bare(title: str, text: str) -> bytes:
    """Write a page without a release: what went wrong, and who acts."""
    return _environment().get_template("bare.html").render(title=title, text=text, styles=Markup(styles())).encode()
