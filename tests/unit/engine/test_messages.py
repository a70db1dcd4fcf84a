from multiprocessing import Pipe

import msgspec
import pytest

from tests.each import each
from tieback.engine.messages import (
    EngineStop,
    Message,
    PublishDone,
    UnitFinished,
    UnitStarted,
    WorkerReady,
    receive,
    send,
)


@each(
    "message",
    [
        WorkerReady(5),
        UnitStarted(3),
        UnitFinished(3, 0.5, result=b"\x00\xff"),
        UnitFinished(1, 0.5, "a problem"),
        PublishDone("part"),
        EngineStop("WorkspaceError", "the disk is full", "lake", "Free some space"),
    ],
)
def test_messages_arrive_as_they_were_sent(message: Message) -> None:
    here, there = Pipe()
    with here, there:
        send(here, message)
        assert receive(there) == message


@pytest.mark.parametrize("data", [b"", b"\xc1", msgspec.msgpack.encode({"type": "other"}), b"cos\nsystem\n(S'x'\ntR."])
def test_anything_else_is_refused(data: bytes) -> None:
    here, there = Pipe()
    with here, there:
        here.send_bytes(data)
        with pytest.raises(msgspec.MsgspecError):
            receive(there)


def test_the_end_of_the_pipe_shows() -> None:
    here, there = Pipe()
    here.close()
    with there, pytest.raises(EOFError):
        receive(there)
