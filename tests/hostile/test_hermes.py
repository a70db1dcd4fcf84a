"""Hermes bytecode that is built to blow up the analysis ends with what was found so far."""

import lzma
import resource
import struct
import time
from collections.abc import Callable

import pytest

from bench.flow import FOLDER
from tests.examples import few
from tests.unit.recognise.hermes.assemble import Line, assemble, code
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.hermes.extract import MAX_STEPS, HermesExtractor
from tieback.recognise.interface import Find

JUDGE = EndpointExtractor()
EXTRACTOR = HermesExtractor(JUDGE, JUDGE)
STRINGS = ("https://", "a.test", "/v1", "fetch", "exports", "join", "concat", "HermesInternal")
SCHEME, HOST, PATH, FETCH, MEMBER, JOIN, CONCAT, INTERNAL = range(len(STRINGS))
BUNDLE = lzma.decompress((FOLDER / "hermes" / "v96-O.hbc.xz").read_bytes())
GLOBAL: Line = ("GetGlobalObject", 9)
START: list[Line] = [("LoadConstString", 0, SCHEME), ("LoadConstString", 1, HOST), ("Add", 0, 0, 1)]


def finds(data: bytes) -> list[Find]:
    EXTRACTOR.left = MAX_STEPS
    return list(EXTRACTOR.extract(Artifact("a.hbc", (), bytecode=data)))


def made(*functions: list[Line] | bytes, **literals: bytes) -> bytes:
    return assemble(functions, STRINGS, **literals)


def doubling() -> bytes:
    return made([*START, *[("Add", 0, 0, 0)] * 5_000, ("Ret", 0)])


def cyclic_creators() -> bytes:
    """Each function creates all others, and the first one creates itself."""
    create = [("CreateClosure", 2, 3, number) for number in range(60)]
    return made(*[[("CreateEnvironment", 3), *START, *create, ("Ret", 0)]] * 60)


def cyclic_variables() -> bytes:
    """Variables that contain their own variables, and calls of functions that call each other with longer texts."""
    call: list[Line] = [
        ("CreateEnvironment", 3), ("StoreToEnvironment", 3, 0, 3), ("LoadFromEnvironment", 4, 3, 0),
        ("StoreToEnvironment", 4, 1, 4), ("GetEnvironment", 5, 255), ("LoadFromEnvironment", 6, 5, 0), *START,
    ]  # fmt: skip
    functions = []
    for number in range(40):
        calls: list[Line] = []
        for other in range(1, 6):
            calls += [("CreateClosure", 2, 3, (number * 7 + other) % 40), ("Call2", 0, 2, 3, 0), ("Add", 0, 0, 1)]
        functions.append([*call, *calls, ("Ret", 0)])
    return made(*functions)


def endless_choices() -> bytes:
    branch: list[Line] = [
        ("JmpTrue", 7, 9),
        ("LoadConstString", 1, PATH),
        ("Add", 0, 0, 1),
        ("LoadConstString", 1, HOST),
    ]
    return made([("LoadParam", 9, 1), *START, *branch * 2_000, ("Ret", 0)])


def wild_jumps() -> bytes:
    lines: list[Line] = []
    for number in range(4_000):
        lines += [("JmpTrue", (number * 37) % 250 - 125, 1), ("LoadConstString", 0, SCHEME)]
    return made([*START, *lines, ("Ret", 0)])


