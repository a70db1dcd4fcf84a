import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.kafka import messages
from tieback.probes.stores.kafka.messages import Topic
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.scope.conversation import Connect, Conversation


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def read(data: bytes, head: bytes = b"") -> bytes:
    def talk() -> Conversation[bytes]:
        yield Connect()
        return (yield from messages.read_answer(2, head))

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


BROKER = struct.pack(">i", 0) + text("h") + struct.pack(">i", 9092) + struct.pack(">h", -1)
PARTITION = struct.pack(">hiii", 0, 0, 0, 1) + struct.pack(">iii", 0, 1, 0)
TOPIC = struct.pack(">h", 0) + text("people") + b"\0" + struct.pack(">i", 1) + PARTITION


def metadata(version: int) -> bytes:
    """As https://kafka.apache.org/protocol#The_Messages_Metadata lays it out."""
    throttle = struct.pack(">i", 0) if version >= 3 else b""
    cluster = text("5L6g3nShT-eMCtK--X86sw") if version >= 2 else b""
    return throttle + struct.pack(">i", 1) + BROKER + cluster + struct.pack(">i", 0) + struct.pack(">i", 1) + TOPIC


def test_what_is_sent() -> None:
    assert bytes.fromhex("00000011 0012 0000 00000001 0007") + b"tieback" == messages.API_VERSIONS_REQUEST
    # Version 4 says that no topic is to be made; the ones before make none where all are asked for.
    assert messages.METADATA_REQUESTS[4].endswith(b"tieback\xff\xff\xff\xff\0")
    asked = messages.offsets_request(1, messages.LATEST, "people", (0, 1))
    assert asked[:4] == (len(asked) - 4).to_bytes(4, "big")
    assert asked.endswith(struct.pack(">iiqiq", 2, 0, -1, 1, -1))


@pytest.mark.parametrize("version", [1, 2, 4])
def test_metadata(version: int) -> None:
    found = messages.metadata(metadata(version), version)
    assert found.cluster_id == ("5L6g3nShT-eMCtK--X86sw" if version >= 2 else "")
    assert (found.brokers, found.topics) == (1, (Topic("people", internal=False, partitions=(0,), error=0),))


@each("length", range(len(metadata(4))))
def test_metadata_that_is_cut(length: int) -> None:
    with pytest.raises(HostileAnswer):
        messages.metadata(metadata(4)[:length], 4)


def test_versions() -> None:
    data = b"\0\0" + struct.pack(">i", 2) + struct.pack(">hhh", 18, 0, 3) + struct.pack(">hhh", 3, 0, 12)
    assert messages.versions(data) == {18: (0, 3), 3: (0, 12)}
    for wrong in (b"", data[:-1], b"\0\x23" + data[2:], b"\0\0" + struct.pack(">i", 0)):
        with pytest.raises(NotThisProtocol):
            messages.versions(wrong)


@pytest.mark.parametrize(("version", "throttle"), [(1, b""), (2, b"\0\0\0\0")])
def test_offsets(version: int, throttle: bytes) -> None:
    row = struct.pack(">ihqq", 3, 0, -1, 42)
    data = throttle + struct.pack(">i", 1) + text("people") + struct.pack(">i", 1) + row
    assert messages.offsets(data, version) == {3: (0, 42)}
    for wrong in (b"", struct.pack(">i", 2), struct.pack(">i", 1) + text("p") + struct.pack(">i", 2_000_000_000)):
        with pytest.raises(HostileAnswer):
            messages.offsets(throttle + wrong, version)


def test_log_dirs() -> None:
    rows = struct.pack(">iqqB", 0, 100, 0, 0) + struct.pack(">iqqB", 1, 50, 0, 0)
    topic = text("people") + struct.pack(">i", 2) + rows
    data = struct.pack(">ii", 0, 1) + struct.pack(">h", 0) + text("/var/kafka") + struct.pack(">i", 1) + topic
    assert messages.log_dirs(data) == ({"people": 150}, 1)
    assert messages.log_dirs(struct.pack(">ii", 0, 0)) == ({}, 0)


def test_mechanisms() -> None:
    data = struct.pack(">hi", 33, 2) + text("PLAIN") + text("SCRAM-SHA-256")
    assert messages.mechanisms(data) == (33, ("PLAIN", "SCRAM-SHA-256"))


ANSWERS = [
    (struct.pack(">ii", 6, 2) + b"ab", b"", b"ab"),
    (struct.pack(">ii", 6, 2)[1:] + b"ab", b"\0", b"ab"),
    (struct.pack(">ii", 4, 2), b"", b""),
]


@pytest.mark.parametrize(("data", "head", "body"), ANSWERS)
def test_answers_are_decoded(data: bytes, head: bytes, body: bytes) -> None:
    assert read(data, head) == body


LIES = [
    (struct.pack(">ii", 6, 3), b"", HostileAnswer),
    (struct.pack(">ii", 3, 2), b"", HostileAnswer),
    (struct.pack(">ii", -1, 2), b"", HostileAnswer),
    (struct.pack(">ii", 2_000_000_000, 2), b"", HostileAnswer),
    (struct.pack(">ii", 50_000_000, 2), b"", TooLargeAnswer),
    (b"TTP/1.1 400", b"H", NotThisProtocol),
]


@each(("data", "head", "verdict"), LIES)
def test_lengths_that_lie(data: bytes, head: bytes, verdict: type[Exception]) -> None:
    with pytest.raises(verdict):
        read(data, head)


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_are_an_answer_or_a_verdict(data: bytes) -> None:
    with contextlib.suppress(HostileAnswer):
        assert len(messages.metadata(data, 4).topics) <= len(data)
    with contextlib.suppress(HostileAnswer):
        messages.offsets(data, 1)
    with contextlib.suppress(HostileAnswer):
        messages.log_dirs(data)
    with contextlib.suppress(HostileAnswer):
        messages.mechanisms(data)
    with contextlib.suppress(NotThisProtocol):
        messages.versions(data)
