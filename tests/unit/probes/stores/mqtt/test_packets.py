import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.mqtt import packets
from tieback.probes.stores.mqtt.packets import V3, V5, Packet
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Connect, Conversation, Fault


def read(data: bytes, first: bytes = b"") -> Packet:
    def talk() -> Conversation[Packet]:
        yield Connect()
        return (yield from packets.packet(first))

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


def test_what_is_sent() -> None:
    # MQTT 3.1.1, figure 3.6: flags 0x02 is a clean session and nothing else.
    assert packets.connect(V3) == b"\x10\x0c\0\4MQTT\4\2\0\x1e\0\0"
    assert packets.connect(V5) == b"\x10\x0d\0\4MQTT\5\2\0\x1e\0\0\0"
    assert packets.connect(V3, packets.NAMED) == b"\x10\x19\0\4MQTT\4\2\0\x1e\0\x0dtieback_probe"
    assert packets.connect(V5, packets.NAMED) == b"\x10\x1a\0\4MQTT\5\2\0\x1e\0\0\x0dtieback_probe"
    assert packets.subscribe(V3, b"$SYS/a") == b"\x82\x0b\0\1\0\6$SYS/a\0\xc0\0"
    assert packets.subscribe(V5, b"$SYS/a") == b"\x82\x0c\0\1\0\0\6$SYS/a\0\xc0\0"
    assert packets.encode_packet(0x10, b"x" * 300)[:4] == b"\x10\xac\x02x"


READ = [
    (b"\x20\2\0\5", b"", Packet(2, 0, b"\0\5")),
    (b"\2\0\0", b"\x20", Packet(2, 0, b"\0\0")),
    (b"\xd0\0", b"", Packet(13, 0, b"")),
    (b"\x31\x80\1" + b"x" * 128, b"", Packet(3, 1, b"x" * 128)),
]


@pytest.mark.parametrize(("data", "first", "packet"), READ)
def test_packets_are_decoded(data: bytes, first: bytes, packet: Packet) -> None:
    assert read(data, first) == packet


@pytest.mark.parametrize("data", [b"\x20\xff\xff\xff\xff\1", b"\x20\xff\xff\xff\x7f", b"\x20\x81\x80\x80\x80\1"])
def test_lengths_that_lie(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        read(data)


PUBLISHED = [
    (V3, b"\0\1apayload", (b"a", b"payload")),
    (V5, b"\0\1a\0payload", (b"a", b"payload")),
    (V5, b"\0\1a\2\1\1payload", (b"a", b"payload")),
    (V3, b"\0\0", (b"", b"")),
]


@pytest.mark.parametrize(("level", "body", "told"), PUBLISHED)
def test_publications(level: int, body: bytes, told: tuple[bytes, bytes]) -> None:
    assert packets.publication(level, Packet(3, 1, body)) == told


@pytest.mark.parametrize(
    ("level", "flags", "body"), [(V3, 1, b"\0\5a"), (V3, 2, b"\0\1a"), (V5, 1, b"\0\1a"), (V5, 1, b"\0\1a\x90")]
)
def test_publications_that_are_cut(level: int, flags: int, body: bytes) -> None:
    with pytest.raises(HostileAnswer):
        packets.publication(level, Packet(3, flags, body))


@given(st.binary(max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_are_a_packet_or_a_verdict(data: bytes) -> None:
    with contextlib.suppress(HostileAnswer, Fault):
        assert len(read(data).body) <= len(data)
