"""The event loop of conversations: uvloop if it is installed (the extra ``fast``), otherwise asyncio's own.

``TIEBACK_EVENT_LOOP=asyncio`` disables uvloop. Both behave alike; the tests of this package run on both.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any


def factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loop factory; ``None`` for asyncio's own loop."""
    if os.environ.get("TIEBACK_EVENT_LOOP", "") == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``: uses its own loop, and Ctrl-C cancels what runs in it."""
    return asyncio.run(main, loop_factory=factory())
