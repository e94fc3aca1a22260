"""Domain rules of a contract: a register that breaks one is refused at landing, with file, row, column and remedy."""

from datetime import date

import pytest

from dagster_project.sample.service import write_inbox

from .receiving import desk

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drops")
    write_inbox(folder, AS_OF)
    return folder


def lines_of(folder, feed):
    (file,) = (folder / feed).iterdir()
    content = file.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252"
    return file.name, encoding, content.decode(encoding).splitlines()


def received(tmp_path, sample, feed, change):
    """A feed whose sample file was changed: a function of its lines, or cells of its first row by heading."""
    name, encoding, lines = lines_of(sample, feed)
    if isinstance(change, dict):
        lines[1] = with_cells(lines, 1, change)
    else:
        lines = change(lines)
    target = tmp_path / "drops" / feed / name
    target.parent.mkdir(parents=True)
    target.write_text("\n".join(lines) + "\n", encoding)
    return desk(tmp_path / "landing", feed, drops=tmp_path / "drops"), name


def with_cells(lines, row, changes):
    headings, cells = lines[0].split(";"), lines[row].split(";")
    for heading, value in changes.items():
        cells[headings.index(heading)] = value
    return ";".join(cells)


BROKEN = {
    "period 13": ("ledger.actuals", {"Periode": "13"}, "Periode", "'Periode' 12 or less"),
    "period 0": ("ledger.actuals", {"Periode": "0"}, "Periode", "'Periode' 1 or more"),
    "fiscal year of five digits": ("ledger.budget", {"Boekjaar": "20266"}, "Boekjaar", "2100 or less"),
    "year 0206": ("benefits_admin.recipients", {"Peildatum": "31-10-0206"}, "Peildatum", "1900-01-01 or later"),
    "year 9999": (
        "social_domain.allocations",
        {"Datum einde toewijzing": "31-12-9999"},
        "Datum einde toewijzing",
        "2100-12-31 or earlier",
    ),
    "care that ends before it began": (
        "social_domain.allocations",
        {"Datum start toewijzing": "02-03-2026", "Datum einde toewijzing": "01-03-2026"},
        "Datum einde toewijzing",
        "not before 'Datum start toewijzing'",
    ),
    "leave that ends before it began": (
        "hr.absence",
        {"Eerste dag": "12-10-2026", "Laatste dag": "02-10-2026"},
        "Laatste dag",
        "not before 'Eerste dag'",
    ),
    "absence of more than all": ("hr.absence", {"Verzuimpercentage": "1000"}, "Verzuimpercentage", "100 or less"),
    "fewer than no persons": ("benefits_admin.recipients", {"Personen": "-3"}, "Personen", "0 or more"),
    "month to come": ("hr.staff", {"Peildatum": "31-10-2027"}, "Peildatum", "no day in the future"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_refused_with_file_row_column_and_meaning(tmp_path, sample, case):
    feed, change, heading, expected = BROKEN[case]
    own, name = received(tmp_path, sample, feed, change)
    problem = own.problem()
    assert f"column '{heading}', row 2 of {name}" in problem
    assert expected in problem
    assert "came: 1 such row" in problem
    assert "deliver it again" in problem
    assert "meaning: " in problem
    assert own.state.current == own.state.candidates == {}


def test_every_broken_rule_of_a_file_is_named_at_once(tmp_path, sample):
    own, _ = received(tmp_path, sample, "ledger.actuals", {"Periode": "13", "Boekjaar": "26"})
    problem = own.problem()
    assert "column 'Boekjaar', row 2" in problem
    assert "column 'Periode', row 2" in problem


def steps(*days, department="Griffie"):
    """Steps of one person in an absence file."""

    def change(lines):
        rows = [
            with_cells(
                lines,
                1,
                {
                    "Personeelsnummer": "7",
                    "Afdeling": department,
                    "Soort": "ziek",
                    "Eerste dag": first,
                    "Laatste dag": last,
                },
            )
            for first, last in days
        ]
        return [*lines, *rows]

    return change


@pytest.mark.parametrize(
    "days",
    [
        [("01-09-2026", "10-09-2026"), ("10-09-2026", "12-09-2026")],
        [("01-09-2026", ""), ("10-09-2026", "12-09-2026")],
        [("05-09-2026", "06-09-2026"), ("01-09-2026", "30-09-2026")],
    ],
)
def test_steps_of_one_person_may_not_overlap(tmp_path, sample, days):
    own, _ = received(tmp_path, sample, "hr.absence", steps(*days))
    problem = own.problem()
    assert "column 'Laatste dag', row " in problem
    assert "before the next 'Eerste dag' of the same 'Personeelsnummer', 'Afdeling', 'Soort'" in problem


def test_steps_that_follow_each_other_are_accepted(tmp_path, sample):
    change = steps(("01-09-2026", "10-09-2026"), ("11-09-2026", "12-09-2026"), ("13-09-2026", ""))
    received(tmp_path, sample, "hr.absence", change)[0].receive_and_admit()


@pytest.mark.parametrize(
    "feed", ["benefits_admin.recipients", "hr.staff", "vacancy.premises", "vve.places", "sports.accommodation_use"]
)
def test_of_two_days_in_a_month_the_newest_counts_and_the_other_is_reported(tmp_path, sample, feed):
    _, _, lines = lines_of(sample, feed)
    own_rows = [line for line in lines if line.startswith("31-10-2026")]
    assert own_rows
    earlier = [line.replace("31-10-2026", "15-10-2026", 1) for line in own_rows]
    own, _ = received(tmp_path, sample, feed, lambda lines: [*lines, *earlier])
    state = own.receive_and_admit()
    october = own.rows("select reference_date from data where date_trunc('month', reference_date) = '2026-10-01'")
    assert october == [(date(2026, 10, 31),)] * len(own_rows)
    assert [f"{len(earlier)} rows" in remark for remark in state.remarks] == [True]


def test_departments_that_differ_in_case_or_spaces_are_one(tmp_path, sample):
    def change(lines):
        return [
            lines[0],
            *(line.replace(";Burgerzaken;", ";BURGERZAKEN  ;", n == 0) for n, line in enumerate(lines[1:])),
        ]

    own, _ = received(tmp_path, sample, "hr.staff", change)
    own.receive_and_admit()
    found = own.rows("select distinct department_name from data where lower(department_name) like 'burgerzaken%'")
    assert found == [("Burgerzaken",)]


def test_a_key_repeats_whatever_its_case(tmp_path, sample):
    def change(lines):
        return [*lines, lines[1].replace(";BU", ";bu")]

    own, name = received(tmp_path, sample, "benefits_admin.recipients", change)
    problem = own.problem()
    assert "repeats its key" in problem
    assert f"row 2 of {name}" in problem
