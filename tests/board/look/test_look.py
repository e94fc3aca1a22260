"""The style sheet: its size, the contrast of its colours, and that a page keeps the rules it uses."""

import gzip
import re

import pytest

from dashboard import look

WHOLE = look.stylesheet(look.default_theme())
LIGHT, DARK = "light", "dark"


def colours(scheme):
    light, dark = look.default_theme().split("@media")
    found = dict(re.findall(r"--mv-([\w-]+): (#\w+)", light))
    return found if scheme == LIGHT else {**found, **dict(re.findall(r"--mv-([\w-]+): (#\w+)", dark))}


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["color-surface", "color-ground"])
@pytest.mark.parametrize(
    ("ink", "at_least"),
    [
        ("color-ink", 7), ("color-quiet", 6.5), ("color-accent", 4.5), ("color-green", 4.5), ("color-amber", 4.5),
        ("color-red", 4.5), ("color-line", 3), ("color-line-2", 3), ("color-control", 3),
    ],
)  # fmt: skip
def test_inks_and_lines_stand_out(scheme, ground, ink, at_least):
    theme = colours(scheme)
    assert contrast(theme[ink], theme[ground]) >= at_least


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_figures_on_the_map_are_readable(scheme, step):
    theme = colours(scheme)
    assert contrast(theme[f"map-{step}"], theme["map-ink-low" if step <= 3 else "map-ink-high"]) >= 4.5


def test_button_text_is_readable():
    for scheme in (LIGHT, DARK):
        theme = colours(scheme)
        assert contrast(theme["color-accent"], theme["color-accent-ink"]) >= 4.5


def test_the_theme_has_custom_properties_only_and_every_one_is_used():
    declared = re.findall(r"^\s+([\w-]+):", look.default_theme(), flags=re.MULTILINE)
    assert {name for name in declared if not name.startswith("--mv-")} == {"color-scheme"}
    used = set(re.findall(r"var\((--mv-[\w-]+)\)", WHOLE))
    assert used == {name for name in declared if name.startswith("--mv-")}


def test_the_whole_sheet_is_small_and_fetches_nothing():
    assert len(gzip.compress(WHOLE.encode())) <= 6 * 1024
    assert set(re.findall(r"url\(([^)]*)\)", WHOLE)) == {"#hatch", "#incomplete"}
    assert "@import" not in WHOLE
    assert "@font-face" not in WHOLE


def test_minified_keeps_spaces_that_have_meaning():
    css = "/* note */\na :hover ,  b > c {\n  width: calc(50% - 2px) ;\n}\n@media (min-width: 640px) { a { b: c d; } }"
    assert look.minified(css) == "a :hover,b > c{width:calc(50% - 2px)}@media (min-width: 640px){a{b:c d}}"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("p{a:b}", True),
        (".there{a:b}", True),
        (".absent{a:b}", False),
        (".there .absent{a:b}", False),
        (".absent,.there{a:b}", True),
        (".there:not(:has(> .absent)){a:b}", True),
        (":is(.absent,.there) b{a:b}", True),
        (":is(.absent,.other) b{a:b}", False),
        ("@media print{.there{a:b}}", True),
        ("@media print{.absent{a:b}}", False),
        ("@page{margin:0}", True),
    ],
)
def test_a_page_keeps_the_rules_that_can_match(rule, kept):
    assert (look.used(rule, '<p class="first there">') == rule) is kept


def test_classes_that_scripts_add_can_be_kept():
    assert look.used(".absent{a:b}", "<p>", frozenset({"absent"})) == ".absent{a:b}"


def test_readers_who_ask_for_dark_colours_more_contrast_or_paper_are_served():
    for wanted in ("forced-colors", "@media print", "prefers-color-scheme:dark"):
        assert wanted in WHOLE.replace(": ", ":")
