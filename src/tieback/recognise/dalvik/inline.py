"""The texts that one method makes, whatever it gets and calls.

The method runs with unknown arguments. Of its object, those fields are known that a constructor without parameters
sets. An instruction that needs something unknown is passed over: its result is
unknown, and so is each object that it can have changed. Behind a condition that is not known, both ways are taken, the
nearer one first; the way back of a loop a few times.

Objects of the app's small classes that the method gives to the platform, or to code that is passed over, are most often
called by it: ``new Thread(new Upload(address)).start()``. Their methods are run afterwards.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from tieback.recognise.dalvik.callers import escape, forget
from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.contacts import MAX_CONTACTED, MadeContact
from tieback.recognise.dalvik.effects import way_beyond_throw, way_without_suspension
from tieback.recognise.dalvik.library.references import Held
from tieback.recognise.dalvik.library.strings import Builder
from tieback.recognise.dalvik.machine import FAULTS, TRY_STEPS, Frame, Machine, Place
from tieback.recognise.dalvik.objects import (
    HELD,
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
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.opcode_sets import CALL_SPAN, FIRST_CALL

_MAX_COPIED = 256
"""Most objects that are copied for another way; the others are then not known on it."""
MAX_OBSTACLES = 32
"""Most instructions of one method that are passed over, and most ways that wait."""
MAX_PASSED = 8
"""Most instructions of one call below it that are passed over."""
MAX_TURNS = 8
"""Most turns of a loop whose condition is not known, as of one over servers that ends with the first answer."""
MAX_RUN = 8
"""Most objects that one method gives away whose methods are run."""
MAX_TASKS = 16
"""Most tasks for other threads that are run in a row."""
TASK_STEPS = 40_000
"""Most instructions of one of them: a coroutine passes many small methods of its library."""
MAX_CALLBACKS = 6
"""Most methods of the class of such an object."""

_OF_OBJECTS = frozenset(("equals", "hashCode", "toString"))
"""Methods of any object, which are no callbacks."""
_RUNNABLE, _APPLICATION = "Ljava/lang/Runnable;", "Landroid/app/Application;"
_OBJECT = 256
"""Bytes that a copied object stands for."""
_TEXTS = frozenset((STRING, "Ljava/lang/CharSequence;"))
_LAST = frozenset((OpcodeEffect.END, OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32))
_BRANCHES = (OpcodeEffect.IF, OpcodeEffect.SWITCH)
_STORES = frozenset((OpcodeEffect.SPUT, OpcodeEffect.IPUT, OpcodeEffect.APUT, OpcodeEffect.FILL_ARRAY))


class _Way(NamedTuple):
    """Where a condition that is not known can also lead to."""

    at: int
    registers: list[Any]
    most: int
    """Most times that the run goes on there."""


class MadeText(NamedTuple):
    """A text that a method, or one that it calls, makes."""

    method: Method
    """The method, or one that it calls, or of an object that it gave away."""
    at: int
    """Code unit of the instruction of the method itself."""
    text: str
    """UTF-16 code units."""
    gives: bool
    """True if the instruction is a call with a text as its result."""
    changed: bool
    """True if the code then makes another address of it, by a method such as ``replace``."""


def texts_made(
    machine: Machine, method: Method, *, in_full: bool = False, known: Container[tuple[int, int]] = ()
) -> list[MadeText]:
    """The texts, in the order in which they are made.

    Args:
        machine: runs the method.
        method: the method.
        known: the innermost of these methods, by the identity of their file and the begin of their code, counts as the
            one that makes a text; without one it is the method itself.
        in_full: also run past what cannot be run in methods that it calls, and run those of objects that it gives away.

    Raises:
        LimitError: no run is left for the method itself.
    """
    machine.begin(("", ""), TRY_STEPS)
    arguments: list[Any] = [UNKNOWN] * method.width
    machine.given, machine.tasks, machine.passing = [], [], _run_nested if in_full else None
    try:
        if not method.static and method.width:
            has_object = method.name == "<init>"
            arguments[0] = _object(method.owner) if has_object else _receiver(machine, method.owner)
            if method.name == "onCreate" and _APPLICATION in machine.path.supertypes(method.owner):
                machine.application = arguments[0] if isinstance(arguments[0], JavaObject) else None
        for place, kind in _components(machine, method):
            arguments[place] = _receiver(machine, kind)
        found = _made_by(machine, Frame(machine, method, arguments), known)
        if in_full:
            done = [one for one in arguments if isinstance(one, JavaObject)]
            found += _made_by_callbacks(machine, done, known)
    finally:
        machine.outermost = machine.passing = None
    return found


def _components(machine: Machine, method: Method) -> Iterator[tuple[int, str]]:
    """Places of the arguments that are screens or other components of the app, of which there is one, with their class.

    The lambdas of a screen are static methods that get the screen.
    """
    place = int(not method.static)
    for kind in method.parameters:
        if machine.path.defines(kind) and machine.is_context(kind):
            yield place, kind
        place += 1 + (kind in "JD")


def _made_by_callbacks(
    machine: Machine, done: list[JavaObject], known: Container[tuple[int, int]]
) -> Iterator[MadeText]:
    """The texts that methods of the objects make which the run gave away, until no run is left."""
    try:
        yield from _made_by_tasks(machine, known)
        for given in _unlike(machine.given, done):
            for callback in _callbacks(machine, given.kind):
                unknown = [UNKNOWN] * (callback.width - 1)
                yield from _made_by(machine, Frame(machine, callback, [given, *unknown]), known)
            yield from _made_by_tasks(machine, known)
    except LimitError:
        return


def _made_by_tasks(machine: Machine, known: Container[tuple[int, int]]) -> Iterator[MadeText]:
    """The texts that tasks for other threads make, in their order. The same task can run more than once: a coroutine
    goes on where it waited. Raises ``LimitError`` if no run is left.
    """
    for _ in range(MAX_TASKS):
        if not machine.tasks:
            return
        task = machine.tasks.pop(0)
        method = machine.path.method(task.kind, MethodRef(task.kind, "run", "", "V"))
        if method is not None and not method.static:
            yield from _made_by(machine, Frame(machine, method, [task]), known, TASK_STEPS)
    machine.tasks.clear()


def _made_by(
    machine: Machine, frame: Frame, known: Container[tuple[int, int]], steps: int = TRY_STEPS
) -> list[MadeText]:
    """The texts that a frame makes. Raises ``LimitError`` if no run is left."""
    machine.begin(("", ""), steps)
    machine.made, machine.changed, machine.contacts = [], set(), {}
    machine.outermost = frame
    _run(frame)
    found = []
    for _, places, sink, values in islice(machine.contacts.values(), MAX_CONTACTED - len(machine.contacted)):
        method, at = _origin(places, known)
        if not ALL.hold(places[-1][0].owner):
            machine.contacted.append(MadeContact(method, at, sink, tuple(sorted(values.items()))))
    for places, text in machine.made:
        method, at = _origin(places, known)
        found.append(MadeText(method, at, text, _gives(machine, method, at), text in machine.changed))
    return found


def _origin(places: Sequence[Place], known: Container[tuple[int, int]]) -> Place:
    """The innermost place in one of the known methods; the outermost one if there is none."""
    return next((one for one in reversed(places) if (id(one[0].dex), one[0].code.begin) in known), places[0])


def _unlike(given: list[JavaObject], done: list[JavaObject]) -> Iterator[JavaObject]:
    """The objects that know something, each once; more can be given while they run. Those of libraries are left out."""
    for _ in range(MAX_RUN):
        left = (one for one in given if not ALL.hold(one.kind) and not any(one is each for each in done))
        found = next((one for one in left if any(map(_tells, one.fields.values()))), None)
        if found is None:
            return
        done.append(found)
        yield found


def _tells(value: Any) -> bool:
    """True for a value of a field that a run with an unknown object does not have."""
    return isinstance(value, (str, JavaArray, JavaObject))


def _callbacks(machine: Machine, kind: str) -> list[Method]:
    """The methods of a class that the platform can call; none of a large class, which is no callback.

    A task can inherit what a thread runs: those of Kotlin's coroutines do.
    """
    path = machine.path
    try:
        found = [one for one in path.declared(kind, MAX_CALLBACKS) if not one.static and one.name not in _OF_OBJECTS]
        if all(one.name != "run" for one in found) and _RUNNABLE in path.supertypes(kind):
            task = path.method(kind, MethodRef(kind, "run", "", "V"))
            if task is not None and not task.static and task.owner != kind:
                return [task]
    except NotRunnableError:
        return []
    return found


def _object(kind: str) -> JavaObject:
    """An object without any known field."""
    made = JavaObject(kind)
    made.fields = FieldsInPart()
    return made


def _receiver(machine: Machine, kind: str) -> Any:
    """An object of a class, as its constructor without parameters leaves it; unknown if it has none that runs.

    Of the class of the application there is one object.
    """
    if machine.application is not None and machine.application.kind == kind:
        return machine.application
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
    others: list[_Way] = []
    seen: dict[int, int] = {}
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
            frame.at, frame.registers, most = others.pop()
            seen[frame.at] = seen.get(frame.at, 0) + 1
            goes_on = seen[frame.at] <= most
        if not goes_on:
            return


def _run_nested(frame: Frame) -> Any:
    """Result of a frame that another one called, past what cannot be run; no condition with an unknown value is passed.

    Raises:
        NotRunnableError: the result is not known, or the work of the run is used up.
        ThrownError: the code throws an exception.
    """
    for _ in range(1 + MAX_PASSED):
        try:
            return frame.machine.resume(frame)
        except LimitError:
            raise
        except (NotRunnableError, *FAULTS):
            if not _pass(frame, None):
                break
    raise NotRunnableError("a method with too much that is not known")


def _pass(frame: Frame, others: list[_Way] | None) -> bool:
    """Put the frame behind the instruction that failed. False if nothing follows that.

    Args:
        frame: the frame.
        others: where a condition can also lead to, with the registers; more are added. No condition is passed without.
    """
    instruction = frame.method.bodies.get(frame.at)
    kind = KINDS[frame.method.units[frame.at] & 255] if instruction is not None else OpcodeEffect.END
    if instruction is None or kind in _LAST:
        return False
    registers = frame.registers
    _, one, two, three, following = instruction
    target, compared = (two, (one,)) if three is None else (three, (one, two))
    read = [place for place in compared if isinstance(place, int) and place < len(registers)]
    if kind == OpcodeEffect.IF and any(registers[place] is UNKNOWN for place in read):
        way = way_beyond_throw(frame, target)
        way = way_without_suspension(frame, (one, two), target) if way is None and three is not None else way
        if way is not None:
            frame.at = way
            return True
    if others is None and kind in _BRANCHES:
        return False
    frame.at = following
    if isinstance(one, tuple):
        passed = [place for place in one if place < len(registers)]
        frame.machine.give(registers[place] for place in passed)
        _forget_content(registers[place] for place in passed)
        escape(registers, (place for place in passed if not _is_own(frame.machine, registers[place])))
        frame.result = UNKNOWN
    elif kind in _STORES:
        escape(registers, (place for place in (one, two) if isinstance(place, int) and place < len(registers)))
    elif others is not None and kind in _BRANCHES:
        targets = list(two.values()) if kind == OpcodeEffect.SWITCH else [target]
        left = max(0, MAX_OBSTACLES - len(others))
        for target in targets[:left]:
            others.append(_Way(target, _copied(frame.machine, registers), 1 if target > frame.at else MAX_TURNS))
    else:
        forget(registers, one)
    return True


def _is_own(machine: Machine, value: Any) -> bool:
    return isinstance(value, JavaObject) and machine.path.defines(value.kind)


def _forget_content(values: Iterable[Any]) -> None:
    """Make the content of texts that grow unknown, also for those who have them in other registers or fields."""
    for value in values:
        if isinstance(value, JavaObject) and isinstance(value.payload, Builder):
            value.payload = None


def _copied(machine: Machine, registers: list[Any]) -> list[Any]:
    """Registers with objects of their own, so that one way does not change those of another."""
    known: dict[int, Any] = {}
    return [_copy(machine, value, known) if type(value) in HELD else value for value in registers]


def _copy(machine: Machine, value: Any, known: dict[int, Any]) -> Any:
    if not isinstance(value, (JavaArray, JavaObject)):
        return value
    if id(value) not in known:
        if len(known) >= _MAX_COPIED:
            return UNKNOWN
        if isinstance(value, JavaArray):
            machine.allocate(size_of(value.kind, len(value.items)))
            array = known[id(value)] = JavaArray(value.kind, value.items)
            array.items = [_copy(machine, item, known) if type(item) in HELD else item for item in value.items]
        elif _is_kept(machine, value):
            return value
        else:
            machine.allocate(_OBJECT + len(value.fields))
            made = known[id(value)] = JavaObject(value.kind, value.payload)
            made.fields = type(value.fields)(value.fields)
            for name, item in value.fields.items():
                if type(item) in HELD:
                    made.fields[name] = _copy(machine, item, known)
            made.payload = _payload(machine, value.payload, known)
    return known[id(value)]


def _is_kept(machine: Machine, value: JavaObject) -> bool:
    """True for a constant of an enumeration, or another object that its class keeps: code compares it by reference."""
    for kind in machine.path.ancestors(value.kind):
        its = machine.path.find(kind)
        machine.spend(len(its.statics) >> 4 if its is not None else 0)
        if its is not None and its.statics and id(value) in map(id, its.statics.values()):
            return True
    return False


def _payload(machine: Machine, payload: Any, known: dict[int, Any]) -> Any:
    """The content of an object of the platform: that of a builder, a reference, a list or a map is copied."""
    if isinstance(payload, Held):
        return Held(_copy(machine, payload.value, known))
    if isinstance(payload, Builder):
        machine.allocate(len(payload.units))
        return Builder("".join(payload.units))
    if isinstance(payload, list):
        machine.allocate(len(payload))
        return [_copy(machine, item, known) if type(item) in HELD else item for item in payload]
    if isinstance(payload, dict):
        machine.allocate(len(payload))
        return {key: _copy(machine, item, known) if type(item) in HELD else item for key, item in payload.items()}
    return payload
