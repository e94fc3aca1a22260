"""Readers: which groups they are in, and how much they may ask for."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from dashboard.board_settings import BoardSettings

_MINUTE = 60.0
# Readers whose last minute is remembered.
_MOST_READERS = 10_000


def groups_of(settings: BoardSettings, peer: str, headers: Mapping[str, str]) -> frozenset[str]:
    """Groups that a trusted proxy names for a reader; none from any other peer."""
    if settings.groups_header is None or not _is_trusted(settings, peer):
        return frozenset()
    named = headers.get(settings.groups_header.lower(), "")
    return frozenset(group.strip() for group in named.split(",") if group.strip())


def user_of(settings: BoardSettings, peer: str, headers: Mapping[str, str]) -> str | None:
    """The name that a trusted proxy gives a reader, where the settings ask for it."""
    if settings.user_header is None or not _is_trusted(settings, peer):
        return None
    return headers.get(settings.user_header.lower(), "").strip() or None


def reader_of(settings: BoardSettings, peer: str, headers: Mapping[str, str]) -> str:
    """Who asks, for limits alone: the address that a trusted proxy saw, else the peer."""
    seen = headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return seen if seen and _is_trusted(settings, peer) else peer


def is_let_in(settings: BoardSettings, peer: str, host: str) -> bool:
    """Whether a peer may read at all: behind a proxy only the proxy, and this machine.

    This machine asks for itself: a page elsewhere whose name points here may not read through its visitor's browser.
    """
    return settings.public or _is_trusted(settings, peer) or (_is_local(peer) and _is_local(_name_of(host)))


def may_monitor(settings: BoardSettings, peer: str, headers: Mapping[str, str]) -> bool:
    """Whether a peer may read metrics: this machine or a trusted address, and not for a reader behind a proxy."""
    if "x-forwarded-for" in headers:
        return False
    return _is_trusted(settings, peer) or (_is_local(peer) and _is_local(_name_of(headers.get("host", ""))))


def _name_of(host: str) -> str:
    """The host of a Host header, without port and brackets."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.strip("[]")


def _is_trusted(settings: BoardSettings, peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(proxy) for proxy in settings.trusted_proxies)


def _is_local(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return peer == "localhost"


@dataclass
class Limit:
    """How many expensive pages a reader may ask for in a minute."""

    most: int
    seconds: Callable[[], float]
    _asked: dict[str, deque[float]] = field(default_factory=dict)

    def admits(self, reader: str) -> bool:
        """Count a question, and say whether it is answered."""
        now = self.seconds()
        asked = self._asked.setdefault(reader, deque())
        while asked and asked[0] <= now - _MINUTE:
            asked.popleft()
        if len(asked) >= self.most:
            return False
        asked.append(now)
        if len(self._asked) > _MOST_READERS:
            self._asked = {name: times for name, times in self._asked.items() if times and times[-1] > now - _MINUTE}
        return True
