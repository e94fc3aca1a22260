"""The algorithms behind forecasts, effects and advice, from ``dim_algorithm``."""

from dataclasses import dataclass

from dashboard.reading.board import Board

_ALGORITHMS = """
    select
        algorithm_code,
        name_nl,
        purpose_nl,
        data_nl,
        method_nl,
        impact_nl,
        human_decision_nl,
        limits_nl,
        legal_basis_nl,
        contact_nl
    from dim_algorithm
    order by name_nl
"""


@dataclass(frozen=True)
class Algorithm:
    """An algorithm with the fields of the Dutch register of algorithms."""

    code: str
    name: str
    purpose: str
    data: str
    method: str
    impact: str
    human_decision: str
    limits: str
    legal_basis: str
    contact: str


def algorithms(board: Board) -> dict[str, Algorithm]:
    """All algorithms by code; none where the release has no such mart."""
    if "dim_algorithm" not in board.release.marts:
        return {}
    return {row[0]: Algorithm(*row) for row in board.rows(_ALGORITHMS)}
