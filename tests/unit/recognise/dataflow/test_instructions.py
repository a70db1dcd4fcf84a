"""Lengths and effects of opcodes, and the tables that stand among instructions."""

import pytest

from tieback.recognise.dataflow.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    branch_targets,
    payload_length,
    sign_extend,
)


@pytest.mark.parametrize(
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
        (0x26, 3, OpcodeEffect.NONE),
        (0x2B, 3, OpcodeEffect.SWITCH),
        (0x31, 2, OpcodeEffect.WRITE_AA),
        (0x38, 2, OpcodeEffect.IF),
        (0x4D, 2, OpcodeEffect.APUT_OBJECT),
        (0x53, 2, OpcodeEffect.WIDE_A),
        (0x62, 2, OpcodeEffect.SGET),
        (0x69, 2, OpcodeEffect.SPUT),
        (0x6E, 3, OpcodeEffect.INVOKE),
        (0x73, 1, OpcodeEffect.NONE),
        (0x78, 3, OpcodeEffect.INVOKE_RANGE),
        (0x81, 1, OpcodeEffect.WIDE_A),
        (0x90, 2, OpcodeEffect.WRITE_AA),
        (0x9B, 2, OpcodeEffect.WIDE_AA),
        (0xB0, 1, OpcodeEffect.WRITE_A),
        (0xBB, 1, OpcodeEffect.WIDE_A),
        (0xD0, 2, OpcodeEffect.WRITE_A),
        (0xD8, 2, OpcodeEffect.WRITE_AA),
        (0xE3, 1, OpcodeEffect.NONE),
        (0xFA, 4, OpcodeEffect.INVOKE_OTHER),
        (0xFC, 3, OpcodeEffect.INVOKE_CUSTOM),
        (0xFF, 2, OpcodeEffect.WRITE_AA),
    ],
)
def test_opcodes(opcode: int, length: int, kind: OpcodeEffect) -> None:
    assert LENGTHS[opcode] == length
    assert KINDS[opcode] == kind


@pytest.mark.parametrize(
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


def test_signed() -> None:
    assert [sign_extend(0xF, 4), sign_extend(7, 4), sign_extend(0x8000, 16)] == [-1, 7, -32768]
