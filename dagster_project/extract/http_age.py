"""What the headers of an answer tell of the moment at which its supplier gave it.

A cache on the way may hand on what a supplier said days ago, and the clock of a supplier may run ahead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

# Where caches say whether they asked the supplier: HIT, MISS, STALE and the like, in as many words as there are caches.
CACHE_HEADERS = ("X-Cache", "X-Cache-Status", "X-Proxy-Cache", "CF-Cache-Status")
# Of this one 'hit' is a parameter; 'fwd=stale' beside it says that the supplier was asked (RFC 9211).
CACHE_STATUS = "Cache-Status"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# Machines of one supplier and ours differ by minutes, and that is nobody's business.
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class ResponseAge:
    """One answer: when its supplier gave it by the supplier's own clock, and how long a cache has kept it since."""

    url: str
    date: datetime | None
    age: timedelta | None
    # What a cache that gave the answer by itself says of that; empty for an answer of the supplier.
    hit: str

    @classmethod
    def of(cls, response: httpx.Response) -> "ResponseAge":
        """Read the headers of an answer; what cannot be read tells nothing."""
        age = response.headers.get("Age", "")
        told = [f"{name}: {value}" for name in CACHE_HEADERS if _is_hit(value := response.headers.get(name, ""))]
        if _is_cache_status_hit(value := response.headers.get(CACHE_STATUS, "")):
            told.append(f"{CACHE_STATUS}: {value}")
        return cls(
            url=str(response.url),
            date=http_date(response.headers.get("Date")),
            age=timedelta(seconds=int(age)) if age.isdecimal() else None,
            hit=next(iter(told), ""),
        )

    def given_at(self, now: datetime) -> datetime:
        """The last moment at which the supplier can have said this: never later than ``now``."""
        return min(now - (self.age or timedelta()), self.date or now)

    def is_of_unknown_age(self, now: datetime) -> bool:
        """Whether a cache gave it that does not say since when, and whose Date is that of its own passing it on."""
        return bool(self.hit) and self.age is None and now - self.given_at(now) < CLOCKS_DIFFER

    @property
    def clock(self) -> datetime | None:
        """What time it was by the supplier's clock when the answer came."""
        return self.date + (self.age or timedelta()) if self.date else None


def _is_hit(status: str) -> bool:
    return any(word in status.casefold() for word in ("hit", "stale"))


def _is_cache_status_hit(status: str) -> bool:
    """Whether any of the caches gave the answer by itself; each names itself, and then its parameters."""
    caches = QUOTED.sub("", status).split(",")
    given = {parameter.strip() for cache in caches for parameter in cache.split(";")[1:]}
    return bool(given & {"hit", "hit=?1"})


def oldest(ages: Iterable[ResponseAge], now: datetime) -> datetime:
    """When the oldest of some answers was given; ``now`` without any."""
    return min((one.given_at(now) for one in ages), default=now)


def http_date(text: str | None) -> datetime | None:
    """A moment as HTTP writes it, such as ``Wed, 25 Nov 2026 05:00:00 GMT``; None for none that can be read."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    # '-0000' for the zone means UTC as well, and gives a moment without one.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
