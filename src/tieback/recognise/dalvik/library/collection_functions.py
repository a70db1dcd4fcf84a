"""Further methods of lists, maps and sets: those that compare items, call functions of the app, or make small ones.

Sources: https://developer.android.com/reference/java/util/Collections, .../java/util/List and .../java/util/Map
"""

from collections.abc import Iterable, Sequence
from functools import cmp_to_key
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.collections import entries_of, items_of, key_of
from tieback.recognise.dalvik.library.lambdas import apply
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, Boxed, JavaArray, JavaObject, NotRunnableError, kind_of

_OBJECT, _COMPARATOR, _COMPARABLE = "Ljava/lang/Object;", "Ljava/util/Comparator;", "Ljava/lang/Comparable;"
_PACKAGE = "Ljava/util/function/"
_FUNCTION, _BI_FUNCTION, _PREDICATE, _CONSUMER, _BI_CONSUMER, _OPERATOR = (
    f"{_PACKAGE}{name};" for name in ("Function", "BiFunction", "Predicate", "Consumer", "BiConsumer", "UnaryOperator")
)
_COLLECTION, _LIST, _MAP, _SET = (f"Ljava/util/{name};" for name in ("Collection", "List", "Map", "Set"))
_MADE_LIST, _MADE_MAP, _MADE_SET = (f"Ljava/util/{name};" for name in ("ArrayList", "LinkedHashMap", "LinkedHashSet"))
MAX_SORTED = 256
"""Most items that are sorted."""
_ITEM = 64

type Arguments = Sequence[Any]


def _made(machine: Machine, kind: str, payload: list[Any] | dict[Any, Any]) -> JavaObject:
    machine.allocate(_ITEM * (1 + len(payload)))
    return JavaObject(kind, payload)


def _new_set(machine: Machine, items: Iterable[Any]) -> JavaObject:
    return _made(machine, _MADE_SET, {key_of(machine, item): 1 for item in items})


# Order


def compare(machine: Machine, one: Any, other: Any) -> int:
    """The result of ``compareTo``. Raises ``NotRunnableError`` if it is not known."""
    pair = [value.value if isinstance(value, Boxed) else value for value in (one, other)]
    if all(isinstance(value, str) for value in pair) or all(type(value) is int for value in pair):
        return int(pair[0] > pair[1]) - int(pair[0] < pair[1])
    if isinstance(one, JavaObject):
        method = machine.path.method(one.kind, MethodRef(one.kind, "compareTo", _OBJECT, "I"))
        if method is not None:
            return _number(machine.execute(method, (one, other)))
    places = [value.fields.get("ordinal") if isinstance(value, JavaObject) else None for value in pair]
    return _number(places[0]) - _number(places[1])


def _number(value: Any) -> int:
    if type(value) is not int:
        raise NotRunnableError("a number that is not known")
    return value


def _sort(machine: Machine, items: list[Any], comparator: Any) -> None:
    if len(items) > MAX_SORTED or UNKNOWN in items:
        raise NotRunnableError("items that are not sorted")
    if comparator == 0:
        items.sort(key=cmp_to_key(lambda one, other: compare(machine, one, other)))
        return
    key = cmp_to_key(lambda one, other: _number(apply(machine, comparator, "compare", (one, other), "I")))
    items.sort(key=key)


def _sort_list(machine: Machine, a: Arguments) -> None:
    items = list(items_of(a[0]))
    _sort(machine, items, a[1] if len(a) > 1 else 0)
    a[0].payload[:] = items


def _sort_array(machine: Machine, a: Arguments) -> None:
    if not isinstance(a[0], JavaArray):
        raise NotRunnableError("an array that is not known")
    items = list(a[0].items)
    _sort(machine, items, a[1] if len(a) > 1 else 0)
    a[0].items[:] = items


def _end(at: int) -> LibraryCall:
    """The least or greatest item."""

    def end(machine: Machine, a: Arguments) -> Any:
        items = list(_values(a[0]))
        if not items:
            raise machine.thrown("Ljava/util/NoSuchElementException;")
        _sort(machine, items, a[1] if len(a) > 1 else 0)
        return items[at]

    return end


# Lists


def _values(value: Any) -> Iterable[Any]:
    """The items of a list, an array or a set."""
    if isinstance(value, JavaArray):
        return value.items
    if isinstance(value, JavaObject) and isinstance(value.payload, dict):
        return value.payload
    return items_of(value)


