"""Files of departments as they go wrong, each broken in a random place in one of the ways that people report."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from openpyxl import Workbook

from dagster_project.contracts.model import Column, Feed

NUMBERS = ("bigint", "integer", "double")


@dataclass
class Sheet:
    """Cells of a department's good file, and its contract."""

    feed: Feed
    rows: list[list[str]]
    encoding: str
    delimiter: str
    quoting: int

    @classmethod
    def read(cls, feed: Feed, content: bytes) -> "Sheet":
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            text, encoding = content.decode("cp1252"), "cp1252"
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        return cls(feed, rows, encoding, ";", csv.QUOTE_ALL if text.lstrip("\ufeff")[0] == '"' else csv.QUOTE_MINIMAL)

    def places(self, fits: Callable[[Column], object]) -> list[int]:
        """Positions of the columns that fit."""
        headings = self.rows[0]
        fitting = [one for one in self.feed.tables[0].columns if fits(one) and one.meta.supplier_name in headings]
        return [headings.index(one.meta.supplier_name) for one in fitting]

    def column(self, place: int) -> Column:
        return next(one for one in self.feed.tables[0].columns if one.meta.supplier_name == self.rows[0][place])

    def content(self) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, quoting=self.quoting).writerows(self.rows)
        return text.getvalue().encode(self.encoding)


# Changes a sheet, or returns other content and the ending of the file's name; False if it cannot break this feed.
Breakage = Callable[[Random, Sheet], "tuple[bytes, str] | bool"]


def put(random: Random, sheet: Sheet, places: list[int], *values: str) -> bool:
    """Put one of the values into a random row of a random column."""
    if places:
        random.choice(sheet.rows[1:])[random.choice(places)] = random.choice(values)
    return bool(places)


def wrong_period(random: Random, sheet: Sheet) -> bool:
    days = sheet.places(lambda one: sheet.feed.delivery.period_column == f"{sheet.feed.tables[0].name}.{one.name}")
    if days and random.random() < 0.5:
        return put(random, sheet, days, "31-12-2027", "01-02-2093")
    bounded = sheet.places(lambda one: one.meta.maximum is not None and one.data_type == "integer")
    return put(random, sheet, bounded, "13000", "0", "-1") or put(
        random, sheet, days, "31-11-2026", "2026-13-01", "44895"
    )


def wrong_year(random: Random, sheet: Sheet) -> bool:
    days = sheet.places(lambda one: one.data_type == "date")
    return put(random, sheet, days, "15-11-0206", "0206-11-15", "31-12-9999", "infinity", "01-01-1026", "00-00-0000")


def wrong_heading(random: Random, sheet: Sheet) -> bool:
    # A published table may lack a column that may be empty.
    place = random.choice(sheet.places(lambda one: one.meta.minimum_fill_pct == 100))
    sheet.rows[0][place] = random.choice([sheet.rows[0][place] + " nieuw", "Kolom1", "", "?"])
    return True


def no_headings(random: Random, sheet: Sheet) -> bool:
    del sheet.rows[0]
    return True


