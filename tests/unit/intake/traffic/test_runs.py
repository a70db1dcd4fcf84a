import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_headers import frames_of
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.headers import read_headers
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.runs import PacketRuns, dns_answers, secret_factors, sort_into_runs
from tieback.intake.traffic.single import SinglePackets

COLLIDING = [np.uint64(0)] * 8
SIX = ("2001:db8::2", "2001:db8::9")


def runs_of(packets: list[bytes], factors: list[np.uint64]) -> list[PacketRuns]:
    frames = frames_of([wire.ethernet(packet) for packet in packets], [1] * len(packets))
    single = SinglePackets(PacketAttribution(), CaptureProblems())
    single.begin(frames)
    return [sort_into_runs(columns, frames.times, factors) for columns in read_headers(frames, single)]


def test_directions_of_one_conversation_are_together() -> None:
    out, back = (
        wire.ip(wire.tcp(40000, 80, b"abc", seq=5)),
        wire.ip(wire.tcp(80, 40000, b"x"), wire.SERVER, wire.CLIENT),
    )
    [runs] = runs_of([out, back, out, back], secret_factors())
    assert (len(runs.keys), len(runs.lower), runs.first_row) == (1, 2, [0])
    assert sorted(zip(runs.lower, runs.sizes, runs.first_rows, strict=True)) == [(False, 2, 1), (True, 6, 0)]
    assert runs.steady == [False, False], "each repeats its segment"


@pytest.mark.parametrize("ends", [(wire.CLIENT, wire.SERVER), SIX])
def test_segments_that_follow_each_other_are_steady(ends: tuple[str, str]) -> None:
    packets = [wire.ip(wire.tcp(40000, 80, b"abcd", seq=0xFFFFFFFC + at & 0xFFFFFFFF), *ends) for at in (0, 4, 8)]
    [runs] = runs_of(packets, secret_factors())
    assert (runs.steady, runs.data_total) == ([True], [4, 8, 12])


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_colliding_hashes_lose_nothing(packets: list[tuple[int, int, bool, bool]]) -> None:
    made = []
    for source, target, turned, six in packets:
        here, there = SIX if six else (wire.CLIENT, wire.SERVER)
        one, other = 1000 + source, 2000 + target
        if turned:
            here, there, one, other = there, here, other, one
        made.append(wire.ip(wire.tcp(one, other, b"x"), here, there))
    for factors in (secret_factors(), COLLIDING):
        seen = []
        for runs in runs_of(made, factors):
            assert runs.begins[-1] == len(runs.columns.row)
            for place, key in enumerate(runs.keys):
                for direction in range(runs.first_direction[place], runs.first_direction[place + 1]):
                    at = runs.order[runs.begins[direction] : runs.begins[direction + 1]]
                    assert (np.diff(at) > 0).all()
                    for one in at.tolist():
                        own = runs.columns.key[one].tobytes()
                        half = len(own) // 2 - 2
                        turned_key = own[half:-4] + own[:half] + own[-2:] + own[-4:-2]
                        assert key == (own if runs.lower[direction] else turned_key)
                        seen.append(int(runs.columns.row[one]))
        assert sorted(seen) == list(range(len(made)))


def test_answers_are_the_datagrams_with_names() -> None:
    answer = wire.ip(wire.udp(53, 40000, wire.dns("a.test")), wire.SERVER, wire.CLIENT, protocol=17)
    query = wire.ip(wire.udp(40000, 53, wire.dns("a.test", response=False)), protocol=17)
    other = wire.ip(wire.udp(40000, 9999, wire.dns("a.test")), protocol=17)
    frames = frames_of([wire.ethernet(packet) for packet in (query, other, answer)], [1, 1, 1])
    [columns] = read_headers(frames, lambda row, link: pytest.fail(f"{row} {link}"))
    assert dns_answers(columns, frames.buffer) == [(2, wire.address(wire.CLIENT), wire.dns("a.test"))]
