"""What went over the wire is written down as it was; values of records are not."""

import asyncio
from contextlib import suppress

import pytest

from tieback.model.probe import Outcome
from tieback.scope.connection import Connection
from tieback.scope.conversation import DeclaredSend, Fault
from tieback.scope.recording import Recording
from tieback.scope.transcript import EventKind, WireEvent

SENDS = (
    DeclaredSend("ask", rb"ASK\n", "a question"),
    DeclaredSend("note", rb"NOTE\n", "a note", values=True),
    DeclaredSend(
        "keys", rb"KEYS\n", "names", redact=lambda data: data.replace(b"KEYS", b"*") if b"\n" in data else None
    ),
)


async def talked(*asked: bytes, reads: int = 1, size: int = 100) -> tuple[WireEvent, ...]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(b"to " + line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    recording = Recording(SENDS, Connection.open)
    wire = await recording.open("127.0.0.1", port, 2.0, lambda: 5.0, lambda _: None)
    for data in asked:
        await wire.write(data, 1.0)
        for _ in range(reads):
            with suppress(Fault):
                await wire.read(size, 0.2)
    wire.close()
    server.close()
    (line,) = recording.lines()
    assert line.address == "127.0.0.1"
    return line.events


async def test_bytes_both_ways_with_their_times() -> None:
    events = await talked(b"ASK\n", b"ASK\n")
    assert [(event.what, event.data) for event in events] == [
        (EventKind.SENT, b"ASK\n"),
        (EventKind.RECEIVED, b"to ASK\n"),
    ] * 2
    assert [event.at for event in events] == sorted(event.at for event in events)


async def test_answers_that_may_contain_values_are_withheld() -> None:
    events = await talked(b"NOTE\n", b"ASK\n")
    assert [event.what for event in events] == [EventKind.SENT, EventKind.WITHHELD, EventKind.SENT, EventKind.RECEIVED]
    assert (events[1].data, events[1].text) == (b"", "8 bytes")


async def test_a_whole_answer_is_redacted_before_it_is_kept() -> None:
    """Also if it arrives in parts; an incomplete one is withheld."""
    events = await talked(b"KEYS\n", b"ASK\n", size=3, reads=3)
    received = [event.data for event in events if event.what is EventKind.RECEIVED]
    assert received == [b"to *\n", b"to ", b"ASK", b"\n"]
    assert [event.what for event in events][:3] == [EventKind.SENT, EventKind.RECEIVED, EventKind.SENT]
    events = await talked(b"KEYS\n", size=3)
    assert [(event.what, event.data, event.text) for event in events[1:]] == [(EventKind.WITHHELD, b"", "3 bytes")]


async def test_faults_are_kept() -> None:
    events = await talked(b"ASK\n", reads=2)
    assert (events[-1].what, events[-1].outcome) == (EventKind.FAULT, Outcome.TIMEOUT)


async def test_a_connect_that_fails_is_a_line_too() -> None:
    recording = Recording(SENDS, Connection.open)
    with pytest.raises(Fault):
        await recording.open("127.0.0.1", 1, 2.0, lambda: 5.0, lambda _: None)
    ((event,),) = (line.events for line in recording.lines())
    assert (event.what, event.outcome) == (EventKind.UNCONNECTED, Outcome.REFUSED)
