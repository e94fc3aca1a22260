"""The printed status: reasons why figures are not shown, apart from mere remarks."""

from datetime import date

from dagster_project.operations.status import FeedStatus, Status
from dagster_project.terminal import print_status

DAY = date(2026, 11, 23)


def feed(name, **values):
    days = dict.fromkeys(("checked", "released", "period", "fresh_until"), DAY)
    none = {"expires_in": None, "expected": None, "late": [], "why": [], "remarks": []}
    return FeedStatus(feed=name, supplier="CBS", state="fresh", **{**days, **none, **values})


def told(capsys, *feeds):
    print_status(
        Status(municipality_code="GM9999", today=DAY, is_fictional=True, feeds=list(feeds), release=None, unread=[])
    )
    return " ".join(capsys.readouterr().out.split())


def test_a_remark_on_many_feeds_is_made_once_with_their_names(capsys):
    same = "its newest file was read again, which does not refresh anything"
    other = "its clock runs ahead of ours"
    said = told(capsys, feed("hr.staff", remarks=[same]), feed("cbs.wmo", remarks=[other]), feed("vve", remarks=[same]))
    assert said.count(same) == 1
    assert f"hr.staff, vve: {same}" in said
    assert f"cbs.wmo: {other}" in said
