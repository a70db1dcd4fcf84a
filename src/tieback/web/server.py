"""Runs the application in this process until a signal ends it."""

import logging
import os
from collections.abc import Callable

import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send
from uvicorn.lifespan.on import LifespanOn

from tieback.model.errors import TiebackError, UsageError
from tieback.web.settings import WebSettings

KEEP_ALIVE = 30
"""Seconds that an idle connection stays open."""
SHUTDOWN = 10
"""Seconds for open requests after a signal; event streams end at once."""
MAX_CONNECTIONS = 500


class AddressInUseError(UsageError):
    """The server cannot listen: the port is in use, or the address is not one of this machine."""


def serve(app: ASGIApp, settings: WebSettings, ready: Callable[[str], None]) -> None:
    """Listen until SIGINT or SIGTERM.

    Args:
        app: the application.
        settings: with the address to listen on.
        ready: called with the address to open, once it answers.

    Raises:
        AddressInUseError: the port is in use, or the address is not one of this machine.
        TiebackError: the application cannot start, for example because the workspace is not trusted.
    """
    start = _Start(app)
    server = _Server(
        uvicorn.Config(
            start,
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
        start,
    )
    refused = _Refused()
    log = logging.getLogger("uvicorn.error")
    log.addFilter(refused)
    try:
        server.run()
    except SystemExit as end:
        if start.error is not None:
            raise start.error from None
        why = f"cannot listen ({refused.reason})" if refused.reason else "cannot listen"
        raise AddressInUseError(
            why, where=f"{settings.host}:{settings.port}", advice="Choose another one with --port"
        ) from end
    finally:
        log.removeFilter(refused)


class _Refused(logging.Filter):
    """Takes the reason why the server cannot listen out of uvicorn's log: the error of ``serve`` has it."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for such a line."""
        if not isinstance(record.msg, OSError):
            return True
        self.reason = os.strerror(record.msg.errno) if record.msg.errno else ""
        return False


class _Start:
    """The application, and why it could not start."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.error: BaseException | None = None
        self.started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":  # type: ignore[comparison-overlap]
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            if not self.started:
                self.error = _first_cause(error)
            raise


class _StartLog(logging.LoggerAdapter[logging.Logger]):
    """Drops errors of the start: ``serve`` raises them, with their advice."""

    def __init__(self, logger: logging.Logger, start: _Start) -> None:
        super().__init__(logger)
        self._start = start

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name in logging
        """False until the application has started."""
        return self._start.started and super().isEnabledFor(level)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], start: _Start) -> None:
        super().__init__(config)
        self._ready = ready
        self._start = start

    async def startup(self, sockets: "list[object] | None" = None) -> None:  # type: ignore[override]
        """Start to listen, then say so."""
        if isinstance(self.lifespan, LifespanOn):
            self.lifespan.logger = _StartLog(self.lifespan.logger, self._start)  # type: ignore[assignment]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._start.started = True
            self._ready()


def _first_cause(error: BaseException) -> BaseException:
    """The failure that a user can act on, if a group of exceptions has one; else the exception itself."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            cause = _first_cause(one)
            if isinstance(cause, TiebackError):
                return cause
    return error
