"""Instructions of Dalvik: how each is decoded, and its effect on a frame.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats.
"""

import struct
from collections.abc import Callable
from typing import Any

from tieback.recognise.dalvik import arithmetic
from tieback.recognise.dalvik.arithmetic import DivisionByZeroError, Operation
from tieback.recognise.dalvik.classes import read_string
from tieback.recognise.dalvik.machine import FAULTS, CallSite, Frame, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    ThrownError,
    kind_of,
    narrowed,
)
from tieback.recognise.dataflow.instructions import LENGTHS, sign_extend

_INTERNED = 256
"""Most characters of a text that is compared by its content where Java compares references."""
_OBJECT_SIZE = 256
"""Bytes that a new object stands for in the memory limit."""
_RETURN = -1
"""Unit after a ``return``."""
_BATCH = 64
"""Instructions that are counted together."""

type Step = Callable[[Frame, list[Any], Any, Any, Any], int | None]
"""Effect of an instruction: gets the frame, its registers and up to three operands. Returns the unit of a jump."""
type Instruction = tuple[Step, Any, Any, Any, int]
"""Effect, operands, and the next unit."""


def run_frame(frame: Frame) -> Any:
    """Run a frame from its unit to a ``return``, with its exception handlers."""
    machine, method, registers = frame.machine, frame.method, frame.registers
    bodies: dict[int, Instruction] = method.bodies
    at = pc = frame.at
    while True:
        try:
            while True:
                machine.spend(_BATCH)
                for _ in range(_BATCH):
                    at = pc
                    decoded = bodies.get(pc)
                    if decoded is None:
                        decoded = decode(frame, pc)
                        machine.keep_decoded(bodies)
                        bodies[pc] = decoded
                    step, one, two, three, pc = decoded
                    jump = step(frame, registers, one, two, three)
                    if jump is not None:
                        if jump == _RETURN:
                            return frame.result
                        pc = jump
        except (ThrownError, DivisionByZeroError) as error:
            thrown = _thrown_by(machine, error)
            pc = machine.handler(method, at, thrown.kind)
            if pc < 0:
                frame.at = at
                raise ThrownError(thrown) from None
            frame.caught = thrown
        except (NotRunnableError, *FAULTS):
            frame.at = at
            raise


def _thrown_by(machine: Machine, error: Exception) -> JavaObject:
    """The Java object of an error. The frame must not keep the error: it refers to the frame, and both to the app."""
    if isinstance(error, ThrownError):
        return error.thrown
    return machine.thrown("Ljava/lang/ArithmeticException;").thrown


CALL, STATIC_READ, OTHER = "call", "static read", "other"
"""Kinds of instructions that ``kind_of_step`` distinguishes."""


def kind_of_step(step: Step) -> str:
    """Whether an instruction calls a method, reads a static field, or neither."""
    if step in (_virtual, _static, _direct):
        return CALL
    return STATIC_READ if step is _sget else OTHER


# Effects. Operands: registers, constants and resolved references.


def _nop(_: Frame, _r: list[Any], _a: Any, _b: Any, _c: Any) -> None:
    return


