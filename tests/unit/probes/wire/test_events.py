"""Streams of events of HTTP servers: lines, names and data, however the stream is cut into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.probes.wire.events import MAX_EVENTS, EventReader, ServerEvent, is_event_stream, read_events


@each(
    ("stream", "events"),
    [
        (b"data: a\n\n", [("message", b"a")]),
        (b"event: endpoint\r\ndata: /messages/?id=1\r\n\r\n", [("endpoint", b"/messages/?id=1")]),
        (b"data: a\rdata:b\r\r", [("message", b"a\nb")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("message", b"a")]),
        (b": ping\n\nid: 7\nretry: 5\ndata: a\n\n", [("message", b"a")]),
        (b"data\n\n", [("message", b"")]),
        # An event without data is none, and its name does not stay.
        (b"event: x\n\ndata: a\n\n", [("message", b"a")]),
        (b"event: x\ndata: a\n\ndata: b\n\n", [("x", b"a"), ("message", b"b")]),
        # A stream that was cut.
        (b"data: a", [("message", b"a")]),
        (b"", []),
    ],
)
def test_events(stream: bytes, events: list[tuple[str, bytes]]) -> None:
    assert read_events(stream) == [ServerEvent(*event) for event in events]


@given(
    st.lists(st.sampled_from([b"data: a", b"event: x", b": c", b"", b"\r", b"\n", b"\r\n", b"\xff", b"dat", b"a: b"])),
    st.integers(1, 7),
)
def test_the_parts_of_a_stream_do_not_matter(words: list[bytes], size: int) -> None:
    stream = b"".join(words)
    reader = EventReader()
    parts = [stream[at : at + size] for at in range(0, len(stream), size)]
    found = [event for part in (*parts, b"\n\n") for event in reader.events(part)]
    assert found[:MAX_EVENTS] == read_events(stream)


def test_a_reader_stops_at_the_event_that_is_waited_for() -> None:
    reader = EventReader(lambda event: event.data == b"b")
    assert not reader.feed(b"data: a\n\ndata: ")
    assert reader.feed(b"b\n\n")


def test_a_reader_stops_after_many_other_events() -> None:
    reader = EventReader(lambda _: False)
    fed = [reader.feed(b"data: a\n\n") for _ in range(MAX_EVENTS)]
    assert fed == [False] * (MAX_EVENTS - 1) + [True]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("application/json", False),
        ("text/event-streams", False),
        ("", False),
    ],
)
def test_content_type(value: str, verdict: bool) -> None:
    assert is_event_stream(value) is verdict
