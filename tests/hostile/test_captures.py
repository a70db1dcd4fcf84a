"""Captures made to hurt: bounded, a problem line, and what was read is kept."""

import gzip
import random
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.intake.traffic import wire
from tieback.intake.traffic import table
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.model.errors import InputError
from tieback.model.flow import add_stated
from tieback.model.sighting import Problem

TALK = wire.talk(b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", port=80)
PCAP = wire.pcap(TALK)
PCAPNG = wire.section() + wire.interface() + b"".join(wire.enhanced(data) for _, data in TALK)


def read(path: Path, data: bytes) -> tuple[list[SampledFlow], list[Problem]]:
    path.write_bytes(data)
    opened = open_traffic(path)
    try:
        return list(opened.flows()), opened.problems
    finally:
        opened.close()


@pytest.mark.parametrize("whole", [PCAP, PCAPNG], ids=["pcap", "pcapng"])
def test_a_file_that_is_still_being_written_is_read_up_to_its_last_packet(tmp_path: Path, whole: bytes) -> None:
    counts = []
    for size in range(64, len(whole), 7):
        flows, problems = read(tmp_path / "growing", whole[:size])
        assert len(problems) <= 1
        counts.append(sum(add_stated(seen.flow.packets_out, seen.flow.packets_in) or 0 for seen in flows))
    assert counts == sorted(counts)
    assert counts[-1] == len(TALK) - 1


def test_any_single_byte_may_be_wrong(tmp_path: Path) -> None:
    chance = random.Random(4)
    for whole in (PCAP, PCAPNG):
        for _ in range(150):
            data = bytearray(whole)
            for _ in range(chance.choice([1, 4])):
                data[chance.randrange(4, len(data))] = chance.randrange(256)
            try:
                flows, problems = read(tmp_path / "mutated", bytes(data))
            except InputError:
                continue
            assert len(flows) <= 6
            assert len(problems) <= 4


@pytest.mark.parametrize(
    ("data", "word"),
    few([
        (wire.section() * 50_000, ""),
        (wire.section() + wire.interface() * 200_000, "interfaces"),
        ((wire.section() + wire.interface()) * 20_000 + wire.enhanced(TALK[0][1]), ""),
        (wire.section() + wire.block(5, bytes(40)) * 20_000, ""),
        (wire.section() + wire.interface() + wire.enhanced(TALK[0][1], options=wire.option(1, b"x") * 5_000), ""),
        (wire.section() + struct.pack("<II", 0x0A0D0D0A, 0) + bytes(64), "a length of 0 bytes"),
        (PCAP[:24] + struct.pack("<IIII", 1, 1, 0xFFFFFFFF, 0), "bytes"),
        (PCAP[:16] + struct.pack("<II", 0, 1) + PCAP[24:], ""),
    ], 3),
    ids=[
        "only sections", "many interfaces", "sections and interfaces in turn", "only statistics",
        "endless options",
        "a section of no length", "a record of 4 GiB", "snaplen 0",
    ],
)  # fmt: skip
def test_structures_without_end(tmp_path: Path, data: bytes, word: str) -> None:
    tracemalloc.start()
    try:
        _, problems = read(tmp_path / "endless", data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
    assert len(problems) <= 2
    assert (not word and problems == []) or any(word in problem.what for problem in problems)


def test_a_bomb_of_packets_costs_little_memory(tmp_path: Path) -> None:
    record = struct.pack("<IIII", 1, 0, 60_000, 60_000) + TALK[0][1] + bytes(60_000 - len(TALK[0][1]))
    engine = zlib.compressobj(9, wbits=31)
    bomb = engine.compress(PCAP[:24]) + b"".join(engine.compress(record) for _ in range(1500)) + engine.flush()
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        flows, _ = read(tmp_path / "bomb.pcap.gz", bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert flows[0].flow.packets_out == 1500
    assert peak < 16 << 20


def test_a_scan_of_many_addresses_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_FLOWS", 1000)
    scan = [
        (
            1.0 + number / 1000,
            wire.ethernet(wire.ip(wire.tcp(40000, 6379, flags=2), target=f"10.1.{number >> 8}.{number & 255}")),
        )
        for number in range(8000)
    ]
    flows, problems = read(tmp_path / "scan", wire.pcap(scan))
    assert len(flows) == 8000
    assert {seen.flow.evidence.value for seen in flows} == {"none"}
    assert problems == []


@pytest.mark.parametrize(
    "name",
    [
        "\x1b[2J.test",
        "a" * 240 + ".test",
        "api.test\0.evil",
        "<script>",
        "=cmd|' /C calc'!A0",
        "\u202emoc.elgoog",
        "..",
        "-x",
    ],
)
def test_hostile_names_never_reach_the_name(tmp_path: Path, name: str) -> None:
    hello = wire.record(wire.client_hello(name))
    request = b"GET / HTTP/1.1\r\nHost: " + name.encode() + b"\r\n\r\n"
    answer = wire.ip(
        wire.udp(
            53,
            5000,
            b"\0\7\x81\x80\0\1\0\0\0\0\0\0" + bytes([min(len(name.encode()), 63)]) + name.encode()[:63] + b"\0\0\1\0\1",
        ),
        protocol=17,
    )
    packets = [*wire.talk(hello), *wire.talk(request, port=80), (2.0, wire.ethernet(answer))]
    flows, _ = read(tmp_path / "names", wire.pcap(packets))
    for seen in flows:
        assert seen.flow.server.name in {"", name}
        assert (
            seen.flow.server.name.replace(".", "").replace("-", "").replace("_", "").isalnum()
            or not seen.flow.server.name
        )
        assert (seen.flow.detail + (seen.flow.tls.sni if seen.flow.tls else "")).isprintable()


def test_a_damaged_archive_gives_what_stood_before(tmp_path: Path) -> None:
    many = wire.pcap(
        [
            packet
            for source in range(2000, 2100)
            for packet in wire.talk(random.Random(source).randbytes(4000), source=source)
        ]
    )
    packed = bytearray(gzip.compress(many))
    packed[len(packed) // 2] ^= 0xFF
    flows, problems = read(tmp_path / "damaged", bytes(packed))
    assert 10 < len(flows) <= 101
    assert len(problems) >= 1
