import numpy as np

from tests.unit.intake.traffic import wire
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.frames import PacketBlock
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.single import SinglePackets

PING = wire.ethernet(wire.ip(bytes(40), protocol=1))
TAGGED = wire.ethernet(wire.ip(wire.tcp(40000, 443, b"data")), tags=b"\x81\0\0\x05")
CUT = wire.ethernet(wire.ip(wire.tcp(40000, 443)))[:-10]


def take(*packets: bytes, link: int = 1) -> tuple[SinglePackets, CaptureProblems, int]:
    """The reader after the packets, and how many were found."""
    sizes = np.array([len(packet) for packet in packets], np.int64)
    frames = PacketBlock(b"".join(packets), np.cumsum(sizes) - sizes, sizes, np.zeros(len(packets)), link)
    problems = CaptureProblems()
    single = SinglePackets(PacketAttribution(), problems)
    single.begin(frames)
    found = sum(len(single(row, link)) for row in range(len(packets)))
    return single, problems, found


def test_each_packet_is_found_or_counted() -> None:
    single, problems, found = take(PING, TAGGED, CUT, b"")
    assert (found, single.other, single.damaged) == (1, 2, 1)
    assert single.rest() == []
    assert [problem.what for problem in problems] == ["1 packet has damaged or truncated headers"]


def test_unknown_link_type_is_one_problem() -> None:
    _, problems, found = take(PING, PING, link=147)
    assert (found, len(problems)) == (0, 1)


def test_reassembled_packets_follow_their_block() -> None:
    data = wire.udp(40000, 53, b"x" * 100)
    head, tail = wire.ip(data[:56], protocol=17, fragment=0x2000), wire.ip(data[56:], protocol=17, fragment=7)
    single, _, found = take(wire.ethernet(head), wire.ethernet(tail))
    assert found == 1
    assert single.buffer().endswith(b"x" * 100)
