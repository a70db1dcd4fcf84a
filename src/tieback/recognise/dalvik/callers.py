"""Walk over a method that calls decryptors: its constants become their arguments.

The walk takes each instruction once, in the order of the code. It runs those that only need constants, library calls
included; everything else is unknown. Where paths meet, only constants that both have are kept, and no objects. Another
path may have changed those.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.machine import FAULTS, CallSite, Frame, Machine
from tieback.recognise.dalvik.objects import (
    UNKNOWN,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
)
from tieback.recognise.dalvik.opcodes import CALL, STATIC_READ, decode, kind_of_step
from tieback.recognise.dataflow.instructions import KINDS, LENGTHS, OpcodeEffect, payload_length

MAX_UNITS = 20_000
"""Most code units of a method that are walked."""


_MIN_PART = 4
"""Least characters of a decrypted text that makes a longer one worth a look."""
_MAX_FAILURES = 8
"""A decryptor that fails as often, and never has a result, is not run again."""


class CallResult(NamedTuple):
    """What a decryptor returned, or a library method made of it."""

    ref: MethodRef
    value: Any


class CallerWalk:
    """Walks methods that call some of the decryptors."""

    def __init__(self, machine: Machine, decryptors: Collection[MethodRef]) -> None:
        self._machine = machine
        self._decryptors = decryptors
        self._owners = {ref.owner for ref in decryptors}
        self._failures: dict[MethodRef, int] = {}
        self._parts: list[str] = []
        """Decrypted texts of the method."""

    def results(self, method: Method) -> Iterator[CallResult]:
        """What the decryptors return in this method, and texts that are put together with it.

        Raises:
            LimitError: no run is left.
        """
        self._parts = []
        frame = Frame(self._machine, method, [UNKNOWN] * method.width)
        registers = frame.registers
        units, saved = method.units, dict[int, list[Any]]()
        at, falls = 0, True
        end = min(len(units), MAX_UNITS)
        while at < end and at + LENGTHS[units[at] & 255] <= len(units):
            other = saved.pop(at, None)
            if other is not None:
                _meet(registers, other, falls=falls)
                falls = True
            unit = units[at]
            kind = KINDS[unit & 255]
            if kind == OpcodeEffect.NOP:
                at += payload_length(units, at)
                continue
            if falls:
                yield from self._step(frame, at)
                falls = self._branch(frame, at, kind, saved)
            at += LENGTHS[unit & 255]

    def _branch(self, frame: Frame, at: int, kind: int, saved: dict[int, list[Any]]) -> bool:
        """Keep the registers for the targets of a jump. Returns whether the next instruction can follow this one."""
        if kind == OpcodeEffect.END:
            return False
        if kind not in (
            OpcodeEffect.GOTO,
            OpcodeEffect.GOTO_16,
            OpcodeEffect.GOTO_32,
            OpcodeEffect.IF,
            OpcodeEffect.SWITCH,
        ):
            return True
        instruction = frame.method.bodies.get(at)
        if instruction is None:
            return True
        _, one, two, three, _ = instruction
        if kind == OpcodeEffect.SWITCH:
            targets = list(two.values())
        elif kind == OpcodeEffect.IF:
            targets = [three or two]
        else:
            targets = [one]
        for target in targets:
            if target > at:
                held = saved.get(target)
                state = [value if _is_constant(value) else UNKNOWN for value in frame.registers]
                if held is None:
                    saved[target] = state
                else:
                    _meet(held, state, falls=True)
        return kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH)

    def _step(self, frame: Frame, at: int) -> Iterator[CallResult]:
        method, registers, machine = frame.method, frame.registers, self._machine
        instruction = method.bodies.get(at)
        one: Any = None
        try:
            if instruction is None:
                machine.begin((method.owner, method.name))
                instruction = method.bodies[at] = decode(frame, at)
            step, one, two, three, _ = instruction
            kind = kind_of_step(step)
            if kind is CALL:
                yield from self._call(frame, instruction)
            elif kind is STATIC_READ and two not in self._owners:
                registers[one] = UNKNOWN
            else:
                machine.begin((method.owner, method.name))
                machine.spend(1)
                step(frame, registers, one, two, three)
        except (NotRunnableError, ThrownError, *FAULTS):
            if machine.exhausted:
                raise LimitError("the code of the app needs too many steps") from None
            if isinstance(one, int) and 0 <= one < len(registers):
                registers[one] = UNKNOWN

    def _call(self, frame: Frame, instruction: Any) -> Iterator[CallResult]:
        step, places, site, _, _ = instruction
        machine, registers = self._machine, frame.registers
        frame.result = UNKNOWN
        if not self._runs(site):
            self._escape(registers, places)
            return
        arguments = [registers[place] for place in places]
        decrypts = site.ref in self._decryptors
        if decrypts and (UNKNOWN in arguments or self._failures.get(site.ref, 0) > _MAX_FAILURES):
            self._escape(registers, places)
            return
        try:
            machine.begin((frame.method.owner, frame.method.name))
            machine.spend(1)
            step(frame, registers, places, site, 0)
        except (NotRunnableError, ThrownError, *FAULTS):
            frame.result = UNKNOWN
            self._escape(registers, places)
            self._failures[site.ref] = self._failures.get(site.ref, 0) + 1
            if machine.exhausted:
                raise
            return
        result = frame.result
        if decrypts:
            self._failures[site.ref] = -1_000_000
            yield CallResult(site.ref, result)
            if isinstance(result, str) and len(result) >= _MIN_PART:
                self._parts.append(result)
        elif isinstance(result, str) and any(part in result and part != result for part in self._parts):
            yield CallResult(site.ref, result)

    def _runs(self, site: CallSite) -> bool:
        """True for a decryptor, a constructor of its class, and a method of the platform."""
        ref = site.ref
        if ref in self._decryptors or (ref.name == "<init>" and ref.owner in self._owners):
            return True
        return self._machine.path.find(ref.owner) is None

    def _escape(self, registers: list[Any], places: Collection[int]) -> None:
        """Forget the objects that are passed to a method, because it can change them."""
        passed = [registers[place] for place in places if isinstance(registers[place], (JavaArray, JavaObject))]
        for place, value in enumerate(registers):
            if any(value is each for each in passed):
                registers[place] = UNKNOWN


def _is_constant(value: Any) -> bool:
    return not isinstance(value, (JavaArray, JavaObject))


def _meet(registers: list[Any], other: list[Any], *, falls: bool) -> None:
    """Keep in the first state what both have in common; all of the second, if no path falls into this place."""
    for place, value in enumerate(registers):
        known = other[place]
        if not falls:
            registers[place] = known
        elif not _is_constant(value) or type(value) is not type(known) or value != known:
            registers[place] = UNKNOWN
