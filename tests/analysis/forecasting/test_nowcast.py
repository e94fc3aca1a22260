"""Nowcasts of simulated late reports: their error and coverage, and nothing from after the day."""

import numpy as np
import pytest

from dagster_project.analysis.forecasting.nowcast import FEWEST_PERIODS, expected_final
from dagster_project.analysis.forecasting.nowcast_rows import KnownFigure, nowcast_rows

from ..fixed_seeds import WORLDS

COMPLETE_AFTER = 3
# Fractions of reports that are known 0, 1, 2 and 3 months after their month.
KNOWN_AT = np.array([0.6, 0.85, 0.96, 1.0])
MONTHS, REGIONS = 30, 40


def triangle(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Final counts (months, regions), and those known at each age (ages, months, regions)."""
    random = np.random.default_rng(seed)
    usual = np.exp(random.normal(np.log(4), 1.0, REGIONS))
    final = random.negative_binomial(8, 8 / (8 + np.broadcast_to(usual, (MONTHS, REGIONS))))
    delays = random.multinomial(final, np.diff(KNOWN_AT, prepend=0.0))
    return final.astype(float), np.moveaxis(delays.cumsum(axis=-1), -1, 0).astype(float)


def as_rows(known: np.ndarray, until: int) -> list[KnownFigure]:
    """Figures that were known at the end of a month."""
    return [
        KnownFigure(f"region {region:02}", month, age, known[age, month, region])
        for month in range(MONTHS)
        for age in range(COMPLETE_AFTER + 1)
        for region in range(REGIONS)
        if month + age <= until
    ]


@pytest.fixture(scope="module")
def nowcasts():
    made = []
    for seed in WORLDS:
        final, known = triangle(seed)
        made.append((final[-1], known[0, -1], expected_final(known[0, -1], known[0, :-3], final[:-3], 1)))
    return made


def test_expected_finals_are_unbiased_and_nearer_than_what_is_reported(nowcasts):
    final, reported, expected = (
        np.array([pick(one) for one in nowcasts]) for pick in (lambda o: o[0], lambda o: o[1], lambda o: o[2].expected)
    )
    assert expected.sum() == pytest.approx(final.sum(), rel=0.03)
    assert np.abs(expected - final).mean() < 0.7 * np.abs(reported - final).mean()
    # Dividing by the fraction known leaves a region without reports at none.
    assert np.sqrt(np.mean((expected - final) ** 2)) < 0.9 * np.sqrt(np.mean((reported / 0.6 - final) ** 2))


def test_bands_cover_at_least_as_often_as_they_say(nowcasts):
    """Counts are discrete, so a closed band covers somewhat more; the reported number alone seldom is the final one."""
    inside = np.mean([(one.lower <= final) & (final <= one.upper) for final, _, one in nowcasts])
    assert 0.78 <= inside <= 0.93
    assert np.mean([reported == final for final, reported, _ in nowcasts]) < 0.5
    assert all((one.lower >= reported).all() for _, reported, one in nowcasts)


def test_months_that_differ_in_delay_have_wider_bands():
    final, known = triangle(1)
    steady = expected_final(known[0, -1], known[0, :-3], final[:-3], 1)
    random = np.random.default_rng(1)
    erratic = random.binomial(final.astype(int), random.uniform(0.3, 0.9, (MONTHS, 1))).astype(float)
    unsteady = expected_final(erratic[-1], erratic[:-3], final[:-3], 1)
    assert (unsteady.upper - unsteady.lower).sum() > 1.3 * (steady.upper - steady.lower).sum()


def test_rounded_counts_have_bands_of_multiples_of_five():
    final, known = (np.round(values / 5) * 5 for values in triangle(2))
    made = expected_final(known[0, -1], known[0, :-3], final[:-3], 5)
    assert (made.lower % 5 == 0).all()
    assert (made.upper % 5 == 0).all()


def test_too_few_months_are_refused():
    final, known = triangle(3)
    with pytest.raises(ValueError, match="fewer than 6"):
        expected_final(known[0, -1], known[0, : FEWEST_PERIODS - 1], final[: FEWEST_PERIODS - 1], 1)


def test_rows_of_a_history_hold_the_newest_months_and_earlier_ones_scored():
    final, known = triangle(4)
    rows = list(nowcast_rows(as_rows(known, MONTHS - 1), COMPLETE_AFTER, 1))
    latest = [row for row in rows if row.is_latest]
    assert {(row.month, row.age) for row in latest} == {(MONTHS - 1, 0), (MONTHS - 2, 1), (MONTHS - 3, 2)}
    assert all(row.final_value is None and row.expected_value is not None for row in latest)
    scored = [row for row in rows if row.final_value is not None]
    # Six months are final three months after the sixth of them.
    assert min(row.month for row in scored if row.expected_value is not None) == FEWEST_PERIODS + COMPLETE_AFTER - 1
    assert all(row.final_value == final[row.month, int(row.region_code[-2:])] for row in scored)
    assert {row.age for row in scored} == {0}


def test_a_nowcast_knows_nothing_after_its_day():
    _, known = triangle(5)
    day = 20
    then = {row[:3]: row[3:] for row in nowcast_rows(as_rows(known, day), COMPLETE_AFTER, 1) if row.month == day}
    later = {row[:3]: row[3:] for row in nowcast_rows(as_rows(known, MONTHS - 1), COMPLETE_AFTER, 1)}
    assert then
    for address, (_, *values, _) in then.items():
        assert later[address][1:-1] == tuple(values)


def test_without_a_history_rows_are_empty():
    _, known = triangle(6)
    rows = list(nowcast_rows([row for row in as_rows(known, MONTHS - 1) if row.month >= MONTHS - 3], COMPLETE_AFTER, 1))
    assert {row.expected_value for row in rows} == {None}
    assert len({row.month for row in rows}) == 3


def test_a_figure_that_did_not_change_counts_as_known_at_every_later_age():
    rows = [KnownFigure("region", month, 0, 7.0) for month in range(12)]
    made = list(nowcast_rows(rows, COMPLETE_AFTER, 1))
    (newest,) = (row for row in made if row.month == 11)
    assert newest.expected_value == pytest.approx(7, abs=0.5)
    assert {row.final_value for row in made if row.month <= 8} == {7.0}
