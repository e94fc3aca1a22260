"""The $filter language: valid filters, and the place of a mistake."""

import pytest

from dagster_project.sample.servers.odata_filter import FilterError, parse_filter

RECORD = {"Key": "GM0867    ", "Title": "Waalwijk's", "Count": 5, "Empty": None, "Modified": "2026-02-01T02:00:00"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key eq 'GM0867    '", True),
        ("Key eq 'GM0867'", False),
        ("startswith(Key,'GM0867')", True),
        ("startswith(Key, 'GM0867') eq true", True),
        ("substringof('867',Key)", True),
        ("substringof(Key,'867')", False),
        ("endswith(Key,' ')", True),
        ("Title eq 'Waalwijk''s'", True),
        ("Count ge 5 and Count lt 6", True),
        ("Count eq 5.0", True),
        ("Count gt -1", True),
        ("Count ne 5 or Key ne ''", True),
        ("Count eq 1 or Count eq 5 and Key eq 'x'", False),
        ("(Count eq 1 or Count eq 5) and not (Key eq 'x')", True),
        ("Empty eq null", True),
        ("Empty gt 3", False),
        ("startswith(Empty,'x')", False),
        ("Key gt 3", False),
        ("Modified ge datetime'2026-01-01T00:00:00'", True),
    ],
)
def test_a_record_is_judged_as_odata_v3_says(text, expected):
    assert parse_filter(text).matches(RECORD) is expected


def test_a_filter_lists_its_fields():
    assert parse_filter("startswith(Key,'x') or Count eq 1").fields == {"Key", "Count"}


@pytest.mark.parametrize(
    "text",
    ["", "Key eq", "Key eq 'x' and", "(Key eq 'x'", "startswith(Key)", "toupper(Key) eq 'X'", "Key == 'x'", "a b"],
)
def test_an_invalid_filter_is_refused(text):
    with pytest.raises(FilterError, match=r"\$filter"):
        parse_filter(text)
