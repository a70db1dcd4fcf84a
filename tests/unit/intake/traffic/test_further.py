"""Requests behind the first bytes of a client: all of them are found, and nothing else counts as one."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_hosts import OK, SETTINGS, get, post, stream
from tieback.intake.traffic.further import MAX_MESSAGES, MAX_MESSAGES_BYTES, FurtherRequests
from tieback.intake.traffic.http2 import PREFACE
from tieback.intake.traffic.interface import FIRST_BYTES, SAMPLE_BYTES, SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.model.sighting import Problem, UnreadKind

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]

FILL = b"".join(get("a.test", f"/{number:0900}") for number in range(10))
"""Requests that are longer than what is passed on of the beginning."""
STREAM = stream(1, "a.test", "/")
SECRET = get("a.test", "/c?email=ada@lovelace.test")
PLANTED = b"\r\n\r\n" + get("planted.test")
CHUNKED = "Transfer-Encoding: chunked"


def follow(data: bytes, *, step: int = 1400, lost: tuple[int, ...] = ()) -> FurtherRequests:
    """What is found in a stream in segments of ``step`` bytes, of which some are lost."""
    further = FurtherRequests(0xFFFFF000)  # the sequence numbers wrap
    for number, at in enumerate(range(0, len(data), step)):
        if number not in lost:
            further.segment((0xFFFFF000 + at) % (1 << 32), data[at : at + step])
    further.close()
    return further


def conversation(requests: list[bytes], lost: int) -> list[wire.Packet]:
    """A connection in which each request is a packet; the packet ``lost`` is missing."""
    packets, at = wire.talk(b"", port=80), 1
    for number, data in enumerate(requests):
        if number != lost:
            packet = wire.ip(wire.tcp(40000, 80, data, seq=at), wire.CLIENT, wire.SERVER)
            packets.append((2.0 + number, wire.ethernet(packet)))
        at += len(data)
    return packets


def texts(further: FurtherRequests) -> list[bytes]:
    return [one.data for one in further.kept]


@each(
    ("more", "found"),
    [
        ([SECRET], [SECRET]),
        ([post("a.test", b"x" * 100), SECRET], [post("a.test", b"x" * 100), SECRET]),
        ([b"\r\n\r\n" + SECRET], [SECRET]),
        # The bytes of a body are no requests, wherever they are cut.
        ([post("a.test", b"x" * 1400 + PLANTED), SECRET], [post("a.test", b"x" * 1400 + PLANTED), SECRET]),
        (
            [post("a.test", b"3\r\nabc\r\n0\r\n\r\n", CHUNKED), SECRET],
            [post("a.test", b"3\r\nabc\r\n0\r\n\r\n", CHUNKED), SECRET],
        ),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1400])
def test_requests_behind_the_first_bytes(more: list[bytes], found: list[bytes], step: int) -> None:
    further = FurtherRequests(0)
    # A client waits for the answer to a request before it sends the next one in another segment.
    for message in (FILL, *more):
        for at in range(0, len(message), step):
            further.segment(further.next, message[at : at + step])
    further.close()
    assert texts(further)[-len(found) :] == found
    assert (further.complete, further.full, further.cut) == (True, False, False)
    # Nothing is passed on twice: what comes before the first that is kept is in the first bytes.
    assert FILL[further.first :].startswith(texts(further)[0])
    assert further.first <= SAMPLE_BYTES


@settings(max_examples=examples(100))
@given(st.lists(st.integers(0, 3000), min_size=12, max_size=30), st.integers(1, 3000))
def test_no_segmentation_changes_what_is_found(bodies: list[int], step: int) -> None:
    messages = [post("a.test", (PLANTED * 100)[:size]) for size in bodies]
    further = follow(b"".join(messages), step=step)
    at, expected = 0, []
    for message in messages:
        if at and at + len(message) > SAMPLE_BYTES:
            expected.append(message)
        at += len(message)
    assert further.complete
    assert not any(b"Host: planted.test" in one[: one.find(b"\r\n\r\n")] for one in texts(further))
    assert texts(further) == expected[: len(texts(further))] or further.cut
    assert (len(texts(further)) < len(expected)) is further.full
    assert [one.size for one in further.kept] == [len(one) for one in expected[: len(further.kept)]]


def test_a_gap_in_a_body_hides_no_request_and_any_other_gap_may() -> None:
    upload = post("a.test", b"x" * 30_000)
    inside = follow(FILL + upload + SECRET, lost=(15,))
    assert (texts(inside)[-1], inside.complete, inside.is_whole) == (SECRET, True, False)
    between = follow(FILL * 3, lost=(12,))
    assert (between.complete, between.is_whole) == (False, False)
    assert all(one.startswith(b"GET /") for one in texts(between))


def test_what_is_no_request_ends_it_until_the_next_one_begins_a_segment() -> None:
    further = FurtherRequests(0)
    for segment in (FILL, b"\0\1\2 no request " + SECRET, b"nor this", SECRET):
        further.segment(further.next, segment)
    further.close()
    assert (texts(further)[-1], texts(further).count(SECRET)) == (SECRET, 1)
    assert not further.complete


@each("fields", ["Upgrade: websocket", "Upgrade: h2c"])
def test_nothing_follows_a_change_of_protocol(fields: str) -> None:
    further = follow(FILL + post("a.test", b"", fields) + SECRET)
    assert (further.ended, SECRET in texts(further)) == (True, False)


def test_memory_is_bounded() -> None:
    small = follow(get("a.test") * 5000)
    assert (len(small.kept), small.full, small.is_whole) == (MAX_MESSAGES, True, False)
    large = follow(post("a.test", b"x" * 20_000) * 100)
    assert sum(map(len, texts(large))) <= MAX_MESSAGES_BYTES
    assert (0 < len(large.kept) < 99, large.full) == (True, True)
    endless = follow(FILL + b"GET /" + b"x" * 1_000_000)
    assert endless.memory_bytes < 2 * MAX_MESSAGES_BYTES
    assert not endless.complete


@each("part", [get("a.test"), b"GET /", b"x\n", b"0\r\n\r\n", post("a.test", b"", CHUNKED), b"\r\n"])
@pytest.mark.parametrize("step", [1, 1400])
def test_the_cost_is_linear(part: bytes, step: int) -> None:
    assert_linear(lambda size: FILL + part * (size // len(part)), partial(follow, step=step), 100_000)


# In captures


def test_personal_data_in_a_late_request_is_found(read: Read) -> None:
    out = FILL * 4 + SECRET
    (seen,), problems = read(wire.pcap(wire.talk(out, OK + b"1", port=80)))
    assert len(out) > 2 * FIRST_BYTES
    assert problems == []
    assert [leak.pii_class for leak in LeakDetector()(seen).leaks] == ["email"]


def test_a_late_request_to_another_host_is_a_flow_of_its_own(read: Read) -> None:
    out = FILL * 3 + get("late.test", "/c?email=ada@lovelace.test") + get("a.test")
    flows, problems = read(wire.pcap(wire.talk(out, OK + b"1", port=80)))
    assert [(one.flow.server.name, one.flow.bytes_out) for one in flows] == [
        ("a.test", len(FILL) * 3 + len(get("a.test"))),
        ("late.test", len(out) - len(FILL) * 3 - len(get("a.test"))),
    ]
    assert [any(b"ada@" in sample.data for sample in one.samples) for one in flows] == [False, True]
    assert problems == []


def test_requests_that_are_not_read_are_said_of_one_host_too(read: Read) -> None:
    packets = wire.talk(FILL * 5, OK + b"1", port=80)
    (seen,), problems = read(wire.pcap([*packets[:20], *packets[21:]]))
    assert [problem.unread for problem in problems] == [UnreadKind.MISSING]
    assert seen.flow.whole is False


CONNECT = b"CONNECT t.test:8080 HTTP/1.1\r\n\r\n"


@each(
    "requests",
    [
        [get("a.test"), get("b.test"), SECRET],
        [get("a.test", "/1"), get("a.test", "/2"), get("a.test", "/3"), SECRET],
        [get("a.test"), post("b.test", b"x" * 1000), SECRET],
        [FILL[:1350], FILL[1350:2700], FILL[2700:], SECRET],
    ],
)
def test_a_lost_packet_hides_no_later_request_and_is_said(read: Read, requests: list[bytes]) -> None:
    """Whichever packet of the client is missing, also the first one, in a short connection and in a long one."""
    for lost in range(len(requests) - 1):
        flows, problems = read(wire.pcap(conversation(requests, lost)))
        assert [leak.pii_class for one in flows for leak in LeakDetector()(one).leaks] == ["email"], lost
        assert [problem.unread for problem in problems] == [UnreadKind.MISSING], lost
        assert problems[0].what.startswith("1 connection with missing packets: "), lost
        assert {one.flow.whole for one in flows} == {False}, lost


@each("requests", [[CONNECT, get("a.test"), get("b.test"), SECRET], [PREFACE + SETTINGS, STREAM, STREAM, STREAM]])
def test_what_is_not_read_behind_a_lost_packet_is_said(read: Read, requests: list[bytes]) -> None:
    """Requests inside a tunnel and those of HTTP/2 are read up to the gap."""
    flows, problems = read(wire.pcap(conversation(requests, 2)))
    assert [problem.unread for problem in problems] == [UnreadKind.MISSING]
    assert {one.flow.whole for one in flows} == {False}


def test_a_request_behind_a_gap_in_a_body_is_found(read: Read) -> None:
    """The body has a stated length, so nothing else is missing; its own part was not searched."""
    upload = post("a.test", b"x" * 4000)
    flows, problems = read(wire.pcap(conversation([upload[:1400], upload[1400:2800], upload[2800:], SECRET], 1)))
    assert [leak.pii_class for one in flows for leak in LeakDetector()(one).leaks] == ["email"]
    assert problems == []
    assert {one.flow.whole for one in flows} == {False}


def test_a_request_between_what_is_passed_on_and_what_is_kept_is_found(read: Read) -> None:
    out = post("a.test", b"x" * (SAMPLE_BYTES + 500)) + SECRET
    assert len(out) < FIRST_BYTES
    (seen,), problems = read(wire.pcap(wire.talk(out, OK + b"1", port=80)))
    assert ([leak.pii_class for leak in LeakDetector()(seen).leaks], problems) == (["email"], [])


@each("shift", [0, 1])
def test_segments_in_any_order_are_found(read: Read, shift: int) -> None:
    packets = wire.talk(FILL * 3 + SECRET, OK + b"1", port=80)
    # Two segments within the first bytes change places, and one is sent again later.
    packets[4 + shift], packets[5 + shift] = packets[5 + shift], packets[4 + shift]
    (seen,), problems = read(wire.pcap([*packets, packets[6]]))
    assert any(b"ada@" in sample.data for sample in seen.samples)
    assert problems == []


@each(
    ("out", "back", "whole"),
    [
        (get("a.test"), OK + b"1", True),
        (FILL * 3, OK + b"1", True),
        (get("a.test"), b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000, False),
        (post("a.test", b"x" * 9000), OK + b"1", False),
        (FILL + post("a.test", b"x" * 9000) + get("a.test"), OK + b"1", False),
        (FILL * 9, OK + b"1", False),
    ],
)
def test_whether_all_of_a_flow_was_searched(read: Read, out: bytes, back: bytes, whole: bool) -> None:
    (seen,), _ = read(wire.pcap(wire.talk(out, back, port=80)))
    assert seen.flow.whole is whole


def test_flows_without_readable_content_say_nothing_of_it(read: Read) -> None:
    (seen,), _ = read(wire.pcap(wire.talk(b"\x16\x03\x01\0\x05hello", b"", port=443)))
    assert seen.flow.whole is None
