import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.pcapng import MAX_INTERFACES, PcapngReader
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.source import Buffer
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
ASK = wire.ethernet(wire.ip(wire.udp(40000, 53, wire.dns("api.test", response=False)), protocol=17))
UID_BLOCK = wire.block(0xBAD, struct.pack("<IHBxiBB", 62652, 1, 1, 10123, 8, 9) + b"app.test" + b"Fieldhand")


class Window:
    """Bytes as a source that has nothing more."""

    def __init__(self, data: bytes) -> None:
        self.buffer: Buffer = data
        self.base = 0
        self.damage = ""

    def advance(self, position: int) -> bool:
        return position < 0

    def close(self) -> None:
        """Nothing to release."""


@pytest.mark.parametrize("order", ["<", ">"])
def test_sections_of_either_order(read: Read, order: str) -> None:
    other = "<" if order == ">" else ">"
    first = wire.section(order) + wire.interface(order=order) + wire.enhanced(ASK, order=order)
    second = wire.section(other) + wire.interface(order=other) + wire.enhanced(ASK, 3_500_000, order=other)
    flows, problems = read(first + second)
    assert [(seen.flow.packets_out, seen.flow.start, seen.flow.end) for seen in flows] == [(2, 1.0, 3.5)]
    assert problems == []


@pytest.mark.parametrize(
    ("options", "ticks", "seconds"),
    [
        (b"", 2_500_000, 2.5),
        (wire.option(9, b"\x09"), 2_500_000_000, 2.5),
        (wire.option(9, b"\x8a"), 1024, 1.0),
        (wire.option(14, struct.pack("<q", 1000)), 2_500_000, 1002.5),
    ],
    ids=["microseconds", "nanoseconds", "a power of two", "offset"],
)
def test_time_units(read: Read, options: bytes, ticks: int, seconds: float) -> None:
    flows, _ = read(wire.section() + wire.interface(options=options) + wire.enhanced(ASK, ticks))
    assert flows[0].flow.start == seconds


def test_simple_and_obsolete_packets_count(read: Read) -> None:
    simple = wire.block(3, struct.pack("<I", len(ASK)) + ASK)
    old = wire.block(2, struct.pack("<HHIIII", 0, 0, 0, 5, len(ASK), len(ASK)) + ASK)
    flows, problems = read(wire.section() + wire.interface() + simple + old)
    assert (flows[0].flow.packets_out, problems) == (2, [])


@pytest.mark.parametrize(
    ("before", "comment", "uid_map", "name", "package", "source"),
    [
        (b"", b"u-10123", {}, "uid 10123", "", "comment"),
        (b"", b"u-10123", {10123: ("app.test",)}, "app.test", "app.test", "uid-map"),
        (UID_BLOCK, b"u-10123", {}, "Fieldhand", "app.test", "pcapdroid-block"),
        (b"", b"PID: 7, ProcName: Web, EPID: 9, EProcName: Fieldhand, SVC: 0", {}, "Fieldhand", "", "comment"),
        (b"", b"PID: 7, ProcName: Web, EPID: -1, EProcName: , SVC: 0", {}, "Web", "", "comment"),
    ],
    ids=["uid alone", "uid in a listing", "PCAPdroid block", "pymobiledevice3 effective", "pymobiledevice3 own"],
)
def test_apps_of_packets_in_files_made_from_the_formats_descriptions(
    read: Read, before: bytes, comment: bytes, uid_map: dict[int, tuple[str, ...]], name: str, package: str, source: str
) -> None:
    packet = wire.enhanced(ASK, options=wire.option(1, comment) + wire.option(0, b""))
    flows, problems = read(wire.section() + wire.interface() + before + packet, uid_map)
    app = flows[0].flow.app
    assert app is not None
    assert (app.name, app.bundle_id, app.source, problems) == (name, package, source, [])


def test_darwin_process_blocks_made_from_the_description(read: Read) -> None:
    process = wire.block(0x80000001, struct.pack("<I", 77) + wire.option(2, b"Workhub"))
    packet = wire.enhanced(ASK, options=wire.option(32769, struct.pack("<I", 0)))
    flows, _ = read(wire.section() + wire.interface() + process + packet)
    assert flows[0].flow.app is not None
    assert flows[0].flow.app.name == "Workhub"


def test_secrets_are_noticed() -> None:
    secrets = wire.block(10, struct.pack("<II", 0x544C534B, 4) + b"text")
    reader = PcapngReader(Window(wire.section() + wire.interface() + secrets), CaptureProblems(), PacketAttribution())
    assert list(reader.blocks()) == []
    assert reader.has_secrets


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (wire.section() + struct.pack("<II", 6, 0) + bytes(40), "a length of 0 bytes"),
        (wire.section() + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(40), "a length of"),
        (wire.section() + wire.enhanced(ASK), "does not describe"),
        (wire.section() + wire.interface() + wire.enhanced(ASK)[:-30], "truncated"),
        (wire.section() + wire.block(1, b""), "too short"),
        (
            wire.section() + wire.block(6, struct.pack("<IIIII", 0, 0, 0, 5000, 5000) + bytes(12)),
            "longer than its block",
        ),
        (wire.section() + wire.interface(9), ""),
    ],
    ids=[
        "no length",
        "endless length",
        "no interface",
        "cut",
        "empty description",
        "packet beyond block",
        "no packets",
    ],
)
def test_false_lengths_are_one_problem(read: Read, data: bytes, word: str) -> None:
    flows, problems = read(data)
    assert flows == []
    assert ([problem for problem in problems if word in problem.what] != []) == bool(word)


def test_a_million_interfaces_cost_little() -> None:
    data = wire.section() + wire.interface(101) * (MAX_INTERFACES + 10) + wire.interface() * 100
    problems = CaptureProblems()
    assert list(PcapngReader(Window(data), problems, PacketAttribution()).blocks()) == []
    assert len(problems) == 1


@settings(max_examples=examples(80), deadline=None)
@given(at=st.integers(0, 300), junk=st.binary(max_size=30))
def test_mutated_files_never_raise(at: int, junk: bytes) -> None:
    packet = wire.enhanced(ASK, options=wire.option(1, b"u-1"))
    data = wire.section() + wire.interface() + UID_BLOCK + packet + packet
    data = data[:at] + junk + data[at + len(junk) :]
    for block in PcapngReader(Window(data), CaptureProblems(), PacketAttribution()).blocks():
        assert (block.starts + block.sizes <= len(block.buffer)).all()
