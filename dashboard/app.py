"""The web application: finds the page of an address, lets readers in, and says how long an answer is good for."""

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Address
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dagster_project.access import Allowed, ReadAccess
from dagster_project.release.reader import UnreadableReleaseError
from dashboard import look
from dashboard.access_log import AccessLog
from dashboard.admission import GroupRules, Limit, groups_of, is_let_in, may_monitor, reader_of, user_of
from dashboard.board_settings import BoardSettings
from dashboard.metrics import Metrics
from dashboard.pages.routes import routes
from dashboard.presentation.page_rendering import render_bare
from dashboard.presentation.route import ForbiddenError, NotFoundError, Query, Rendered, Route
from dashboard.shelf import Shelf, Shelved

LOG = logging.getLogger("dashboard.requests")
_STATIC = Path(__file__).parent / "static"
_SMALLEST_ZIPPED = 500
_POLICY = (
    "default-src 'none'; style-src {style}; script-src 'self'; connect-src 'self'; worker-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A page is asked for again each time; its ETag answers whether it is still the same.
_ASK_AGAIN = "private, no-cache"
# A cache before a public board may answer so long without asking; a browser asks each time all the same.
_SHARED_SECONDS = 60
Endpoint = Callable[[Request], Awaitable[Response]]
EVERYTHING = ReadAccess()


@dataclass(frozen=True)
class Desk:
    """All that an answer to a reader needs: the release of the day, and the rules for readers."""

    shelf: Shelf
    settings: BoardSettings
    access: ReadAccess
    rules: GroupRules
    limit: Limit
    log: AccessLog | None

    def groups_of(self, request: Request) -> frozenset[str]:
        """Groups of the reader for which there are rules."""
        return self.rules.known(groups_of(self.settings, _peer(request), request.headers))

    def good_for(self, route: Route) -> str:
        """How long a page may be kept: on a public board for a minute by any cache, within the day it was made on."""
        settings = self.settings
        is_for_all = settings.public and settings.groups_header is None and self.log is None
        if not is_for_all or not route.is_kept or self.shelf.problem is not None:
            return _ASK_AGAIN
        seconds = min(_SHARED_SECONDS, self.shelf.seconds_of_today)
        return f"public, max-age=0, s-maxage={seconds}, must-revalidate"

    def note(self, request: Request, route: Route, themes: frozenset[str], verdict: str) -> None:
        """Log the themes that a reader saw or was refused."""
        if self.log is not None and themes:
            user = user_of(self.settings, _peer(request), request.headers)
            self.log.note(route.path, themes, self.groups_of(request), user, verdict)


def create_app(
    releases: Path,
    now: Callable[[], datetime],
    settings: BoardSettings,
    seconds: Callable[[], float] = time.monotonic,
    *,
    access: ReadAccess = EVERYTHING,
) -> Starlette:
    """Make the board over a folder of releases; ``now`` is the clock by which figures expire.

    ``seconds`` counts time for the watch on new releases and for limits.
    """
    theme = settings.look.read_text("utf-8") if settings.look else look.default_theme()
    shelf = Shelf(releases, now, seconds, theme, settings.public)
    metrics = Metrics(shelf, now)
    log = AccessLog(settings.access_log, settings.access_log_days, now) if settings.access_log else None
    if log is not None:
        log.open()
    limit = Limit(settings.expensive_pages_per_minute, seconds)
    desk = Desk(shelf, settings, access, GroupRules(access.groups), limit, log)
    pages = [Address(route.path, _endpoint(route, desk)) for route in routes(shelf.index_of)]
    extra = [
        Address("/gezond", _health(shelf)),
        Address("/metrics", _metrics(metrics, settings)),
        Address("/static/{name}", _static),
        Address("/sw.js", _static),
    ]
    app = Starlette(routes=[*extra, *pages], exception_handlers=_handlers(theme))
    app.add_middleware(Guard, settings=settings, theme=theme, seconds=seconds, metrics=metrics)  # type: ignore[arg-type]
    return app


def _endpoint(route: Route, desk: Desk) -> Endpoint:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(_answer, request, route, desk)

    return answer


def _answer(request: Request, route: Route, desk: Desk) -> Response:
    shelf = desk.shelf
    try:
        shelved = shelf.current()
    except UnreadableReleaseError:
        text = "Er is nog geen uitgave met cijfers, of de laatste kan niet worden geopend. Het datateam lost dit op."
        return _respond(request, render_bare("Nog geen cijfers", text, shelf.theme), 503, None)
    allowed = shelved.allowed(desk.access, desk.groups_of(request))
    # Weak, since a proxy may zip or unzip it on its way.
    tag = f'W/"{shelved.tag}.{_digest(allowed)}"'
    if _has(request, tag) and shelf.problem is None:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": desk.good_for(route)})
    query = _query(request, route)
    key = (f"{request.url.path}?{urlencode(query.lists, doseq=True)}", allowed, shelf.problem is not None)
    reader = reader_of(desk.settings, _peer(request), request.headers)
    if route.is_expensive and key not in shelved.pages and not desk.limit.admits(reader):
        text = "U vraagt meer pagina’s op dan we aankunnen. Probeer het over een minuut opnieuw."
        return _respond(request, render_bare("Even geduld", text, shelf.theme), 429, None)
    try:
        if route.is_kept:
            page = shelf.page(shelved, key, lambda board: route.render(board, query), allowed)
        else:
            page = route.render(shelved.board.for_reader(allowed, shelf.problem), query)
    except NotFoundError as error:
        return _respond(request, render_bare("Niet gevonden", str(error), shelf.theme), 404, None)
    except ForbiddenError as error:
        desk.note(request, route, frozenset({error.theme_code}), "refused")
        text = f"{error} Vraag toegang bij uw leidinggevende."
        return _respond(request, render_bare("Geen toegang", text, shelf.theme), 403, None)
    desk.note(request, route, page.themes, "seen")
    return _respond(request, page, 200, shelved, tag, good_for=desk.good_for(route))


@cache
def _digest(allowed: Allowed) -> str:
    """A name for what readers may see, by which browsers tell their pages apart."""
    return hashlib.sha256(repr(sorted(allowed)).encode()).hexdigest()[:12]


def _query(request: Request, route: Route) -> Query:
    params = request.query_params
    lists = {name: tuple(params.getlist(name)) for name in route.params if name in params}
    values = {name: given[-1] for name, given in lists.items()}
    return Query({name: str(value) for name, value in request.path_params.items()}, values, lists)


def _has(request: Request, tag: str) -> bool:
    return tag in (known.strip() for known in request.headers.get("if-none-match", "").split(","))


def _respond(
    request: Request,
    page: Rendered,
    status: int,
    shelved: Shelved | None,
    tag: str | None = None,
    good_for: str = "no-store",
) -> Response:
    headers = {"Cache-Control": good_for, "Vary": "Accept-Encoding"}
    if shelved is not None and tag is not None:
        headers |= {"ETag": tag, "X-Release": shelved.board.release.info.release_id}
    if page.fresh_until is not None:
        headers["X-Fresh-Until"] = page.fresh_until.isoformat()
    if page.file_name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{page.file_name}"'
    if page.style_hash is not None:
        headers["Content-Security-Policy"] = _POLICY.format(style=f"'{page.style_hash}'")
    if page.parts is not None:
        return StreamingResponse(page.parts, status, headers, page.media_type)
    body = page.body
    if len(body) >= _SMALLEST_ZIPPED and "gzip" in request.headers.get("accept-encoding", ""):
        body = page.zipped
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, page.media_type)