def _move(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> None:
    r[a] = r[b]


def _move_wide(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> None:
    r[a] = r[b]
    r[a + 1] = None


def _result(frame: Frame, r: list[Any], a: int, _b: Any, _c: Any) -> None:
    r[a] = frame.result


def _caught(frame: Frame, r: list[Any], a: int, _b: Any, _c: Any) -> None:
    r[a] = frame.caught


def _return(frame: Frame, r: list[Any], a: int, _b: Any, _c: Any) -> int:
    frame.result = r[a] if a >= 0 else None
    return _RETURN


def _const(_: Frame, r: list[Any], a: int, b: Any, _c: Any) -> None:
    r[a] = b


def _const_wide(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> None:
    r[a] = b
    r[a + 1] = None


def _check_cast(frame: Frame, r: list[Any], a: int, b: str, _c: Any) -> None:
    value = r[a]
    if isinstance(value, (JavaObject, str, JavaArray)) and not _fits(frame, value, b):
        raise frame.machine.thrown("Ljava/lang/ClassCastException;")


def _fits(frame: Frame, value: Any, kind: str) -> bool:
    """False if a value is certainly not of a class."""
    mine = kind_of(value)
    machine = frame.machine
    if machine.is_a(mine, kind):
        return True
    if isinstance(value, JavaArray):
        return kind.startswith("[L") and value.kind.startswith(("L", "["))
    its = machine.path.find(kind)
    # An interface, or a class of the platform, can be an ancestor that is not listed.
    return not (mine == STRING and its is not None) and (its is None or bool(its.interface))


def _instance_of(frame: Frame, r: list[Any], a: int, b: int, c: str) -> None:
    value = r[b]
    if value is UNKNOWN:
        raise NotRunnableError("the class of an unknown object")
    if type(value) is int:
        r[a] = 0
    elif frame.machine.is_a(kind_of(value), c):
        r[a] = 1
    elif _fits(frame, value, c) and not (isinstance(value, str) and c.startswith("[")):
        r[a] = int(_known_interface(kind_of(value), c))
    else:
        r[a] = 0


def _known_interface(kind: str, other: str) -> bool:
    if kind == STRING:
        if other == "Ljava/lang/CharSequence;":
            return True
        if other.startswith("Ljava/") and other not in ("Ljava/lang/Comparable;", "Ljava/io/Serializable;"):
            return False
    raise NotRunnableError("an interface that is not known")


def _array_length(frame: Frame, r: list[Any], a: int, b: int, _c: Any) -> None:
    r[a] = len(_array(frame, r[b]).items)


def _array(frame: Frame, value: Any) -> JavaArray:
    if isinstance(value, JavaArray):
        return value
    if value == 0:
        raise frame.machine.thrown("Ljava/lang/NullPointerException;")
    raise NotRunnableError("an array that is not known")


def _new_instance(frame: Frame, r: list[Any], a: int, b: str, _c: Any) -> None:
    frame.machine.initialise(b)
    frame.machine.allocate(_OBJECT_SIZE)
    r[a] = JavaObject(b)


def _new_array(frame: Frame, r: list[Any], a: int, b: int, c: str) -> None:
    r[a] = frame.machine.array(c, _number(r[b]))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise NotRunnableError("a number that is not known")
    return value


def _filled_array(frame: Frame, r: list[Any], registers: Any, kind: str, _c: Any) -> None:
    frame.result = frame.machine.keep(JavaArray(kind, [r[register] for register in registers]))


def _fill_array(frame: Frame, r: list[Any], a: int, b: bytes, c: int) -> None:
    array = _array(frame, r[a])
    code = {1: "b", 2: "H" if array.kind == "C" else "h", 4: "i", 8: "q"}[c]
    values = struct.unpack(f"<{len(b) // c}{code}", b)
    if len(values) > len(array.items):
        raise frame.machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    frame.machine.spend(len(values) >> 3)
    array.items[: len(values)] = values


def _throw(frame: Frame, r: list[Any], a: int, _b: Any, _c: Any) -> None:
    value = r[a]
    if not isinstance(value, JavaObject):
        raise frame.machine.thrown("Ljava/lang/NullPointerException;")
    raise ThrownError(value)


def _goto(_: Frame, _r: list[Any], a: int, _b: Any, _c: Any) -> int:
    return a


def _switch(_: Frame, r: list[Any], a: int, b: dict[int, int], _c: Any) -> int | None:
    return b.get(_number(r[a]))


def _compare_float(_: Frame, r: list[Any], a: int, b: tuple[int, int], c: int) -> None:
    r[a] = arithmetic.compared(arithmetic.to_float(r[b[0]]), arithmetic.to_float(r[b[1]]), c)


def _compare_double(_: Frame, r: list[Any], a: int, b: tuple[int, int], c: int) -> None:
    r[a] = arithmetic.compared(arithmetic.to_double(r[b[0]]), arithmetic.to_double(r[b[1]]), c)


def _compare_long(_: Frame, r: list[Any], a: int, b: int, c: int) -> None:
    r[a] = (_number(r[b]) > _number(r[c])) - (r[b] < r[c])


def _known(one: Any, other: Any) -> None:
    if one is UNKNOWN or other is UNKNOWN:
        raise NotRunnableError("a branch on an unknown value")


def _equal(one: Any, other: Any) -> bool:
    """Comparison of references and numbers. Short texts are equal as if they were interned; others need time."""
    return one is other or (not (type(one) is str and len(one) > _INTERNED) and one == other)


def _if_eq(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    _known(r[a], r[b])
    return c if _equal(r[a], r[b]) else None


def _if_ne(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    _known(r[a], r[b])
    return None if _equal(r[a], r[b]) else c


def _if_lt(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    return c if r[a] < r[b] else None


def _if_ge(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    return c if r[a] >= r[b] else None


def _if_gt(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    return c if r[a] > r[b] else None


def _if_le(_: Frame, r: list[Any], a: int, b: int, c: int) -> int | None:
    return c if r[a] <= r[b] else None


def _if_eqz(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    _known(r[a], 0)
    return b if r[a] == 0 else None


def _if_nez(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    _known(r[a], 0)
    return b if r[a] != 0 else None


def _if_ltz(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    return b if r[a] < 0 else None


def _if_gez(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    return b if r[a] >= 0 else None


def _if_gtz(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    return b if r[a] > 0 else None


def _if_lez(_: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    return b if r[a] <= 0 else None


def _aget(frame: Frame, r: list[Any], a: int, b: int, c: int) -> None:
    items, index = _array(frame, r[b]).items, _number(r[c])
    if not 0 <= index < len(items):
        raise frame.machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    r[a] = items[index]


def _aput(frame: Frame, r: list[Any], a: int, b: int, c: int) -> None:
    array, index, value = _array(frame, r[b]), _number(r[c]), r[a]
    if not 0 <= index < len(array.items):
        raise frame.machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    array.items[index] = narrowed(array.kind, value) if type(value) is int else value


def _iget(frame: Frame, r: list[Any], a: int, b: int, c: str) -> None:
    receiver = r[b]
    if not isinstance(receiver, JavaObject):
        if receiver == 0:
            raise frame.machine.thrown("Ljava/lang/NullPointerException;")
        raise NotRunnableError("a field of an unknown object")
    r[a] = receiver.fields.get(c, 0)


def _iput(frame: Frame, r: list[Any], a: int, b: int, c: tuple[str, str]) -> None:
    receiver, value = r[b], r[a]
    if not isinstance(receiver, JavaObject):
        if receiver == 0:
            raise frame.machine.thrown("Ljava/lang/NullPointerException;")
        raise NotRunnableError("a field of an unknown object")
    if not frame.machine.path.defines(receiver.kind):
        raise NotRunnableError("a field of an object of the platform")
    receiver.fields[c[0]] = narrowed(c[1], value) if type(value) is int else value


def _sget(frame: Frame, r: list[Any], a: int, b: str, c: tuple[str, str]) -> None:
    r[a] = frame.machine.static(b, c[0])


def _sput(frame: Frame, r: list[Any], a: int, b: str, c: tuple[str, str]) -> None:
    its, value = frame.machine.holder(b, c[0]), r[a]
    if its is None:
        raise NotRunnableError("a static field of the platform")
    its.statics[c[0]] = narrowed(c[1], value) if type(value) is int else value


def _virtual(frame: Frame, r: list[Any], a: tuple[int, ...], b: CallSite, _c: Any) -> None:
    frame.result = frame.machine.invoke(b, [r[register] for register in a], virtual=True, static=False)


def _static(frame: Frame, r: list[Any], a: tuple[int, ...], b: CallSite, _c: Any) -> None:
    frame.result = frame.machine.invoke(b, [r[register] for register in a], virtual=False, static=True)


def _direct(frame: Frame, r: list[Any], a: tuple[int, ...], b: CallSite, _c: Any) -> None:
    arguments = [r[register] for register in a]
    frame.result = result = frame.machine.invoke(b, arguments, virtual=False, static=False)
    if b.ref.name == "<init>":
        receiver = arguments[0]
        if frame.machine.path.defines(receiver.kind):
            return  # the constructor of a superclass of the app's own class
        if result is not None:
            # A constructor of the library makes the object; all registers with the empty one get it.
            for register, value in enumerate(r):
                if value is receiver:
                    r[register] = result


def _unary(_: Frame, r: list[Any], a: int, b: int, c: Callable[[int], int]) -> None:
    r[a] = c(r[b])


def _binary(_: Frame, r: list[Any], a: int, b: tuple[int, int], c: Operation) -> None:
    r[a] = c(r[b[0]], r[b[1]])


def _literal(_: Frame, r: list[Any], a: int, b: tuple[int, int], c: Operation) -> None:
    r[a] = c(r[b[0]], b[1])


def _reversed(_: Frame, r: list[Any], a: int, b: tuple[int, int], _c: Any) -> None:
    r[a] = arithmetic.INT[1](b[1], r[b[0]])


# Decoding

_COMPARE = (
    (_if_eq, _if_eqz), (_if_ne, _if_nez), (_if_lt, _if_ltz), (_if_ge, _if_gez), (_if_gt, _if_gtz), (_if_le, _if_lez),
)  # fmt: skip
_OPERATIONS: tuple[Operation, ...] = (*arithmetic.INT, *arithmetic.LONG, *arithmetic.FLOAT, *arithmetic.DOUBLE)
"""In the order of the opcodes from 0x90 and from 0xB0."""
_LITERALS = (0, -1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""Operations of the opcodes from 0xD8; from 0xD0 only the first eight. -1 is ``rsub``."""


def decode(frame: Frame, at: int) -> Instruction:
    """The instruction at a unit."""
    method = frame.method
    units = method.units
    if not 0 <= at < len(units):
        raise NotRunnableError("a jump out of the code")
    unit = units[at]
    opcode, high = unit & 255, unit >> 8
    after = at + LENGTHS[opcode]
    if after > len(units):
        raise NotRunnableError("the code is truncated")
    step, one, two, three = _operands(frame, opcode, high, at)
    return step, one, two, three, after


def _operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    """Effect and operands of an instruction."""
    read = _READERS[opcode]
    if read is None:
        raise NotRunnableError(f"the instruction {opcode:#04x}")
    return read(frame, opcode, high, at)


def _simple_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    units = frame.method.units
    if opcode == 0x00:
        if high:
            raise NotRunnableError("a table in place of code")
        return _nop, 0, 0, 0
    if opcode <= 0x09:
        step = _move_wide if 0x04 <= opcode <= 0x06 else _move
        match (opcode - 1) % 3:
            case 0:
                return step, high & 15, high >> 4, 0
            case 1:
                return step, high, units[at + 1], 0
        return step, units[at + 1], units[at + 2], 0
    if opcode <= 0x0C:
        return _result, high, 0, 0
    if opcode == 0x0D:
        return _caught, high, 0, 0
    return _return, -1 if opcode == 0x0E else high, 0, 0


def _arithmetic_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    units = frame.method.units
    low, top = high & 15, high >> 4
    if opcode <= 0x8F:
        return _unary, low, top, arithmetic.UNARY[opcode]
    if opcode <= 0xAF:
        return _binary, high, (units[at + 1] & 255, units[at + 1] >> 8), _OPERATIONS[opcode - 0x90]
    if opcode <= 0xCF:
        return _binary, low, (low, top), _OPERATIONS[opcode - 0xB0]
    return _literal_operands(units[at + 1], opcode, high)


def _literal_operands(unit: int, opcode: int, high: int) -> tuple[Step, Any, Any, Any]:
    if opcode <= 0xD7:
        one, pair, number = high & 15, (high >> 4, sign_extend(unit, 16)), _LITERALS[opcode - 0xD0]
    else:
        one, pair, number = high, (unit & 255, sign_extend(unit >> 8, 8)), _LITERALS[opcode - 0xD8]
    return (_reversed, one, pair, 0) if number < 0 else (_literal, one, pair, arithmetic.INT[number])


def _constants(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    units, dex = frame.method.units, frame.method.dex
    match opcode:
        case 0x12:
            return _const, high & 15, sign_extend(high >> 4, 4), 0
        case 0x13 | 0x16:
            value = sign_extend(units[at + 1], 16)
        case 0x14 | 0x17:
            value = sign_extend(_pair(units, at + 1), 32)
        case 0x15:
            value = sign_extend(units[at + 1] << 16, 32)
        case 0x18:
            value = sign_extend(_pair(units, at + 1) | _pair(units, at + 3) << 32, 64)
        case 0x19:
            value = sign_extend(units[at + 1] << 48, 64)
        case 0x1C:
            return _const, high, ClassRef(dex.descriptor(units[at + 1])), 0
        case _:
            text = read_string(dex, units[at + 1] if opcode == 0x1A else _pair(units, at + 1))
            frame.machine.allocate(2 * len(text))
            frame.machine.constants.add(text)
            return _const, high, text, 0
    return (_const_wide if 0x16 <= opcode <= 0x19 else _const), high, value, 0


def _pair(units: Any, at: int) -> int:
    return int(units[at] | units[at + 1] << 16)


def _object_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    units, dex = frame.method.units, frame.method.dex
    low, top = high & 15, high >> 4
    match opcode:
        case 0x1D | 0x1E:
            return _nop, 0, 0, 0  # monitors: there is one thread
        case 0x1F:
            return _check_cast, high, dex.descriptor(units[at + 1]), 0
        case 0x20:
            return _instance_of, low, top, dex.descriptor(units[at + 1])
        case 0x21:
            return _array_length, low, top, 0
        case 0x22:
            return _new_instance, high, dex.descriptor(units[at + 1]), 0
        case 0x23:
            return _new_array, low, top, dex.descriptor(units[at + 1])[1:]
        case 0x24 | 0x25:
            kind = dex.descriptor(units[at + 1])[1:]
            return _filled_array, _registers(units, opcode == 0x25, high, at), kind, 0
        case 0x26:
            content, width = _table(units, at)
            frame.machine.allocate(len(content))
            return _fill_array, high, content, width
    return _throw, high, 0, 0


def _table(units: Any, at: int) -> tuple[bytes, int]:
    """Content and element size of the table of a ``fill-array-data``."""
    place = at + sign_extend(_pair(units, at + 1), 32)
    if not 0 <= place < len(units) - 3 or units[place] != 0x0300 or units[place + 1] not in (1, 2, 4, 8):
        raise NotRunnableError("a table of an array is missing")
    width, count = units[place + 1], _pair(units, place + 2)
    length = (width * count + 1) // 2
    if place + 4 + length > len(units):
        raise NotRunnableError("a table of an array is truncated")
    return struct.pack(f"<{length}H", *units[place + 4 : place + 4 + length])[: width * count], width


def _jump_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    units = frame.method.units
    if opcode >= 0x32:
        target = at + sign_extend(units[at + 1], 16)
        if opcode <= 0x37:
            return _COMPARE[opcode - 0x32][0], high & 15, high >> 4, target
        return _COMPARE[opcode - 0x38][1], high, target, 0
    if opcode >= 0x2D:
        pair = units[at + 1] & 255, units[at + 1] >> 8
        if opcode == 0x31:
            return _compare_long, high, *pair
        return (_compare_float if opcode <= 0x2E else _compare_double), high, pair, 1 if opcode in (0x2E, 0x30) else -1
    if opcode == 0x28:
        return _goto, at + sign_extend(high, 8), 0, 0
    if opcode == 0x29:
        return _goto, at + sign_extend(units[at + 1], 16), 0, 0
    if opcode == 0x2A:
        return _goto, at + sign_extend(_pair(units, at + 1), 32), 0, 0
    place = at + sign_extend(_pair(units, at + 1), 32)
    if not 0 <= place < len(units) - 2 or units[place] != (0x0100 if opcode == 0x2B else 0x0200):
        raise NotRunnableError("the table of a switch is missing")
    count = units[place + 1]
    packed = opcode == 0x2B
    first = place + (4 if packed else 2 + 2 * count)
    if first + 2 * count > len(units):
        raise NotRunnableError("the table of a switch is truncated")
    frame.machine.allocate(32 * count)
    begin = sign_extend(_pair(units, place + 2), 32) if packed and count else 0
    cases = {}
    for number in range(count):
        key = begin + number if packed else sign_extend(_pair(units, place + 2 + 2 * number), 32)
        cases[key] = at + sign_extend(_pair(units, first + 2 * number), 32)
    return _switch, high, cases, 0


def _memory_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    dex, unit = frame.method.dex, frame.method.units[at + 1]
    if opcode <= 0x51:
        return (_aget if opcode <= 0x4A else _aput), high, unit & 255, unit >> 8
    member = dex.field(unit)
    if member is None:
        raise NotRunnableError("a field that does not exist")
    name = dex.string(member.name), dex.descriptor(member.kind)
    if opcode <= 0x58:
        return _iget, high & 15, high >> 4, name[0]
    if opcode <= 0x5F:
        return _iput, high & 15, high >> 4, name
    return (_sget if opcode <= 0x66 else _sput), high, dex.descriptor(member.owner), name


def _registers(units: Any, ranged: bool, high: int, at: int) -> tuple[int, ...]:
    if ranged:
        return tuple(range(units[at + 2], units[at + 2] + high))
    places = units[at + 2]
    listed = places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, high & 15
    return listed[: high >> 4]


def _call_operands(frame: Frame, opcode: int, high: int, at: int) -> tuple[Step, Any, Any, Any]:
    ranged = opcode >= 0x74
    form = opcode - (0x74 if ranged else 0x6E)
    registers = _registers(frame.method.units, ranged, high, at)
    site = frame.machine.site(frame.method, frame.method.units[at + 1], static=form == 3)
    if form == 3:
        return _static, registers, site, 0
    if not registers:
        raise NotRunnableError("a call without a receiver")
    return (_virtual if form in (0, 4) else _direct), registers, site, 0


type _Reader = Callable[[Frame, int, int, int], tuple[Step, Any, Any, Any]]
_RANGES: tuple[tuple[int, _Reader | None], ...] = (
    (0x11, _simple_operands), (0x1C, _constants), (0x27, _object_operands), (0x3D, _jump_operands), (0x43, None),
    (0x6D, _memory_operands), (0x72, _call_operands), (0x73, None), (0x78, _call_operands),
    (0xE2, _arithmetic_operands), (0xFF, None),
)  # fmt: skip
"""Last opcode of each range, and what reads its operands; ``None`` for instructions that are not run."""
_READERS = tuple(next(read for last, read in _RANGES if opcode <= last) for opcode in range(256))
