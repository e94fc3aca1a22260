"""The server of the board: which address it may bind, and how it starts."""

import logging
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from dagster_project.access import ReadAccess
from dagster_project.errors import SetupError
from dashboard.app import create_app
from dashboard.board_settings import BoardSettings

_LOCAL_NAMES = {"localhost"}


def serve(releases: Path, now: Callable[[], datetime], settings: BoardSettings, access: ReadAccess) -> None:
    """Answer readers until it is stopped. Raises SetupError for an address that would let in too many, or is taken."""
    check_address(settings)
    app = create_app(releases, now, settings, access=access)
    logging.getLogger("dashboard.requests").setLevel(logging.INFO)
    # A header that names the reader is believed from a trusted proxy alone, so uvicorn must not rewrite the peer.
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_level="warning", access_log=False, proxy_headers=False,
        server_header=False, lifespan="off", timeout_graceful_shutdown=5,
    )  # fmt: skip
    listening = _listen(settings)
    print(f"The board is at http://{settings.host}:{settings.port}/ (stop with Ctrl+C)", flush=True)
    uvicorn.Server(config).run(sockets=[listening])


def check_address(settings: BoardSettings) -> None:
    """Raise SetupError for an address that others than this machine can reach, unless readers are identified."""
    if _is_loopback(settings.host):
        return
    if settings.public:
        # Only a public edition is opened then: dashboard/shelf.py.
        return
    if settings.groups_header is None or not settings.trusted_proxies:
        raise SetupError(
            f"board.host: {settings.host} can be reached from other machines, and the board does not ask for a name\n"
            "  do: keep 127.0.0.1 and put a proxy with a login before it, or name that proxy in [board], such as"
            ' groups_header = "X-Forwarded-Groups" and trusted_proxies = ["10.0.0.5"]'
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in _LOCAL_NAMES


def _listen(settings: BoardSettings) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise SetupError(
            f"the board cannot listen at {settings.host}:{settings.port} ({error.strerror})\n"
            "  do: choose another with --host and --port, or stop the other program"
        ) from error
    listening.set_inheritable(True)
    return listening
