"""Recorded answers of real servers (osmem: of an emulation), written by ``tests/servers/test_probe_recordings.py``."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tieback.model.grant import Depth
from tieback.model.probe import ProbeReport
from tieback.probes.interface import Probe
from tieback.probes.playback import Peer, Played, play, replaying
from tieback.scope.conversation import Target


class Recording(msgspec.Struct, frozen=True):
    greeting: bytes
    answers: tuple[bytes, ...]


@pytest.fixture
def recorded() -> Callable[[str], Recording]:
    """A recording by its name."""

    def read(name: str) -> Recording:
        path = Path(__file__).parent / "recorded" / f"{name}.json"
        return msgspec.json.decode(path.read_bytes(), type=Recording)

    return read


@pytest.fixture
def replay(recorded: Callable[[str], Recording]) -> Callable[..., Played[ProbeReport]]:
    """``replay(probe, name, depth, **target)``: run a probe against a recording."""

    def run(probe: Probe, name: str, depth: Depth = Depth.DESCRIBE, **more: object) -> Played[ProbeReport]:
        found = recorded(name)
        target = msgspec.convert({"host": "127.0.0.1", "port": 1, **more}, Target)
        peer = Peer(replaying(found.answers), greeting=found.greeting)
        return play(probe.run(target, depth), peer, probe.meta.sends)

    return run
