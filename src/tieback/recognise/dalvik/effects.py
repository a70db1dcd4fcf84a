"""Effects of the instructions of Dalvik on a frame.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode.
"""

import struct
from collections.abc import Callable
from typing import Any

from tieback.intake.apps.dalvik_opcodes import by_number, opcode_numbers
from tieback.recognise.dalvik import arithmetic
from tieback.recognise.dalvik.arithmetic import Operation
from tieback.recognise.dalvik.classes import Method
from tieback.recognise.dalvik.machine import CallSite, Frame
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    JavaArray,
    JavaObject,
    NotRunnableError,
    ThrownError,
    kind_of,
    narrowed,
)
from tieback.recognise.dalvik.supertypes import is_of_app, is_of_platform
from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, payload_length

_INTERNED = 256
"""Most characters of a text that is compared by its content where Java compares references."""
_OBJECT_SIZE = 256
"""Bytes that a new object stands for in the memory limit."""
_GUARD = 12
"""Most instructions that make an exception before it is thrown."""
_THROWER = 120
"""Most code units of a method that only throws."""
_THROW, _STATIC_CALL = opcode_numbers("throw")[0], opcode_numbers("invoke-static")[0]
_NOT_NULL, _EQUAL, _NOT_EQUAL = (opcode_numbers(name)[0] for name in ("if-nez", "if-eq", "if-ne"))
_RETURN_OBJECT = opcode_numbers("return-object")[0]
_OBJECT_UNITS = 2_000
"""Most code units of a method that are read for the kind of a register."""
_OBJECTS_WIDE = frozenset(opcode_numbers("move-result-object sget-object aget-object check-cast move-object/from16"))
"""Instructions that set the register in bits 8 to 15 to an object."""
_OBJECTS = frozenset(opcode_numbers("iget-object move-object"))
"""The same, with the register in bits 8 to 11."""
_OTHERS = frozenset(opcode_numbers("move-result sget sget-boolean aget aget-boolean"))
"""Instructions that set the register in bits 8 to 15 to a number."""
_RETURNS = frozenset(opcode_numbers("return-void..return-object"))
_ENDS = frozenset(
    (
        OpcodeEffect.END,
        OpcodeEffect.GOTO,
        OpcodeEffect.GOTO_16,
        OpcodeEffect.GOTO_32,
        OpcodeEffect.IF,
        OpcodeEffect.SWITCH,
    )
)
RETURN = -1
"""Unit after a ``return``."""

type Step = Callable[[Frame, list[Any], Any, Any, Any], int | None]
"""Effect of an instruction: gets the frame, its registers and up to three operands. Returns the unit of a jump.

The operands are registers, constants and resolved references.
"""


CALL, STATIC_READ, OTHER = "call", "static read", "other"
"""Kinds of instructions that ``kind_of_step`` distinguishes."""


def kind_of_step(step: Step) -> str:
    """Whether an instruction calls a method, reads a static field, or neither."""
    if step in (_virtual, _static, _direct):
        return CALL
    return STATIC_READ if step is _sget else OTHER


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
    return RETURN


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
    elif isinstance(value, JavaObject) and frame.machine.path.defines(value.kind):
        above = frame.machine.path.supertypes(value.kind)
        frame.machine.spend(len(above))
        is_app = frame.machine.path.defines(c)
        r[a] = int(c in above) if is_app else int(is_of_app([one for one, own in above.items() if not own], c))
    elif _fits(frame, value, c) and not (isinstance(value, str) and c.startswith("[")):
        r[a] = int(is_of_platform(kind_of(value), c))
    else:
        r[a] = 0


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


