"""The stories of the sample can be found in its marts: ageing, benefits, measures, shops and youth care."""

from statistics import mean

import pytest

from .installation import ask


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def figures(release, indicator, region):
    query = f"""
        select period, value from fct_indicator_values
        where indicator_code = '{indicator}' and region_code = '{region}' and value is not null order by period
    """
    return [value for _, value in ask(release, query)]


def test_one_neighbourhood_stands_out_on_benefits_and_no_other_one_does_so_much(release):
    query = """
        select neighbourhood_code, noise_lower > 2 * municipality_value, first_rank, last_rank = ranked_count
        from mart_neighbourhood_profile where indicator_code = 'welfare_recipients_per_1000' and value is not null
        order by value desc
    """
    first, *others = ask(release, query)
    code, stands_out, first_rank, is_last = first
    assert (code, stands_out, is_last) == ("BU99990005", True, True)
    # Its place is its alone: no other has the last one.
    assert first_rank > max(rank for *_, rank, _ in others)
    assert not any(stands_out for _, stands_out, _, _ in others)


def test_the_municipality_ages_and_one_neighbourhood_ages_fastest(release):
    query = """
        select neighbourhood_code, arg_max(value, period) - arg_min(value, period) as aged from (
            select region_code as neighbourhood_code, period, value from fct_indicator_values
            where indicator_code = 'population_65_plus_pct' and region_level = 'neighbourhood' and value is not null
        ) group by 1 order by aged desc
    """
    fastest, second, *_ = ask(release, query)
    assert fastest[0] == "BU99990008"
    assert fastest[1] > second[1] + 3
    series = figures(release, "population_65_plus_pct", "GM9999")
    assert series[-1] > series[0] + 1


def test_a_measure_worked_a_little_and_another_one_did_not(release):
    # The work brigade, since June 2024: fewer recipients in its neighbourhood, while there are as many in one like it.
    with_brigade = figures(release, "general_assistance_recipients_count", "BU99990104")
    without = figures(release, "general_assistance_recipients_count", "BU99990006")
    assert 0.7 < with_brigade[-1] / with_brigade[0] < 0.9
    assert with_brigade[-1] / with_brigade[0] < without[-1] / without[0]
    # The caretaker, since November 2025: reports are as many as they were, the month that still runs left out.
    *reports, _ = figures(release, "reports_received_per_1000", "BU99990004")
    before, after = mean(reports[:12]), mean(reports[12:])
    assert 0.8 < after / before < 1.2


def test_the_effects_of_both_measures_are_found_and_what_cannot_be_estimated_is_not(release):
    query = "select measure_code, grade, verdict, persons_lower, persons_upper from mart_policy_effects"
    found = {code: (grade, verdict, bounds) for code, grade, verdict, *bounds in ask(release, query)}
    # About 9% fewer of some 160 recipients in the year after the start.
    grade, verdict, (lower, upper) = found["FM-003"]
    assert (grade, verdict) == ("B", "likely")
    assert lower < -14 < upper < 0
    grade, verdict, (lower, upper) = found["FM-001"]
    assert (grade, verdict) == ("B", "not_demonstrated")
    assert lower < 0 < upper
    assert {code: (grade, verdict) for code, (grade, verdict, _) in found.items() if code in ("FM-002", "FM-006")} == {
        "FM-002": ("C", "not_demonstrated"),
        "FM-006": ("A", "not_demonstrated"),
    }
    # Nothing to compare with, and no figures after the start.
    assert {code for code, (grade, *_) in found.items() if grade == "D"} == {"FM-004", "FM-005"}
    sentences = [text for (text,) in ask(release, "select sentence_nl from mart_policy_effects")]
    assert not any("bewezen" in text for text in sentences)


def test_a_measure_registered_after_its_start_shows_as_a_deviation(release):
    query = "select measure_code from mart_policy_effects where deviations_nl is not null"
    assert ask(release, query) == [("FM-005",)]


def test_lines_of_an_effect_go_with_its_grade(release):
    query = """
        select measure_code, list(distinct line order by line) from fct_policy_effect_points group by all order by all
    """
    lines = dict(ask(release, query))
    assert lines["FM-003"] == ["actual", "counterfactual", "placebo"]
    assert lines["FM-004"] == ["actual"]


def test_shops_in_the_centre_empty(release):
    vacant = figures(release, "vacant_shop_pct", "BU99990000")
    assert vacant[-1] > 1.5 * vacant[0]
    assert sorted(vacant, reverse=True) != vacant


def test_youth_care_costs_more_than_its_budget_in_every_year(release):
    query = """
        select fiscal_year, sum(expense_eur) / sum(budget_expense_eur) from mart_finance
        where is_youth_care and source = 'ledger' and report = 'month_12' group by 1 order by 1
    """
    overruns = [share for _, share in ask(release, query)]
    assert len(overruns) >= 2
    assert all(share > 1.03 for share in overruns)
