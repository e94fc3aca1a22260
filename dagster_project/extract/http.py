"""HTTP client with the patience that public suppliers need: retries, back-off, Retry-After, time limits."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from functools import cache
from threading import Event, Lock, Timer
from types import TracebackType
from typing import IO, Any, Literal, Self

import httpx
import orjson
import tenacity

from dagster_project.errors import DeliveryError, SupplierUnreachableError, shown
from dagster_project.extract.http_age import ResponseAge, http_date
from dagster_project.installation.settings import TOML, HttpSettings

logger = logging.getLogger(__name__)

# These libraries log whole addresses and headers.
for library in ("httpx", "httpcore"):
    logging.getLogger(library).setLevel(logging.WARNING)

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
# Headers that ask for a file only if it changed, each with the header of the earlier answer that it repeats.
CONDITIONS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
CHUNK = 256 * 1024
MEGABYTE = 1_000_000
# One layer can only grow a thousandfold, a few layers without end.
PACKINGS = ("", "identity", "gzip", "x-gzip", "deflate")
CONNECTED = ("connect_tcp.complete", "start_tls.complete")
SizeLimit = Literal["largest_answer_mb", "largest_file_mb"]


@dataclass(frozen=True)
class Download:
    """Headers of a downloaded file: its name, and the validators by which the supplier knows it again."""

    file_name: str | None
    validators: dict[str, str]

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        """Read the headers of an answer."""
        message = Message()
        message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
        present = [name for name in CONDITIONS.values() if name in response.headers]
        return cls(message.get_filename(), {name: response.headers[name] for name in present})


def _end(connection: socket.socket) -> None:
    # That of TLS would first wait for an answer.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class BusySupplierError(Exception):
    """The supplier is busy and may answer later."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"status {response.status_code} from {response.url}")
        self.retry_after = _retry_after(response)


