"""Response age derived from the Date, Age and cache headers.

A cache between us and the supplier may repeat an answer of days ago, and the clock of a supplier may run ahead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

# Headers in which caches report whether they asked the supplier: HIT, MISS, STALE and others, one word per cache.
CACHE_HEADERS = ("X-Cache", "X-Cache-Status", "X-Proxy-Cache", "CF-Cache-Status")
# In this header 'hit' is a parameter; 'fwd=stale' means that the supplier was asked (RFC 9211).
CACHE_STATUS = "Cache-Status"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# The clocks of a supplier's machines and ours may differ by this much without consequence.
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class ResponseAge:
    """Age of one answer: when the supplier gave it by its own clock, and how long a cache has stored it since."""

    url: str
    date: datetime | None
    age: timedelta | None
    # The header by which a cache reports that the answer is its own; empty for an answer of the supplier.
    hit: str
    # Another installation of ours kept it, as it should.
    is_shared: bool = False

    @classmethod
    def of(cls, response: httpx.Response) -> "ResponseAge":
        """Read the headers of an answer; unreadable ones are ignored."""
        age = response.headers.get("Age", "")
        hits = [f"{name}: {value}" for name in CACHE_HEADERS if _is_hit(value := response.headers.get(name, ""))]
        if _is_cache_status_hit(value := response.headers.get(CACHE_STATUS, "")):
            hits.append(f"{CACHE_STATUS}: {value}")
        return cls(
            url=str(response.url),
            date=http_date(response.headers.get("Date")),
            age=timedelta(seconds=int(age)) if age.isdecimal() else None,
            hit=next(iter(hits), ""),
        )

    def given_at(self, now: datetime) -> datetime:
        """The last moment at which the supplier can have given the answer, at most ``now``."""
        return min(now - (self.age or timedelta()), self.date or now)

    def is_of_unknown_age(self, now: datetime) -> bool:
        """Whether a cache gave it without its age, and with the Date at which the cache answered."""
        return bool(self.hit) and self.age is None and now - self.given_at(now) < CLOCKS_DIFFER

    @property
    def clock(self) -> datetime | None:
        """The time by the supplier's clock when the answer arrived."""
        return self.date + (self.age or timedelta()) if self.date else None


def _is_hit(status: str) -> bool:
    return any(word in status.casefold() for word in ("hit", "stale"))


def _is_cache_status_hit(status: str) -> bool:
    """Whether any of the caches gave the answer; each entry is a name followed by parameters."""
    caches = QUOTED.sub("", status).split(",")
    given = {parameter.strip() for cache in caches for parameter in cache.split(";")[1:]}
    return bool(given & {"hit", "hit=?1"})


def oldest(ages: Iterable[ResponseAge], now: datetime) -> datetime:
    """The moment at which the oldest answer was given; ``now`` if there is none."""
    return min((one.given_at(now) for one in ages), default=now)


def http_date(text: str | None) -> datetime | None:
    """Parse a moment in HTTP's form, such as ``Wed, 25 Nov 2026 05:00:00 GMT``; None if it is unreadable."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    # '-0000' for the zone means UTC as well, and gives a moment without one.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
