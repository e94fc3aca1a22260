"""Readers: which groups they are in, and how much they may ask for."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address, ip_network

from dashboard.board_settings import BoardSettings

LOG = logging.getLogger("dashboard.admission")
_MINUTE = 60.0
# Readers whose last minute is remembered.
_MOST_READERS = 10_000
# Groups without a rule that are logged: a directory may have thousands, and a spelling is seen among the first.
_MOST_GROUPS = 100


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
class GroupRules:
    """Groups with a rule; one that a proxy names and that has none is logged once, since it may be misspelt."""

    names: Collection[str]
    _logged: set[str] = field(default_factory=set)

    def known(self, named: Collection[str]) -> frozenset[str]:
        """Of the groups that a proxy names, those with a rule."""
        if self.names and len(self._logged) < _MOST_GROUPS:
            for name in sorted({*named} - {*self.names} - self._logged)[: _MOST_GROUPS - len(self._logged)]:
                self._logged.add(name)
                folded = {one.casefold(): one for one in self.names}
                near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
                meant = f"; is {folded[near[0]]!r} meant?" if near else ""
                LOG.warning("the proxy names group %r, for which [access] has no rule%s", name, meant)
        return frozenset(named).intersection(self.names)


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
