"""The event loop that conversations run on: uvloop's where it is installed (the extra ``fast``), else asyncio's own.

``TIEBACK_EVENT_LOOP=asyncio`` leaves uvloop alone. Both behave alike; the tests of this room run on either.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any


def factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the loop; ``None`` for asyncio's own."""
    if os.environ.get("TIEBACK_EVENT_LOOP", "") == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``: a loop of its own, and Ctrl-C cancels what runs in it."""
    return asyncio.run(main, loop_factory=factory())
