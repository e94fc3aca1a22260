"""Faults as suppliers and networks really have them, put in front of a running supplier while a test goes on.

A fault turns a good answer into a bad one. ``suppliers.faults.set(r"TypedDataSet", truncated())`` chooses it for the
addresses that a pattern finds; ``suppliers.faults.clear()`` takes all away.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Answer:
    """An answer of the supplier to a request for ``url``."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    is_cut_off: bool = False


Fault = Callable[[Answer], Answer]


@dataclass
class Faults:
    """The faults that are in force now."""

    chosen: dict[str, Fault] = field(default_factory=dict)

    def set(self, path_regex: str, fault: Fault) -> None:
        """Answer wrongly wherever the pattern is found in the path with its query."""
        self.chosen[path_regex] = fault

    def clear(self) -> None:
        """Answer well again."""
        self.chosen.clear()

    def in_front_of(self, app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            target = scope["path"] + "?" + scope["query_string"].decode()
            faults = [fault for pattern, fault in self.chosen.items() if re.search(pattern, target)]
            if not faults:
                await app(scope, receive, send)
                return
            given = await _answer_of(app, scope, receive)
            for fault in faults:
                given = fault(given)
            await _send(given, send)

        return answer


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    host = dict(scope["headers"])[b"host"].decode()
    return Answer(
        url=f"http://{host}{scope['path']}?{scope['query_string'].decode()}",
        status=messages[0]["status"],
        headers={name.decode(): value.decode() for name, value in messages[0]["headers"]},
        body=b"".join(message.get("body", b"") for message in messages[1:]),
    )


async def _send(answer: Answer, send: Send) -> None:
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if answer.is_cut_off:  # the server closes the connection when an answer stays unfinished
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    else:
        await send({"type": "http.response.body", "body": answer.body})


# Faults of any supplier


def truncated() -> Fault:
    """Half of the body, in an answer that looks complete."""
    return lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2])


def connection_reset() -> Fault:
    """The connection closes half-way the body."""
    return lambda answer: replace(answer, is_cut_off=True)


def html_page() -> Fault:
    """A page for people, with status 200: a proxy, a log-in, a maintenance notice."""
    page = "<!DOCTYPE html><html><body><h1>Er wordt gewerkt aan deze dienst</h1></body></html>"
    return lambda answer: replace(answer, status=200, headers={"content-type": "text/html"}, body=page.encode())


def empty_body() -> Fault:
    """Status 200 and not a single byte."""
    return lambda answer: replace(answer, body=b"")


def unavailable() -> Fault:
    """503, for as long as the fault is in force."""
    return lambda answer: replace(answer, status=503, headers={"content-type": "text/plain"}, body=b"")


def with_headers(**headers: str) -> Fault:
    """More headers, named with underscores: ``with_headers(x_cache="HIT")``."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda answer: replace(answer, headers={**answer.headers, **more})


@dataclass
class Cache:
    """A cache that never revalidates its answers, and sends the headers that ``tells`` names.

    ``now`` is the moment at which the next answer passes.
    """

    now: datetime
    tells: Collection[str] = ("age", "date")
    kept: dict[str, tuple[Answer, datetime]] = field(default_factory=dict)

    def __call__(self, answer: Answer) -> Answer:
        found = "HIT" if answer.url in self.kept else "MISS"
        first, since = self.kept.setdefault(answer.url, (answer, self.now))
        age = str(int((self.now - since).total_seconds()))
        told = {"age": age, "date": format_datetime(since, usegmt=True), "x-cache": f"{found} from proxy"}
        return replace(first, headers={**first.headers, **{name: told[name] for name in self.tells}})


def too_many_requests(times: int, retry_after: int = 1) -> Fault:
    """429 with Retry-After for a number of requests; then good answers."""
    left = iter(range(times))

    def refuse(answer: Answer) -> Answer:
        if next(left, None) is None:
            return answer
        return replace(answer, status=429, headers={"retry-after": str(retry_after)}, body=b"")

    return refuse


# Faults of OData


def missing_column(name: str) -> Fault:
    """A column, named without its position, is gone from the records and from DataProperties."""

    def drop(records: list[dict]) -> list[dict]:
        kept = [record for record in records if not _is_column(str(record.get("Key")), name)]
        return [{key: value for key, value in record.items() if not _is_column(key, name)} for record in kept]

    return _on_records(drop)


def extra_column(name: str = "NieuwOnderwerp_999") -> Fault:
    """An unknown column, filled with 1, in the records and in DataProperties."""

    def add(records: list[dict]) -> list[dict]:
        if "odata.type" in records[-1]:
            return [*records, {**records[-1], "ID": len(records), "Key": name, "Title": name}]
        return [{**record, name: 1} for record in records]

    return _on_records(add)


def half_the_rows() -> Fault:
    """Every other record is not there; the links to further pages are."""
    return _on_records(lambda records: records[::2])


def silently_cut(at: int = 10_000) -> Fault:
    """A first page and nothing that says that there is more."""
    return _on_payload(lambda payload, _: {"value": payload["value"][:at]})


def next_link_loop() -> Fault:
    """Every page names itself as the next."""
    return _on_payload(lambda payload, answer: {**payload, "odata.nextLink": answer.url})


def duplicate_page() -> Fault:
    """The records of the first page come again on every later page."""
    first: list[dict] = []

    def repeat(records: list[dict]) -> list[dict]:
        first.extend([] if first else records)
        return first

    return _on_records(repeat)


def _is_column(key: str, name: str) -> bool:
    return re.fullmatch(rf"{re.escape(name)}_\d+", key) is not None


def _on_records(change: Callable[[list[dict]], list[dict]]) -> Fault:
    return _on_payload(lambda payload, _: {**payload, "value": change(payload["value"])})


def _on_payload(change: Callable[[dict, Answer], dict]) -> Fault:
    def fault(answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        return replace(answer, body=orjson.dumps(change(orjson.loads(answer.body), answer)))

    return fault


# Faults of a zip of CSV files


def wrong_encoding() -> Fault:
    """The texts in the zip are not UTF-8 but cp1252."""
    return on_members(lambda members: {name: _recoded(content) for name, content in members.items()})


def zip_without_members() -> Fault:
    """A zip that is in order, with nothing in it."""
    return on_members(lambda _: {})


def zip_without(*names: str) -> Fault:
    """A zip in which some files are not there."""
    return on_members(lambda members: {name: members[name] for name in members if name not in names})


def csv_missing_column(member: str, column: str) -> Fault:
    """A file in the zip that lacks a column."""

    def drop(members: dict[str, bytes]) -> dict[str, bytes]:
        rows = list(csv.reader(io.StringIO(members[member].decode(), newline="")))
        position = rows[0].index(column)
        text = io.StringIO(newline="")
        csv.writer(text).writerows(row[:position] + row[position + 1 :] for row in rows)
        return {**members, member: text.getvalue().encode()}

    return on_members(drop)


def _recoded(content: bytes) -> bytes:
    return content.decode().encode("cp1252")


def on_members(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Fault:
    def fault(answer: Answer) -> Answer:
        if answer.status != 200 or not answer.body:  # a 304, or an answer to HEAD
            return answer
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return replace(answer, body=_zipped(change(members).items()))

    return fault


def _zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            archive.writestr(name, member)
    return content.getvalue()
