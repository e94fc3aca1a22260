"""A municipality of which the rates are known: single years of age, births, deaths and moves, with chance in each."""

from dataclasses import dataclass

import numpy as np

from dagster_project.analysis.population.age_bands import GROUP_STARTS
from dagster_project.analysis.population.population_outlook import PopulationHistory

AGES = np.arange(100)
FIRST_YEAR = 2003
# Years before the first edition, the spread of net moves per year of age, and the part that does not move in a year.
BURN_IN, MOVES, STAYING = 20, 0.012, 0.92


@dataclass(frozen=True)
class World:
    """Persons by (years, neighbourhoods, age) and dwellings (years, neighbourhoods)."""

    years: tuple[int, ...]
    persons: np.ndarray
    dwellings: np.ndarray

    def groups(self, step: int = 5) -> np.ndarray:
        """Age groups as they are published, in multiples of five."""
        counts = np.add.reduceat(self.persons, list(GROUP_STARTS), axis=-1)
        return np.round(counts / step) * step

    def history(self, until: int) -> PopulationHistory:
        """All that is published up to a year."""
        known = [number for number, year in enumerate(self.years) if year <= until]
        groups = self.groups()[known]
        return PopulationHistory(
            years=tuple(self.years[number] for number in known),
            groups=groups,
            municipality=np.round(self.groups(1)[known].sum(axis=1) / 5) * 5,
            dwellings=self.dwellings[known].astype(float),
        )


def simulated_world(seed: int, neighbourhoods: int = 40, years: int = 36) -> World:
    """Cohorts that age with rates of their own: each neighbourhood keeps gaining some ages and losing others."""
    generator = np.random.default_rng(seed)
    size = np.exp(generator.normal(7.2, 0.6, neighbourhoods))
    ages = np.exp(0.4 * smooth_noise(generator, neighbourhoods) - np.maximum(AGES - 60, 0) / 18)
    persons = generator.poisson(size[:, None] * ages / ages.sum(axis=1, keepdims=True))
    survival = 1 - 0.0005 - np.exp((AGES - 104) / 9.5)
    moves = MOVES * smooth_noise(generator, neighbourhoods) * np.exp(-np.maximum(AGES - 45, 0) / 20)
    staying = np.minimum(STAYING * survival, survival + moves)
    arriving = np.clip(survival + moves - staying, 0.0, None)
    fertility = np.exp(generator.normal(np.log(0.052), 0.12, neighbourhoods))
    history = [persons]
    for _ in range(BURN_IN + years - 1):
        older = generator.binomial(history[-1], staying) + generator.poisson(history[-1] * arriving)
        born = generator.poisson(fertility * history[-1][:, 20:45].sum(axis=1))
        history.append(np.concatenate([born[:, None], older[:, :-1]], axis=1))
    counted = np.array(history[BURN_IN:])
    dwellings = np.repeat(np.round(counted[:1].sum(axis=2) / 2.1), years, axis=0)
    return World(tuple(range(FIRST_YEAR, FIRST_YEAR + years)), counted, dwellings)


def smooth_noise(generator: np.random.Generator, rows: int) -> np.ndarray:
    """Curves over age of variance 1, of which values ten years apart still go together."""
    kernel = np.exp(-((AGES[:, None] - AGES) ** 2) / (2 * 10.0**2))
    return generator.normal(size=(rows, len(AGES))) @ kernel / np.sqrt((kernel**2).sum(axis=0))
