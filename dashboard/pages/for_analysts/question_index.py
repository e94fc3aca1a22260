"""Every question of the book with its answer on this release, the SQL that made it, and the marts that it reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup

from dagster_project.access import everything
from dagster_project.release.reader import LIMIT, PublishedMart, PublishedQuestion
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.reading.board import Board
from dashboard.words import numbers, periods

# Theme of questions about all KPIs.
KPI = "kpi"
_KPI_LABEL = "Overzicht"
_ABSENT = "geen cijfer"
# Codes that a page leaves out beside their name.
_NAMES = {"indicator_code": "short_label_nl", "task_field_key": "task_field_name_nl"}
_DATA = Markup('<data value="{}" data-q="{}" data-c="{}">{}</data>')


@dataclass(frozen=True)
class Answer:
    """A question as the page shows it; without headings for readers who may not see the answer."""

    question: PublishedQuestion
    marts: Sequence[PublishedMart]
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[Markup | str]] = ()
    fresh_until: date | None = None


def questions(board: Board, query: Query) -> Rendered:
    """Show all questions by theme."""
    asked = board.release.catalogue.questions
    if board.release.info.is_public or not asked:
        raise NotFoundError("Deze uitgave heeft geen vragen.")
    names = _period_names(board)
    answers = [_answer(board, question, names) for question in sorted(asked, key=lambda one: _place(board, one.theme))]
    groups = [
        (_KPI_LABEL if theme == KPI else board.themes[theme].label, [*found])
        for theme, found in groupby(answers, key=lambda one: one.question.theme)
    ]
    shown = [answer for answer in answers if answer.rows]
    until = min((answer.fresh_until for answer in shown if answer.fresh_until), default=None)
    themes = set().union(*(_themes(board, answer.question) for answer in shown))
    return render("questions.html", board, "/bron", until, {"groups": groups}, themes)


def _place(board: Board, theme: str) -> int:
    return [KPI, *board.themes].index(theme)


def _themes(board: Board, question: PublishedQuestion) -> Collection[str]:
    """The themes that an answer is about."""
    if question.theme == KPI:
        return {one.theme_code for one in board.indicators.values() if one.kpi_order is not None}
    return {question.theme}


def _answer(board: Board, question: PublishedQuestion, names: Mapping[str, str]) -> Answer:
    """Ask a question of the marts as its reader sees them.

    Of a part of the rows the largest, a sum or a place would be another answer, so a reader who may not see all of the
    theme gets none.
    """
    words = set(question.sql.replace("(", " ").replace(")", " ").replace(".", " ").split())
    marts = [mart for mart in board.release.marts.values() if mart.name in words]
    if not everything(_themes(board, question)) <= board.allowed:
        return Answer(question, marts)
    columns, rows = board.table(question.sql)
    shown = [place for place, name in enumerate(columns) if _NAMES.get(name) not in columns]
    known = {column.name: column.label_nl for mart in marts for column in mart.columns}
    return Answer(
        question,
        marts,
        [_heading(board, known, columns[place]) for place in shown],
        [
            [_cell(board, question, columns[place], row[place], names) for place in shown]
            for row in rows
            # A sum of nothing is a row without a figure.
            if any(value is not None for value in row)
        ],
        _last_day(board, marts),
    )


def _last_day(board: Board, marts: Sequence[PublishedMart]) -> date | None:
    """The first day on which a row of these marts expires, which may be one of an answer."""
    limits = [
        limit
        for mart in marts
        if any(column.name == LIMIT for column in mart.columns)
        for (limit,) in board.rows(
            f"select min({LIMIT}) from {mart.name} where {LIMIT} >= {{today}}", today=board.today
        )
        if limit
    ]
    return min(limits, default=None)


def _heading(board: Board, known: Mapping[str, str], name: str) -> str:
    if name in board.indicators:
        return board.indicators[name].short_label
    # A computed column has no name of its own for readers.
    return known.get(name) or "Antwoord"


def _cell(
    board: Board, question: PublishedQuestion, name: str, value: object, period_names: Mapping[str, str]
) -> Markup | str:
    if value is None:
        return _ABSENT
    if isinstance(value, date):
        return periods.day(value)
    if isinstance(value, int | float):
        return _DATA.format(value, question.name, name, _number(board, name, value))
    return period_names.get(str(value), str(value)) if name == "period" else str(value)


def _number(board: Board, name: str, value: float) -> str:
    if name in board.indicators:
        return numbers.figure(value, board.indicators[name])
    if name.endswith("_eur"):
        return numbers.euros(value)
    if name.endswith("_year"):
        return str(value)
    text = numbers.number(value, 0 if float(value).is_integer() else 1)
    return f"{text}%" if name.endswith("_pct") else text


def _period_names(board: Board) -> dict[str, str]:
    """Periods in words, of a release that has them."""
    if "dim_period" not in board.release.marts:
        return {}
    return dict(board.rows("select period, period_label_nl from dim_period"))
