"""Judge and publish as the audit does, in a separate process that may not open any connection.

Run as ``python fresh_process.py <folder>``; the tests read the folder.
"""

import socket
import sys
from datetime import date
from pathlib import Path

import expectations.data_docs
import expectations.judge
from expectations.judgement import Frame


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("the audit opened a connection")


if __name__ == "__main__":
    assert "great_expectations" not in sys.modules, "importing expectations has become slow"
    socket.socket.connect = _refuse
    socket.getaddrinfo = _refuse
    folder = Path(sys.argv[1])
    row = {
        "feed": "signalen.reports",
        "deliverer": None,
        "clock": "checked",
        "clock_date": "2026-11-20",
        "maximum_age": "P1M",
    }
    row |= {"fresh_until": "2026-12-20", "as_of": "2026-11-23", "days_old": 3, "days_left": 27}
    frame = Frame("freshness", [row, {**row, "days_left": -1}])
    expectations.judge.judge([frame], date(2026, 11, 23), folder)
    expectations.data_docs.build_data_docs(folder, ["freshness"])
