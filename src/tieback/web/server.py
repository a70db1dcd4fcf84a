"""Runs the application in this process until a signal ends it."""

from collections.abc import Callable

import uvicorn
from litestar.types import ASGIApp

from tieback.model.errors import UsageError
from tieback.web.settings import WebSettings

KEEP_ALIVE = 30
"""Seconds that an idle connection stays open."""
SHUTDOWN = 10
"""Seconds for open requests after a signal; event streams end at once."""
MAX_CONNECTIONS = 500


def serve(app: ASGIApp, settings: WebSettings, ready: Callable[[str], None]) -> None:
    """Listen until SIGINT or SIGTERM.

    Args:
        app: the application.
        settings: with the address to listen on.
        ready: called with the address to open, once it answers.

    Raises:
        UsageError: the port is in use, or the address is not one of this machine.
    """
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=SHUTDOWN,
            limit_concurrency=MAX_CONNECTIONS,
            lifespan="on",
        ),
        lambda: ready(settings.own_url),
    )
    try:
        server.run()
    except SystemExit as end:
        raise UsageError(
            "cannot listen", where=f"{settings.host}:{settings.port}", advice="Choose another one with --port"
        ) from end


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: "list[object] | None" = None) -> None:  # type: ignore[override]
        """Start to listen, then say so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._ready()
