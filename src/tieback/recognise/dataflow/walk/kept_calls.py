"""Calls whose outcome is kept: half of the code of a walk is behind a call that an earlier walk made, too.

A call with equal arguments has the same outcome as long as all that it read is the same: the values of fields,
and which methods are followed. The outcome is its result, the objects that it made or changed, and what it found
and stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import msgspec
from msgspec.structs import replace

from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.methods.values import (
    NUMBERS,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    EndpointParts,
    Frozen,
    InstanceValue,
    MapValue,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    When,
)
from tieback.recognise.dataflow.walk.state import (
    MAX_BUILT,
    MAX_OBJECTS,
    BuiltText,
    WalkState,
    each_inside,
)
from tieback.recognise.dataflow.walk.trail import MAX_DEPTH, Trail

LEAST_UNITS = 12
"""Fewest code units of a method whose calls are kept; to walk a shorter one takes less time."""
LONG_UNITS = 60
"""Fewest code units of a method whose outcome is kept at its first call, and not at its second."""
_MOST_KEPT = 4_000
"""Most calls that are kept for one app."""
_MOST_INSIDE = 128
"""Most values in the arguments of a call that is kept."""
_MOST_MADE = 64
"""Most objects that such a call makes or changes."""

type _Key = tuple[object, ...]
type _Found = TextValue | EndpointParts


class Arguments(msgspec.Struct, gc=False):
    """The arguments of a call, as far as a walk knows them."""

    key: _Key
    """The method and the values; equal for calls with the same outcome."""
    objects: list[int]
    """Numbers of the objects in them, in order."""
    texts: list[TextValue]
    held: list[Frozen]
    """Values of which the key has only the identity."""


class Kept(msgspec.Struct, gc=False):
    """The outcome of a call."""

    arguments: Arguments
    trail: Trail
    depth: int
    """Number of methods around it."""
    before: tuple[int, int]
    """Numbers of objects and of joins before it."""
    made: tuple[int, int]
    """Numbers of objects and of joins that it took."""
    result: Value | None
    heap: dict[int, Contents | None]
    """Objects that it made or changed."""
    emptied: bool
    """True if no path leads to its end."""
    built: list[BuiltText]
    consumed: list[_Found]
    sources: list[tuple[TextValue, TextValue]]
    emitted: list[tuple[int, list[_Found]]]


def arguments_of(walk: WalkState, target: MethodCode, values: Sequence[Value | None]) -> Arguments | None:
    """The arguments of a call; ``None`` if its outcome is not kept."""
    if target.code.units < LEAST_UNITS:
        return None
    reader = _Reader(walk)
    key = (target.identity, *[reader.key(value) for value in values])
    if reader.left < 0 or (walk.emitted and not walk.emitted.keys().isdisjoint(reader.numbers)):
        return None
    return Arguments(key, list(reader.numbers), reader.texts, reader.held)


def is_first(walk: WalkState, target: MethodCode, arguments: Arguments) -> bool:
    """True for the first call of a short method with these arguments: most are not made again."""
    if target.code.units >= LONG_UNITS:
        return False
    key = hash(arguments.key)
    first = key not in walk.called
    walk.called.add(key)
    return first


class _Reader:
    """Reads arguments and what they refer to."""

    def __init__(self, walk: WalkState) -> None:
        self._heap = walk.heap
        self.numbers: dict[int, int] = {}
        self.texts: list[TextValue] = []
        self.held: list[Frozen] = []
        self.left = _MOST_INSIDE

    def key(self, value: Value | None) -> object:
        """What is equal for equal values."""
        self.left -= 1
        if isinstance(value, TextValue):
            self.texts.append(value)
            return value
        if value is None or isinstance(value, int):
            return value
        if self.left < 0:
            return None
        if isinstance(value, ObjectRef):
            known = self.numbers.get(value.number)
            if known is not None:
                return "again", known
            self.numbers[value.number] = len(self.numbers)
            return "object", self._contents(self._heap.get(value.number))
        if isinstance(value, Choice):
            return "choice", *[(one.when, self.key(one.value)) for one in value.alternatives]
        self.held.append(value)
        return "held", id(value)

    def _contents(self, contents: Contents | None) -> object:
        match contents:
            case ArrayValue(items):
                plain = NUMBERS.issuperset(map(type, items))
                return "array", *(items if plain else [self.key(item) for item in items])
            case InstanceValue(kind, fields):
                return kind, *[(field, self.key(value)) for field, value in fields.items()]
            case MapValue(entries):
                return "map", *[(key, self.key(value)) for key, value in entries.items()]
            case PartsValue(parts):
                return "parts", *[(role, self.key(value)) for role, value in parts.items()]
        return "text", self.key(contents)


def applies(walk: WalkState, kept: Kept) -> bool:
    """True if all that an outcome depends on is as before."""
    trail, depth = kept.trail, len(walk.stack)
    if depth != kept.depth and (trail.bounded or depth + trail.deepest - kept.depth > MAX_DEPTH):
        return False
    return (
        walk.demand.isdisjoint(trail.unfollowed)
        and walk.followed.isdisjoint(trail.signatures)
        and trail.entered.isdisjoint(walk.stack)
        and walk.stored.keys().isdisjoint(trail.statics)
        and len(walk.heap) + len(kept.heap) < MAX_OBJECTS
        and len(walk.built) + len(kept.built) < MAX_BUILT
        and not any(map(walk.has_changed, trail.read.items()))
    )


class Call:
    """A call that a walk makes; its outcome is kept afterwards."""

    def __init__(self, walk: WalkState, arguments: Arguments, before: Mapping[int, Contents]) -> None:
        self._arguments = arguments
        self._before = before
        self._outer, walk.trail = walk.trail, Trail()
        self._counts = walk.allocated, walk.joins
        self._found = len(walk.built), len(walk.consumed), len(walk.sources)
        self._emitted = dict(walk.emitted)
        self._unread = walk.unread

    def end(self, walk: WalkState, result: Value | None) -> None:
        """Keep the outcome, if it depends on nothing else."""
        trail, walk.trail = walk.trail, self._outer
        trail.deepest = max(trail.deepest, len(walk.stack) + 1)
        walk.trail.add(trail)
        walk.trail.stores += trail.stores
        walk.trail.tries += trail.tries
        if (
            trail.lowest < len(walk.stack)
            or walk.is_cut
            or walk.unread != self._unread
            or len(walk.built) >= MAX_BUILT
            or len(trail.stores) > _MOST_MADE
        ):
            return
        heap = self._changed(walk, result)
        if heap is None:
            return
        if len(walk.outcomes) >= _MOST_KEPT:
            walk.outcomes.clear()
        walk.outcomes[self._arguments.key] = self._outcome(walk, trail, result, heap)

    def _outcome(self, walk: WalkState, trail: Trail, result: Value | None, heap: dict[int, Contents | None]) -> Kept:
        built, consumed, sources = self._found
        found = walk.built[built:]
        texts = {id(one.value) for one in found}
        texts.update(map(id, self._arguments.texts))
        depth = len(walk.stack)
        passed: list[tuple[TextValue, TextValue]] = []
        for text, before in _after(walk.sources, sources):
            if id(before) in texts:
                texts.add(id(text))
                passed.append((text, before))
        used = [one for one in _after(walk.consumed, consumed) if id(one) in texts]
        emitted = [(number, list(its)) for number, its in walk.emitted.items() if self._emitted.get(number) is not its]
        return Kept(
            self._arguments,
            trail,
            depth,
            self._counts,
            (walk.allocated - self._counts[0], walk.joins - self._counts[1]),
            result,
            heap,
            bool(self._before) and not walk.heap,
            [one._replace(chain=one.chain[depth:]) for one in found],
            used,
            passed,
            emitted,
        )

    def _changed(self, walk: WalkState, result: Value | None) -> dict[int, Contents | None] | None:
        """The objects that the call made or changed; ``None`` if it is more than the outcome can have."""
        heap, first = walk.heap, self._counts[0]
        given = set(self._arguments.objects)
        changed: dict[int, Contents | None] = {}
        if not heap:
            return changed
        for number, contents in self._before.items():
            if heap.get(number) is not contents:
                if number not in given:
                    return None
                changed[number] = heap.get(number)
        waiting = [number for number, one in heap.items() if number > first and isinstance(one, InstanceValue)]
        waiting += _refs((result,))
        for one in changed.values():
            waiting += _refs(_values(one))
        while waiting:
            number = waiting.pop()
            if number in changed or number in given or number not in heap:
                continue
            if number <= first or len(changed) >= _MOST_MADE:
                return None
            changed[number] = heap[number]
            waiting += _refs(_values(heap[number]))
        return dict(sorted(changed.items()))


def _after[T](items: dict[int, T], count: int) -> list[T]:
    """The values of a mapping after its first ones."""
    found = list(islice(reversed(items.values()), max(0, len(items) - count)))
    found.reverse()
    return found


def _values(contents: Contents | None) -> Iterable[Value | None]:
    match contents:
        case ArrayValue(items):
            return () if NUMBERS.issuperset(map(type, items)) else items
        case InstanceValue(_, fields):
            return fields.values()
        case MapValue(entries):
            return entries.values()
        case PartsValue(parts):
            return parts.values()
        case Choice():
            return (contents,)
    return ()


def _refs(values: Iterable[Value | None]) -> list[int]:
    """Numbers of the objects to which values refer."""
    found: list[int] = []
    for value in values:
        if isinstance(value, ObjectRef):
            found.append(value.number)
        elif isinstance(value, Choice):
            found += _refs([one.value for one in value.alternatives])
    return found


def repeat(walk: WalkState, kept: Kept, arguments: Arguments) -> Value | None:
    """Apply the outcome of an earlier call with equal arguments. Returns its result."""
    walk.left -= 1 + len(kept.heap) + len(kept.built) + len(kept.trail.stores)
    copy = _Copy(walk, kept, arguments)
    walk.allocated += kept.made[0]
    walk.joins += kept.made[1]
    if kept.emptied:
        walk.heap = {}
    for number, contents in kept.heap.items():
        if contents is None:
            walk.heap.pop(copy.number(number), None)
        else:
            walk.heap[copy.number(number)] = copy.contents(contents)
    chain = tuple(walk.stack)
    for one in kept.built:
        walk.built.append(one._replace(value=copy.found(one.value), chain=(*chain, *one.chain)))
    for text, before in kept.sources:
        passed = copy.text(text)
        walk.sources[id(passed)] = passed, copy.text(before)
    for used in kept.consumed:
        if isinstance(used, TextValue):
            walk.consume(copy.text(used))
        else:
            walk.consumed[id(copy.found(used))] = copy.found(used)
    for number, its in kept.emitted:
        walk.emitted[copy.number(number)] = [copy.found(one) for one in its]
    for field, value in kept.trail.stores:
        walk.keep(field, value)
    for key, units, fruitful in kept.trail.tries:
        walk.note_try(key, units, fruitful=fruitful)
    walk.trail.add(kept.trail, len(walk.stack) - kept.depth)
    return copy.value(kept.result)


class _Copy:
    """Replaces what an outcome has of its own walk by what is in its place in another walk."""

    def __init__(self, walk: WalkState, kept: Kept, arguments: Arguments) -> None:
        self._first, self._joins = kept.before
        self._further, self._shift = walk.allocated - self._first, walk.joins - self._joins
        self._numbers = dict(zip(kept.arguments.objects, arguments.objects, strict=True))
        self._texts = {id(old): new for old, new in zip(kept.arguments.texts, arguments.texts, strict=True)}
        # What was found is an object of its own each time: one can be a part of a longer text, and another not.
        self._parts: dict[int, EndpointParts] = {}
        for one in kept.built:
            if isinstance(one.value, TextValue):
                self._texts.setdefault(id(one.value), replace(one.value))
            else:
                self._parts.setdefault(id(one.value), replace(one.value))
        for text, _ in kept.sources:
            self._texts.setdefault(id(text), replace(text))

    def number(self, number: int) -> int:
        """The number of an object."""
        known = self._numbers.get(number)
        return known if known is not None else number + self._further if number > self._first else number

    def text(self, text: TextValue) -> TextValue:
        """A text."""
        return self._texts.get(id(text), text)

    def found(self, value: _Found) -> _Found:
        """A text or the parts of an endpoint that were found."""
        return self.text(value) if isinstance(value, TextValue) else self._parts.get(id(value), value)

    def contents(self, contents: Contents) -> Contents:
        """Contents of an object."""
        if isinstance(contents, TextValue):
            return self.text(contents)
        if isinstance(contents, Choice):
            return self._choice(contents)
        return each_inside(contents, self.value)

    def value(self, value: Value | None) -> Value | None:
        """Any value."""
        if isinstance(value, TextValue):
            return self.text(value)
        if isinstance(value, ObjectRef):
            return ObjectRef(self.number(value.number))
        return self._choice(value) if isinstance(value, Choice) else value

    def _choice(self, value: Choice) -> Choice:
        changed = [Alternative(self._when(one.when), self.value(one.value)) for one in value.alternatives]
        same = all(
            one.when is other.when and one.value is other.value
            for one, other in zip(changed, value.alternatives, strict=True)
        )
        return value if same else Choice(tuple(changed))

    def _when(self, when: When) -> When:
        """A condition, with the places of this walk where paths meet."""
        if not self._shift or not any(type(place) is int and place > self._joins for place, _ in when):
            return when
        return frozenset(
            (place + self._shift if isinstance(place, int) and place > self._joins else place, number)
            for place, number in when
        )
