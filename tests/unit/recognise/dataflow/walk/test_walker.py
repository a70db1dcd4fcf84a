"""Instructions in, texts out. Each program is written as code units, on the calls of the fixture with sinks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.recognise.dataflow.walk.programs import BASE, CALL, CONCAT, PATH, begun, const, texts
from tieback.recognise.dataflow.walk import walker
from tieback.recognise.dataflow.walk.state import MAX_BUILT


@each(
    ("units", "made"),
    [
        ([*const(0, BASE), *const(1, PATH), *CALL], ["https://api.shop.test/v1/me"]),
        # a register is overwritten: by a sum, by a wide number, by a caught exception
        ([*const(0, BASE), *const(1, PATH), 0x0090, 0x0000, *CALL], []),
        ([*const(0, BASE), *const(1, PATH), 0x0016, 0x0001, *CALL], []),
        ([*const(0, BASE), *const(1, PATH), 0x000D, *CALL], []),
        # check-cast leaves it; a move copies it
        ([*const(0, BASE), *const(1, PATH), 0x001F, 0, *CALL], ["https://api.shop.test/v1/me"]),
        ([*const(2, BASE), *const(1, PATH), 0x2007, *CALL], ["https://api.shop.test/v1/me"]),
        # cut off in the middle of an instruction
        ([*const(0, BASE), *const(1, PATH), *CALL[:2]], []),
        ([0x001B, BASE], []),
    ],
)
def test_programs(units: list[int], made: list[str]) -> None:
    assert texts(units) == made


def test_only_the_longest_text_is_reported() -> None:
    again = [0x000C, *CALL]  # v0 = the result, and once more
    assert texts([*const(0, BASE), *const(1, PATH), *CALL, *again]) == ["https://api.shop.test/v1/me/v1/me"]


def test_growth_is_bounded() -> None:
    double = [0x000C, 0x206E, CONCAT, 0x0000]  # v0 = v0.concat(v0)
    program = [*const(0, BASE), 0x206E, CONCAT, 0x0000, *double * 60]
    assert max(map(len, texts(program))) <= 4096
    many = [*const(0, BASE), *const(1, PATH), *CALL * 2000]
    assert len(texts(many)) <= MAX_BUILT


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.one_of(st.integers(0, 0xFFFF), st.integers(0, 255)), max_size=200))
def test_any_units_end(units: list[int]) -> None:
    assert all(len(one) <= 4096 + 200 for one in texts(units))


@each(
    ("units", "number"),
    [
        ([0xF012], -1),  # const/4
        ([0x0013, 0xFFFE], -2),  # const/16
        ([0x0014, 0x0001, 0x7F0E], 0x7F0E0001),  # const
        ([0x0015, 0x7F0E], 0x7F0E0000),  # const/high16: the first resource of its type
        ([0x0015, 0x8000], -(1 << 31)),
    ],
)
def test_each_constant_of_32_bits_is_known(units: list[int], number: int) -> None:
    walk = begun(units)
    at = 0
    while at < len(units):
        step = walker._BY_OPCODE[units[at] & 255]
        assert step is not None
        at = step(walk, at, units[at])
    assert walk.registers[0] == number
