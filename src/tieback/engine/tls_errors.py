"""Keep one broken TLS connection of Dask from ending the healthy connections of the same process.

CPython's ``ssl`` module does not clear OpenSSL's error queue before it reads or writes (python/cpython#148594, open in
3.13 to 3.15; observed with Python 3.13.5 and OpenSSL 3.5). If a peer closes at the wrong moment, a ``BrokenPipeError``
stays in the queue of the thread. Every later read in this thread then reports it, on whichever connection, and Dask
closes that connection: workers leave, and the client loses its scheduler.
"""

import contextlib
from collections.abc import Callable
from typing import Any

_NO_CIPHER = "-"
"""No cipher has this name. ``set_ciphers`` fails, and CPython clears the error queue when it fails."""
_MARK = "_tieback_clears_errors"


def isolate_tls_errors() -> None:
    """Make the streams of this process clear the error queue after an error, and try once more. Idempotent."""
    from tornado.iostream import SSLIOStream
    from tornado.netutil import ssl_options_to_context

    if hasattr(SSLIOStream, _MARK):
        return
    context = ssl_options_to_context({}, server_side=False)

    def clear() -> None:
        with contextlib.suppress(OSError):
            context.set_ciphers(_NO_CIPHER)

    setattr(SSLIOStream, _MARK, True)
    SSLIOStream.read_from_fd = _twice(SSLIOStream.read_from_fd, clear)  # type: ignore[method-assign]
    SSLIOStream.write_to_fd = _twice(SSLIOStream.write_to_fd, clear)  # type: ignore[method-assign]


def _twice(operation: Callable[..., Any], clear: Callable[[], None]) -> Callable[..., Any]:
    """The operation, repeated once with a cleared queue: a connection that is really broken fails again."""

    def guarded(stream: Any, data: Any) -> Any:
        try:
            return operation(stream, data)
        except OSError:
            clear()
        try:
            return operation(stream, data)
        except OSError:
            clear()
            raise

    return guarded
