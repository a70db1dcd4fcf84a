"""State of a walk: registers, the heap of objects, and what was found."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.fields import FieldValues
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.dex.instructions import LENGTHS, has_loop
from tieback.recognise.dataflow.dex.try_blocks import TryBlock
from tieback.recognise.dataflow.methods.library import LibraryEffect
from tieback.recognise.dataflow.methods.sinks import Sink
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    MAX_VIA,
    NUMBERS,
    TEXTS,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    EndpointParts,
    Frozen,
    InstanceValue,
    MapValue,
    Need,
    ObjectRef,
    PartsValue,
    Receiver,
    TextValue,
    Value,
    alternatives,
    choice,
    is_address,
    is_informative,
    merged,
    place,
    same_choice,
)
from tieback.recognise.dataflow.walk.calls import CallTable
from tieback.recognise.dataflow.walk.joins import PathLabel, PathState, merge_states
from tieback.recognise.dataflow.walk.layout import STRAIGHT, BlockOrder
from tieback.recognise.dataflow.walk.loops import Loop, Turns
from tieback.recognise.dataflow.walk.settings import AppSettings

MAX_BUILT = 2_000
"""Most texts and facts of one walk."""
MAX_KNOWN = 128
"""Most registers with known values at a time, because each branch copies them."""
MAX_OBJECTS = 256
MAX_TURN_UNITS = 30_000
"""Most code units of all loops of an app that are walked once per turn."""
_SHARE, _LEAST_SHARE = 10, 10_000
MAX_FRUITLESS = 3
"""Walks of a method that gave nothing, after which its calls are not followed any more."""
MAX_SHARED = 1_000
"""Most objects and choices in a value outside a walk. Objects of settings that refer to each other have many more."""
_MAX_CHOICES = 200_000
"""Most choices of which it is known what they have inside, with those inside each."""
_FILLED = (ArrayValue, MapValue, *TEXTS)
"""Contents of objects that code fills after it has put them into a field."""
_MAX_STORES = 64
_MAX_FROZEN = 4
_SEARCH = 8_192
"""Code units that can be searched in the time in which one is walked."""


class BuiltText(NamedTuple):
    """A text that was assembled, or the parts from a sink."""

    name: str
    """``concat``, ``format``, ``text`` or the name of the sink."""
    value: TextValue | EndpointParts
    sink: Sink | None = None
    method: int = -1
    """Identity of the method with the call."""
    at: int = 0
    """Code unit of the call."""
    chain: tuple[int, ...] = ()
    """Identities of the methods from the beginning of the walk to this one."""


class WalkResult(NamedTuple):
    """What a walk from one method found."""

    made: tuple[BuiltText, ...]
    returned: Value | None
    stored: Mapping[int, Sequence[Value]]
    """Values by field, stored in static fields and in objects that the walk did not see being created."""
    objects: tuple[InstanceValue, ...]
    """Objects of the app that were created."""
    required: tuple[Need, ...] = ()
    """What the maps depend on that have the defaults of remote settings."""
    awaited: tuple[Need, ...] = ()
    """What the items depend on that loops go over: they can fill a template."""
    holders: Mapping[int, str] = {}
    """For fields of ``stored``: the class of all objects whose field it was, if it is known and the same."""


MAX_COMPOSED = 48 * 1024 * 1024
"""Most bytes of the texts that one walk composes. It keeps all: a text that is a part of another is no result."""
_PART = 8
"""Bytes that a part of a text takes."""


class Callee(NamedTuple):
    """The method of a call."""

    identity: int
    signature: tuple[str, str]
    effect: LibraryEffect | None
    """Effect of a method that is inherited from the platform."""
    native: TextValue | None
    """Constant that a native method returns."""
    decryptor: MethodRef | None
    own: bool
    returns: bool


class _KnownChoice(msgspec.Struct, gc=False):
    """What is known of a choice."""

    value: Choice
    """The choice; it is kept so that its identity is not reused."""
    constant: bool = True
    """True if it has no object inside: it is the same in each walk."""
    numbers: bool = True
    """True if it has no constant of a text inside."""
    nested: bool = False
    """True if there is a choice inside."""
    outside: bool = False
    """True if it has itself an object from outside of the walk."""
    normal: Value | None = None
    """The same outside of a walk, if it is constant."""
    inside: "tuple[_KnownChoice, ...] | None" = None
    """It and the choices inside, each once; empty if it is not constant, or if they are more than ``MAX_SHARED``."""
    thawed: tuple[Value | None, ...] = ()
    """The same in a walk, once it is known."""


type FrozenObjects = dict[tuple[int, int], tuple[Value | None, Value]]
"""Frozen objects by their number in the heap, and choices by their identity; also by the number of objects around them.
"""


class WalkState(ABC):
    """What is known at an instruction, and what all walks of an app share."""

    def __init__(
        self, app: AppCode, tables: Sequence[CallTable], fields: FieldValues, settings: AppSettings, units: int
    ) -> None:
        """Prepare.

        Args:
            app: the code.
            tables: meaning of the library calls of each file.
            fields: values of fields.
            settings: texts outside the code.
            units: most code units that all walks together decode.
        """
        self.app = app
        self.call_tables = tables
        self.fields = fields
        self.settings = settings
        self.constants: dict[int, TextValue] = {}
        self.bodies: dict[int, tuple[Sequence[int], Sequence[TryBlock], BlockOrder]] = {}
        """Code units, exception handlers and order by method."""
        self.units_kept = 0
        """Code units of these methods."""
        self.looping: dict[int, bool] = {}
        self.its_loops: dict[int, tuple[Loop, ...]] = {}
        """Loops by method."""
        self.turn_units = MAX_TURN_UNITS
        """How many more code units are walked in loops, once per turn."""
        self.known_callees: dict[tuple[int, int], Callee | None] = {}
        self.holes: dict[tuple[str, int], TextValue] = {}
        self.demand: set[int] = set()
        """Methods whose calls are followed; see ``follow``."""
        self.followed: set[tuple[str, str]] = set()
        self.wanted: set[int] = set()
        """Fields that endpoints depend on."""
        self.fruitless: dict[tuple[int, tuple[object, ...]], int | None] = {}
        """Walks of each called method that gave nothing; None once one of them gave something."""
        self.unsolved: dict[tuple[int, tuple[object, ...]], TextValue] = {}
        """The unknown results of those that gave nothing because a field or a result is not known yet."""
        self.spent: dict[int, int] = {}
        """Code units of each called method, as often as it was walked."""
        self.share = max(units // _SHARE, _LEAST_SHARE)
        """Most of them, so that one method that all others call does not take the work of the whole app."""
        self.stores = 0
        """Values that fields received and that are known, at least in part."""
        self.known_addresses: set[tuple[int, int, object]] = set()
        self.decryption: Decryption | None = None
        """Runs the decryption methods of the app."""
        self.searched = 0
        self.left = units
        self.choices: dict[int, _KnownChoice] = {}
        """What is known of choices, by their identity."""
        self.kept = 0
        """Number of them, and of those inside each."""
        self.unread = 0
        """Number of walks that were left out, or that left out a path."""
        self.is_cut = False
        """True if the walk left out a path because no work was left."""
        self.begin()

    def begin(self) -> None:
        """Forget what earlier walks found."""
        self.heap: dict[int, Contents] = {}
        self.built: list[BuiltText] = []
        self.emitted: dict[int, list[TextValue | EndpointParts]] = {}
        # By identity; the texts are kept so that no identity is reused.
        self.consumed: dict[int, TextValue | EndpointParts] = {}
        self.sources: dict[int, tuple[TextValue, TextValue]] = {}  # a text that passed a member, and the same before
        self.latest: dict[int, TextValue] = {}
        """The address in a static field, as long as no other path and no call of the app can have changed it."""
        self.stored: dict[int, list[Value]] = {}
        self.holders: dict[int, str] = {}
        """For each of these fields the class of the objects, as far as all are of the same; else an empty text."""
        self.live: dict[int, tuple[int, ObjectRef]] = {}
        """For each field with a list or map that this walk put there: its place in ``stored``, and the object. Fields
        of objects that the walk knows are not among them."""
        self.required: tuple[Need, ...] = ()
        """What the maps depend on that have the defaults of remote settings."""
        self.awaited: tuple[Need, ...] = ()
        """What the items depend on that loops go over."""
        self.nexts: set[int] = set()
        """Iterators whose next item is known."""
        self.made_here: set[int] = set()
        """Maps that this walk created empty: what they do not have, they do not have in the app either."""
        self.present: set[int] = set()
        """Objects that such a map gave for a key."""
        self.allocated = 0
        self.composed = 0
        self.joins = 0
        self.stack: list[int] = []
        self.enter((), 0, -1)

    def retry(self) -> None:
        """Follow the calls again whose result depends on what has become known since then."""
        for key, result in list(self.unsolved.items()):
            if any(self._is_solved(need) for need in result.needs):
                del self.unsolved[key]
                if self.fruitless.get(key) is not None:
                    self.fruitless[key] = MAX_FRUITLESS - 1

    def _is_solved(self, need: Need) -> bool:
        """True if the value of a field is known now, or the calls of a method are followed."""
        return (
            need.member in self.demand
            if need.kind == "result"
            else (need.kind == "field" and self.fields.value(need.member) is not None)
        )

    def enter(self, units: Sequence[int], file: int, method: int, order: BlockOrder = STRAIGHT) -> None:
        """Continue with the first unit of a method."""
        self.order = order
        self.rank = 0
        self.units = units
        self.file = file
        self.calls = self.call_tables[file]
        self.method = method
        self.at = 0
        self.registers: dict[int, Value] = {}
        self.result: Value | None = None
        self.saved: dict[int, list[PathState]] = {}
        self.tries: dict[int, list[int]] = {}
        self.returns: list[PathState] = []
        self.turns: dict[int, Turns] = {}
        """Loops of the method by their first unit, once it is decided how they are walked."""
        self.falls = True

    def text(self, index: int) -> TextValue:
        """The constant with this string index in the current file."""
        key = place(self.file, index)
        known = self.constants.get(key)
        if known is None:
            text = self.app.files[self.file].string(index)
            known = self.constants[key] = TextValue(text, key, (text,) if text else ())
        return known

    def long_operand(self, at: int) -> int:
        """The operand of 32 bits at a unit."""
        return self.units[at] | self.units[at + 1] << 16

    def next_unit(self, at: int) -> int:
        """The unit after the instruction at a unit."""
        return at + LENGTHS[self.units[at] & 255]

    def assign(self, at: int, register: int, value: Value | None) -> int:
        """Set a register, or forget it. Returns the next unit."""
        registers = self.registers
        if value is None:
            registers.pop(register, None)
        else:
            if len(registers) >= MAX_KNOWN:
                registers.clear()
            registers[register] = value
        return at + LENGTHS[self.units[at] & 255]

    def assign_wide(self, at: int, register: int, value: int) -> int:
        """Set a pair of registers. Returns the next unit."""
        self.registers.pop(register + 1, None)
        return self.assign(at, register, value)

    def allocate(self, contents: Contents) -> ObjectRef:
        """Create an object with these contents."""
        self.allocated += 1
        if len(self.heap) >= MAX_OBJECTS:
            self.heap.clear()
        self.heap[self.allocated] = contents
        return ObjectRef(self.allocated)

    def contents(self, value: Value | None) -> Contents | None:
        """The contents of the object that a value refers to."""
        return self.heap.get(value.number) if isinstance(value, ObjectRef) else None

    def plain(self, value: Value | None) -> Value | None:
        """A value, or the text of the object that it refers to."""
        if isinstance(value, TextValue):
            return value
        if isinstance(value, Choice):
            if ObjectRef not in [type(one.value) for one in value.alternatives]:
                return value
            return choice(
                [
                    Alternative(one.when | inner.when, inner.value)
                    for one in value.alternatives
                    for inner in alternatives(self.plain(one.value))
                ]
            )
        if not isinstance(value, ObjectRef):
            return value
        contents = self.heap.get(value.number)
        if isinstance(contents, TEXTS):
            return contents
        if isinstance(contents, PartsValue):
            url = contents.values.get("url")
            return url if isinstance(url, TEXTS) and len(contents.values) == 1 else None
        return value

    def record(self, name: str, value: TextValue | EndpointParts, sink: Sink | None = None) -> None:
        """Keep a text, or the parts from a sink, as found."""
        if len(self.built) < MAX_BUILT:
            self.built.append(BuiltText(name, value, sink, self.method, self.at, tuple(self.stack)))
        elif isinstance(value, EndpointParts) or is_address(value):
            self.is_cut = True

    def is_new_address(self, made: BuiltText) -> bool:
        """True if a text or the parts of an endpoint were not found before at this place."""
        value = made.value
        if isinstance(value, TextValue):
            if not is_address(value):
                return False
            key: object = value.text
        else:
            key = tuple(sorted((role, str(part)) for role, part in value.values.items()))
        place = (made.method, made.at, key)
        if place in self.known_addresses:
            return False
        self.known_addresses.add(place)
        return True

    def compose(self, name: str, text: Value | None, used: Sequence[Value | None]) -> Value | None:
        """Record the new texts that a call created, in place of those that it used. Returns the value."""
        for value in used:
            self.consume(value)
        if self.composed > MAX_COMPOSED:
            self.is_cut = True
            return UNKNOWN
        for one in alternatives(text):
            made = one.value
            if isinstance(made, TextValue):
                self.composed += len(made.text) + _PART * len(made.parts)
                if _is_new(made):
                    self.record(name, made)
        return text

    def consume(self, value: Value | None) -> None:
        """Leave this text out of the results: it is part of a longer one."""
        if not isinstance(value, TEXTS):
            return
        for one in alternatives(value):
            text = one.value
            while isinstance(text, TextValue) and id(text) not in self.consumed:
                self.consumed[id(text)] = text
                text = self.sources.get(id(text), (text, None))[1]

    def hole(self, kind: str, member: int) -> TextValue:
        """An unknown value that depends on a member."""
        known = self.holes.get((kind, member))
        if known is None:
            known = self.holes[kind, member] = TextValue(HOLE, needs=(Need(kind, member),))
        return known

    def field(self, field: int, kind: str = "") -> Value | None:
        """The value of a field of an object that the walk does not know, and of its class, if that is known."""
        if field < 0:
            return None
        value = self.fields.value(field)
        if kind and isinstance(value, Choice):
            value = self.fields.value(field, kind)
        if value is None:
            kind = self.app.ref(field).kind
            return self.hole("field", field) if kind[:1] in ("L", "[", "I") else None
        thawed = self.passed_through(self.thaw(value), field)
        if self.falls and isinstance(thawed, ObjectRef) and isinstance(self.heap.get(thawed.number), TEXTS):
            self.live[field] = -1, thawed  # later calls add to the same builder
        return thawed

    def store(self, field: int, value: Value | None) -> None:
        """Keep a value that a field receives."""
        frozen = self.freeze(value)
        self.stores += is_informative(frozen)
        if frozen is not None and field >= 0 and len(self.stored) < _MAX_STORES:
            held = self.stored.setdefault(field, [])
            if len(held) < MAX_ALTERNATIVES:
                held.append(frozen)

    def keep(self, field: int, value: Value | None, holder: str = "") -> None:
        """Keep a value that a field receives, and the list, map or builder itself: code fills it later.

        Args:
            field: the field.
            value: the value.
            holder: class of the object with the field, if it is known.
        """
        self.live.pop(field, None)
        if self.falls:
            self.holders[field] = holder if self.holders.get(field, holder) == holder else ""
        self.store(field, value)
        if isinstance(value, ObjectRef) and isinstance(self.contents(value), _FILLED) and self.stored.get(field):
            self.live[field] = len(self.stored[field]) - 1, value

    def settle(self) -> None:
        """Store what the lists, maps and builders in fields have at the end."""
        for field, (number, value) in self.live.items():
            if number >= 0 and isinstance(self.contents(value), _FILLED):
                frozen = self.freeze(value)
                if frozen is not None:
                    self.stored[field][number] = frozen

    def passed_through(self, value: Value | None, member: int) -> Value | None:
        """A value that came from a field or a method."""
        if isinstance(value, TextValue) and value.parts:
            via = merged((member,), value.via, MAX_VIA)
            passed = TextValue(value.text, value.first, value.parts, value.needs, via)
            self.sources[id(passed)] = passed, value
            return passed
        if isinstance(value, Choice):
            if self._known(value).numbers:
                return value
            return Choice(
                tuple([Alternative(one.when, self.passed_through(one.value, member)) for one in value.alternatives])
            )
        return value

    def freeze(self, value: Value | None, depth: int = 0, known: FrozenObjects | None = None) -> Value | None:
        """A value without references to the heap.

        Args:
            value: the value.
            depth: number of objects around it.
            known: what was frozen before of the whole value. Objects refer to each other again and again.
        """
        if not isinstance(value, (Choice, ObjectRef)):
            return None if isinstance(value, Receiver) else value
        its: FrozenObjects = {} if known is None else known
        key = value.number if isinstance(value, ObjectRef) else -id(value), depth
        if key in its:
            return its[key][0]
        if len(its) >= MAX_SHARED:
            return None
        frozen: Value | None = None
        if isinstance(value, Choice):
            inside = self._inside(value)
            keys = [(-id(one.value), depth) for one in inside]
            if keys and len(its) + len(keys) <= MAX_SHARED:
                its.update(zip(keys, [(one.normal, one.value) for one in inside], strict=True))
                return its[key][0]
            frozen = choice([Alternative(one.when, self.freeze(one.value, depth, its)) for one in value.alternatives])
        elif depth <= _MAX_FROZEN and (contents := self.heap.get(value.number)) is not None:
            frozen = Frozen(_each(contents, lambda item: self.freeze(item, depth + 1, its)))
        its[key] = frozen, value  # the value is kept so that its identity is not reused
        return frozen

    def thaw(self, value: Value | None) -> Value | None:
        """A value with its contents in the heap of this walk; the fields of an object follow when they are read."""
        if isinstance(value, Choice):
            known = self._known(value)
            if not known.nested and not known.outside:
                return value
            if known.thawed:
                return known.thawed[0]
            thawed = choice([Alternative(one.when, self.thaw(one.value)) for one in value.alternatives])
            if known.constant:
                known.thawed = (thawed,)
            return thawed
        if not isinstance(value, Frozen):
            return value
        contents = value.contents
        return self.allocate(contents if isinstance(contents, InstanceValue) else _each(contents, self.thaw))

    def _known(self, value: Choice) -> "_KnownChoice":
        """What is known of a choice. It can have thousands of others inside, and is read again and again."""
        known = self.choices.get(id(value))
        if known is None:
            self.kept += 1
            if self.kept >= _MAX_CHOICES:
                self.choices.clear()
                self.kept = 0
            known = self.choices[id(value)] = _KnownChoice(value)
            inner = [one.value for one in value.alternatives]
            for one in inner:
                if isinstance(one, Choice):
                    its = self._known(one)
                    known.nested = True
                    known.constant &= its.constant
                    known.numbers &= its.numbers
                elif isinstance(one, TextValue):
                    known.numbers &= not one.parts
                elif isinstance(one, (ObjectRef, Frozen)):
                    known.constant = False
                    known.outside |= isinstance(one, Frozen)
        return known

    def _inside(self, value: Choice) -> tuple[_KnownChoice, ...]:
        """A choice of constants and the choices inside, each once; see ``_KnownChoice.inside``."""
        known = self._known(value)
        if known.inside is None:
            known.inside = ()
            every = {id(value): known}
            alternatives = []
            for one in value.alternatives if known.constant else ():
                inner = one.value
                if isinstance(inner, Choice):
                    its = self._inside(inner)
                    every.update((id(other.value), other) for other in its)
                    if not its or len(every) > MAX_SHARED:
                        return known.inside
                    inner = its[0].normal
                alternatives.append(one if inner is one.value else Alternative(one.when, inner))
            if known.constant:
                same = all(map(operator.is_, alternatives, value.alternatives))
                known.normal = same_choice(value) if same else choice(alternatives)
                known.inside = tuple(every.values())
                self.kept += len(every)
        return known.inside

    def merge(self, states: Sequence[PathState], labels: Sequence[PathLabel] = ()) -> PathState:
        """One state for several paths.

        Args:
            states: the state at the end of each path. A single one is given back: nothing else may change it.
            labels: the condition of each path; a new one if missing.
        """
        if len(states) == 1:
            return states[0]
        self.joins += 1
        return merge_states(states, labels or [(self.joins, number) for number in range(len(states))])

    def loops(self) -> bool:
        """True if the current method has a loop."""
        if self.order.runs:
            return self.order.loops
        known = self.looping.get(self.method)
        if known is None:
            known = self.looping[self.method] = has_loop(self.units)
        return known

    def comes_later(self, target: int, at: int) -> bool:
        """True if a unit where a block begins is walked after another unit, which is walked now."""
        rank = self.order.ranks.get(target, self.rank)
        return target > at if rank == self.rank else rank > self.rank

    def charge(self) -> None:
        """Count searches of the app as work: at most some seconds in all."""
        self.left -= (self.app.searched - self.searched) // _SEARCH
        self.searched = self.app.searched

    @abstractmethod
    def run(self, method: MethodCode, arguments: Sequence[Value | None], stop: int | None = None) -> Value | None:
        """Walk a method in the current heap. Returns its result."""


def _is_new(value: TextValue) -> bool:
    """True if a text is no constant of the code, and known in part."""
    constant = not value.text or value.parts == (value.text,)
    return not constant and (len(value.parts) > 1 or HOLE not in value.text)


def _each(contents: Contents, change: Callable[[Value | None], Value | None]) -> Contents:
    """The contents with changed values."""
    match contents:
        case TextValue():
            return contents
        case Choice():
            return contents
        case ArrayValue(items):
            return contents if NUMBERS.issuperset(map(type, items)) else ArrayValue(tuple(map(change, items)))
        case MapValue(items):
            return MapValue({key: change(value) for key, value in items.items()})
        case InstanceValue(kind, fields):
            return InstanceValue(kind, {field: change(value) for field, value in fields.items()})
        case PartsValue(values):
            changed = {role: change(value) for role, value in values.items()}
            return PartsValue({role: value for role, value in changed.items() if value is not None})


type CallHandler = Callable[[WalkState, Sequence[Value | None], Sequence[int]], None]
"""Effect of a call, with the values and the registers of its arguments."""
