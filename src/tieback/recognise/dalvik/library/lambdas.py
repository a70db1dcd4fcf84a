"""Methods that call functions of the app: ``Optional.map``, ``CompletableFuture`` and streams of objects.

A step of a future runs at once. Sources: https://developer.android.com/reference/java/util/Optional,
.../java/util/concurrent/CompletableFuture and .../java/util/stream/Stream
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.references import Held, held
from tieback.recognise.dalvik.library.strings import sequence, text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, JavaArray, JavaObject, NotRunnableError, kind_of

_OBJECT, _PACKAGE = "Ljava/lang/Object;", "Ljava/util/function/"
_FUNCTION, _CONSUMER, _SUPPLIER, _PREDICATE = (
    f"{_PACKAGE}{name};" for name in ("Function", "Consumer", "Supplier", "Predicate")
)
_OPTIONAL, _FUTURE = "Ljava/util/Optional;", "Ljava/util/concurrent/CompletableFuture;"
_STAGE, _EXECUTOR = "Ljava/util/concurrent/CompletionStage;", "Ljava/util/concurrent/Executor;"
_STREAM, _COLLECTOR, _SEQUENCE = "Ljava/util/stream/Stream;", "Ljava/util/stream/Collector;", "Ljava/lang/CharSequence;"
MAX_ITEMS = 2_000
"""Most items of a stream."""

type Arguments = Sequence[Any]


def apply(machine: Machine, function: Any, name: str, values: Arguments, result: str = _OBJECT) -> Any:
    """The result of a function of the app. Raises ``NotRunnableError`` if it is not known.

    Args:
        machine: runs it.
        function: an object of a class with the function.
        name: its name.
        values: its arguments, which are objects.
        result: descriptor of what it returns.
    """
    kind = kind_of(function)
    method = machine.path.method(kind, MethodRef(kind, name, _OBJECT * len(values), result)) if kind else None
    if method is None or method.static:
        raise NotRunnableError("a function that is not known")
    return machine.execute(method, (function, *values))


# Optional


def _mapped(machine: Machine, a: Arguments) -> JavaObject:
    value = held(a[0]).value
    machine.allocate(64)
    if value is UNKNOWN:
        raise NotRunnableError("an object that is not known")
    return JavaObject(_OPTIONAL, Held(0 if value == 0 else apply(machine, a[1], "apply", (value,))))


def _or_else_get(machine: Machine, a: Arguments) -> Any:
    value = held(a[0]).value
    if value is UNKNOWN:
        raise NotRunnableError("an object that is not known")
    return value if value != 0 else apply(machine, a[1], "get", ())


# Futures


def _future(machine: Machine, value: Any) -> JavaObject:
    machine.allocate(64)
    return JavaObject(_FUTURE, Held(value))


def _supply(machine: Machine, a: Arguments) -> JavaObject:
    return _future(machine, apply(machine, a[0], "get", ()))


def _run(machine: Machine, a: Arguments) -> JavaObject:
    apply(machine, a[0], "run", (), "V")
    return _future(machine, 0)


def _then_apply(machine: Machine, a: Arguments) -> JavaObject:
    return _future(machine, apply(machine, a[1], "apply", (held(a[0]).value,)))


def _then_compose(machine: Machine, a: Arguments) -> Any:
    return apply(machine, a[1], "apply", (held(a[0]).value,))


def _then_accept(machine: Machine, a: Arguments) -> JavaObject:
    apply(machine, a[1], "accept", (held(a[0]).value,), "V")
    return _future(machine, 0)


# Streams


def _items(value: Any) -> list[Any]:
    if isinstance(value, JavaArray):
        return value.items
    if isinstance(value, JavaObject) and isinstance(value.payload, list):
        return value.payload
    raise NotRunnableError("a list that is not known")


def _stream(machine: Machine, items: list[Any]) -> JavaObject:
    if len(items) > MAX_ITEMS:
        raise NotRunnableError("too many items")
    machine.allocate(64 * (1 + len(items)))
    return JavaObject(_STREAM, items)


def _map(machine: Machine, a: Arguments) -> JavaObject:
    return _stream(machine, [apply(machine, a[1], "apply", (one,)) for one in _items(a[0])])


def _filter(machine: Machine, a: Arguments) -> JavaObject:
    kept = []
    for one in _items(a[0]):
        found = apply(machine, a[1], "test", (one,), "Z")
        if type(found) is not int:
            raise NotRunnableError("a condition that is not known")
        kept += [one] * (found != 0)
    return _stream(machine, kept)


def _for_each(machine: Machine, a: Arguments) -> None:
    for one in list(_items(a[0])):
        apply(machine, a[1], "accept", (one,), "V")


def _first(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(64)
    return JavaObject(_OPTIONAL, Held(next(iter(_items(a[0])), 0)))


def _joining(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(64)
    between, before, after = (*(sequence(machine, one) for one in a), "", "", "")[:3]
    return JavaObject(_COLLECTOR, (between, before, after))


def _collect(machine: Machine, a: Arguments) -> Any:
    form = a[1].payload if isinstance(a[1], JavaObject) else None
    if not isinstance(form, tuple):
        raise NotRunnableError("a collector that is not known")
    if not form:
        return _list(machine, a)
    texts = [text_of(machine, one) for one in _items(a[0])]
    size = sum(map(len, texts)) + len(texts) * len(form[0]) + len(form[1]) + len(form[2])
    machine.allocate(2 * size)
    return machine.text(form[1] + form[0].join(texts) + form[2])


def _list(machine: Machine, a: Arguments) -> JavaObject:
    items = _items(a[0])
    machine.allocate(64 * (1 + len(items)))
    return JavaObject("Ljava/util/ArrayList;", list(items))


_JOINING = "Ljava/util/stream/Collectors;->joining"
CALLS: dict[str, LibraryCall] = {
    f"{_OPTIONAL}->map({_FUNCTION})": _mapped,
    f"{_OPTIONAL}->orElseGet({_SUPPLIER})": _or_else_get,
    f"{_FUTURE}->completedFuture({_OBJECT})": lambda machine, a: _future(machine, a[0]),
    **{f"{_FUTURE}->supplyAsync({_SUPPLIER}{executor})": _supply for executor in ("", _EXECUTOR)},
    **{f"{_FUTURE}->runAsync(Ljava/lang/Runnable;{executor})": _run for executor in ("", _EXECUTOR)},
    **{
        f"{owner}->{name}{more}": step
        for owner in (_FUTURE, _STAGE)
        for name, kinds, step in (
            ("thenApply", _FUNCTION, _then_apply),
            ("thenCompose", _FUNCTION, _then_compose),
            ("thenAccept", _CONSUMER, _then_accept),
        )
        for more in (f"({kinds})", f"Async({kinds})", f"Async({kinds}{_EXECUTOR})")
    },
    f"{_FUTURE}->join()": lambda _, a: held(a[0]).value,
    f"{_FUTURE}->get()": lambda _, a: held(a[0]).value,
    f"{_STREAM}->of([{_OBJECT})": lambda machine, a: _stream(machine, list(_items(a[0]))),
    f"Ljava/util/Arrays;->stream([{_OBJECT})": lambda machine, a: _stream(machine, list(_items(a[0]))),
    **{
        f"Ljava/util/{owner};->stream()": lambda machine, a: _stream(machine, list(_items(a[0])))
        for owner in ("ArrayList", "Collection", "List")
    },
    f"{_STREAM}->map({_FUNCTION})": _map,
    f"{_STREAM}->filter({_PREDICATE})": _filter,
    f"{_STREAM}->forEach({_CONSUMER})": _for_each,
    f"{_STREAM}->findFirst()": _first,
    f"{_STREAM}->collect({_COLLECTOR})": _collect,
    f"{_STREAM}->toList()": _list,
    **{f"{_JOINING}({_SEQUENCE * count})": _joining for count in (0, 1, 3)},
    "Ljava/util/stream/Collectors;->toList()": lambda _, _a: JavaObject(_COLLECTOR, ()),
}
"""The methods, by ``Lowner;->name(parameters)``."""
