"""A ratio of two figures of a register discloses no number below the limit, nor does the rest of a whole."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.marts.dictionary import read_rows
from dagster_project.warehouse.dbt import current_manifest

from .made_up import hidden, regions, summed
from .working_out import together, told

TYPES = [
    {"indicator_code": kind, "split_code": "types", "beside_code": "benefits", "relation": "adds_up"}
    for kind in ("assistance", "older", "business")
]
FORMS = [
    {"indicator_code": form, "split_code": "forms", "beside_code": "clients", "relation": "covers"}
    for form in ("ambulatory", "residential", "protection")
]
WITHIN = [{"indicator_code": "to_work", "split_code": "to_work", "beside_code": "outflow", "relation": "within"}]
CHAIN = [
    {"indicator_code": "indicated", "split_code": "toddlers", "beside_code": "toddlers", "relation": "within"},
    {"indicator_code": "placed", "split_code": "toddlers", "beside_code": "indicated", "relation": "within"},
]
AROUND = [{"indicator_code": "all_ages", "split_code": "all_ages", "beside_code": "young", "relation": "around"}]

FEW = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 7, 12])
MANY = st.sampled_from([0, 5, 9, 27, 40])
SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)
AREAS = st.lists(st.lists(st.integers(0, 19), min_size=1, max_size=5), max_size=2)


def shown_of(counts, members, rows):
    """Published figures, and the hidden ones by their own number and by those of others."""
    counts = summed(counts, members)
    secret, secondary = hidden(counts, members, rows)
    assert not secret & secondary
    return {cell: count for cell, count in counts.items() if cell not in secret | secondary}, secret, secondary


def lying_in(members):
    """Each district and area with its neighbourhoods, and the municipality with its districts."""
    districts = sorted(region for region in members if region[:2] == "WK")
    return {region: places for region, places in members.items() if region[:2] in ("WK", "GA")} | {"GM9999": districts}


def assert_nothing_is_told(counts, members, rows):
    shown, secret, secondary = shown_of(counts, members, rows)
    assert told(shown, secret, secret | secondary, rows, lying_in(members)) == []


@st.composite
def municipality(draw):
    # The last district is large enough to stand beside any other.
    members = regions([*draw(SIZES), 2], draw(AREAS))
    return members, members["GM9999"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_parts_that_add_up_tell_no_part(data):
    members, places = data.draw(municipality())
    counts = {}
    for place in places:
        counts["assistance", place] = data.draw(MANY)
        counts["older", place], counts["business", place] = data.draw(FEW), data.draw(FEW)
        counts["benefits", place] = sum(counts[kind["indicator_code"], place] for kind in TYPES)
    assert_nothing_is_told(counts, members, TYPES)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_a_part_tells_no_rest(data):
    members, places = data.draw(municipality())
    counts = {}
    for place in places:
        counts["to_work", place] = data.draw(FEW)
        counts["outflow", place] = counts["to_work", place] + data.draw(FEW)
    assert_nothing_is_told(counts, members, WITHIN)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_a_part_of_a_part_tells_no_rest(data):
    members, places = data.draw(municipality())
    counts = {}
    for place in places:
        counts["placed", place] = data.draw(FEW)
        counts["indicated", place] = counts["placed", place] + data.draw(FEW)
        counts["toddlers", place] = counts["indicated", place] + data.draw(st.one_of(FEW, MANY))
    assert_nothing_is_told(counts, members, CHAIN)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_a_whole_tells_no_rest(data):
    members, places = data.draw(municipality())
    counts = {}
    for place in places:
        counts["young", place] = data.draw(st.one_of(FEW, MANY))
        counts["all_ages", place] = counts["young", place] + data.draw(FEW)
    assert_nothing_is_told(counts, members, AROUND)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_parts_that_overlap_tell_no_part(data):
    members, places = data.draw(municipality())
    counts = {}
    for place in places:
        parts = [data.draw(MANY), data.draw(FEW), data.draw(FEW)]
        counts |= {(form["indicator_code"], place): part for form, part in zip(FORMS, parts, strict=True)}
        counts["clients", place] = data.draw(st.integers(max(parts), sum(parts)))
    assert_nothing_is_told(counts, members, FORMS)


def test_a_type_of_benefit_hides_the_whole_split_and_never_the_total():
    members = regions([3, 2], [])
    of = dict(zip(members["GM9999"], [(27, 0, 1), (40, 9, 0), (30, 0, 0), (60, 8, 9), (70, 9, 8)], strict=True))
    counts = {
        (kind, place): count
        for place, row in of.items()
        for kind, count in zip(("assistance", "older", "business"), row, strict=True)
    }
    counts |= {("benefits", place): sum(row) for place, row in of.items()}
    shown, secret, secondary = shown_of(counts, members, TYPES)
    assert ("benefits", "BU99990000") in shown
    assert secret == {("business", "BU99990000"), ("business", "WK999900")}
    hidden_kinds = {region for kind, region in secondary if kind == "assistance"}
    assert hidden_kinds == {"BU99990000", "BU99990002", "WK999900", "WK999901", "BU99990100"}
    # Unprotected, the total less the others is the one person.
    everything = {**shown, **{cell: summed(counts, members)[cell] for cell in secondary}}
    found = told(everything, secret, secret, TYPES, lying_in(members))
    assert ("business", "BU99990000", 1) in found


@pytest.mark.parametrize(
    ("rows", "counts", "expected"),
    [
        (WITHIN, {"outflow": 28, "to_work": 26}, ("to_work", "BU99990000", 26)),
        (AROUND, {"young": 30, "all_ages": 31}, ("all_ages", "BU99990000", 31)),
        (FORMS, {"clients": 12, "ambulatory": 8, "residential": 4, "protection": 0}, ("residential", "BU99990000", 4)),
    ],
)
def test_each_relation_is_one_that_would_tell(rows, counts, expected):
    """Without protection the number is found: a check that cannot fail checks nothing."""
    hidden_code, region, _ = expected
    shown = {(code, region): count for code, count in counts.items() if code != hidden_code}
    below_limit = {(hidden_code, region)} if counts[hidden_code] < 5 else set()
    others = {"WK999900": [region, "BU99990001"]}
    shown |= {(code, "BU99990001"): 50 for code in counts} | {(code, "WK999900"): n + 50 for code, n in counts.items()}
    assert told(shown, below_limit, {(hidden_code, region)}, rows, others) == [expected]


def test_every_count_of_the_seed_is_of_one_register_and_secret_by_itself():
    dictionary = read_rows(json.loads(current_manifest().read_bytes()))
    for row in together():
        one, other = dictionary[row["indicator_code"]], dictionary[row["beside_code"]]
        assert one["source_feed"] == other["source_feed"]
        assert one["suppression_threshold"] or row["relation"] == "follows"
