"""Clients of OkHttp whose classes a shrinker has renamed: what their interceptors make of an address.

The classes are known by what only they have. A call has a constructor that gets the client and a request. A request has
a field of a class that a builder makes, and this builder reads a text against another such address. The call then runs
as the library does it, up to its connection. Source: https://github.com/square/okhttp (RealCall, HttpUrl.Builder)
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.machine import Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    FieldsInPart,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
)
from tieback.recognise.dataflow.code.members import split_types
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.type_index import Names

_NOTHING = Names((b"V",))
MAX_METHODS = 200
"""Most methods of a class that are looked at."""
MAX_FIELDS = 32
MAX_CALLS = 4
"""Most classes of calls, and methods of one, that are run."""


def requested_by(machine: Machine, client: JavaObject, address: str) -> str | None:
    """The address of a request behind the interceptors of a client; ``None`` if it stays the same, or is not known.

    Args:
        machine: runs the code, and collects texts.
        client: an object of a renamed class.
        address: UTF-16 code units.

    Raises:
        LimitError: the work of the run is used up.
    """
    if machine.passing is None or machine.outermost is None:
        return None
    for constructor, request in islice(_calls(machine, client.kind), MAX_CALLS):
        made = _request(machine, request, address)
        if made is None:
            continue
        call = JavaObject(constructor.owner)
        before = len(machine.made)
        _run(machine, constructor, (call, client, made, *[0] * (constructor.width - 3)))
        for method in islice(_responses(machine, constructor.owner), MAX_CALLS):
            _run(machine, method, (call,))
        texts = [text for _, text in machine.made[before:] if text.startswith(("http://", "https://"))]
        # The library makes other addresses of it, such as that of the server for its connections.
        path = address[address.find("/", address.find("://") + 3) :]
        found = next((text for text in reversed(texts) if text != address and text.endswith(path)), None)
        if found is not None:
            return found
    return None


def _run(machine: Machine, method: Method, arguments: tuple[Any, ...]) -> Any:
    """Result of a method; ``None`` if it is not known, or throws an exception."""
    try:
        return machine.execute(method, arguments)
    except LimitError:
        raise
    except (NotRunnableError, ThrownError):
        return None


def _refs(machine: Machine, kind: str) -> Iterator[MethodRef]:
    """The methods of a class of the app."""
    its = machine.path.find(kind)
    if its is not None:
        indices = its.dex.methods_of(int(its.dex.classes[its.row]["type"]))
        yield from (machine.path.ref(its.dex, index) for index in islice(indices, MAX_METHODS))


def _calls(machine: Machine, client: str) -> Iterator[tuple[Method, str]]:
    """Constructors that get a client and an object of another class of the app, with that class."""
    its = machine.path.find(client)
    if its is None:
        return
    for index in its.dex.methods_like(Names((client.encode(),)), _NOTHING, ALL, own=False, first=True):
        ref = machine.path.ref(its.dex, index)
        kinds = list(split_types(ref.parameters))
        is_call = ref.name == "<init>" and len(kinds) in (2, 3) and kinds[2:] in ([], ["Z"])
        method = machine.path.method(ref.owner, ref) if is_call and machine.path.defines(kinds[1]) else None
        if method is not None and not method.static and method.owner == ref.owner:
            yield method, kinds[1]


def _responses(machine: Machine, call: str) -> Iterator[Method]:
    """Methods of a call without parameters that give an object of another class of the app."""
    for ref in _refs(machine, call):
        if not ref.parameters and ref.result != call and machine.path.defines(ref.result):
            method = machine.path.method(call, ref)
            if method is not None and not method.static:
                yield method


def _request(machine: Machine, kind: str, address: str) -> JavaObject | None:
    """A request with an address."""
    its = machine.path.find(kind)
    fields = its.dex.class_data(its.row).instance_fields if its is not None else ()
    members = [its.dex.field(index) for index in fields[:MAX_FIELDS]] if its is not None else []
    for field in members if its is not None else ():
        url = (
            _parsed(machine, its.dex.descriptor(field.kind), address) if field is not None and its is not None else None
        )
        if field is not None and its is not None and url is not None:
            made = JavaObject(kind)
            made.fields = FieldsInPart()
            made.fields[its.dex.string(field.name)] = url
            return made
    return None


def _parsed(machine: Machine, kind: str, address: str) -> JavaObject | None:
    """An object of a class for addresses, from a text; ``None`` for another class."""
    for ref in _refs(machine, kind) if machine.path.defines(kind) else ():
        if ref.name != "<init>" or not machine.path.defines(ref.parameters):
            continue
        builder = ref.parameters
        its = list(_refs(machine, builder))
        reads = next((one for one in its if one.parameters == f"{kind}{STRING}" and one.name != "<init>"), None)
        builds = next((one for one in its if not one.parameters and one.result == kind), None)
        begins = MethodRef(builder, "<init>", "", "V")
        methods = [machine.path.method(builder, one) for one in (begins, reads, builds) if one is not None]
        if len(methods) < 3 or any(method is None or method.static for method in methods):
            continue
        made, result = JavaObject(builder), None
        for method, arguments in zip(methods, ((made,), (made, 0, address), (made,)), strict=True):
            assert method is not None
            result = _run(machine, method, arguments)
        return result if isinstance(result, JavaObject) else None
    return None
