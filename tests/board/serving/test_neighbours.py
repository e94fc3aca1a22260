"""Other municipalities of a release: to compare with, and not among the own areas."""

from release_copies import copy_release, point_to
from serving_clients import client_of

_NEIGHBOUR = """
    insert into snapshot.dim_region by name
    select * replace ('GM8888' as region_code, 'Buurgemeente' as region_name, 'GM8888' as municipality_code)
    from snapshot.dim_region
    where region_level = 'municipality' and is_newest_vintage and municipality_code = 'GM9999'
"""
_OPTION = '<option value="GM8888">Buurgemeente</option>'


def test_another_municipality_can_be_compared_and_is_no_area_of_our_own(sample_releases, tmp_path):
    copy_release((sample_releases / "latest").resolve(), tmp_path, "2026-11-25_1", _NEIGHBOUR)
    point_to(tmp_path, "2026-11-25_1")
    board = client_of(tmp_path)
    assert _OPTION in board.get("/vergelijk").text
    for page in ("/", "/b", "/t/uitkeringen", "/k/population_count", "/t/economische-zelfredzaamheid"):
        answer = board.get(page)
        assert answer.status_code == 200, page
        assert "Buurgemeente" not in answer.text, page
