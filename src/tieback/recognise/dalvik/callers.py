"""Walk over a method that calls decryptors: its constants become their arguments.

The walk takes each instruction once, in the order of the code. It runs those that only need constants, library calls
included; everything else is unknown. Where paths meet, only constants that both have are kept, and no objects. Another
path may have changed those.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.decode import Instruction, decode
from tieback.recognise.dalvik.effects import CALL, STATIC_READ, kind_of_step
from tieback.recognise.dalvik.machine import CONTEXTS, FAULTS, CallSite, Frame, Machine
from tieback.recognise.dalvik.objects import (
    HELD,
    UNKNOWN,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
)
from tieback.recognise.dataflow.code.members import split_types
from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, payload_length

MAX_UNITS = 20_000
"""Most code units of a method that are walked."""


_MAX_FAILURES = 8
"""A decryptor that fails as often, and never has a result, is not run again."""


_JUMPS = frozenset(
    (
        OpcodeEffect.END,
        OpcodeEffect.GOTO,
        OpcodeEffect.GOTO_16,
        OpcodeEffect.GOTO_32,
        OpcodeEffect.IF,
        OpcodeEffect.SWITCH,
    )
)
"""Effects after which the next instruction may not follow, or another one can."""
MAX_REGISTERS = 1024
"""Most registers of a method that is walked."""
MAX_SAVED = 128
"""Most targets of jumps whose registers are kept at a time; nothing is known at further ones."""


class CallResult(NamedTuple):
    """What a decryptor returned."""

    ref: MethodRef
    value: Any


class CallerWalk:
    """Walks methods that call some of the decryptors."""

    def __init__(self, machine: Machine, decryptors: Collection[MethodRef]) -> None:
        self._machine = machine
        self._decryptors = decryptors
        self._owners = {ref.owner for ref in decryptors}
        self._failures: dict[MethodRef, int] = {}

    def results(self, method: Method, stop: int) -> Iterator[CallResult]:
        """What the decryptors return in this method, up to a code unit. Raises ``LimitError`` if no run is left."""
        if method.registers > MAX_REGISTERS:
            self._machine.is_cut = True
            return
        frame = Frame(self._machine, method, [UNKNOWN] * method.width)
        registers = frame.registers
        units, saved = method.units, dict[int, list[Any]]()
        at, falls = 0, True
        end = min(len(units), MAX_UNITS, stop)
        self._machine.is_cut = self._machine.is_cut or end < min(len(units), stop)
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
                instruction = self._decoded(frame, at)
                result = self._step(frame, instruction) if instruction is not None else None
                if result is not None:
                    yield result
                falls = kind not in _JUMPS or self._branch(frame, instruction, at, kind, saved)
            at += LENGTHS[unit & 255]

    def _decoded(self, frame: Frame, at: int) -> Instruction | None:
        self._machine.begin((frame.method.owner, frame.method.name))
        try:
            self._machine.spend(1)
            return decode(frame, at)
        except (NotRunnableError, *FAULTS):
            return None

    def _branch(
        self, frame: Frame, instruction: Instruction | None, at: int, kind: int, saved: dict[int, list[Any]]
    ) -> bool:
        """Keep the registers for the targets of an instruction that jumps or ends the method.

        Returns whether the next instruction can follow this one.
        """
        if kind == OpcodeEffect.END:
            return False
        if instruction is None:
            return True
        _, one, two, three, _ = instruction
        if kind == OpcodeEffect.SWITCH:
            targets = list(two.values())
        elif kind == OpcodeEffect.IF:
            targets = [two if three is None else three]
        else:
            targets = [one]
        for target in targets:
            if target > at:
                self._save(target, frame.registers, saved)
        return kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH)

    def _save(self, target: int, registers: list[Any], saved: dict[int, list[Any]]) -> None:
        self._machine.spend(len(registers) >> 3)
        held = saved.get(target)
        if held is not None:
            _meet(held, registers, falls=True)
        elif len(saved) >= MAX_SAVED:
            self._machine.is_cut = True
            saved[target] = []
        else:
            saved[target] = [value if _is_constant(value) else UNKNOWN for value in registers]

    def _step(self, frame: Frame, instruction: Instruction) -> CallResult | None:
        registers = frame.registers
        step, one, two, three, _ = instruction
        kind = kind_of_step(step)
        if kind is CALL:
            return self._call(frame, instruction)
        # Also an object of such a class that another class has, as the companion of a Kotlin class.
        if kind is STATIC_READ and two not in self._owners and three[1] not in self._owners:
            forget(registers, one)
            return None
        try:
            step(frame, registers, one, two, three)
        except (NotRunnableError, ThrownError, *FAULTS):
            if self._machine.exhausted:
                raise LimitError("the code of the app needs too many steps") from None
            forget(registers, one)
        return None

    def _call(self, frame: Frame, instruction: Instruction) -> CallResult | None:
        step, places, site, _, _ = instruction
        machine, registers = self._machine, frame.registers
        frame.result = UNKNOWN
        if max(places, default=0) >= len(registers):
            return None
        if not self._runs(site):
            escape(registers, places)
            return None
        arguments = [registers[place] for place in places]
        decrypts = site.ref in self._decryptors
        if decrypts and (_lacks_constant(site, arguments) or self._failures.get(site.ref, 0) > _MAX_FAILURES):
            escape(registers, places)
            return None
        try:
            step(frame, registers, places, site, 0)
        except (NotRunnableError, ThrownError, *FAULTS) as error:
            frame.result = UNKNOWN
            escape(registers, places)
            machine.is_cut = machine.is_cut or (decrypts and isinstance(error, LimitError))
            self._failures[site.ref] = self._failures.get(site.ref, 0) + 1
            if machine.exhausted:
                raise LimitError("the code of the app needs too many steps") from None
            return None
        if not decrypts:
            return None
        self._failures[site.ref] = -1_000_000
        return CallResult(site.ref, frame.result)

    def _runs(self, site: CallSite) -> bool:
        """True for a decryptor, a constructor of its class, and a method of the platform."""
        ref = site.ref
        if ref in self._decryptors or (ref.name == "<init>" and ref.owner in self._owners):
            return True
        return not self._machine.path.defines(ref.owner)


def _lacks_constant(site: CallSite, arguments: list[Any]) -> bool:
    """True if an argument is not known that is no context of the app."""
    kinds = split_types(site.ref.parameters)
    return UNKNOWN in arguments[: len(arguments) - len(kinds)] or any(
        value is UNKNOWN and kind not in CONTEXTS
        for value, kind in zip(arguments[len(arguments) - len(kinds) :], kinds, strict=True)
    )


def escape(registers: list[Any], places: Iterable[int]) -> None:
    """Forget the objects in some registers, because an instruction can change them."""
    passed = {id(registers[place]) for place in places if type(registers[place]) in HELD}
    if not passed:
        return
    for place, value in enumerate(registers):
        if id(value) in passed:
            registers[place] = UNKNOWN


def forget(registers: list[Any], register: Any) -> None:
    """Forget the value of a register."""
    if isinstance(register, int) and 0 <= register < len(registers):
        registers[register] = UNKNOWN


def _is_constant(value: Any) -> bool:
    return not isinstance(value, (JavaArray, JavaObject))


def _meet(registers: list[Any], other: list[Any], *, falls: bool) -> None:
    """Keep in the first state what both have in common; all of the second, if no path falls into this place.

    An empty second state has no known value.
    """
    for place, value in enumerate(registers):
        known = other[place] if other else UNKNOWN
        if not falls:
            registers[place] = known
        elif not _is_constant(value) or type(value) is not type(known) or value != known:
            registers[place] = UNKNOWN