class Http:
    """Client for the requests of one feed; errors name that feed.

    Proxies and certificates follow the usual environment variables (HTTPS_PROXY, SSL_CERT_FILE). A ``transport``
    replaces the network.
    """

    def __init__(
        self,
        feed: str,
        settings: HttpSettings,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.feed = feed
        self.settings = settings
        # The age of every answer so far.
        self.response_ages: list[ResponseAge] = []
        # Anomalies that do not affect any figure.
        self.remarks: list[str] = []
        self._connections: list[Any] = []
        # Caches between us and the supplier must revalidate their answers.
        headers = {"User-Agent": "maandvers", "Accept-Encoding": "gzip", "Cache-Control": "no-cache"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.client = httpx.Client(
            timeout=settings.timeout,
            follow_redirects=True,
            headers=headers,
            transport=transport,
            verify=_tls() if transport is None else True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def attempts(self) -> tenacity.Retrying:
        """Iterate over the attempts; the error of the last one is raised unchanged."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((httpx.TransportError, BusySupplierError)),
            stop=tenacity.stop_after_attempt(self.settings.attempts),
            wait=self._wait,
            before_sleep=self._say_why,
            reraise=True,
        )

    @contextmanager
    def explained(self, url: str) -> Iterator[None]:
        """Translate a failed request into an error that a person can act on."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, BusySupplierError) as error:
            # The reason may repeat a part of the password.
            text = "cannot be requested" if isinstance(error, httpx.InvalidURL) else str(error) or "no message"
            is_retried = isinstance(error, httpx.TransportError | BusySupplierError)
            raise SupplierUnreachableError(
                self.feed,
                problem="gave no usable answer" + (f" after {self.settings.attempts} attempts" if is_retried else ""),
                came=f"{type(error).__name__}: {text} ({url})",
                do="wait for the next run; if it lasts, ask the supplier, or look at proxy and firewall",
            ) from error

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """Stream an answer with status 200 or 304, in one attempt; any other status is raised."""
        with (
            self._ended_in_time(url) as trace,
            self.client.stream("GET", url, headers=headers, extensions={"trace": trace}) as response,
        ):
            if (packing := response.headers.get("Content-Encoding", "").strip().lower()) not in PACKINGS:
                raise DeliveryError(
                    self.feed,
                    problem=f"packs {url} in a way that was not asked for",
                    expected="no packing, or gzip",
                    came=packing,
                    do="ask the supplier; a proxy on the way may do so too",
                    is_quarantined=False,
                )
            if response.status_code in RETRIED_STATUS:
                if is_over_the_record_limit(response.status_code, next(self.chunks(response), b"")):
                    response.raise_for_status()
                raise BusySupplierError(response)
            if response.status_code != httpx.codes.NOT_MODIFIED:
                response.raise_for_status()
            self.response_ages.append(ResponseAge.of(response))
            yield response

    @contextmanager
    def _ended_in_time(self, url: str) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
        """End a request that takes too long as a whole: one that drips never exceeds the time limit between bytes.

        Yields a function that is called with the events of a request, which show its connections.
        """
        is_late, is_over, one_at_a_time = Event(), Event(), Lock()

        def note(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith(CONNECTED):
                made = info["return_value"].get_extra_info("socket")
                with one_at_a_time:
                    self._connections.append(made)
                    if is_late.is_set():
                        _end(made)

        def end() -> None:
            with one_at_a_time:
                # The next request may have begun, and its answer would look complete.
                if is_over.is_set():
                    return
                is_late.set()
                for connection in self._connections:
                    _end(connection)

        limit = Timer(self.settings.total_timeout, end)
        limit.daemon = True
        limit.start()
        failure: Exception | None = None
        try:
            yield note
        except Exception as error:
            failure = error
        finally:
            limit.cancel()
            with one_at_a_time:
                is_over.set()
        if is_late.is_set():
            # An answer without a length looks complete when it is ended.
            raise SupplierUnreachableError(
                self.feed,
                problem="did not complete its answer in time",
                expected=f"all of it within {self.settings.total_timeout:g} seconds",
                came=f"a part of {url}",
                do=f"wait for the next run; if the supplier is this slow, raise {_named('total_timeout')}",
            ) from failure
        if failure:
            raise failure

    def chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """Iterate over the body of an answer, unpacked; raises DeliveryError once that is too large."""
        size = 0
        for chunk in response.iter_bytes(CHUNK):
            size += len(chunk)
            self.check_size(size, f"the answer of {response.url}", "largest_answer_mb")
            yield chunk

    def check_size(self, size: int, name: str, limit: SizeLimit) -> None:
        """Raise DeliveryError for a size in bytes above a limit of the settings."""
        most: int = getattr(self.settings, limit)
        if size > most * MEGABYTE:
            raise DeliveryError(
                self.feed,
                problem=f"{name} is too large",
                expected=f"at most {most:,} MB, unpacked",
                came=f"{size / MEGABYTE:,.1f} MB or more",
                do=f"look at what it is; if it should be this large, raise {_named(limit)}",
                is_quarantined=False,
            )

    def download(self, url: str, known: Mapping[str, str], target: IO[bytes]) -> "Download | None":
        """Stream a file into ``target``; None if the supplier confirms that it is the one with validators ``known``."""
        asked = {header: known[name] for header, name in CONDITIONS.items() if known.get(name)}
        with self.explained(url):
            for attempt in self.attempts():
                with attempt, self.stream(url, asked) as response:
                    if response.status_code == httpx.codes.NOT_MODIFIED:
                        return None
                    target.seek(0)
                    target.truncate()
                    for chunk in self.chunks(response):
                        target.write(chunk)
                    target.seek(0)
                    return Download.of(response)
        raise AssertionError("tenacity returns or raises")

    def get(self, url: str) -> bytes:
        """Get the body of a small answer."""
        with self.explained(url):
            for attempt in self.attempts():
                with attempt, self.stream(url) as response:
                    return b"".join(self.chunks(response))
        raise AssertionError("tenacity returns or raises")

    def get_json(self, url: str) -> tuple[dict[str, Any], bytes]:
        """Get a small JSON object, parsed and as received."""
        body = self.get(url)
        return self.parse_object(body, url), body

    def parse_object(self, body: bytes, url: str) -> dict[str, Any]:
        """Parse a JSON object; raises DeliveryError with the start of any other answer."""
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self.malformed(url, body, f"no complete JSON: {error}") from error
        if not isinstance(parsed, dict):
            raise self.malformed(url, body, f"a JSON {type(parsed).__name__}")
        return parsed

    def malformed(self, url: str, body: bytes, came: str) -> DeliveryError:
        """Error for an answer with status 200 that is not JSON of the expected form."""
        # A register's records may not be logged; the page of a proxy may.
        start = body.lstrip()[:80].decode("utf-8", "replace").strip().replace("\n", " ")
        return DeliveryError(
            self.feed,
            problem=f"the answer of {url} is not what the protocol promises",
            expected="a JSON object with a list under 'value'",
            came=f"{came}; it starts with {start!r}" if start.startswith("<") else came,
            do="open the address in a browser; if it is a maintenance page, the next run will do",
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = tenacity.wait_exponential_jitter(
            initial=self.settings.first_wait, max=self.settings.longest_wait, jitter=self.settings.first_wait
        )(state)
        asked = error.retry_after if isinstance(error, BusySupplierError) else None
        return backoff if asked is None else min(asked, self.settings.longest_wait)

    def _say_why(self, state: tenacity.RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0
        error = state.outcome.exception() if state.outcome else None
        logger.warning("%s: attempt %d: %s; again in %.1f s", self.feed, state.attempt_number, shown(str(error)), wait)


def is_address(location: str) -> bool:
    """Whether a location is that of a web server, and not a folder or file."""
    return location.lower().startswith(("http://", "https://"))


@cache
def _tls() -> ssl.SSLContext:
    """TLS context, made once: reading the certificates takes longer than a request."""
    return httpx.create_ssl_context()


def is_over_the_record_limit(status: int, body: bytes) -> bool:
    """Whether CBS refuses a query as too large, with status 500; a retry would not help."""
    return status == httpx.codes.INTERNAL_SERVER_ERROR and b"10000 records" in body


def _named(setting: str) -> str:
    return f"{setting} below [http] in {TOML}, or MAANDVERS_HTTP__{setting.upper()}"


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the supplier asks us to wait; the header contains seconds or a date."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    moment = http_date(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