def overlapping() -> bytes:
    """Sixty thousand functions, each of which is the rest of the file from another offset on."""
    body = code([*START, *[("CreateClosure", 2, 3, number % 60_000) for number in range(6_000)], ("Ret", 0)])
    data = bytearray(made(body, *[b""] * 59_999))
    (first,) = struct.unpack_from("<I", data, 128)
    start = first & 0x1FFFFFF
    for number in range(60_000):
        offset = start + number % (len(body) // 2)
        struct.pack_into("<II", data, 128 + 16 * number, offset | 8 << 25, 0x7FFF)
    return bytes(data)


def large_arrays() -> bytes:
    """Arrays of 65,535 texts each, that are joined with a long text."""
    literal: list[Line] = [
        ("NewArrayWithBuffer", 2, 65_535, 65_535, 0),
        ("GetById", 3, 2, 0, JOIN),
        ("Call2", 0, 3, 2, 0),
    ]
    values = b"".join(b"\xdf\xff" + struct.pack("<H", SCHEME) * 4_095 for _ in range(16))
    return made([*START, *literal * 300, ("Ret", 0)], arrays=values)


def many_objects() -> bytes:
    make: list[Line] = [("NewObject", 2), ("PutById", 2, 2, 0, MEMBER), ("PutById", 2, 0, 0, MEMBER)]
    return made(*[[*START, *make * 60_000, ("Ret", 0)]] * 2)


def one_array_that_grows() -> bytes:
    return made([*START, ("NewArray", 2, 1), *[("PutOwnByIndex", 2, 2, 250)] * 2_000, ("Ret", 2)])


def many_arguments() -> bytes:
    return made([*START, GLOBAL, ("TryGetById", 8, 9, 0, FETCH), *[("Call", 0, 8, 255)] * 5_000, ("Ret", 0)])


def loops_in_loops() -> bytes:
    return made([*START, *[("Mov", 5, 0)] * 30, *[("JmpTrue", -100, 5)] * 3_000, ("Ret", 0)])


SHAPES: dict[str, Callable[[], bytes]] = {
    one.__name__: one
    for one in (
        doubling, cyclic_creators, cyclic_variables, endless_choices, wild_jumps, overlapping, large_arrays,
        many_objects, one_array_that_grows, many_arguments, loops_in_loops,
    )
}  # fmt: skip


@pytest.mark.parametrize("shape", few(sorted(SHAPES), 3))
def test_bytecode_without_end_ends(shape: str) -> None:
    data = SHAPES[shape]()
    before, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = finds(data)
    assert time.process_time() - before < 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 200 * 1024
    assert len(found) <= 200
    assert all(len(one.evidence.context) <= 200 for one in found if isinstance(one, Sighting))
    assert EXTRACTOR.left >= 0


def test_a_bundle_that_takes_too_long_gives_a_problem_line() -> None:
    found = finds(many_objects())
    assert [one.where for one in found if isinstance(one, Problem)] == ["a.hbc"]


def test_the_budget_of_an_app_is_shared_by_its_bundles() -> None:
    EXTRACTOR.left = 500
    for number in range(3):
        found = list(EXTRACTOR.extract(Artifact(f"{number}.hbc", (), bytecode=BUNDLE)))
        assert [one.where for one in found if isinstance(one, Problem)] == [f"{number}.hbc"]
    assert EXTRACTOR.left == 0


@pytest.mark.parametrize("place", few(range(36, 112, 4), 4))
def test_a_huge_number_in_the_header_costs_little(place: int) -> None:
    for number in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000):
        data = bytearray(BUNDLE)
        struct.pack_into("<I", data, place, number)
        assert len(finds(bytes(data))) < 200


@pytest.mark.parametrize("part", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_truncated_bundle_is_read_as_far_as_it_is_whole(part: float) -> None:
    assert len(finds(BUNDLE[: int(len(BUNDLE) * part)])) < 200


def endless_loops() -> bytes:
    """Loops without end whose values are all known, one in each of many functions."""
    body: list[Line] = [*START, ("Add", 0, 0, 1), ("Sub", 0, 2, 2), ("JmpTrue", -8, 1), ("Ret", 0)]
    return made(*[body] * 400)


def rotations_without_end() -> bytes:
    """Functions that rotate an array until a condition holds, which never does."""
    rotate: list[Line] = [
        ("NewArrayWithBuffer", 5, 3, 3, 0), ("GetById", 6, 5, 0, 9), ("Call1", 6, 6, 5), ("GetById", 7, 5, 0, 8),
        ("Call2", 7, 7, 5, 6), ("JmpTrue", -22, 7), ("Ret", 0),
    ]  # fmt: skip
    strings = (*STRINGS, "push", "shift")
    return assemble([[*START, *rotate]] * 60, strings, arrays=b"\x53" + struct.pack("<3H", 0, 1, 2))


def texts_that_double() -> bytes:
    """A loop that doubles a text."""
    return made([*START, ("LoadConstUInt8", 3, 200), ("Add", 0, 0, 0), ("Dec", 3, 3), ("JmpTrue", -7, 3), ("Ret", 0)])


def calls_of_loops() -> bytes:
    """Functions with a loop that call each other without end."""
    one: list[Line] = [
        ("CreateEnvironment", 9), ("CreateClosure", 8, 9, 0), *START, ("Call2", 0, 8, 0, 0), ("JmpTrue", -5, 0),
        ("Ret", 0),
    ]  # fmt: skip
    return made(one, one)


@pytest.mark.parametrize("shape", [endless_loops, rotations_without_end, texts_that_double, calls_of_loops])
def test_evaluated_loops_end(shape: Callable[[], bytes]) -> None:
    before, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finds(shape())
    assert time.process_time() - before < 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 100 * 1024


def many_addresses() -> bytes:
    """Thousands of addresses, each loaded by many functions with thousands of instructions."""
    strings = [f"https://host{number}.test/{number}" for number in range(3_000)]
    body: list[Line] = [("LoadConstString", number % 8, number) for number in range(3_000)]
    return assemble([[*body, ("Ret", 0)]] * 20, strings)


@pytest.mark.parametrize("shape", [many_addresses, overlapping, large_arrays, wild_jumps])
def test_following_constants_to_their_end_is_bounded(shape: Callable[[], bytes]) -> None:
    artifact = read_hermes("a.hbc", shape())[0]
    found = list(JUDGE.extract(artifact))
    before = time.process_time()
    list(EXTRACTOR.extract(artifact))
    assert len(EXTRACTOR.settled(artifact, found)) == len(found)
    assert time.process_time() - before < 12
