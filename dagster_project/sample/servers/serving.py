"""Server of an ASGI application over real HTTP, in a thread of this process."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@contextmanager
def serve(app: "ASGIApp") -> Iterator[str]:
    """Serve ``app`` on a free port of this machine; gives the base address, without a slash at its end."""
    import uvicorn  # costs 0.3 s, which a run against the real suppliers need not pay

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            # The day of these suppliers is another than this machine's; its Date would say that they are old or ahead.
            date_header=False,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="sample suppliers", daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the sample suppliers did not start: uvicorn stopped before it listened")
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)