def _part(machine: Machine, a: Arguments) -> JavaObject:
    items = items_of(a[0])
    if not 0 <= a[1] <= a[2] <= len(items):
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    return _made(machine, _MADE_LIST, items[a[1] : a[2]])


def _peek(*, at: int, strict: bool) -> LibraryCall:
    """The first or last item; none throws an exception, or gives null."""

    def peek(machine: Machine, a: Arguments) -> Any:
        items = items_of(a[0])
        if not items and strict:
            raise machine.thrown("Ljava/util/NoSuchElementException;")
        return items[at] if items else 0

    return peek


def _poll(at: int) -> LibraryCall:
    def poll(machine: Machine, a: Arguments) -> Any:
        items = items_of(a[0])
        machine.spend(len(items) >> 6)
        return items.pop(at) if items else 0

    return poll


def _add_first(machine: Machine, a: Arguments) -> None:
    machine.allocate(_ITEM + len(items_of(a[0])))
    items_of(a[0]).insert(0, a[1])


def _add_all(machine: Machine, a: Arguments) -> int:
    """``Collections.addAll``."""
    its = a[0].payload if isinstance(a[0], JavaObject) else None
    items = list(_values(a[1]))
    machine.allocate(_ITEM * len(items))
    if isinstance(its, dict):
        its |= {key_of(machine, item): 1 for item in items}
    else:
        items_of(a[0]).extend(items)
    return int(bool(items))


def _for_each(machine: Machine, a: Arguments) -> None:
    for one in list(_values(a[0])):
        apply(machine, a[1], "accept", (one,), "V")


def _holds(machine: Machine, function: Any, item: Any) -> bool:
    return _number(apply(machine, function, "test", (item,), "Z")) != 0


def _remove_if(machine: Machine, a: Arguments) -> int:
    items = items_of(a[0])
    kept = [one for one in list(items) if not _holds(machine, a[1], one)]
    gone = len(items) - len(kept)
    items[:] = kept
    return int(gone > 0)


def _replace_all(machine: Machine, a: Arguments) -> None:
    items_of(a[0])[:] = [apply(machine, a[1], "apply", (one,)) for one in list(items_of(a[0]))]


# Maps


def _each_entry(machine: Machine, a: Arguments) -> None:
    for key, value in list(entries_of(a[0]).items()):
        apply(machine, a[1], "accept", (key, value), "V")


def _compute_absent(machine: Machine, a: Arguments) -> Any:
    key = key_of(machine, a[1])
    known = entries_of(a[0]).get(key, 0)
    if known == 0:
        known = apply(machine, a[2], "apply", (a[1],))
        _put(machine, a[0], key, known)
    return known


def _compute_present(machine: Machine, a: Arguments) -> Any:
    key = key_of(machine, a[1])
    known = entries_of(a[0]).get(key, 0)
    if known != 0:
        known = apply(machine, a[2], "apply", (a[1], known))
        _put(machine, a[0], key, known)
    return known


def _compute(machine: Machine, a: Arguments) -> Any:
    key = key_of(machine, a[1])
    value = apply(machine, a[2], "apply", (a[1], entries_of(a[0]).get(key, 0)))
    _put(machine, a[0], key, value)
    return value


def _merge(machine: Machine, a: Arguments) -> Any:
    key = key_of(machine, a[1])
    known = entries_of(a[0]).get(key, 0)
    value = a[2] if known == 0 else apply(machine, a[3], "apply", (known, a[2]))
    _put(machine, a[0], key, value)
    return value


def _put(machine: Machine, where: Any, key: Any, value: Any) -> None:
    """Put a value; null removes the key."""
    machine.allocate(_ITEM)
    if value == 0:
        entries_of(where).pop(key, None)
    else:
        entries_of(where)[key] = value


def _same(_: Machine, a: Arguments) -> Any:
    if not kind_of(a[0]):
        raise NotRunnableError("a collection that is not known")
    return a[0]


def _set_remove(machine: Machine, a: Arguments) -> int:
    return int(entries_of(a[0]).pop(key_of(machine, a[1]), None) is not None)


