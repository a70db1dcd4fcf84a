"""Connections to a host and a port in a run: which host and port the arguments of a call name.

The calls are those of ``sinks.toml``. A URL needs no entry here: a run collects the texts that it makes.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.objects import Boxed, JavaObject, to_text
from tieback.recognise.dataflow.methods.sinks import Sink

if TYPE_CHECKING:
    from tieback.recognise.dalvik.machine import CallSite, Machine

MAX_CONTACTS = 64
"""Most connections of one run."""
MAX_CONTACTED = 1_000
"""Most connections that are kept for an app."""
_LEAST, _MOST = 4, 253
"""Characters of a host."""
_PARTS = "parts of an endpoint"
"""Field of an object that gets parts one by one; no class of Java has a field of this name."""
_ROLES = frozenset(("", "host", "port", "address", "scheme", "path", "secure"))
_PORTS = range(1, 65536)

type Sinks = Mapping[str, Sequence[Sink]]
"""Calls that connect, by class."""


class Host(NamedTuple):
    """The content of an ``InetAddress`` or ``InetSocketAddress``."""

    name: str
    port: int | None = None


class MadeContact(NamedTuple):
    """A connection that a run of a method makes."""

    method: Method
    """The method, or one that it calls, or of an object that it gave away."""
    at: int
    """Code unit of the instruction of the method itself."""
    sink: Sink
    values: tuple[tuple[str, str | int], ...]
    """Text or number by role."""


def sink_of(sinks: Sinks, ref: MethodRef) -> Sink | None:
    """The call that connects to a host, with this method; ``None`` for another method."""
    found = (one for one in sinks.get(ref.owner, ()) if one.method == ref.name and one.fits(ref.parameters))
    sink = next(found, None)
    if sink is None or sink.keys or sink.is_credential or not _ROLES.issuperset(sink.roles):
        return None
    return sink


def note(machine: "Machine", site: "CallSite", registers: Sequence[Any], *, static: bool) -> None:
    """Note the connection that a call makes, if its host is known; ``site`` has a sink."""
    sink = site.sink
    if sink is None or len(machine.contacts) >= MAX_CONTACTS:
        return
    receiver = None if static else registers[0]
    values = _carried(receiver)
    for role, place in zip(sink.roles, site.places[int(not static) :], strict=False):
        _bind(role, registers[place], values)
    if isinstance(receiver, JavaObject) and sink.gives in ("this", "both"):
        receiver.fields[_PARTS] = dict(values)
    # A builder that names only the host can get a port later.
    is_whole = "port" in values or (sink.port is not None and not sink.gives)
    if not sink.emits or "host" not in values or ("scheme" in values and "secure" not in sink.roles) or not is_whole:
        return
    # What a later call sets replaces what an earlier one on the same object has completed.
    key = receiver if isinstance(receiver, JavaObject) and sink.gives in ("this", "both") else values
    contact = key, tuple((frame.method, frame.at) for frame in machine.frames), sink, values
    machine.contacts[id(key)] = contact


def keeps(machine: "Machine", site: "CallSite", receiver: Any) -> bool:
    """True for an object of a library that gets the parts of an endpoint one by one: a call of it leaves it known."""
    its = machine.sinks.get(site.ref.owner, ()) if isinstance(receiver, JavaObject) else ()
    return any(one.gives in ("this", "both") for one in its)


def _carried(receiver: Any) -> dict[str, str | int]:
    known = receiver.fields.get(_PARTS) if isinstance(receiver, JavaObject) else None
    return dict(known) if isinstance(known, dict) else {}


def _bind(role: str, value: Any, values: dict[str, str | int]) -> None:
    """Add an argument to the parts; one that is not known takes away an earlier one."""
    if role == "address":
        if isinstance(value, JavaObject) and isinstance(value.payload, Host):
            values["host"] = value.payload.name
            if value.payload.port is not None:
                values["port"] = value.payload.port
    elif role == "secure":
        values.pop("scheme", None)
        if type(value) is int:
            values["scheme"] = "https" if value else "http"
    elif role == "port":
        number = value.value if isinstance(value, Boxed) else value
        if isinstance(number, str) and number.isascii() and number.isdecimal() and len(number) < 6:
            number = int(number)
        values.pop(role, None)
        if type(number) is int and number in _PORTS:
            values[role] = number
    elif role:
        values.pop(role, None)
        if isinstance(value, str) and (role != "host" or _LEAST <= len(value) <= _MOST):
            values[role] = to_text(value)