def _if_eqz(frame: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    if r[a] is UNKNOWN:
        return _beyond_guard(frame, b)
    return b if r[a] == 0 else None


def _if_nez(frame: Frame, r: list[Any], a: int, b: int, _c: Any) -> int | None:
    if r[a] is UNKNOWN:
        return _beyond_guard(frame, b)
    return b if r[a] != 0 else None


def _beyond_guard(frame: Frame, target: int) -> int | None:
    """Where code goes on after a condition with an unknown value, if one of the two ways only throws."""
    machine = frame.machine
    if machine.outermost is None:
        raise NotRunnableError("a branch on an unknown value")
    way = way_beyond_throw(frame, target)
    if way is not None:
        return way
    if machine.outermost is not frame and _is_object(frame):
        return target if frame.method.units[frame.at] & 255 == _NOT_NULL else None
    raise NotRunnableError("a branch on an unknown value")


def way_beyond_throw(frame: Frame, target: int) -> int | None:
    """The way of a condition on which code goes on, if the other one only throws; ``None`` if it is not known."""
    following = frame.at + LENGTHS[frame.method.units[frame.at] & 255]
    throws = _throws(frame, following), _throws(frame, target)
    if throws[0] == throws[1]:
        return None
    return target if throws[0] else following


def way_without_suspension(frame: Frame, registers: tuple[int, int], target: int) -> int | None:
    """The way of a comparison with an unknown result of a coroutine on which its value is used; ``None`` for another.

    Kotlin returns the mark of a coroutine that is suspended to its caller: ``if (result == mark) return mark``.
    """
    units = frame.method.units
    if units[frame.at] & 255 not in (_EQUAL, _NOT_EQUAL):
        return None
    following = frame.at + LENGTHS[units[frame.at] & 255]
    equal, other = (target, following) if units[frame.at] & 255 == _EQUAL else (following, target)
    if not 0 <= equal < len(units) or units[equal] & 255 != _RETURN_OBJECT or units[equal] >> 8 not in registers:
        return None
    known = [frame.registers[place] for place in registers if frame.registers[place] is not UNKNOWN]
    return other if len(known) == 1 and isinstance(known[0], JavaObject) else None


def _is_object(frame: Frame) -> bool:
    """True if the register of a comparison with ``null`` has an object, by the instruction that set it last.

    An object that a method of the platform returns is then taken for one that exists.
    """
    frame.machine.spend(min(frame.at, _OBJECT_UNITS) >> 3)
    known = frame.method.objects
    if frame.at not in known:
        known[frame.at] = _sets_object(frame.method, frame.at)
    return known[frame.at]


def _sets_object(method: Method, stop: int) -> bool:
    units, register, at, found = method.units, method.units[stop] >> 8, 0, False
    stop = min(stop, _OBJECT_UNITS)
    while at < stop:
        opcode = units[at] & 255
        if not opcode:
            at += payload_length(units, at)
            continue
        low = units[at] >> 8 & 15
        if (opcode in _OBJECTS_WIDE and units[at] >> 8 == register) or (opcode in _OBJECTS and low == register):
            found = True
        elif opcode in _OTHERS and units[at] >> 8 == register:
            found = False
        at += LENGTHS[opcode]
    return found


def _throws(frame: Frame, at: int) -> bool:
    """True if the code at a unit throws something within a few instructions, without a condition or an end before.

    A shrinker calls a function for it, as those of Kotlin that check parameters.
    """
    known = frame.method.throws
    if at not in known:
        known[at] = _reaches_throw(frame, at)
    return known[at]


def _reaches_throw(frame: Frame, at: int) -> bool:
    method = frame.method
    for _ in range(_GUARD):
        if not 0 <= at < len(method.units):
            return False
        opcode = method.units[at] & 255
        if KINDS[opcode] in _ENDS:
            return opcode == _THROW
        if opcode == _STATIC_CALL and at + 1 < len(method.units):
            try:
                ref = frame.machine.path.ref(method.dex, method.units[at + 1])
                called = frame.machine.path.method(ref.owner, ref) if ref.result == "V" else None
            except NotRunnableError:  # damaged code
                return False
            if called is not None and _only_throws(called):
                return True
        at += LENGTHS[opcode]
    return False


def _only_throws(method: Method) -> bool:
    """True for a short method that does not return."""
    at, units = 0, method.units
    if len(units) > _THROWER or units[-1] & 255 != _THROW:
        return False
    while at < len(units):
        opcode = units[at] & 255
        if opcode in _RETURNS or not opcode:
            return False
        at += LENGTHS[opcode]
    return True


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
    machine = frame.machine
    value = UNKNOWN if machine.is_set_later(b, c) else machine.static(b, c[0])
    r[a] = value


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


_EFFECTS: dict[str, Step] = {
    "nop monitor-enter monitor-exit": _nop,  # there is one thread
    "move move/from16 move/16 move-object move-object/from16 move-object/16": _move,
    "move-wide move-wide/from16 move-wide/16": _move_wide,
    "move-result move-result-wide move-result-object": _result,
    "move-exception": _caught,
    "return-void..return-object": _return,
    "const/4..const/high16 const-string..const-class": _const,
    "const-wide/16..const-wide/high16": _const_wide,
    "check-cast": _check_cast,
    "instance-of": _instance_of,
    "array-length": _array_length,
    "new-instance": _new_instance,
    "new-array": _new_array,
    "filled-new-array filled-new-array/range": _filled_array,
    "fill-array-data": _fill_array,
    "throw": _throw,
    "goto goto/16 goto/32": _goto,
    "packed-switch sparse-switch": _switch,
    "cmpl-float cmpg-float": _compare_float,
    "cmpl-double cmpg-double": _compare_double,
    "cmp-long": _compare_long,
    "if-eq": _if_eq,
    "if-ne": _if_ne,
    "if-lt": _if_lt,
    "if-ge": _if_ge,
    "if-gt": _if_gt,
    "if-le": _if_le,
    "if-eqz": _if_eqz,
    "if-nez": _if_nez,
    "if-ltz": _if_ltz,
    "if-gez": _if_gez,
    "if-gtz": _if_gtz,
    "if-lez": _if_lez,
    "aget..aget-short": _aget,
    "aput..aput-short": _aput,
    "iget..iget-short": _iget,
    "iput..iput-short": _iput,
    "sget..sget-short": _sget,
    "sput..sput-short": _sput,
    "invoke-virtual invoke-interface invoke-virtual/range invoke-interface/range": _virtual,
    "invoke-super invoke-direct invoke-super/range invoke-direct/range": _direct,
    "invoke-static invoke-static/range": _static,
    "neg-int..int-to-short": _unary,
    "add-int..rem-double add-int/2addr..rem-double/2addr": _binary,
    "rsub-int rsub-int/lit8": _reversed,
    "add-int/lit16 mul-int/lit16..xor-int/lit16 add-int/lit8 mul-int/lit8..ushr-int/lit8": _literal,
}
EFFECTS = by_number(_EFFECTS)
"""Effect of each instruction, by its number; ``None`` if it is not run."""
