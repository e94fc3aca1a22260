"""Templates with what every page carries: the rules of style that it uses, release, freshness and navigation."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard import look
from dashboard.charts import icons
from dashboard.presentation.route import ATOM, Rendered
from dashboard.reading.board import Board
from dashboard.words import periods
from dashboard.words.direction import in_reading_order

_TEMPLATES = Path(__file__).parents[1] / "templates"
_NAVIGATION = (("/t", "Thema’s"), ("/b", "Buurten"), ("/versheid", "Versheid"))
_STYLE = "<style></style>"
# Characters that XML 1.0 does not allow.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# A figure names its indicator.
_OF_INDICATOR = re.compile(r'<data [^>]*data-i="([^"]+)"')
# The script of the board marks what expires while a page is open.
_SET_BY_SCRIPT = frozenset({"expired"})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters.update(day=periods.day, sentence=periods.sentence_start)
    environment.globals.update(clock=icons.clock(), lock=icons.lock())
    return environment


def render(
    template: str,
    board: Board,
    here: str,
    fresh_until: date | None,
    values: Mapping[str, Any],
    themes: Collection[str] = (),
) -> Rendered:
    """Write a page of a release; ``here`` is the address of the part of the board that it belongs to.

    ``themes`` are those of figures that do not stand in ``<data>``.
    """
    info = board.release.info
    page = (
        _environment()
        .get_template(template)
        .render(
            board=board,
            release_id=info.release_id,
            release_day=periods.day(info.as_of),
            municipality=board.municipality,
            is_fictional=info.is_fictional,
            problem=board.problem,
            fresh_until=fresh_until,
            navigation=[(address, label, address == here) for address, label in _NAVIGATION],
            **values,
        )
    )
    shown = {board.indicators[code].theme_code for code in {*_OF_INDICATOR.findall(page)} if code in board.indicators}
    return replace(_styled(page, board.theme, fresh_until), themes=frozenset(shown.union(themes)))


def render_feed(
    template: str, board: Board, fresh_until: date | None, values: Mapping[str, Any], themes: Collection[str]
) -> Rendered:
    """Write a feed of a release."""
    text = _environment().get_template(template).render(municipality=board.municipality, **values)
    body = _NO_XML.sub("", in_reading_order(text)).encode()
    return Rendered(body, ATOM, fresh_until, themes=frozenset(themes))


def render_bare(title: str, text: str, theme: str) -> Rendered:
    """Write a page without a release: what went wrong, and who acts."""
    return _styled(_environment().get_template("bare.html").render(title=title, text=text), theme, None)


def _styled(page: str, theme: str, fresh_until: date | None) -> Rendered:
    """Put the rules that a page uses into it, with the hash by which a content security policy admits them."""
    page = in_reading_order(page)
    rules = look.used(look.stylesheet(theme), page, _SET_BY_SCRIPT)
    digest = b64encode(hashlib.sha256(rules.encode()).digest()).decode()
    body = page.replace(_STYLE, f"<style>{rules}</style>", 1)
    return Rendered(body.encode(), fresh_until=fresh_until, style_hash=f"sha256-{digest}")
