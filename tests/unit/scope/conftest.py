"""What opens sockets is tested on both event loops that it may run on."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.util import find_spec

import pytest

ON_BOTH = frozenset({"test_connection", "test_talk", "test_dialer"})


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.path.stem not in ON_BOTH or find_spec("uvloop") is None:
        return {"asyncio": asyncio.new_event_loop}
    import uvloop

    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
