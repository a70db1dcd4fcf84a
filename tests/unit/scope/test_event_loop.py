"""uvloop where it is installed and nobody minds, else asyncio's own loop."""

import asyncio
import sys

import pytest

from tieback.scope import event_loop


async def module_of_the_loop() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_uvloop_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uvloop")
    monkeypatch.delenv("TIEBACK_EVENT_LOOP", raising=False)
    assert event_loop.run(module_of_the_loop()) == "uvloop"


@pytest.mark.parametrize("how", ["not wanted", "not installed"])
def test_asyncio_else(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "not wanted":
        monkeypatch.setenv("TIEBACK_EVENT_LOOP", "asyncio")
    else:
        monkeypatch.delenv("TIEBACK_EVENT_LOOP", raising=False)
        monkeypatch.setitem(sys.modules, "uvloop", None)
    assert event_loop.run(module_of_the_loop()) == "asyncio"
