"""The order in which the blocks of a method are walked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dataflow.walk.programs import BASE, CALL, PATH, const, texts
from tieback.recognise.dataflow.dex.try_blocks import TryBlock
from tieback.recognise.dataflow.walk.layout import STRAIGHT, BlockOrder, block_order

LOGIN = "https://api.shop.test/v1/me"
TWICE = "https://api.shop.testhttps://api.shop.test"


def order(*units: int, tries: tuple[TryBlock, ...] = ()) -> BlockOrder:
    return block_order(np.array(units, np.uint16), tries)


@each(
    ("units", "expected"),
    [
        # no jump back; a loop: goto -1
        ([0x0328, 0, 0, 0x000E], STRAIGHT),
        ([0, 0, 0xFF28], STRAIGHT),
        # if-eqz v0, +4; nop; return; and the block behind it with goto -2, to the return
        (
            [0x0038, 4, 0, 0x000E, 0, 0xFE28],
            BlockOrder(((0, 3), (4, 6), (3, 4)), {0: 0, 2: 0, 4: 1, 3: 2}, loops=False),
        ),
        # the same, but the block behind jumps to itself too: if-eqz v0, -1
        (
            [0x0038, 4, 0, 0x000E, 0, 0x0038, 0xFFFF, 0xFC28],
            BlockOrder(((0, 3), (4, 8), (3, 4)), {0: 0, 2: 0, 4: 1, 7: 1, 3: 2}, loops=True),
        ),
    ],
)
def test_blocks_behind_the_end_come_before_the_block_that_they_jump_to(units: list[int], expected: BlockOrder) -> None:
    assert order(*units) == expected


def test_a_handler_behind_the_end_comes_before_the_block_that_it_jumps_to() -> None:
    found = order(0, 0, 0x000E, 0, 0xFD28, tries=(TryBlock(0, 1, (("", 3),)),))
    assert found.runs == ((0, 1), (3, 5), (1, 3))


@each(
    ("units", "made"),
    [
        # host = v2 ? BASE : PATH, with PATH behind the return
        ([0x0238, 10, *const(1, BASE), *const(0, BASE), *CALL, 0x000E, *const(1, PATH), 0xF828], [TWICE, LOGIN]),
        # the whole second half is behind the end, and jumps to the call
        ([*const(0, BASE), 0x0528, *CALL, 0x000E, *const(1, PATH), 0xFA28], [LOGIN]),
        # of two blocks behind the end, the second one leads to the first
        ([0x0828, *const(0, BASE), *CALL, 0x000E, 0xFA28, *const(1, PATH), 0xFD28], [LOGIN]),
    ],
)
def test_a_value_behind_the_end_reaches_the_call(units: list[int], made: list[str]) -> None:
    assert texts(units) == made


@given(st.lists(st.integers(0, 0xFFFF), max_size=60), st.lists(st.integers(0, 70), max_size=4))
def test_any_units_have_an_order_without_a_unit_twice(units: list[int], places: list[int]) -> None:
    tries = tuple(TryBlock(place, place + 1, (("", place),)) for place in places)
    walked = [at for start, end in order(*units, tries=tries).runs for at in range(start, end)]
    assert len(walked) == len(set(walked))
    assert all(0 <= at < len(units) for at in walked)
