"""Short texts of Swift in machine code: literals of at most 15 bytes, which a compiler keeps in two registers.

Source: Swift ``StringObject.swift``, "Small strings": the bytes of the text, then a last byte ``0xE0`` plus their
number for ASCII. Read are the instructions that put constants into registers: ``movz`` and ``movk`` of 64-bit ARM (Arm
A64 instruction set), ``mov`` with 64 immediate bits of x86-64 (Intel SDM), which simulators run. Only texts that can be
an address are kept: those with a dot or a colon.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tieback.intake.apps.budget import STEPS
from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

ARM, X86 = 0x0100000C, 0x01000007
"""CPU types of Mach-O whose code is read."""
MAX_TEXTS = 2_000
"""Most texts of one program."""
MAX_LITERALS = 20_000
"""Most last words of one program that are examined; 60 MB of code by Swift's compiler have about 10,000."""
MAX_LETTERS = 15
_COST = 30
"""Small steps that one literal costs."""
_LEAST = 7
"""Letters of the shortest address: ``1.2.3.4``."""
_REACH = 24
"""Instructions before the last one of a text in which its other parts are."""
_APART, _BEHIND = 12, 4
"""Most instructions between the two halves of a text, and of the first half if it is behind the second."""
_NEAR = 64
"""The same for x86-64, in bytes."""
_MOVE_ZERO, _MOVE_KEEP = 0xD2800000, 0xF2800000
_ADDRESS = lazy_pattern(rb"(?=[!-~]{7,15}\Z)[^.:]*[A-Za-z0-9\]][.:][A-Za-z0-9/\[].*")
_LAST_WORD = lazy_pattern(rb"[\x48\x49][\xb8-\xbf](.{7}[\xe7-\xef])", re.DOTALL)
_FIRST_WORD = lazy_pattern(rb"[\x48\x49][\xb8-\xbf]([!-~]{7}[\0!-~])")


class InlineTexts(NamedTuple):
    """Texts in code."""

    texts: list[tuple[int, bytes]]
    """Offset of the first instruction, and the text."""
    stopped: bool
    """True if the limits left some of the code unread."""
    steps: int
    """Cost, in small steps of ``budget``."""


def inline_texts(data: Bytes, begin: int, end: int, cpu: int, steps: int = STEPS) -> InlineTexts:
    """The short literals in code that can be an address, each once.

    Args:
        data: the file.
        begin: where its code begins.
        end: where its code ends.
        cpu: CPU type of the code; that of others is not read.
        steps: remaining small steps of the package.
    """
    most = min(MAX_LITERALS, max(0, steps) // _COST)
    examined = 0
    read = _arm_texts if cpu == ARM else _x86_texts if cpu == X86 else None
    found: dict[bytes, int] = {}
    stopped = False
    for at, text in read(data, begin, end) if read else ():
        stopped = examined >= most or len(found) >= MAX_TEXTS
        if stopped:
            break
        examined += 1
        if text and _ADDRESS.fullmatch(text) is not None:
            found.setdefault(text, at)
    return InlineTexts([(place, one) for one, place in found.items()], stopped, examined * _COST)


def _arm_texts(data: Bytes, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Each literal; without its text if that is not complete."""
    count = (end - begin) // 4
    halves = np.frombuffer(data, "<u2", count * 2, begin)[1::2]
    # The last chunk of a text: "movz" or "movk" to the bits from 48 on, whose value begins with 0xE.
    ends = np.flatnonzero((halves & 0xDFFE) == 0xD2FC)
    words = np.frombuffer(data, "<u4", count, begin)
    for place in ends[(words[ends] >> 13 & 0xF) >= _LEAST].tolist():
        first = max(0, place - _REACH)
        found = _arm_text(words[first : place + _REACH].tolist(), place - first, int(words[place]) >> 13 & 0xF)
        yield (begin + 4 * (first + found[0]), found[1]) if found is not None else (0, b"")


def _arm_text(words: list[int], at: int, length: int) -> tuple[int, bytes] | None:
    """The text whose last chunk is written by the instruction ``words[at]``, and its first instruction.

    The first eight bytes are in another register, or in the same one before. Of several, the nearest constant counts,
    between the last jump before and the next one behind: a call changes registers.
    """
    low = next((place + 1 for place in range(at - 1, -1, -1) if _is_jump(words[place])), 0)
    high = next((place for place in range(at + 1, len(words)) if _is_jump(words[place])), len(words))
    last = words[at] & 31
    second = _arm_constant(words, low, at, last)
    if second is None:
        return None
    begin, tail = second
    before = range(at - 1, max(low, begin - _APART) - 1, -1)
    for place in (*before, *range(at + 1, min(at + 1 + _BEHIND, high))):
        register = words[place] & 31
        if not _is_move(words[place], register) or (register == last and place >= begin):
            continue
        first = _arm_constant(words, low, place, register)
        text = _joined(first[1], tail, length) if first is not None else b""
        if text and first is not None:
            return min(first[0], begin), text
    return None


def _is_jump(word: int) -> bool:
    """True for ``b``, ``bl``, ``br``, ``blr`` and ``ret``."""
    return word & 0x7C000000 == 0x14000000 or word & 0xFE000000 == 0xD6000000


def _is_move(word: int, register: int) -> bool:
    return word & 0x1F == register and word & 0xFF800000 in (_MOVE_ZERO, _MOVE_KEEP)


def _arm_constant(words: list[int], low: int, at: int, register: int) -> tuple[int, bytes] | None:
    """The eight bytes that the instructions from ``low`` to ``at`` put into a register, and the first of them."""
    value, known = 0, 0
    for place in range(at, low - 1, -1):
        word = words[place]
        if not _is_move(word, register):
            continue
        shift = word >> 21 & 3
        if not known >> shift & 1:
            value |= (word >> 5 & 0xFFFF) << 16 * shift
            known |= 1 << shift
        if word & 0xFF800000 == _MOVE_ZERO:
            return place, value.to_bytes(8, "little")
    return None


def _x86_texts(data: Bytes, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    for found in _LAST_WORD.finditer(data, begin, end):
        near = list(_FIRST_WORD.finditer(data, max(begin, found.start() - _NEAR), found.start()))[::-1]
        behind = _FIRST_WORD.finditer(data, found.end(), min(end, found.end() + _NEAR))
        texts = ((one.start(), _joined(bytes(one[1]), bytes(found[1]), found[1][7] & 0xF)) for one in (*near, *behind))
        at, text = next((one for one in texts if one[1]), (0, b""))
        yield min(at, found.start()), text


def _joined(first: bytes, second: bytes, length: int) -> bytes:
    """The text of two words; empty if they are not one of this length."""
    whole = first + second[:7]
    text = whole[:length]
    return text if 0 not in text and not any(whole[length:]) else b""
