"""Places in a ranking: ties within noise, comparison with larger areas, and the titles that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.words.noise import Estimate, differs
from dashboard.words.numbers import NBSP, Measured, figure, number, rounded
from dashboard.words.periods import sentence_start

_COUNTS = ("nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien")


@dataclass(frozen=True)
class Placed:
    """An area in a ranking: place 1 is the lowest value, and a range is a tie."""

    code: str
    estimate: Estimate
    first_rank: int | None = None
    last_rank: int | None = None


@dataclass(frozen=True)
class Tie:
    """A group of areas in ranking order, from high to low, with the sentence that opens it."""

    sentence: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """A comparison with the municipality: 'Hoger' in bold and the rest; no word in bold within noise."""

    word: str
    rest: str
    # 'Hoger' or 'Lager' where the noise of a difference is unknown, so that no word may say so.
    unjudged: str = ""

    @property
    def is_beyond_noise(self) -> bool:
        """Report whether the areas differ beyond noise."""
        return bool(self.word)

    def __str__(self) -> str:
        """Return the comparison as one text."""
        return f"{self.word}{self.rest}"


@dataclass(frozen=True)
class StandOut:
    """An indicator in which an area differs beyond noise; ``strength`` is the excess relative to the noise."""

    indicator_code: str
    strength: float


def count_word(count: int, noun: str, plural: str) -> str:
    """Write a small count in words: 'één buurt', 'vier buurten', '18 buurten'."""
    return f"{_COUNTS[count] if count < len(_COUNTS) else number(count)} {noun if count == 1 else plural}"


def place(first_rank: int | None, last_rank: int | None) -> str:
    """Write a place or the places that noise leaves open: 'plaats 4', 'plaats 19–22'."""
    if first_rank is None or last_rank is None:
        return ""
    return f"plaats{NBSP}{first_rank}" if first_rank == last_rank else f"plaats{NBSP}{first_rank}–{last_rank}"


def place_among(first_rank: int, last_rank: int, rank: int, count: int) -> str:
    """Write a place among all with its noise: '12e van 342, tussen 8e en 17e'."""
    among = f"{rank}e van {number(count)}"
    return among if first_rank == last_rank else f"{among}, tussen {first_rank}e en {last_rank}e"


def best_figure(direction: str) -> str:
    """Say which figure has place 1."""
    return "hoogste" if direction == "higher_is_better" else "laagste"


def ties(areas: Sequence[Placed], plural: str = "buurten") -> tuple[Tie, ...]:
    """Split a ranking into its top group, if noise separates one from all others, and the rest.

    The top group is the largest gap above which every area differs beyond noise from every area below. Without such a
    gap, or without noise bands, all areas form one group.
    """
    ordered = sorted(areas, key=lambda one: (-one.estimate.value, one.code))
    if len(ordered) < 2:
        return (Tie("", tuple(one.code for one in ordered)),) if ordered else ()
    if any(one.estimate.lower is None or one.estimate.upper is None for one in ordered):
        return (Tie("", tuple(one.code for one in ordered)),)
    for size in range(1, len(ordered) // 2 + 1):
        top, rest = ordered[:size], ordered[size:]
        if all(differs(high.estimate, low.estimate) for high in top for low in rest):
            return _split(top, rest, plural)
    return (Tie("Verschillen vallen grotendeels binnen de gewone schommeling.", tuple(one.code for one in ordered)),)


def _split(top: Sequence[Placed], rest: Sequence[Placed], plural: str) -> tuple[Tie, ...]:
    sentence = f"Duidelijk hoger dan de andere {number(len(rest))} {plural}."
    if len(top) > 1 and not any(
        differs(first.estimate, second.estimate) for index, first in enumerate(top) for second in top[index + 1 :]
    ):
        sentence += " Onderling niet te onderscheiden."
    pairs = [(high, low) for index, high in enumerate(rest) for low in rest[index + 1 :]]
    tied = sum(1 for high, low in pairs if not differs(high.estimate, low.estimate))
    below = (
        "Verschillen vallen grotendeels binnen de gewone schommeling."
        if pairs and tied * 2 > len(pairs)
        else f"De andere {number(len(rest))} {plural}."
    )
    return Tie(sentence, tuple(one.code for one in top)), Tie(below, tuple(one.code for one in rest))


def ranking_title(groups: Sequence[Tie], noun: str = "buurt", plural: str = "buurten") -> str:
    """Title a ranking: 'Vier buurten staan samen bovenaan', or that none stands apart."""
    if len(groups) < 2:
        has_noise = bool(groups) and bool(groups[0].sentence)
        return f"Geen {noun} steekt er duidelijk bovenuit" if has_noise else f"Alle {plural} op een rij"
    top = len(groups[0].codes)
    start = sentence_start(count_word(top, noun, plural))
    if top == 1:
        return f"{start} staat bovenaan"
    return f"{start} staan samen bovenaan" if "Onderling" in groups[0].sentence else f"{start} staan bovenaan"


def map_title(groups: Sequence[Tie], label: str, noun: str = "buurt", plural: str = "buurten") -> str:
    """Title a map: 'In vier buurten duidelijk het hoogst: bijstand', or only the label per area."""
    if len(groups) < 2:
        return f"{label} per {noun}"
    return f"{label}: duidelijk het hoogst in {count_word(len(groups[0].codes), noun, plural)}"


def comparison(
    own: Estimate, larger: Estimate | None, name: str, measured: Measured, peers_value: float | None = None
) -> Comparison:
    """Compare an area with its municipality: 'Hoger dan Maandrecht (41), vergelijkbaar 54'."""
    peers = "" if peers_value is None else f"vergelijkbaar{NBSP}{figure(peers_value, measured)}"
    if larger is None:
        return Comparison("", peers[:1].upper() + peers[1:] if peers else "Geen cijfer om mee te vergelijken")
    tail = f"{name} ({figure(larger.value, measured)}){', ' + peers if peers else ''}"
    same = rounded(own.value, measured.decimals) == rounded(larger.value, measured.decimals)
    beyond = False if same else differs(own, larger.or_exact())
    direction = "Hoger" if own.value > larger.value else "Lager"
    if beyond:
        return Comparison(direction, f" dan {tail}")
    if beyond is None:
        return Comparison("", tail, unjudged=direction)
    return Comparison("", f"Ongeveer als {tail}")


def excess(own: Estimate, *others: Estimate | None) -> float | None:
    """Return how far a value lies beyond noise from the nearest of others, relative to that one's noise.

    None where it lies within noise of any of them, lies between them, or has no noise band.
    """
    known = [one for one in others if one is not None]
    if not known or own.lower is None or own.upper is None:
        return None
    strengths = []
    for one in known:
        edge = own.lower if own.value > one.value else own.upper
        noise = abs(own.value - edge)
        if not differs(own, one.or_exact()) or noise == 0:
            return None
        strengths.append((own.value - one.value) / noise)
    if min(strengths) < 0 < max(strengths):
        return None
    return min(abs(strength) for strength in strengths)


def stand_outs(candidates: Sequence[tuple[str, float | None]], limit: int = 3) -> tuple[StandOut, ...]:
    """Choose the indicators in which an area stands out most, in descending order of excess over noise."""
    found = [StandOut(code, strength) for code, strength in candidates if strength is not None]
    return tuple(sorted(found, key=lambda one: (-one.strength, one.indicator_code))[:limit])


def stand_out_sentence(
    label: str, municipality: str, municipality_value: float, measured: Measured, peers_value: float | None = None
) -> str:
    """Write the text under a figure that stands out: 'Inwoners met bijstand. In Maandrecht is dat 41, …'."""
    peers = "" if peers_value is None else f", in vergelijkbare buurten {figure(peers_value, measured)}"
    return f"{label}. In {municipality} is dat {figure(municipality_value, measured)}{peers}."


def block_title(theme: str, rows: Sequence[Comparison], name: str) -> str:
    """Title a block of a profile from the comparisons in its rows.

    A direction is named only where all rows beyond noise agree and are at least half of the rows, and more than one;
    and where no row points the other way of which the noise is unknown.
    """
    beyond = [row.word for row in rows if row.word]
    others = {row.unjudged for row in rows if row.unjudged}
    if len(beyond) > 1 and len({*beyond, *others}) == 1 and 2 * len(beyond) >= len(rows):
        return f"{theme}: {beyond[0].lower()} dan in {name}"
    return theme
