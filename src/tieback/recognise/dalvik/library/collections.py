"""Arrays, ``Arrays``, ``Objects``, lists, maps and sets. A ``HashMap`` has no order here, because it is not known."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, ClassRef, JavaArray, JavaObject, NotRunnableError, int32

_ARRAY_TYPES = ("[B", "[C", "[I", "[J", "[S", "[Z", "[Ljava/lang/Object;")
_LISTS = ("ArrayList", "LinkedList", "List", "Collection", "AbstractList", "Vector", "Stack", "Deque", "ArrayDeque")
_MAPS = ("HashMap", "LinkedHashMap", "TreeMap", "Hashtable", "Map", "concurrent/ConcurrentHashMap", "AbstractMap",
         "EnumMap", "Properties")  # fmt: skip
_SETS = ("HashSet", "LinkedHashSet", "Set")
_ITEM = 64
"""Bytes that an item of a collection stands for in the memory limit."""
_HASH = MethodRef("", "hashCode", "", "I")
_ENTRY = "Ljava/util/Map$Entry;"
_ORDERED = ("Ljava/util/LinkedHashMap;", "Ljava/util/EnumMap;")
_OUT = "Ljava/lang/IndexOutOfBoundsException;"

type Arguments = Sequence[Any]


def _array(value: Any) -> JavaArray:
    if not isinstance(value, JavaArray):
        raise NotRunnableError("an array that is not known")
    return value


def _copy_part(machine: Machine, a: Arguments) -> None:
    """``System.arraycopy``."""
    source, begin, target, place, count = a
    items, others = _array(source).items, _array(target).items
    if min(begin, place, count) < 0 or begin + count > len(items) or place + count > len(others):
        raise machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    machine.spend(count >> 3)
    others[place : place + count] = items[begin : begin + count]


def _copy_range(machine: Machine, a: Arguments) -> JavaArray:
    array, begin, end = (a[0], 0, a[1]) if len(a) == 2 else a
    items = _array(array).items
    if not 0 <= begin <= min(end, len(items)):
        raise machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    new = machine.array(array.kind, end - begin)
    part = items[begin:end]
    new.items[: len(part)] = part
    return new


def _copy_typed(machine: Machine, a: Arguments) -> JavaArray:
    """A copy of an array of objects whose items have another type."""
    *place, kind = a
    if not isinstance(kind, ClassRef) or not kind.kind.startswith("["):
        raise NotRunnableError("a class that is not known")
    made = _copy_range(machine, place)
    return JavaArray(kind.kind, made.items)


def _fill(machine: Machine, a: Arguments) -> None:
    items = _array(a[0]).items
    machine.spend(len(items) >> 3)
    items[:] = [a[1]] * len(items)


def _fill_part(machine: Machine, a: Arguments) -> None:
    items, begin, end = _array(a[0]).items, a[1], a[2]
    if not 0 <= begin <= end <= len(items):
        raise machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    machine.spend(end - begin >> 3)
    items[begin:end] = [a[3]] * (end - begin)


def _equal_arrays(machine: Machine, a: Arguments) -> int:
    if not isinstance(a[0], JavaArray) or not isinstance(a[1], JavaArray):
        return int(a[0] == a[1])
    if a[0].kind[:1] in ("L", "["):
        raise NotRunnableError("a comparison of arrays of objects")
    machine.spend(len(a[0].items) >> 3)
    return int(a[0].items == a[1].items)


def _clone(machine: Machine, a: Arguments) -> JavaArray:
    array = _array(a[0])
    machine.spend(len(array.items) >> 3)
    return machine.keep(JavaArray(array.kind, list(array.items)))


def _array_hash(machine: Machine, a: Arguments) -> int:
    items = _array(a[0]).items
    machine.spend(len(items))
    value = 1
    for item in items:
        value = int32(31 * value + item)
    return value


# Lists


def items_of(value: Any) -> list[Any]:
    """The items of a list. Raises ``NotRunnableError`` if they are not known."""
    if isinstance(value, JavaObject) and isinstance(value.payload, list):
        return value.payload
    raise NotRunnableError("a list that is not known")


def _collected(machine: Machine, value: Any) -> list[Any]:
    """The items of a collection, also of a class of the app, such as ``ArrayAsCollection`` behind ``arrayListOf``."""
    if isinstance(value, JavaObject) and not isinstance(value.payload, list) and machine.path.defines(value.kind):
        return _array(machine.call(value, "toArray", "[Ljava/lang/Object;")).items
    return items_of(value)


def _new_list(machine: Machine, a: Arguments) -> None:
    items = list(_collected(machine, a[1])) if len(a) > 1 and isinstance(a[1], JavaObject) else []
    machine.allocate(_ITEM * (1 + len(items)))
    a[0].payload = items


def _add(machine: Machine, a: Arguments) -> int:
    machine.allocate(_ITEM)
    items_of(a[0]).append(a[1])
    return 1


def _insert(machine: Machine, a: Arguments) -> None:
    items = items_of(a[0])
    machine.allocate(_ITEM)
    machine.spend(len(items) >> 6)
    if not 0 <= a[1] <= len(items):
        raise machine.thrown(_OUT)
    items.insert(a[1], a[2])


def _at(machine: Machine, a: Arguments) -> int:
    if not 0 <= a[1] < len(items_of(a[0])):
        raise machine.thrown(_OUT)
    return int(a[1])


def _set(machine: Machine, a: Arguments) -> Any:
    items, at = items_of(a[0]), _at(machine, a)
    old, items[at] = items[at], a[2]
    return old


def _remove(machine: Machine, a: Arguments) -> Any:
    machine.spend(len(items_of(a[0])) >> 6)
    return items_of(a[0]).pop(_at(machine, a))


def _end(machine: Machine, a: Arguments, at: int) -> Any:
    items = items_of(a[0])
    if not items:
        raise machine.thrown("Ljava/util/NoSuchElementException;")
    machine.spend(len(items) >> 6)
    return items.pop(at)


def _index(machine: Machine, a: Arguments) -> int:
    items = items_of(a[0])
    machine.spend(len(items) * (len(a[1]) >> 8 if isinstance(a[1], str) else 0) + (len(items) >> 2))
    return items.index(a[1]) if a[1] in items else -1


def _add_all(machine: Machine, a: Arguments) -> int:
    added = list(_collected(machine, a[1]))
    machine.allocate(_ITEM * len(added))
    items_of(a[0]).extend(added)
    return int(bool(added))


def _clear(_: Machine, a: Arguments) -> None:
    a[0].payload.clear()


def _to_array(machine: Machine, a: Arguments) -> JavaArray:
    kind = a[1].kind if len(a) > 1 else "Ljava/lang/Object;"
    return machine.keep(JavaArray(kind, list(items_of(a[0]))))


def _as_list(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(_ITEM)
    return JavaObject("Ljava/util/ArrayList;", _array(a[0]).items)


def _made(machine: Machine, kind: str, payload: Any) -> JavaObject:
    machine.allocate(_ITEM)
    return JavaObject(kind, payload)


def _reverse(machine: Machine, a: Arguments) -> None:
    machine.spend(len(items_of(a[0])) >> 3)
    items_of(a[0]).reverse()


class Iterator:
    """Position in a list."""

    __slots__ = ("at", "items", "removes")

    def __init__(self, items: list[Any], *, removes: bool = False) -> None:
        self.items = items
        self.at = 0
        self.removes = removes
        """True if the items are those of the list itself."""


def _iterator(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(_ITEM)
    return JavaObject("Ljava/util/Iterator;", Iterator(items_of(a[0]), removes=True))


def _set_iterator(machine: Machine, a: Arguments) -> JavaObject:
    return JavaObject("Ljava/util/Iterator;", Iterator(items_of(_listed(dict.keys)(machine, a))))


def _take_out(machine: Machine, a: Arguments) -> None:
    """``remove`` of an iterator: the item that it gave last leaves the list."""
    its = a[0].payload
    if not isinstance(its, Iterator) or not its.removes:
        raise NotRunnableError("an iterator that is not known")
    if not 0 < its.at <= len(its.items):
        raise machine.thrown("Ljava/lang/IllegalStateException;")
    machine.spend(len(its.items) >> 6)
    its.at -= 1
    its.items.pop(its.at)


def _step(machine: Machine, a: Arguments) -> Any:
    its = a[0].payload
    if its.at >= len(its.items):
        raise machine.thrown("Ljava/util/NoSuchElementException;")
    its.at += 1
    return its.items[its.at - 1]


def _list_iterator(machine: Machine, a: Arguments) -> JavaObject:
    made = _iterator(machine, a)
    place = a[1] if len(a) > 1 else 0
    if not 0 <= place <= len(made.payload.items):
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    made.payload.at = place
    return made


def _step_back(machine: Machine, a: Arguments) -> Any:
    its = a[0].payload
    if its.at <= 0:
        raise machine.thrown("Ljava/util/NoSuchElementException;")
    its.at -= 1
    return its.items[its.at]


# Maps and sets


def _set_of(machine: Machine, a: Arguments) -> None:
    items = list(_collected(machine, a[1]))
    _new_map(machine, a[:1])
    for item in items:
        _include(machine, (a[0], item))


def entries_of(value: Any) -> dict[Any, Any]:
    """The entries of a map. Raises ``NotRunnableError`` if they are not known."""
    if isinstance(value, JavaObject) and isinstance(value.payload, dict):
        return value.payload
    raise NotRunnableError("a map that is not known")


def key_of(machine: Machine, value: Any) -> Any:
    """A value as a key; an object only if its class compares by reference, as an enumeration does."""
    if isinstance(value, JavaObject) and value.payload is None and machine.path.defines(value.kind):
        if machine.path.method(value.kind, _HASH) is None:
            return value
    elif value is not UNKNOWN and not (isinstance(value, JavaObject) and not isinstance(value.payload, str)):
        return value
    raise NotRunnableError("an object as a key")


def _copied_map(machine: Machine, a: Arguments) -> None:
    machine.allocate(_ITEM * (1 + len(entries_of(a[1]))))
    a[0].payload = dict(entries_of(a[1]))


def _put_all(machine: Machine, a: Arguments) -> None:
    machine.allocate(_ITEM * len(entries_of(a[1])))
    entries_of(a[0]).update(entries_of(a[1]))


def _put_absent(machine: Machine, a: Arguments) -> Any:
    old = _get(machine, a[:2])
    if old == 0:
        _put(machine, a)
    return old


def _new_map(machine: Machine, a: Arguments) -> None:
    machine.allocate(_ITEM)
    a[0].payload = {}


def _put(machine: Machine, a: Arguments) -> Any:
    machine.allocate(_ITEM)
    entries, key = entries_of(a[0]), key_of(machine, a[1])
    old = entries.get(key, 0)
    entries[key] = a[2]
    return old


def _put_item(machine: Machine, a: Arguments) -> None:
    _put(machine, a)


def _get(machine: Machine, a: Arguments) -> Any:
    return entries_of(a[0]).get(key_of(machine, a[1]), a[2] if len(a) > 2 else 0)


def _listed(view: Callable[[dict[Any, Any]], Iterable[Any]]) -> LibraryCall:
    """The keys, values or entries of a map as a list. The order of a ``HashMap`` does not matter to an entry."""

    def listed(machine: Machine, a: Arguments) -> JavaObject:
        entries = entries_of(a[0])
        if len(entries) > 1 and machine.outermost is None and a[0].kind not in _ORDERED:
            raise NotRunnableError("the order of a map")
        machine.allocate(_ITEM * (1 + len(entries)))
        return JavaObject("Ljava/util/ArrayList;", list(view(entries)))

    return listed


def _include(machine: Machine, a: Arguments) -> int:
    machine.allocate(_ITEM)
    entries, key = entries_of(a[0]), key_of(machine, a[1])
    new = key not in entries
    entries[key] = 1
    return int(new)


def _for(owners: Sequence[str], calls: dict[str, LibraryCall]) -> dict[str, LibraryCall]:
    return {f"Ljava/util/{owner};->{name}": call for owner in owners for name, call in calls.items()}


def _not_null(machine: Machine, a: Arguments) -> Any:
    if type(a[0]) is int and a[0] == 0:
        raise machine.thrown("Ljava/lang/NullPointerException;")
    return a[0]


def _same(_: Machine, a: Arguments) -> int:
    if UNKNOWN in a[:2] or isinstance(a[0], JavaObject):
        raise NotRunnableError("a comparison of objects")
    return int(a[0] == a[1])


def _calls() -> dict[str, LibraryCall]:
    size: Callable[[Machine, Arguments], int] = lambda _, a: len(a[0].payload)  # noqa: E731
    empty: Callable[[Machine, Arguments], int] = lambda _, a: int(not a[0].payload)  # noqa: E731
    found: dict[str, LibraryCall] = {
        "Ljava/lang/System;->arraycopy(Ljava/lang/Object;ILjava/lang/Object;II)": _copy_part,
        "Ljava/util/Arrays;->asList([Ljava/lang/Object;)": _as_list,
        "Ljava/util/Collections;->emptyList()": lambda m, _: _made(m, "Ljava/util/ArrayList;", []),
        "Ljava/util/Collections;->emptyMap()": lambda m, _: _made(m, "Ljava/util/HashMap;", {}),
        "Ljava/util/Collections;->singletonList(Ljava/lang/Object;)": lambda m, a: _made(
            m, "Ljava/util/ArrayList;", [a[0]]
        ),
        "Ljava/util/Collections;->reverse(Ljava/util/List;)": _reverse,
        "Ljava/util/Collections;->unmodifiableList(Ljava/util/List;)": lambda _, a: a[0],
        "Ljava/util/Collections;->unmodifiableMap(Ljava/util/Map;)": lambda _, a: a[0],
        "Ljava/util/Objects;->requireNonNull(Ljava/lang/Object;)": _not_null,
        "Ljava/util/Objects;->equals(Ljava/lang/Object;Ljava/lang/Object;)": _same,
        "Ljava/util/Iterator;->hasNext()": lambda _, a: int(a[0].payload.at < len(a[0].payload.items)),
        "Ljava/util/Iterator;->next()": _step,
        "Ljava/util/Iterator;->remove()": _take_out,
        "Ljava/util/ListIterator;->hasNext()": lambda _, a: int(a[0].payload.at < len(a[0].payload.items)),
        "Ljava/util/ListIterator;->next()": _step,
        "Ljava/util/ListIterator;->hasPrevious()": lambda _, a: int(a[0].payload.at > 0),
        "Ljava/util/ListIterator;->previous()": _step_back,
        "Ljava/util/ListIterator;->nextIndex()": lambda _, a: a[0].payload.at,
        "Ljava/util/ListIterator;->previousIndex()": lambda _, a: a[0].payload.at - 1,
        f"{_ENTRY}->getKey()": lambda _, a: a[0].payload[0],
        f"{_ENTRY}->getValue()": lambda _, a: a[0].payload[1],
    }
    for kind in _ARRAY_TYPES:
        element = kind[1:]
        found |= {
            f"Ljava/util/Arrays;->copyOf({kind}I)": _copy_range,
            f"Ljava/util/Arrays;->copyOfRange({kind}II)": _copy_range,
            f"Ljava/util/Arrays;->fill({kind}{element})": _fill,
            f"Ljava/util/Arrays;->fill({kind}II{element})": _fill_part,
            f"Ljava/util/Arrays;->equals({kind}{kind})": _equal_arrays,
        }
        if element in "BCIS":
            found[f"Ljava/util/Arrays;->hashCode({kind})"] = _array_hash
    for call in (
        "copyOf([Ljava/lang/Object;ILjava/lang/Class;)",
        "copyOfRange([Ljava/lang/Object;IILjava/lang/Class;)",
    ):
        found[f"Ljava/util/Arrays;->{call}"] = _copy_typed
    found["Ljava/lang/Object;->clone()"] = _clone
    lists: dict[str, LibraryCall] = {
        "<init>()": _new_list,
        "<init>(I)": _new_list,
        "<init>(Ljava/util/Collection;)": _new_list,
        "add(Ljava/lang/Object;)": _add,
        "add(ILjava/lang/Object;)": _insert,
        "addAll(Ljava/util/Collection;)": _add_all,
        "addLast(Ljava/lang/Object;)": _add,
        "push(Ljava/lang/Object;)": _add,
        "get(I)": lambda m, a: items_of(a[0])[_at(m, a)],
        "set(ILjava/lang/Object;)": _set,
        "remove(I)": _remove,
        "removeFirst()": lambda m, a: _end(m, a, 0),
        "removeLast()": lambda m, a: _end(m, a, -1),
        "contains(Ljava/lang/Object;)": lambda m, a: int(_index(m, a) >= 0),
        "indexOf(Ljava/lang/Object;)": _index,
        "clear()": _clear,
        "size()": size,
        "isEmpty()": empty,
        "iterator()": _iterator,
        "listIterator()": _list_iterator,
        "listIterator(I)": _list_iterator,
        "toArray()": _to_array,
        "toArray([Ljava/lang/Object;)": _to_array,
        "toString()": lambda m, a: m.text("[" + ", ".join(text_of(m, item) for item in items_of(a[0])) + "]"),
    }
    maps: dict[str, LibraryCall] = {
        "<init>()": _new_map,
        "<init>(I)": _new_map,
        "<init>(IF)": _new_map,
        "<init>(Ljava/lang/Class;)": _new_map,
        "<init>(Ljava/util/Map;)": _copied_map,
        "putAll(Ljava/util/Map;)": _put_all,
        "putIfAbsent(Ljava/lang/Object;Ljava/lang/Object;)": _put_absent,
        "remove(Ljava/lang/Object;)": lambda m, a: entries_of(a[0]).pop(key_of(m, a[1]), 0),
        "put(Ljava/lang/Object;Ljava/lang/Object;)": _put,
        "put(Ljava/lang/Enum;Ljava/lang/Object;)": _put,
        "get(Ljava/lang/Object;)": _get,
        "getOrDefault(Ljava/lang/Object;Ljava/lang/Object;)": _get,
        "containsKey(Ljava/lang/Object;)": lambda m, a: int(key_of(m, a[1]) in entries_of(a[0])),
        "keySet()": _listed(dict.keys),
        "values()": _listed(dict.values),
        "entrySet()": _listed(lambda entries: [JavaObject(_ENTRY, pair) for pair in entries.items()]),
        "clear()": _clear,
        "size()": size,
        "isEmpty()": empty,
    }
    sets: dict[str, LibraryCall] = {
        "<init>()": _new_map,
        "<init>(Ljava/util/Collection;)": _set_of,
        "<init>(I)": _new_map,
        "iterator()": _set_iterator,
        "add(Ljava/lang/Object;)": _include,
        "contains(Ljava/lang/Object;)": lambda m, a: int(key_of(m, a[1]) in entries_of(a[0])),
        "size()": size,
        "isEmpty()": empty,
    }
    sparse: dict[str, LibraryCall] = {
        "Landroid/util/SparseArray;-><init>()": _new_map,
        "Landroid/util/SparseArray;-><init>(I)": _new_map,
        "Landroid/util/SparseArray;->put(ILjava/lang/Object;)": _put_item,
        "Landroid/util/SparseArray;->get(I)": _get,
    }
    return found | _for(_LISTS, lists) | _for(_MAPS, maps) | _for(_SETS, sets) | sparse


CALLS = _calls()
