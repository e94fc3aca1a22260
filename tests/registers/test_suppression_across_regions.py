"""No secret count of a register can be worked out from the figures that are shown beside it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from . import made_up


def regions(districts, areas):
    return made_up.regions([len(counts) for counts in districts], areas)


def hidden(districts, areas, is_register=True):
    """The regions whose count is not shown, by the limit of five or because it would give another away."""
    members = regions(districts, areas)
    counts = (count for district in districts for count in district)
    people = {("people", place): count for place, count in zip(members["GM9999"], counts, strict=True)}
    secret, found = made_up.hidden(made_up.summed(people, members), members, [], is_register)
    return {region for _, region in secret}, {region for _, region in found}


def worked_out(districts, areas, secret, unseen):
    """The secret regions whose count follows from what is seen, as a person with a spreadsheet would find it.

    Sums tell it, or its only value between 1 and 4 that agrees with the sum of the secret neighbourhoods of a district.
    """
    members = regions(districts, areas)
    every = members["GM9999"]
    rows = {region: [float(code in codes) for code in every] for region, codes in members.items()}
    seen = np.array([row for region, row in rows.items() if region not in unseen] or [[0.0] * len(every)])

    def follows(row):
        return np.linalg.matrix_rank(np.vstack([seen, row])) == np.linalg.matrix_rank(seen)

    counts = dict(zip(every, (count for district in districts for count in district), strict=True))
    told = [region for region in secret if follows(rows[region])]
    for district in (codes for region, codes in members.items() if region[:2] == "WK"):
        together = [code for code in district if code in secret]
        total = sum(counts[code] for code in together)
        if total in (len(together), 4 * len(together)) and follows([float(code in together) for code in every]):
            told += together
    return told


COUNTS = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 4, 5, 6, 8, 12]), min_size=1, max_size=5), min_size=1, max_size=4
)
MEMBERS = st.lists(st.lists(st.integers(0, 19), min_size=1, max_size=6), max_size=4)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(COUNTS, MEMBERS)
def test_what_is_secret_does_not_follow_from_what_is_shown(districts, areas):
    # A municipality in which so few are counted is secret as a whole.
    districts = [*districts, [7, 9]]
    secret, secondary = hidden(districts, areas)
    assert worked_out(districts, areas, secret, secret | secondary) == []


def test_the_smallest_neighbour_goes_along_and_no_more():
    assert hidden([[3, 9, 6], [8, 7]], []) == ({"BU99990000"}, {"BU99990002"})
    assert worked_out([[3, 9, 6], [8, 7]], [], {"BU99990000"}, {"BU99990000"}) == ["BU99990000"]


def test_where_none_can_go_along_the_district_is_hidden_and_another_with_it():
    secret, secondary = hidden([[4, 4], [8, 7], [20, 30]], [])
    assert secret == {"BU99990000", "BU99990001"}
    assert secondary == {"WK999900", "WK999901", "BU99990101"}


def test_a_district_that_goes_along_is_not_the_sum_of_its_neighbourhoods():
    secret, secondary = hidden([[2, 1], [8, 7], [20, 30]], [])
    assert secret == {"WK999900", "BU99990000", "BU99990001"}
    assert secondary == {"WK999901", "BU99990101"}


def test_an_area_is_hidden_where_it_would_tell_two_hidden_neighbourhoods_apart():
    assert hidden([[3, 9, 6], [8, 7]], [[0, 1], [0, 2], [3, 4]]) == ({"BU99990000"}, {"BU99990002", "GA999900"})


def test_what_nobody_needs_to_keep_secret_is_all_shown():
    assert hidden([[3, 9, 6]], [], is_register=False) == (set(), set())