def cut_off(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    whole = sheet.content()
    end = random.randrange(len(whole) // 10, len(whole) - 2)
    while whole[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return whole[:end], "csv"


def most_rows_gone(random: Random, sheet: Sheet) -> bool:
    whole = len(sheet.rows)
    del sheet.rows[max(2, whole // random.randrange(4, 40)) :]
    return len(sheet.rows) < whole


def repeated_row(random: Random, sheet: Sheet) -> bool:
    sheet.rows.insert(random.randrange(2, len(sheet.rows) + 1), [*random.choice(sheet.rows[1:])])
    return True


def everything_twice(_: Random, sheet: Sheet) -> bool:
    sheet.rows += sheet.rows[1:]
    return True


def two_counts_in_a_month(random: Random, sheet: Sheet) -> bool:
    """Every row of a month once more, counted five days earlier: the newest count stands."""
    days = sheet.places(lambda one: one.meta.one_per)
    for place in days:
        last = max((row[place] for row in sheet.rows[1:]), key=lambda day: day.split("-")[::-1])
        day, rest = last[:2], last[2:]
        earlier = [
            [*row[:place], f"{int(day) - 5:02}{rest}", *row[place + 1 :]] for row in sheet.rows if row[place] == last
        ]
        sheet.rows[1:1] = earlier
    return bool(days)


def span_backwards(random: Random, sheet: Sheet) -> bool:
    ends = sheet.places(lambda one: one.meta.not_before)
    return put(random, sheet, ends, "01-01-1999", "31-12-1950")


def negative(random: Random, sheet: Sheet) -> bool:
    bounded = sheet.places(lambda one: one.meta.minimum is not None and one.data_type in NUMBERS)
    return put(random, sheet, bounded, "-5", "-1")


def no_number(random: Random, sheet: Sheet) -> bool:
    numbers = sheet.places(lambda one: one.data_type in NUMBERS)
    return put(
        random, sheet, numbers, "12.5,3", "1,2,3", "12;5", "onbekend", "#N/B", "nan", "inf", "1e999", "9" * 400 + "x"
    )


def other_decimals(random: Random, sheet: Sheet) -> bool:
    """Points among commas."""
    places = [
        place
        for place in sheet.places(lambda one: one.data_type == "double")
        if any("," in row[place] for row in sheet.rows[1:])
    ]
    return put(random, sheet, places, "1234.5", "0.75", "1,234.50")


def unknown_value(random: Random, sheet: Sheet) -> bool:
    return put(random, sheet, sheet.places(lambda one: one.meta.accepted_values), "onbekend", "x", "Soort")


def empty_cell(random: Random, sheet: Sheet) -> bool:
    return put(random, sheet, sheet.places(lambda one: one.meta.minimum_fill_pct == 100), "", "  ")


def total_below(random: Random, sheet: Sheet) -> bool:
    sheet.rows.append(["Totaal", *sheet.rows[-1][1:]])
    return sheet.feed.delivery.contact is None


def shifted(random: Random, sheet: Sheet) -> bool:
    random.choice(sheet.rows[1:]).insert(0, "extra")
    return True


def open_quote(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    """A quote before a value, and none behind it."""
    whole = sheet.content()
    starts = [place for place in range(len(whole) // 2, len(whole) - 4) if whole[place - 1 : place] in (b";", b"\n")]
    place = random.choice(starts)
    return whole[:place] + b'"' + whole[place:], "csv"


def empty_file(random: Random, _: Sheet) -> tuple[bytes, str]:
    return random.choice([b"", b"\r\n", b"\xef\xbb\xbf", b" \n \n"]), random.choice(["csv", "xlsx"])


def headings_only(_: Random, sheet: Sheet) -> bool:
    del sheet.rows[1:]
    return True


def web_page(random: Random, _: Sheet) -> tuple[bytes, str]:
    page = b"<!DOCTYPE html>\n<html><head><title>Aanmelden</title></head>\n<body><p>Meld u aan.</p></body>\n</html>\n"
    return page, random.choice(["csv", "xlsx"])


def with_password(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    """An encrypted zip, or a workbook with a password, which is an old container."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr(f"{sheet.feed.id}.csv", sheet.content())
    content = bytearray(packed.getvalue())
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + offset] |= 1
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.randbytes(2000)
    return random.choice([bytes(content), packed.getvalue(), ole]), random.choice(["csv", "xlsx"])


def other_bytes(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    """A picture, noise, or a text with a byte that is none."""
    whole = sheet.content()
    place = random.randrange(len(whole))
    kinds = [
        b"\x89PNG\r\n\x1a\n" + random.randbytes(500),
        random.randbytes(3000),
        whole[:place] + b"\0" + whole[place:],
    ]
    return random.choice(kinds), random.choice(["csv", "xlsx"])


def as_workbook(sheet: Sheet) -> Workbook:
    workbook = Workbook()
    for row in sheet.rows:
        workbook.active.append(row)
    return workbook


def saved(workbook: Workbook) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def damaged_workbook(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    whole = saved(as_workbook(sheet))
    return whole[: random.randrange(100, len(whole) - 30)], "xlsx"


def odd_workbook(random: Random, sheet: Sheet) -> tuple[bytes, str]:
    """Merged cells, errors, a second table, or no table."""
    workbook = as_workbook(sheet)
    last = len(sheet.rows)
    match random.randrange(4):
        case 0:
            workbook.active.merge_cells(start_row=2, end_row=last, start_column=1, end_column=1)
        case 1:
            number = random.choice(sheet.places(lambda one: one.data_type in NUMBERS))
            workbook.active.cell(2, number + 1).value = "=1/0"
        case 2:
            workbook.create_sheet("Kladblok").append(["a", "b"])
        case 3:
            workbook.active.delete_rows(1, last)
    return saved(workbook), "xlsx"


BREAKAGES: tuple[Breakage, ...] = (
    wrong_period,
    wrong_year,
    wrong_heading,
    no_headings,
    cut_off,
    most_rows_gone,
    repeated_row,
    everything_twice,
    two_counts_in_a_month,
    span_backwards,
    negative,
    no_number,
    other_decimals,
    unknown_value,
    empty_cell,
    total_below,
    shifted,
    open_quote,
    empty_file,
    headings_only,
    web_page,
    with_password,
    other_bytes,
    damaged_workbook,
    odd_workbook,
)


def broken(random: Random, feed: Feed, content: bytes, kinds: Iterator[Breakage]) -> tuple[str, bytes, str]:
    """Break a file in the first of these ways that fits its feed; its name, the content and the ending."""
    for breakage in kinds:
        sheet = Sheet.read(feed, content)
        result = breakage(random, sheet)
        if result:
            return breakage.__name__, *(result if isinstance(result, tuple) else (sheet.content(), "csv"))
    raise AssertionError(f"no breakage fits {feed.id}")
