"""Dask's scheduler: what its greeting and its identity show. Version 2026.8.0 gave both."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.dask_scheduler import DaskSchedulerProbe
from tieback.scope.conversation import Target

ANSWERS = Path(__file__).parents[3] / "recordings" / "answers"
PROBE = DaskSchedulerProbe()
GREETING = {"compression": None, "python": [3, 11, 7], "pickle-protocol": 5}
IDENTITY = {"type": "Scheduler", "id": "Scheduler-cebd86a9", "address": "tcp://127.0.0.1:45850", "workers": {}}


def message(content: object) -> bytes:
    frame = msgspec.msgpack.encode(content)
    lengths = [len(frame) + 16, 1, len(frame)]
    return b"".join(one.to_bytes(8, "little") for one in lengths) + frame


def recorded(name: str) -> bytes:
    return (ANSWERS / f"dask-2026.8.0-scheduler-{name}.bin").read_bytes()


def ask(greeting: bytes, answer: bytes | None, depth: Depth = Depth.DESCRIBE) -> PlaybackResult[ProbeReport]:
    peer = MemoryPeer(recorded_answers([b"", answer]), greeting=greeting)
    return play(PROBE.run(Target("127.0.0.1", 8786), depth), peer, PROBE.meta.sends)


@pytest.mark.parametrize(
    ("answer", "access", "may"),
    [
        (message(IDENTITY), Access.OPEN, True),
        (message(IDENTITY | {"n_workers": 3}), Access.OPEN, True),
        # The greeting alone is one proof.
        (message(IDENTITY | {"type": "Worker"}), Access.PARTIAL, False),
        (message({"status": "OK"}), Access.PARTIAL, False),
        (None, Access.PARTIAL, False),
    ],
)
def test_access_state_by_server_answers(answer: bytes | None, access: Access, may: bool) -> None:
    report = ask(message(GREETING), answer).result
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "dask", access)
    assert report.abilities == ((Ability.RUN_CODE,) if may else ())


def test_the_recorded_server_is_open() -> None:
    report = ask(recorded("greeting"), recorded("identity")).result
    assert (report.product, report.access, dict(report.traits)) == ("dask", Access.OPEN, {"workers": "0"})
    assert report.identity is not None
    assert report.identity.kind == "fingerprint"


def test_an_identification_asks_nothing() -> None:
    played = ask(message(GREETING), None, Depth.IDENTIFY)
    assert (len(played.sent), played.result.access) == (1, Access.PARTIAL)


@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n" + b"x" * 40,
        message({"op": "identity"}),
        message([1, 2]),
        (16).to_bytes(8, "little") + (2).to_bytes(8, "little") * 2,
        (8).to_bytes(8, "little") + b"x" * 8,
    ],
)
def test_another_greeting_is_another_protocol(greeting: bytes) -> None:
    assert ask(greeting, None).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize("length", [513, 2**40])
def test_a_message_that_is_too_long_is_not_read(length: int) -> None:
    assert ask(length.to_bytes(8, "little") + b"x" * 600, None).result.outcome is Outcome.HOSTILE


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_give_a_report(greeting: bytes, answer: bytes) -> None:
    shown: Any = ask(greeting, answer).result
    assert shown.access is not Access.OPEN
