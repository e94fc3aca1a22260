"""Judges and publishes as the audit does, in a process of its own that may not open any connection.

Run as ``python fresh_process.py <folder>``; leaves the folder for the tests to read.
"""

import socket
import sys
from datetime import date
from pathlib import Path

import expectations.data_docs
import expectations.judge
from expectations.frames import Frame


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("the audit opened a connection")


if __name__ == "__main__":
    assert "great_expectations" not in sys.modules, "importing expectations has become slow"
    socket.socket.connect = _refuse
    socket.getaddrinfo = _refuse
    folder = Path(sys.argv[1])
    clock = {"feed": "signalen.reports", "clock": "checked", "maximum_age": "P1M", "is_binding": True}
    rows: list[dict[str, object]] = [{**clock, "clock_date": "2026-11-20"}, {**clock, "clock_date": "2026-10-22"}]
    expectations.judge.judge([Frame("freshness", rows)], date(2026, 11, 23), folder)
    expectations.data_docs.build_data_docs(folder, folder / "docs")