def _list_remove(machine: Machine, a: Arguments) -> int:
    items = items_of(a[0])
    machine.spend(len(items) >> 2)
    if a[1] is UNKNOWN or UNKNOWN in items:
        raise NotRunnableError("an item that is not known")
    known = next((at for at, item in enumerate(items) if item is a[1] or item == a[1]), -1)
    if known >= 0:
        items.pop(known)
    return int(known >= 0)


def _for(owners: Iterable[str], calls: dict[str, LibraryCall]) -> dict[str, LibraryCall]:
    return {f"Ljava/util/{owner};->{name}": call for owner in owners for name, call in calls.items()}


def _calls() -> dict[str, LibraryCall]:
    made = "Ljava/util/Collections;->"
    kinds = (_COLLECTION, _LIST, _MAP, _SET)
    found: dict[str, LibraryCall] = {
        f"{made}singletonMap({_OBJECT}{_OBJECT})": lambda m, a: _made(m, _MADE_MAP, {key_of(m, a[0]): a[1]}),
        f"{made}singleton({_OBJECT})": _new_set,
        f"{made}emptySet()": lambda m, _: _made(m, _MADE_SET, {}),
        **{f"{made}{word}{kind[11:-1]}({kind})": _same for word in ("unmodifiable", "synchronized") for kind in kinds},
        f"{made}addAll({_COLLECTION}[{_OBJECT})": _add_all,
        f"{made}sort({_LIST})": _sort_list,
        f"{made}sort({_LIST}{_COMPARATOR})": _sort_list,
        **{f"{made}min({_COLLECTION}{more})": _end(0) for more in ("", _COMPARATOR)},
        **{f"{made}max({_COLLECTION}{more})": _end(-1) for more in ("", _COMPARATOR)},
        f"Ljava/util/Arrays;->sort([{_OBJECT})": _sort_array,
        f"Ljava/util/Arrays;->sort([{_OBJECT}{_COMPARATOR})": _sort_array,
        f"{_COMPARABLE}->compareTo({_OBJECT})": lambda m, a: compare(m, a[0], a[1]),
        f"Ljava/lang/Iterable;->forEach({_CONSUMER})": _for_each,
    }
    lists: dict[str, LibraryCall] = {
        "subList(II)": _part,
        **{f"{name}()": _peek(at=0, strict=True) for name in ("getFirst", "element")},
        **{f"{name}()": _peek(at=0, strict=False) for name in ("peek", "peekFirst")},
        "getLast()": _peek(at=-1, strict=True),
        "peekLast()": _peek(at=-1, strict=False),
        **{f"{name}()": _poll(0) for name in ("poll", "pollFirst")},
        "pollLast()": _poll(-1),
        f"addFirst({_OBJECT})": _add_first,
        **{f"{name}({_OBJECT})": lambda m, a: _add_all(m, (a[0], JavaArray("", [a[1]]))) for name in ("offer",)},
        f"remove({_OBJECT})": _list_remove,
        f"sort({_COMPARATOR})": _sort_list,
        f"forEach({_CONSUMER})": _for_each,
        f"removeIf({_PREDICATE})": _remove_if,
        f"replaceAll({_OPERATOR})": _replace_all,
    }
    maps: dict[str, LibraryCall] = {
        f"forEach({_BI_CONSUMER})": _each_entry,
        f"computeIfAbsent({_OBJECT}{_FUNCTION})": _compute_absent,
        f"computeIfPresent({_OBJECT}{_BI_FUNCTION})": _compute_present,
        f"compute({_OBJECT}{_BI_FUNCTION})": _compute,
        f"merge({_OBJECT}{_OBJECT}{_BI_FUNCTION})": _merge,
    }
    sets: dict[str, LibraryCall] = {
        f"addAll({_COLLECTION})": _add_all,
        f"remove({_OBJECT})": _set_remove,
        f"forEach({_CONSUMER})": _for_each,
        "clear()": lambda _, a: entries_of(a[0]).clear(),
    }
    found |= _for(("ArrayList", "LinkedList", "List", "Collection", "Deque", "ArrayDeque", "Queue"), lists)
    found |= _for(("HashMap", "LinkedHashMap", "TreeMap", "Map", "concurrent/ConcurrentHashMap"), maps)
    return found | _for(("HashSet", "LinkedHashSet", "Set"), sets)


CALLS = _calls()
"""The methods, by ``Lowner;->name(parameters)``."""
