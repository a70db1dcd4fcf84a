"""Runs a plain handler in a thread, so that a slow query or a password hash stops no other request.

The framework's own ``sync_to_thread`` wraps a handler twice if its path has another method, and then returns nothing.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread


def in_thread(handler: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """The handler as a coroutine with the same parameters."""

    @functools.wraps(handler)
    async def run(**values: Any) -> Any:
        return await to_thread.run_sync(functools.partial(handler, **values))

    return run