def _health(shelf: Shelf) -> Endpoint:
    """What monitoring asks: which release is shown, until when, and what is wrong."""

    async def answer(request: Request) -> Response:
        try:
            shelved = await run_in_threadpool(shelf.current)
        except UnreadableReleaseError:
            return Response(orjson.dumps({"status": "no release"}), 503, media_type="application/json")
        board = shelved.board
        status = "expired" if board.is_expired else "a newer release cannot be opened" if shelf.problem else "ok"
        content = {
            "status": status,
            "release": board.release.info.release_id,
            "as_of": board.release.info.as_of,
            "complete_until": board.release.catalogue.complete_until,
            "expires_after": board.release.catalogue.expires_after,
        }
        code = 200 if status == "ok" else 503
        return Response(orjson.dumps(content), code, {"Cache-Control": "no-store"}, "application/json")

    return answer


def _metrics(metrics: Metrics, settings: BoardSettings) -> Endpoint:
    """Counts for Prometheus; for readers the address does not exist."""

    async def answer(request: Request) -> Response:
        if not may_monitor(settings, _peer(request), request.headers):
            raise HTTPException(404)
        body = await run_in_threadpool(metrics.written)
        return Response(body, 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_LATEST)

    return answer


@cache
def _file(name: str) -> bytes | None:
    path = _STATIC / name
    return path.read_bytes() if path.parent == _STATIC and path.suffix == ".js" and path.is_file() else None


async def _static(request: Request) -> Response:
    body = _file(request.path_params.get("name", "sw.js"))
    if body is None:
        return Response(status_code=404)
    return Response(body, headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


def _handlers(theme: str) -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """Pages for addresses that do not exist, and for failures of our own, which are logged."""

    async def unknown(request: Request, error: Exception) -> Response:
        page = render_bare("Niet gevonden", "Deze pagina bestaat niet. Zoek het cijfer in het overzicht.", theme)
        return _respond(request, page, getattr(error, "status_code", 404), None)

    async def failed(request: Request, error: Exception) -> Response:
        text = (
            "Door een fout van onszelf kunnen we deze pagina niet tonen. Het datateam kan in het logboek zien waarom."
        )
        return _respond(request, render_bare("Er ging iets mis", text, theme), 500, None)

    return {404: unknown, 405: unknown, 500: failed}


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


class Guard:
    """Refuses peers that may not read, sets headers of safety, and writes a log without personal data."""

    def __init__(
        self, app: ASGIApp, settings: BoardSettings, theme: str, seconds: Callable[[], float], metrics: Metrics
    ) -> None:
        """Stand before ``app``."""
        self.app, self.settings, self.theme, self.seconds, self.metrics = app, settings, theme, seconds, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = self.seconds(), 500

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", "default-src 'none'")
            await send(message)

        if is_let_in(self.settings, (scope.get("client") or ("",))[0], Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, guarded)
        else:
            page = render_bare("Geen toegang", "Dit bord is alleen bereikbaar via de eigen ingang.", self.theme)
            await _respond(Request(scope), page, 403, None)(scope, receive, guarded)
        # The pattern of an address, not the address: what a reader searched for is the reader's own.
        route = scope.get("route")
        pattern = route.path if route is not None else "-"
        took = self.seconds() - began
        LOG.info("%s %s %d %.0f ms", scope["method"], pattern, status, 1000 * took)
        self.metrics.count(pattern, status, took)
