"""Instructions that copy registers or calculate."""

from collections.abc import Callable

from tests.each import each
from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.methods.values import TextValue, Value
from tieback.recognise.dataflow.walk.registers import binary, literal_8, literal_16, move, move_result, narrow, nop
from tieback.recognise.dataflow.walk.state import WalkState


@each(
    ("step", "units", "before", "after"),
    [
        # add-int v2, v0, v1
        (binary, [0x0290, 0x0100], {0: 3, 1: 4}, {0: 3, 1: 4, 2: 7}),
        (binary, [0x0290, 0x0100], {0: 3, 2: 9}, {0: 3}),
        # rsub-int v2, v0, #10: the literal minus the register
        (literal_16, [0x02D1, 10], {0: 3}, {0: 3, 2: 7}),
        # add-int/lit8 v2, v0, #-1
        (literal_8, [0x02D8, 0xFF00], {0: 3}, {0: 3, 2: 2}),
        (literal_8, [0x02D8, 0xFF00], {0: TextValue("3"), 2: 9}, {0: TextValue("3")}),
        # int-to-byte, int-to-char
        (narrow, [0x028D], {0: 200}, {0: 200, 2: -56}),
        (narrow, [0x028E], {0: -1}, {0: -1, 2: 0xFFFF}),
        (narrow, [0x028F], {0: 0x18000}, {0: 0x18000, 2: -0x8000}),
        (narrow, [0x028E], {2: 9}, {}),
    ],
)
def test_numbers(
    step: Callable[[WalkState, int, int], int], units: list[int], before: dict[int, Value], after: dict[int, Value]
) -> None:
    walk = begun(units)
    walk.registers = dict(before)
    assert step(walk, 0, units[0]) == len(units)
    assert walk.registers == after


def test_copies() -> None:
    walk = begun([0x000C])
    walk.registers, walk.result = {1: 5}, 6
    assert move(walk, 0, 2, 1) == 1
    assert move_result(walk, 0, 0x000C) == 1
    assert walk.registers == {0: 6, 1: 5, 2: 5}
    move(walk, 0, 2, 9)
    move_result(walk, 0, 0x000C)
    assert walk.registers == {1: 5}, "an unknown register, and a result that was taken before"


def test_the_data_after_the_code_is_skipped() -> None:
    payload = [0x0300, 1, 3, 0, 0x0201, 0x0003]  # fill-array-data-payload: three items of one byte
    assert nop(begun(payload), 0, payload[0]) == len(payload)
    assert nop(begun([0x0000]), 0, 0x0000) == 1
