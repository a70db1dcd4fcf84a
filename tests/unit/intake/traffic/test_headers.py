from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.frames import PacketBlock
from tieback.intake.traffic.headers import PacketColumns, TransportHeader, read_headers
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.single import SinglePackets

SIX = ("2001:db8::2", "2001:db8::9")
TCP4, TCP6 = wire.ip(wire.tcp(40000, 443, b"data")), wire.ip(wire.tcp(40000, 443, b"data"), *SIX)
UDP4 = wire.ip(wire.udp(40000, 53, b"data"), protocol=17)
LINKS: dict[int, Callable[[bytes], bytes]] = {
    0: lambda packet: (b"\x02\0\0\0" if packet[0] >> 4 == 4 else b"\x1e\0\0\0") + packet,
    1: wire.ethernet,
    101: lambda packet: packet,
    113: lambda packet: bytes(14) + (b"\x08\0" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet,
    276: lambda packet: (b"\x08\0" if packet[0] >> 4 == 4 else b"\x86\xdd") + bytes(18) + packet,
}


def frames_of(packets: list[bytes], links: list[int], tail: bytes = bytes(80)) -> PacketBlock:
    sizes = np.array([len(packet) for packet in packets], np.int64)
    starts = np.cumsum(sizes) - sizes
    link = links[0] if len(set(links)) == 1 else np.array(links, np.int64)
    return PacketBlock(b"".join(packets) + tail, starts, sizes, np.zeros(len(packets)), link)


def told(families: list[PacketColumns]) -> list[tuple[object, ...]]:
    """What the columns say, a tuple a packet, in the order of the rows."""
    out = []
    for columns in families:
        for place, row in enumerate(columns.row.tolist()):
            tcp = columns.protocol[place] == 6
            has_data = columns.stop[place] > columns.payload[place]
            out.append(
                (
                    row,
                    int(columns.protocol[place]),
                    columns.key[place].tobytes(),
                    int(columns.sequence[place]) if tcp else 0,
                    int(columns.flags[place]),
                    int(columns.payload[place]),
                    int(columns.size[place]),
                    int(columns.stop[place]) if has_data else -1,
                )
            )
    return sorted(out)


def by_one(frames: PacketBlock) -> list[tuple[object, ...]]:
    """The same by the slow way alone."""
    single = SinglePackets(PacketAttribution(), CaptureProblems())
    single.begin(frames)
    out = []
    for row in range(len(frames.starts)):
        link = frames.links if isinstance(frames.links, int) else int(frames.links[row])
        for found in single(row, link):
            stop = min(found.stop, found.limit)
            size = max(found.stop - found.payload, 0)
            out.append((row, found.protocol, found.key, found.sequence, found.flags, found.payload, size,
                        stop if stop > found.payload else -1))  # fmt: skip
    return sorted(out)


@pytest.mark.parametrize("link", LINKS)
def test_the_usual_packets_are_all_read_at_once(link: int) -> None:
    asked: list[int] = []

    def slow(row: int, link: int) -> list[TransportHeader]:
        asked.append(row + link)
        return []

    frames = frames_of([LINKS[link](packet) for packet in (TCP4, TCP6, UDP4, TCP4)], [link] * 4)
    families = read_headers(frames, slow)
    assert asked == []
    assert [columns.row.tolist() for columns in families] == [[0, 2, 3], [1]]
    assert told(families) == by_one(frames)


def test_frames_without_ip_are_skipped() -> None:
    arp, ping = bytes(12) + b"\x08\x06" + bytes(60), wire.ethernet(wire.ip(bytes(40), protocol=1))
    frames = frames_of([arp, ping, wire.ethernet(TCP4)], [1, 1, 1])
    [columns] = read_headers(frames, lambda row, link: pytest.fail(f"{row} {link}"))
    assert columns.row.tolist() == [2]


def test_the_last_packets_of_a_buffer_are_read_too() -> None:
    frames = frames_of([wire.ethernet(UDP4)] * 3, [1] * 3, tail=b"")
    single = SinglePackets(PacketAttribution(), CaptureProblems())
    single.begin(frames)
    [columns] = read_headers(frames, single)
    assert columns.row.tolist() == [0, 1, 2]


def test_a_block_of_several_link_types() -> None:
    packets = [LINKS[link](packet) for link, packet in ((1, TCP4), (101, TCP6), (113, UDP4), (1, TCP6))]
    frames = frames_of(packets, [1, 101, 113, 1])
    single = SinglePackets(PacketAttribution(), CaptureProblems())
    single.begin(frames)
    assert told(read_headers(frames, single)) == by_one(frames)


@settings(max_examples=examples(100), deadline=None)
@given(
    packets=st.lists(
        st.tuples(
            st.sampled_from([TCP4, TCP6, UDP4]),
            st.sampled_from(sorted(LINKS)),
            st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)), max_size=3),
            st.integers(0, 100),
        ),
        min_size=1,
        max_size=6,
    ),
    same=st.booleans(),
)
def test_mutated_packets_are_read_as_one_by_one(
    packets: list[tuple[bytes, int, list[tuple[int, int]], int]], same: bool
) -> None:
    made, links = [], []
    for packet, link, changes, cut in packets:
        link = 1 if same else link  # noqa: PLW2901 - one link type for all
        frame = bytearray(LINKS[link](packet))
        for at, value in changes:
            if at < len(frame):
                frame[at] = value
        made.append(bytes(frame[: len(frame) - cut if cut < 60 else None]))
        links.append(link)
    frames = frames_of(made, links)
    single = SinglePackets(PacketAttribution(), CaptureProblems())
    single.begin(frames)
    assert told(read_headers(frames, single)) == by_one(frames)
