"""The texts that one method makes, whatever it gets and calls.

The method runs with unknown arguments. Of its object, those fields are known that a constructor without parameters
sets. An instruction that needs something unknown is passed over: its result is
unknown, and so is each object that it can have changed. Behind a condition that is not known, both ways are taken, the
nearer one first.
"""

from typing import Any, NamedTuple

from tieback.recognise.dalvik.callers import escape, forget
from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.library.references import Held
from tieback.recognise.dalvik.library.strings import Builder
from tieback.recognise.dalvik.machine import FAULTS, TRY_STEPS, Frame, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    FieldsInPart,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
    size_of,
)
from tieback.recognise.dataflow.dex.instructions import KINDS, OpcodeEffect
from tieback.recognise.dataflow.dex.opcode_sets import CALL_SPAN, FIRST_CALL

_MAX_COPIED = 256
"""Most objects that are copied for another way; the others are then not known on it."""
MAX_OBSTACLES = 32
"""Most instructions of one method that are passed over, and most ways that wait."""

_OBJECT = 256
"""Bytes that a copied object stands for."""
_TEXTS = frozenset((STRING, "Ljava/lang/CharSequence;"))
_LAST = frozenset((OpcodeEffect.END, OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32))
_STORES = frozenset((OpcodeEffect.SPUT, OpcodeEffect.IPUT, OpcodeEffect.APUT, OpcodeEffect.FILL_ARRAY))


class MadeText(NamedTuple):
    """A text that a method, or one that it calls, makes."""

    at: int
    """Code unit of the instruction of the method itself."""
    text: str
    """UTF-16 code units."""
    gives: bool
    """True if the instruction is a call with a text as its result."""
    changed: bool
    """True if the code then makes another address of it, by a method such as ``replace``."""


def texts_made(machine: Machine, method: Method) -> list[MadeText]:
    """The texts, in the order in which they are made. Raises ``LimitError`` if no run is left."""
    machine.begin(("", ""), TRY_STEPS)
    arguments: list[Any] = [UNKNOWN] * method.width
    try:
        if not method.static and method.width:
            has_object = method.name == "<init>"
            arguments[0] = _object(method.owner) if has_object else _receiver(machine, method.owner)
        machine.begin(("", ""), TRY_STEPS)
        machine.made, machine.changed = [], set()
        machine.outermost = Frame(machine, method, arguments)
        _run(machine.outermost)
    finally:
        machine.outermost = None
    return [MadeText(at, text, _gives(machine, method, at), text in machine.changed) for at, text in machine.made]


def _object(kind: str) -> JavaObject:
    """An object without any known field."""
    made = JavaObject(kind)
    made.fields = FieldsInPart()
    return made


def _receiver(machine: Machine, kind: str) -> Any:
    """An object of a class, as its constructor without parameters leaves it; unknown if it has none that runs."""
    if kind not in machine.receivers:
        machine.receivers[kind] = _constructed(machine, kind)
        machine.begin(("", ""), TRY_STEPS)
    try:
        return _copy(machine, machine.receivers[kind], {}) or UNKNOWN
    except LimitError:
        return UNKNOWN


def _constructed(machine: Machine, kind: str) -> JavaObject | None:
    """What ``_receiver`` copies for each method of the class."""
    constructor = MethodRef(kind, "<init>", "", "V")
    try:
        method = machine.path.method(kind, constructor)
    except NotRunnableError:
        return None
    if method is None or method.owner != kind or method.static or method.width != 1:
        return None
    made = _object(kind)
    machine.outermost = Frame(machine, method, [made])
    _run(machine.outermost)
    return made


def _gives(machine: Machine, method: Method, at: int) -> bool:
    unit = method.units[at] & 255
    if not 0 <= unit - FIRST_CALL < CALL_SPAN or at + 1 >= len(method.units):
        return False
    try:
        return machine.path.ref(method.dex, method.units[at + 1]).result in _TEXTS
    except NotRunnableError:
        return False


def _run(frame: Frame) -> None:
    others: list[tuple[int, list[Any]]] = []
    seen: set[int] = set()
    for _ in range(1 + MAX_OBSTACLES):
        try:
            frame.machine.resume(frame)
            goes_on = False
        except LimitError:
            return
        except (NotRunnableError, ThrownError, *FAULTS):
            try:
                goes_on = _pass(frame, others)
            except LimitError:  # of the copies for another way
                return
        while not goes_on and others:
            frame.at, frame.registers = others.pop()
            goes_on = frame.at not in seen
            seen.add(frame.at)
        if not goes_on:
            return


def _pass(frame: Frame, others: list[tuple[int, list[Any]]]) -> bool:
    """Put the frame behind the instruction that failed. False if nothing follows that.

    Args:
        frame: the frame.
        others: where a condition can also lead to, with the registers; more are added.
    """
    instruction = frame.method.bodies.get(frame.at)
    kind = KINDS[frame.method.units[frame.at] & 255] if instruction is not None else OpcodeEffect.END
    if instruction is None or kind in _LAST:
        return False
    _, one, two, three, frame.at = instruction
    registers = frame.registers
    if isinstance(one, tuple):
        escape(registers, (place for place in one if place < len(registers)))
        frame.result = UNKNOWN
    elif kind in _STORES:
        escape(registers, (place for place in (one, two) if isinstance(place, int) and place < len(registers)))
    elif kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH):
        targets = list(two.values()) if kind == OpcodeEffect.SWITCH else [three or two]
        left = max(0, MAX_OBSTACLES - len(others))
        others += [(target, _copied(frame.machine, registers)) for target in targets[:left] if target > frame.at]
    else:
        forget(registers, one)
    return True


def _copied(machine: Machine, registers: list[Any]) -> list[Any]:
    """Registers with objects of their own, so that one way does not change those of another."""
    known: dict[int, Any] = {}
    return [_copy(machine, value, known) for value in registers]


def _copy(machine: Machine, value: Any, known: dict[int, Any]) -> Any:
    if not isinstance(value, (JavaArray, JavaObject)):
        return value
    if id(value) not in known:
        if len(known) >= _MAX_COPIED:
            return UNKNOWN
        if isinstance(value, JavaArray):
            machine.allocate(size_of(value.kind, len(value.items)))
            array = known[id(value)] = JavaArray(value.kind, value.items)
            array.items = [_copy(machine, item, known) for item in value.items]
        else:
            machine.allocate(_OBJECT + len(value.fields))
            made = known[id(value)] = JavaObject(value.kind, value.payload)
            made.fields = type(value.fields)({name: _copy(machine, item, known) for name, item in value.fields.items()})
            made.payload = _payload(machine, value.payload, known)
    return known[id(value)]


def _payload(machine: Machine, payload: Any, known: dict[int, Any]) -> Any:
    """The content of an object of the platform: that of a builder, a reference, a list or a map is copied."""
    if isinstance(payload, Held):
        return Held(_copy(machine, payload.value, known))
    if isinstance(payload, Builder):
        machine.allocate(len(payload.units))
        return Builder("".join(payload.units))
    if isinstance(payload, list):
        machine.allocate(len(payload))
        return [_copy(machine, item, known) for item in payload]
    if isinstance(payload, dict):
        machine.allocate(len(payload))
        return {key: _copy(machine, item, known) for key, item in payload.items()}
    return payload
