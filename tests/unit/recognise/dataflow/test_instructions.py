"""Lengths and effects of opcodes, and the tables that stand among instructions."""

import pytest

from tests.each import each
from tieback.recognise.dataflow.dex.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    array_data,
    branch_targets,
    compares,
    has_loop,
    integer,
    payload_length,
    sign_extend,
    switch_target,
)


@each(
    ("opcode", "length", "kind"),
    [
        (0x00, 1, OpcodeEffect.NOP),
        (0x01, 1, OpcodeEffect.MOVE),
        (0x0C, 1, OpcodeEffect.RESULT),
        (0x12, 1, OpcodeEffect.CONST_4),
        (0x18, 5, OpcodeEffect.WIDE_AA),
        (0x1A, 2, OpcodeEffect.CONST_STRING),
        (0x1B, 3, OpcodeEffect.CONST_JUMBO),
        (0x1F, 2, OpcodeEffect.NONE),  # check-cast leaves the value
        (0x24, 3, OpcodeEffect.FILLED_ARRAY),
        (0x26, 3, OpcodeEffect.FILL_ARRAY),
        (0x2B, 3, OpcodeEffect.SWITCH),
        (0x31, 2, OpcodeEffect.WRITE_AA),
        (0x38, 2, OpcodeEffect.IF),
        (0x4D, 2, OpcodeEffect.APUT),
        (0x53, 2, OpcodeEffect.WIDE_A),
        (0x62, 2, OpcodeEffect.SGET),
        (0x69, 2, OpcodeEffect.SPUT),
        (0x6E, 3, OpcodeEffect.INVOKE),
        (0x73, 1, OpcodeEffect.NONE),
        (0x78, 3, OpcodeEffect.INVOKE_RANGE),
        (0x81, 1, OpcodeEffect.WIDE_A),
        (0x90, 2, OpcodeEffect.BINARY),
        (0x9B, 2, OpcodeEffect.WIDE_AA),
        (0xB0, 1, OpcodeEffect.BINARY_2ADDR),
        (0xBB, 1, OpcodeEffect.WIDE_A),
        (0xD0, 2, OpcodeEffect.LITERAL_16),
        (0xD8, 2, OpcodeEffect.LITERAL_8),
        (0xE3, 1, OpcodeEffect.NONE),
        (0xFA, 4, OpcodeEffect.INVOKE_OTHER),
        (0xFC, 3, OpcodeEffect.INVOKE_CUSTOM),
        (0xFF, 2, OpcodeEffect.WRITE_AA),
    ],
)
def test_opcodes(opcode: int, length: int, kind: OpcodeEffect) -> None:
    assert LENGTHS[opcode] == length
    assert KINDS[opcode] == kind


@each(
    ("units", "length"),
    [
        ([0x0000, 0], 1),
        ([0x0100, 3, 0, 0], 10),
        ([0x0200, 2], 10),
        ([0x0300, 4, 3, 0], 10),
        ([0x0300, 1, 3, 0], 6),
        ([0x0300, 4], 1),
        ([0x0100], 1),
    ],
)
def test_tables_among_instructions(units: list[int], length: int) -> None:
    assert payload_length(units, 0) == length


@pytest.mark.parametrize(
    ("units", "targets"),
    [
        ([0x002B, 3, 0, 0x0100, 2, 0, 0, 7, 0, 9, 0], [7, 9]),
        ([0x002C, 3, 0, 0x0200, 1, 5, 0, 7, 0], [7]),
        ([0x002B, 3, 0, 0x0100, 9, 0, 0, 7, 0], []),
        ([0x002B, 99, 0], []),
        ([0x002B, 3, 0, 0x0000, 1, 0, 0, 7, 0], []),
    ],
)
def test_targets_of_a_switch(units: list[int], targets: list[int]) -> None:
    assert branch_targets(units, 0) == targets


@pytest.mark.parametrize(("value", "target"), [(0, 7), (1, 9), (2, None), (-1, None)])
def test_the_case_of_a_value(value: int, target: int | None) -> None:
    assert switch_target([0x002B, 3, 0, 0x0100, 2, 0, 0, 7, 0, 9, 0], 0, value) == target


def test_the_case_of_a_sparse_value() -> None:
    units = [0x002C, 3, 0, 0x0200, 2, 5, 0, 0xFFFF, 0xFFFF, 7, 0, 9, 0]
    assert [switch_target(units, 0, value) for value in (5, -1, 6)] == [7, 9, None]


@pytest.mark.parametrize(
    ("units", "items"),
    [
        ([0x0026, 3, 0, 0x0300, 2, 3, 0, 104, 105, 0xFFFF], [104, 105, 0xFFFF]),
        ([0x0026, 3, 0, 0x0300, 1, 3, 0, 0x6968, 0x00FF], [104, 105, -1]),
        ([0x0026, 3, 0, 0x0300, 2, 9, 0, 104], None),
        ([0x0026, 3, 0, 0x0300, 3, 1, 0, 104, 0], None),
        ([0x0026, 99, 0], None),
    ],
)
def test_data_of_an_array(units: list[int], items: list[int] | None) -> None:
    assert array_data(units, 0, 64) == items


@pytest.mark.parametrize(
    ("units", "loops"), [([0x000E], False), ([0x0328, 0, 0], False), ([0, 0xFF28], True), ([0x0038, 0xFFFE], True)]
)
def test_loops(units: list[int], loops: bool) -> None:
    assert has_loop(units) == loops


@each(
    ("operation", "one", "other", "result"),
    [
        (0, 0x7FFFFFFF, 1, -0x80000000),
        (1, 3, 5, -2),
        (2, 7, 6, 42),
        (3, -7, 2, -3),
        (3, 1, 0, None),
        (4, -7, 2, -1),
        (5, 6, 3, 2),
        (6, 6, 3, 7),
        (7, 6, 3, 5),
        (8, 1, 33, 2),
        (9, -8, 1, -4),
        (10, -1, 28, 15),
    ],
)
def test_integers(operation: int, one: int, other: int, result: int | None) -> None:
    assert integer(operation, one, other) == result


def test_comparisons() -> None:
    assert [compares(0x32 + number, 1, 2) for number in range(6)] == [False, True, True, False, False, True]
    assert compares(0x38, 0, 0)


def test_signed() -> None:
    assert [sign_extend(0xF, 4), sign_extend(7, 4), sign_extend(0x8000, 16)] == [-1, 7, -32768]
