from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
TALK = wire.talk(b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", port=80)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_byte_orders_and_units(read: Read, order: str, nano: bool) -> None:
    flows, problems = read(wire.pcap(TALK, order=order, nano=nano))
    assert [(seen.flow.protocol, seen.flow.server.name, round(seen.flow.start, 6)) for seen in flows] == [
        ("http", "api.test", 1.0)
    ]
    assert round(flows[0].flow.end, 6) == 1.3
    assert problems == []


@pytest.mark.parametrize(("when", "expected"), [(0, 0.0), (4_294_967_295, 4_294_967_295.0)], ids=["1970", "2106"])
def test_far_times(read: Read, when: int, expected: float) -> None:
    flows, _ = read(wire.pcap([(when, TALK[0][1])]))
    assert flows[0].flow.start == expected


@pytest.mark.parametrize(
    ("damage", "flows", "word"),
    [
        (lambda data: data[:20], 0, "header"),
        (lambda data: data[:24], 0, ""),
        (lambda data: data[:-5], 1, "truncated"),
        (lambda data: data + bytes(7), 1, "truncated"),
        (lambda data: data + b"\xff" * 16, 1, "4294967295 bytes"),
        (lambda data: data + bytes(160), 1, ""),
    ],
    ids=["header cut", "no records", "last record cut", "next record begun", "length of 4 GiB", "empty records"],
)
def test_what_was_read_is_kept(read: Read, damage: Callable[[bytes], bytes], flows: int, word: str) -> None:
    found, problems = read(damage(wire.pcap(TALK)))
    assert len(found) == flows
    assert any(word in problem.what for problem in problems) if word else problems == []


@settings(max_examples=examples(60), deadline=None)
@given(at=st.integers(24, 400), junk=st.binary(max_size=40))
def test_mutated_files_never_raise(read: Read, at: int, junk: bytes) -> None:
    data = wire.pcap(TALK)
    flows, _ = read(data[:at] + junk + data[at + len(junk) :])
    assert len(flows) <= len(TALK) + 40
