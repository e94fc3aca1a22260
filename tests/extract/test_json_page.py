"""Records cut out of a streamed page, in chunks of any size, and pages that are cut off."""

import io
import json

import pytest

from dagster_project.extract.odata.json_page import LONGEST_ENVELOPE, MalformedPageError, PageCutter

RECORDS = [
    {"ID": 0, "Title": 'a ] in a text, and "value":[ as well', "List": [1, [2]], "Figure": None},
    {"ID": 1, "Title": "Scheveningen é 😀 \\", "List": [], "Figure": 12.5},
    {"ID": 2, "Title": "]}", "List": ["]"], "Figure": -99997},
]


def page(records, before=(), after=()):
    fields = [*before, '"value":' + json.dumps(records, ensure_ascii=False), *after]
    return ("{" + ",".join(fields) + "}").encode()


def cut(content, size):
    target = io.BytesIO()
    cutter = PageCutter(target)
    for start in range(0, len(content), size):
        cutter.feed(content[start : start + size])
    return cutter.close(), target.getvalue(), cutter


METADATA = '"odata.metadata":"https://cbs.test/$metadata#X"'
LINK = '"odata.nextLink":"https://cbs.test/TypedDataSet?$skip=3"'
BRACKETS = '"odata.nextLink":"https://cbs.test/T?$filter=x[1]&y=]}"'


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("before", "after"),
    [((METADATA,), (LINK,)), ((METADATA, LINK), ()), ((), ()), ((METADATA,), (BRACKETS,))],
    ids=["link behind the records", "link before them", "no link", "brackets in the link"],
)
def test_records_and_envelope_come_out_whole(before, after, size):
    envelope, records, cutter = cut(page(RECORDS, before, after), size)
    assert json.loads(records) == RECORDS
    assert envelope == {**json.loads("{" + ",".join([*before, *after]) + "}"), "value": []}
    assert cutter.first_record() == RECORDS[0]


def test_a_page_that_is_larger_than_the_envelope_streams_through():
    records = [{"ID": number, "Title": "x]" * 50} for number in range(3000)]
    content = page(records, (METADATA,), (LINK,))
    assert len(content) > 4 * LONGEST_ENVELOPE
    target = io.BytesIO()
    cutter = PageCutter(target)
    for start in range(0, len(content), 5000):
        cutter.feed(content[start : start + 5000])
        assert len(cutter.tail) <= LONGEST_ENVELOPE
    assert cutter.close()["odata.nextLink"].endswith("$skip=3")
    assert json.loads(target.getvalue()) == records


def test_an_empty_list_is_a_page_without_records():
    envelope, records, cutter = cut(page([], (METADATA,)), 1)
    assert records == b"[]"
    assert cutter.first_record() is None
    assert "odata.nextLink" not in envelope


def test_a_page_that_breaks_off_anywhere_is_seen():
    records = [{"ID": number, "Title": "wijk [1]", "Figures": [1, 2]} for number in range(200)]
    content = page(records, (METADATA,), (LINK,))
    for length in [*range(0, len(content), 97), len(content) - 1]:
        with pytest.raises(MalformedPageError):
            cut(content[:length], 64)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"<html><body>Onderhoud</body></html>", b'{"value":"none"}', b'{"odata.error":{"message":"x"}}', b"]"],
)
def test_a_page_without_a_list_is_refused(content):
    with pytest.raises(MalformedPageError):
        cut(content, 10)


def test_a_web_page_without_end_is_not_kept_in_memory():
    with pytest.raises(MalformedPageError, match="no list"):
        cut(b"<p>storing</p>" * LONGEST_ENVELOPE, 1000)
