"""Values of fields: initial values of static fields, and values that walked methods store.

A field of an object that a walk cannot see has the values that any object of the class has. Values of several fields
that belong to the same object stay together.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.methods.values import (
    EMPTY,
    HOLE,
    MAX_ALTERNATIVES,
    Alternative,
    ArrayValue,
    Choice,
    Frozen,
    InstanceValue,
    TextValue,
    Value,
    choice,
    place,
)

_STRING = "Ljava/lang/String;"
_MAX_CLASSES = 5_000
"""Most classes whose initial values are read."""
_MAX_ROWS = 2_000
"""Most objects whose fields are kept."""
_MAX_USERS = 1_000
"""Most methods that store a field whose value is known: all are read again when one of them stores another value."""


class _InitialValues(NamedTuple):
    """Initial values of the static fields of a class."""

    file: int
    """Number of the DEX file."""
    values: dict[tuple[int, int], tuple[int, encoded.Encoded]]
    """Index of the field and its value, by string index of its name and type index."""


class _Origin:
    """The methods that store a field. The hash is kept: each alternative of the field has one."""

    __slots__ = ("_hash", "key")

    def __init__(self, key: tuple[object, ...]) -> None:
        self.key = key
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Origin) and self.key == other.key


class FieldValues:
    """Values of the fields of an app, by identity."""

    def __init__(
        self, app: AppCode, computed: Mapping[tuple[str, str], str | tuple[str | None, ...]] | None = None
    ) -> None:
        """The code of an app, and the texts that its static initialisers compute, by class and field."""
        self._app = app
        self._computed = computed if computed is not None else {}
        self._classes: dict[str, _InitialValues | None] = {}
        self._stored: dict[int, Mapping[int, Sequence[Value]]] = {}
        self._objects: dict[int, Mapping[int, Sequence[tuple[int, Value | None]]]] = {}
        """For each method the values in the fields of its objects, by field, with the number of the object."""
        self._owners: dict[int, dict[int, None]] = {}
        self._users: dict[int, dict[int, None]] = {}
        """Methods that store each field."""
        self._holders: dict[int, Mapping[int, str]] = {}
        """For each method the classes of the objects whose fields it stores, by field."""
        self._kinds: dict[int, Sequence[str]] = {}
        """For each method the classes of the objects that it creates."""
        self.writers: Callable[[int], Iterable[int]] = lambda _: ()
        """Gives the methods that store a field, if they are known."""
        self._cached: dict[int, Value | None] = {}
        self._of_kind: dict[int, dict[str, Value | None]] = {}
        self._above: dict[str, frozenset[str]] = {}

    def value(self, field: int, kind: str = "") -> Value | None:
        """The possible values of a field; ``None`` if there is none, or more than ``MAX_ALTERNATIVES``.

        Args:
            field: the field.
            kind: class of the object, if it is known: it has no values of objects whose class is neither above nor
                below. Without any other value all count.
        """
        if field not in self._cached:
            self._cached[field] = self._gathered(field)
            self._of_kind.pop(field, None)
        if not kind:
            return self._cached[field]
        known = self._of_kind.setdefault(field, {})
        if kind not in known:
            found = self._gathered(field, kind)
            known[kind] = found if found is not None else self._cached[field]
        return known[kind]

    def record(
        self,
        method: int,
        stored: Mapping[int, Sequence[Value]],
        objects: Sequence[InstanceValue],
        watched: Container[int],
        holders: Mapping[int, str] | None = None,
    ) -> frozenset[int]:
        """Replace what a walk from a method stored. Returns the watched fields whose possible values changed.

        Args:
            method: the method.
            stored: values by field, of objects that the walk did not see being created.
            objects: objects that were created.
            watched: the fields.
            holders: class of the objects of a field in ``stored``, if it is known.
        """
        if not (stored or objects or method in self._owners):
            return frozenset()
        fields = dict.fromkeys((*stored, *(field for one in objects for field in one.fields)))
        touched = {**self._owners.get(method, {}), **fields}
        before = {field: self.value(field) for field in touched if field in watched}
        # A method that is walked again keeps its place: another order of the same values is no change.
        for field in self._owners.get(method, {}).keys() - fields.keys():
            self._users[field].pop(method, None)
        for field in fields:
            self._users.setdefault(field, {})[method] = None
        self._owners[method] = fields
        self._stored[method] = stored
        self._holders[method] = holders or {}
        self._kinds[method] = [one.kind for one in objects[:_MAX_ROWS]]
        held = self._objects[method] = dict[int, list[tuple[int, Value | None]]]()
        for number, one in enumerate(objects[:_MAX_ROWS]):
            for field, value in one.fields.items():
                held.setdefault(field, []).append((number, value))
        for field in touched:
            self._cached.pop(field, None)
            self._of_kind.pop(field, None)
        return frozenset(field for field, value in before.items() if self.value(field) != value)

    def _is_related(self, kind: str, other: str) -> bool:
        """True if an object of a class can be of another one too, as far as both are known."""
        if not kind or not other or kind == other:
            return True
        for one in (kind, other):
            if one not in self._above:
                self._above[one] = frozenset(self._app.ancestors(one))
        return kind in self._above[other] or other in self._above[kind]

    def _of_objects(self, method: int, field: int, kind: str) -> Iterator[tuple[int, Value | None]]:
        """The values that a method gives a field of the objects that it creates and that can be of a class."""
        for number, value in self._objects[method].get(field, ()):
            if self._is_related(kind, self._kinds[method][number]):
                yield number, value

    def _gathered(self, field: int, kind: str = "") -> Value | None:
        ref = self._app.ref(field)
        initial = self._initial(ref)
        users: Sequence[int] = tuple(self._users.get(field, ()))
        if (ref.owner, ref.name) in self._computed:
            users = [user for user in users if self._app.ref(user)[:2] != (ref.owner, "<clinit>")]
        # Fields that the same methods store have the values of one method together.
        if len(users) > _MAX_USERS:
            return None
        origin = _Origin((ref.owner, tuple(users), initial is not None))
        loose: list[Alternative] = []
        if initial is not None:
            loose.append(Alternative(frozenset(((origin, -1),)), initial))
        found: list[Alternative] = []
        for method in users:
            for number, value in self._of_objects(method, field, kind):
                when = frozenset(((ref.owner, method << 12 | number),))
                found += [Alternative(when, one) for one in _known((value,))]
            related = self._is_related(kind, self._holders[method].get(field, ""))
            values = _known(self._stored[method].get(field, ())) if related else []
            if len(values) == 1:
                loose.append(Alternative(frozenset(((origin, method),)), values[0]))
            else:
                alone = (field, method)
                loose += [Alternative(frozenset(((alone, order),)), held) for order, held in enumerate(values)]
            if len(found) + len(loose) > 8 * MAX_ALTERNATIVES:
                return None
        if found and loose:
            # Some objects are not known, so that the values of different fields cannot be matched.
            unique = list({repr(one.value): one.value for one in (*found, *loose)}.values())
            found = [Alternative(frozenset(((field, number),)), value) for number, value in enumerate(unique)]
        else:
            found = found or loose
        found = list(self._marked(ref, field, users, found))
        chosen = choice(found)
        if chosen == 0 and ref.kind[:1] in ("L", "["):
            return None  # only null: code forgets an object there that comes from somewhere else
        return None if isinstance(chosen, TextValue) and chosen.text == HOLE else chosen

    def _marked(
        self, ref: MemberRef, field: int, users: Sequence[int], found: Sequence[Alternative]
    ) -> Sequence[Alternative]:
        """The values, of which an empty text that a field has only until code sets it is a part of its own.

        See ``unset_parts``. A text with an unknown part would not pass through other fields.
        """
        if not any(_is_empty(one.value) for one in found):
            return found
        stored = [value for user in users for value in self._stored[user].get(field, ())]
        stored += [value for user in users for _, value in self._objects[user].get(field, ()) if value is not None]
        is_set = any(map(_has_hole, stored)) or any(writer not in users for writer in self.writers(field))
        mark = (EMPTY,) if is_set or not self._app.is_own(ref.owner) else ()
        return [
            Alternative(one.when, replace(one.value, parts=mark))
            if isinstance(one.value, TextValue) and _is_empty(one.value)
            else one
            for one in found
        ]

    def anchored(self, file: int, row: int) -> list[int]:
        """Fields of a class with an initial value that is a text."""
        owner = self._app.files[file].descriptor(int(self._app.files[file].classes[row]["type"]))
        held = self._class(owner)
        texts = held.values.values() if held is not None else ()
        return [
            self._app.field(held.file, index)
            for index, value in texts
            if held is not None and isinstance(value, encoded.StringId)
        ]

    def initial_text(self, field: int) -> str:
        """The text that a static field has at first; empty for other members."""
        ref = self._app.ref(field)
        value = self._initial(ref) if ref.kind == _STRING else None
        return value.text if isinstance(value, TextValue) else ""

    def _initial(self, ref: MemberRef) -> Value | None:
        """The initial value of a static field, or what an initialiser computes for it."""
        computed = self._computed.get((ref.owner, ref.name))
        if computed is not None:
            return _constant(computed)
        held = self._class(ref.owner)
        if held is None:
            return None
        dex = self._app.files[held.file]
        name = self._app.string_of(held.file, ref.name)
        kind = self._app.type_of(held.file, ref.kind)
        _, value = held.values.get((name, kind), (0, None))
        if isinstance(value, encoded.StringId):
            text = dex.string(value.string)
            return TextValue(text, place(held.file, value.string), (text,))
        # Zero stands for a field without a value that precedes a field with one.
        return value if isinstance(value, int) and value else None

    def _class(self, owner: str) -> "_InitialValues | None":
        """The initial values of the static fields of a class."""
        if owner not in self._classes:
            if len(self._classes) >= _MAX_CLASSES:
                return None
            self._classes[owner] = self._read_class(owner)
        return self._classes[owner]

    def _read_class(self, owner: str) -> "_InitialValues | None":
        found = self._app.class_of(owner)
        if found is None:
            return None
        file, row = found
        dex = self._app.files[file]
        at = int(dex.classes[row]["values"])
        if not at:
            return None
        values: dict[tuple[int, int], tuple[int, encoded.Encoded]] = {}
        for index, value in zip(dex.class_data(row).static_fields, dex.values.array(at)[0], strict=False):
            member = dex.field(index)
            if member is not None:
                values[member.name, member.kind] = index, value
        return _InitialValues(file, values)


def _constant(computed: str | tuple[str | None, ...]) -> Value:
    if isinstance(computed, str):
        return TextValue(computed, parts=(computed,))
    return Frozen(ArrayValue(tuple(None if one is None else TextValue(one, parts=(one,)) for one in computed)))


def _is_empty(value: Value | None) -> bool:
    return type(value) is TextValue and not value.text


def _has_hole(value: Value) -> bool:
    """True if a value is unknown, at least in part or on one way."""
    if type(value) is Choice:
        return any(one.value is None or _has_hole(one.value) for one in value.alternatives)
    return type(value) is TextValue and HOLE in value.text


def _known(values: Iterable[Value | None]) -> list[Value]:
    """The alternatives that are constants or objects."""
    found: list[Value] = []
    for value in values:
        if type(value) is Choice:  # faster than ``isinstance``
            found += _known([one.value for one in value.alternatives])
        elif type(value) is TextValue:
            if HOLE not in value.text:
                found.append(replace(value, needs=()) if value.needs else value)
        elif type(value) is int or type(value) is Frozen:
            found.append(value)
    return found
