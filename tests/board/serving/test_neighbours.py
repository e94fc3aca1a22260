"""Other municipalities of a release: to compare with, and not among the own areas."""

import pytest
from page_reader import read_page
from reader import changed_release, reader

_NEIGHBOUR = """
    insert into snapshot.dim_region by name
    select * replace ('GM8888' as region_code, 'Buurgemeente' as region_name, 'GM8888' as municipality_code)
    from snapshot.dim_region
    where region_level = 'municipality' and is_newest_vintage and municipality_code = 'GM9999'
"""
_OPTION = '<option value="GM8888">Buurgemeente</option>'
# A release of the whole country: each area of the sample once more, in the other municipality.
_COUNTRY = (
    """
    insert into snapshot.dim_region by name
    select * replace (
        replace(region_code, '9999', '8888') as region_code,
        coalesce('Buur-' || region_name, 'Buurgemeente') as region_name,
        replace(parent_region_code, '9999', '8888') as parent_region_code,
        'GM8888' as municipality_code
    )
    from snapshot.dim_region
    where is_newest_vintage and municipality_code = 'GM9999' and region_level <> 'area'
    """,
    """
    insert into snapshot.dim_region_outline by name
    select * replace (replace(region_code, '9999', '8888') as region_code, 'GM8888' as municipality_code)
    from snapshot.dim_region_outline
    where municipality_code = 'GM9999'
    """,
    """
    insert into snapshot.mart_neighbourhood_profile by name
    select * replace (
        replace(neighbourhood_code, '9999', '8888') as neighbourhood_code,
        'GM8888' as municipality_code,
        1.5 * municipality_value as municipality_value
    )
    from snapshot.mart_neighbourhood_profile
    """,
    """
    insert into snapshot.fct_indicator_values by name
    select * replace (replace(region_code, '9999', '8888') as region_code)
    from snapshot.fct_indicator_values
    where region_code like '__9999%'
    """,
)


def test_another_municipality_can_be_compared_and_is_no_area_of_our_own(sample_releases, tmp_path):
    board = reader(changed_release(sample_releases, tmp_path, _NEIGHBOUR))
    assert _OPTION in board.get("/vergelijk").text
    for page in ("/", "/b", "/t/uitkeringen", "/k/population_count", "/t/economische-zelfredzaamheid"):
        answer = board.get(page)
        assert answer.status_code == 200, page
        assert "Buurgemeente" not in answer.text, page


@pytest.fixture(scope="module")
def country(sample_releases, tmp_path_factory):
    """A board of a release that has the areas of another municipality as well."""
    return reader(changed_release(sample_releases, tmp_path_factory.mktemp("country"), *_COUNTRY))


def main_part(board, page):
    """A page without its header and footer, which name the own municipality and the release."""
    return read_page(board.get(page).text.partition("<main")[2].partition("<footer")[0])


@pytest.mark.parametrize("page", ["/", "/b", "/b/BU99990104", "/k/lonely_pct", "/k/lonely_pct/BU99990104",
                                  "/t/bevolking", "/t/economische-zelfredzaamheid"])  # fmt: skip
def test_pages_of_the_own_areas_are_those_of_a_release_without_others(board, country, page):
    own, among_others = (main_part(one, page) for one in (board, country))
    assert among_others.text == own.text
    assert among_others.map_areas == own.map_areas


@pytest.mark.parametrize(
    "page", ["/b/BU88880104", "/b/WK888801", "/k/lonely_pct/BU88880104", "/t/bevolking?gebied=BU88880104"]
)
def test_pages_of_another_municipality_have_its_areas_and_figures(country, page):
    seen = main_part(country, page)
    assert {one.area[2:6] for one in seen.figures} == {"8888"}
    assert {area.href.rpartition("/")[2][2:6] for area in seen.map_areas} <= {"8888"}
    assert "Buur-Maandrecht" in seen.text
    # A district is named after the municipality.
    assert "Maandrecht" not in seen.text.replace("Buur-Maandrecht", "").replace("Maandrecht-Stad", "")


def test_search_finds_the_own_area_of_two_that_fit(country):
    first = read_page(country.get("/zoek?q=inwoners+planetenbuurt").text).figures[0]
    assert first.area == "BU99990104"
