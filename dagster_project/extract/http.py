"""HTTP with the patience that public suppliers ask for: retries, back-off, Retry-After, time limits."""

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import tenacity

from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.http_age import ResponseAge, http_date
from dagster_project.installation.settings import HttpSettings

logger = logging.getLogger(__name__)

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class BusySupplierError(Exception):
    """The supplier asked us, in effect, to come back later."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"status {response.status_code} from {response.url}")
        self.retry_after = _retry_after(response)


class Http:
    """A client for the calls of one feed; errors name that feed.

    Proxies and certificates follow the usual environment variables (HTTPS_PROXY, SSL_CERT_FILE). A ``transport``
    answers in the place of the network.
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
        # Every answer so far, by what its headers tell of its age.
        self.response_ages: list[ResponseAge] = []
        # What is odd about what came, and stands in no figure's way.
        self.remarks: list[str] = []
        # Whatever keeps answers on the way is asked to look whether they still hold.
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
        """Iterate over the attempts; what is still failing after the last is raised as it is."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((httpx.TransportError, BusySupplierError)),
            stop=tenacity.stop_after_attempt(self.settings.attempts),
            wait=self._wait,
            before_sleep=self._say_why,
            reraise=True,
        )

    @contextmanager
    def explained(self, url: str) -> Iterator[None]:
        """Turn what went wrong between us and the supplier into an error that a person can act on."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, BusySupplierError) as error:
            is_retried = isinstance(error, httpx.TransportError | BusySupplierError)
            raise SupplierUnreachableError(
                self.feed,
                problem="gave no usable answer" + (f" after {self.settings.attempts} attempts" if is_retried else ""),
                came=f"{type(error).__name__}: {error or 'no message'} ({url})",
                do="wait for the next run; if it lasts, ask the supplier, or look at proxy and firewall",
            ) from error

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """One attempt at a streamed answer with status 200 or 304; any other status is raised."""
        with self.client.stream("GET", url, headers=headers) as response:
            if response.status_code in RETRIED_STATUS:
                response.read()
                if is_over_the_record_limit(response):
                    response.raise_for_status()
                raise BusySupplierError(response)
            if response.status_code != httpx.codes.NOT_MODIFIED:
                response.raise_for_status()
            self.response_ages.append(ResponseAge.of(response))
            yield response

    def get(self, url: str) -> bytes:
        """The whole body of a small answer."""
        with self.explained(url):
            for attempt in self.attempts():
                with attempt, self.stream(url) as response:
                    return response.read()
        raise AssertionError("tenacity returns or raises")

    def get_json(self, url: str) -> tuple[dict[str, Any], bytes]:
        """A small JSON object, parsed and as received."""
        body = self.get(url)
        return self.parse_object(body, url), body

    def parse_object(self, body: bytes, url: str) -> dict[str, Any]:
        """Parse a JSON object; raises DeliveryError that shows what came instead."""
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self.malformed(url, body, f"no complete JSON: {error}") from error
        if not isinstance(parsed, dict):
            raise self.malformed(url, body, f"a JSON {type(parsed).__name__}")
        return parsed

    def malformed(self, url: str, body: bytes, came: str) -> DeliveryError:
        """The error for an answer with status 200 that is not what its address promises."""
        start = body[:80].decode("utf-8", "replace").strip().replace("\n", " ")
        return DeliveryError(
            self.feed,
            problem=f"the answer of {url} is not what the protocol promises",
            expected="a JSON object with a list under 'value'",
            came=f"{came}; it starts with {start!r}",
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
        logger.warning("%s: attempt %d: %s; again in %.1f s", self.feed, state.attempt_number, error, wait)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than asking a supplier whether anything is new: once is enough."""
    return httpx.create_ssl_context()


def is_over_the_record_limit(response: httpx.Response) -> bool:
    """CBS refuses too large a question with status 500; asking again would give the same."""
    return response.status_code == httpx.codes.INTERNAL_SERVER_ERROR and "10000 records" in response.text


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the supplier asks us to wait; the header holds seconds or a date."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    moment = http_date(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
