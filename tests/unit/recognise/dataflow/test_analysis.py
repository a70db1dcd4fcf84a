"""A whole file, and the bounds of the work."""

import gc
import struct
import weakref
from pathlib import Path
from typing import Any

import pytest

from tieback.recognise.dataflow import analysis
from tieback.recognise.dataflow.analysis import _needs_of, holds_address
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    Alternative,
    ArrayValue,
    Choice,
    Frozen,
    Need,
    PartsValue,
    TextValue,
    Value,
)
from tieback.recognise.dataflow.walk import walker
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.rules import RuleFiles

DATA = (Path(__file__).parent / "dex" / "concat.dex").read_bytes()
KNOWN = KnownCalls(read_sinks())
RULES = RuleFiles()


def test_flows_name_their_method() -> None:
    found = analysis.analyse([DexFile(DATA)], KNOWN, RULES)
    assert found.unread == 0
    assert ("Ltest/shop/Api;->builder", "https://api.shop.test/v1/me") in {
        (flow.method, flow.value.text) for flow in found.flows if isinstance(flow.value, TextValue)
    }


def test_methods_that_are_too_long_are_counted() -> None:
    """The first method claims all of the code behind it, far beyond what is walked."""
    begin = DexFile(DATA).sections[SectionKind.CODE].begin
    units = walker.MAX_UNITS + 10
    data = bytearray(DATA) + bytes(2 * units)
    struct.pack_into("<I", data, begin + 12, units)
    dex = DexFile(bytes(data))
    code = dex.code(begin)
    assert code is not None
    assert code.units == units
    assert analysis.analyse([dex], KNOWN, RULES).unread in (0, 1)


def test_a_file_without_anything_to_follow() -> None:
    data = bytearray(DATA)
    for place in (56, 64, 72, 80, 88, 96):  # empty tables
        struct.pack_into("<I", data, place, 0)
    assert analysis.analyse([DexFile(bytes(data))], KNOWN, RULES) == analysis.Analysis((), 0)


def test_nothing_keeps_a_file_that_was_read() -> None:
    # A file of 64 MiB that waits for the collector of cycles is one too many in memory.
    gc.disable()
    try:
        dex = DexFile(DATA)
        watch = weakref.ref(dex)
        assert analysis.analyse([dex], KNOWN, RULES).flows
        del dex
        assert watch() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        ({"url": TextValue(HOLE)}, False),
        ({"url": 0}, False),
        ({"host": TextValue(HOLE), "port": 443}, False),
        ({"host": TextValue("api.shop.test"), "port": 443}, True),
        ({"url": TextValue("https://{}/v1")}, True),
    ],
)
def test_parts_without_a_known_text_are_no_address(parts: dict[str, Value], known: bool) -> None:
    assert holds_address(Frozen(PartsValue(parts))) is known
    either = Choice((Alternative(frozenset(((1, 0),)), TextValue(HOLE)), Alternative(frozenset(((1, 1),)), None)))
    assert not holds_address(Frozen(PartsValue({"url": either})))


BUDGET, HANDLERS = ((Path(__file__).parent / "dex" / f"{name}.dex").read_bytes() for name in ("budget", "handlers"))


def texts(found: analysis.Analysis) -> set[str]:
    return {flow.value.text if isinstance(flow.value, TextValue) else str(flow.value.values) for flow in found.flows}


@pytest.mark.parametrize(("data", "step", "most"), [(HANDLERS, 1, 60), (BUDGET, 41, 1_300)])
def test_work_ends_at_any_unit_and_what_was_left_out_is_counted(
    data: bytes, step: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = texts(analysis.analyse([DexFile(data)], KNOWN, RULES))
    complete = False
    for units in range(0, most, step):
        monkeypatch.setattr(analysis, "_MOST_UNITS", units)
        found = analysis.analyse([DexFile(data)], KNOWN, RULES)
        complete = texts(found) == whole
        assert found.unread or complete, f"{units} code units"
    assert complete


HELD = "https://held.test/api/v3"


@pytest.mark.parametrize(
    ("called", "units", "found"), [(20, 800, True), (30_000, 800, False), (60, 100_000, True), (0, 100_000, True)]
)
def test_one_walk_leaves_work_for_the_others(
    called: int, units: int, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = texts(analysis.analyse([DexFile(BUDGET)], KNOWN, RULES))
    monkeypatch.setattr(walker, "_MOST_CALLED", called)
    monkeypatch.setattr(analysis, "_MOST_UNITS", units)
    result = analysis.analyse([DexFile(BUDGET)], KNOWN, RULES)
    assert (HELD in texts(result)) is found
    assert bool(result.unread) is (texts(result) != whole)


def test_a_method_that_gives_nothing_is_left_after_three_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    walks: dict[str, int] = {}
    run = walker.Walker.run

    def counting(self: walker.Walker, method: MethodCode, *rest: Any) -> Value | None:
        name = self.app.ref(method.identity).name
        walks[name] = walks.get(name, 0) + 1
        return run(self, method, *rest)

    monkeypatch.setattr(walker.Walker, "run", counting)
    found = texts(analysis.analyse([DexFile(BUDGET)], KNOWN, RULES))
    assert walks["trimmed"] == 3
    assert walks["named"] == 4, "a call with a known text is followed although three with unknown ones gave nothing"
    assert "https://late.test/" in found
    assert {f"{{'url': 'https://unknown{number}.test/{{}}'}}" for number in range(1, 9)} <= found


def test_constructors_that_only_fill_their_object_give_something() -> None:
    found = texts(analysis.analyse([DexFile(BUDGET)], KNOWN, RULES))
    assert {f"https://routes.test/v2/{name}" for name in ("foot", "bike", "car", "boat", "wheelchair")} <= found


def test_objects_in_fields_of_objects_are_read_when_they_are_used() -> None:
    assert "https://held.test/api/v3" in texts(analysis.analyse([DexFile(BUDGET)], KNOWN, RULES))


def test_a_need_counts_twice_however_often_it_is_in_a_value() -> None:
    one, other = Need("field", 1), Need("result", 2)
    value: Value = Choice((Alternative(frozenset(), TextValue(HOLE, needs=(one,))),))
    for _ in range(40):  # 2**40 ways to the text
        value = Frozen(ArrayValue((value, value, TextValue(HOLE, needs=(other,)))))
    assert list(_needs_of(value, {})) == [one, one, other, other]
    assert not holds_address(value)
