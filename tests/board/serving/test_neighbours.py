"""Other municipalities of a release: to compare with, and not among the own areas."""

from reader import changed_release, reader

_NEIGHBOUR = """
    insert into snapshot.dim_region by name
    select * replace ('GM8888' as region_code, 'Buurgemeente' as region_name, 'GM8888' as municipality_code)
    from snapshot.dim_region
    where region_level = 'municipality' and is_newest_vintage and municipality_code = 'GM9999'
"""
_OPTION = '<option value="GM8888">Buurgemeente</option>'


def test_another_municipality_can_be_compared_and_is_no_area_of_our_own(sample_releases, tmp_path):
    board = reader(changed_release(sample_releases, tmp_path, _NEIGHBOUR))
    assert _OPTION in board.get("/vergelijk").text
    for page in ("/", "/b", "/t/uitkeringen", "/k/population_count", "/t/economische-zelfredzaamheid"):
        answer = board.get(page)
        assert answer.status_code == 200, page
        assert "Buurgemeente" not in answer.text, page
