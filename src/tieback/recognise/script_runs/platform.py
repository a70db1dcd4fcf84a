"""Names that a script finds: those of the language, and of a page or a phone."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tieback.recognise.script_runs.calls import run_text
from tieback.recognise.script_runs.library import lists, maps, numbers, objects, octets, promises, storage, texts, web
from tieback.recognise.script_runs.library.iteration import first, itself
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.sources import compiled_text
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Accessor,
    Holder,
    Object,
    Proxy,
    Scope,
    Symbol,
    Unknown,
    Value,
    is_callable,
)

_OPEN = (
    "document", "navigator", "location", "localStorage", "sessionStorage", "history", "screen", "performance", "crypto",
    "indexedDB", "caches", "Image", "Audio", "Element", "HTMLElement", "Node", "Event", "CustomEvent",
    "MutationObserver",
    "IntersectionObserver", "ResizeObserver", "FormData", "Blob", "File", "FileReader", "AbortController", "Intl",
    "Response", "Worker", "DOMParser", "MessageChannel", "BroadcastChannel", "matchMedia", "getComputedStyle", "alert",
    "confirm", "prompt", "addEventListener", "removeEventListener", "dispatchEvent", "cordova", "device", "Capacitor",
    "nativeModuleProxy", "HermesInternal", "WebAssembly", "DataView", "requestIdleCallback", "cancelAnimationFrame",
    "clearTimeout", "clearInterval", "clearImmediate", "postMessage", "scrollTo", "open", "importScripts", "plugins",
    "import.meta", "Date", "AbortSignal", "DOMException", "EventTarget", "ReadableStream",
)  # fmt: skip
"""Names of a page of which nothing is known."""
_ERRORS = (
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
    "AggregateError",
)
_SYMBOLS = ("iterator", "asyncIterator", "hasInstance", "toPrimitive", "toStringTag", "species")
_CONSOLE = ("log", "info", "warn", "error", "debug", "trace", "group", "groupEnd", "time", "timeEnd", "table")
type _Work = Callable[[Machine, Value, list[Value]], Value]


def add_platform(machine: Machine) -> None:
    """Give a run the names of the platform."""
    made = _Maker(machine)
    octets.add_prototypes(machine)
    for holder, table in _METHODS.items():
        made.fill(machine.prototypes[holder], table)
    _add_members(machine)
    for name, call, new, table, prototype in _KINDS:
        made.kind(name, call, new, table, prototype)
    names = machine.globals.names
    for table in (numbers.GLOBAL_NUMBERS, numbers.ENCODINGS, _FUNCTIONS):
        names.update({name: machine.native(name, partial(work, machine)) for name, work in table.items()})
    for name, table in _OBJECTS.items():
        names[name] = made.fill(Holder(machine.prototypes["Object"]), table)
    names["Math"].members.update(PI=3.141592653589793, E=2.718281828459045)
    names["WeakMap"], names["WeakSet"], names["BigInt"] = names["Map"], names["Set"], names["Number"]
    names["Number"].members.update(MAX_SAFE_INTEGER=2**53 - 1, EPSILON=2.0**-52, MAX_VALUE=1.7976931348623157e308)
    for name in _SYMBOLS:
        names["Symbol"].members[name] = Symbol(f"@@{name}")
    made.fill(names["Proxy"], {"revocable": _revocable})
    quiet = machine.native("log", lambda _this, _given: UNDEFINED)
    console = names["console"] = machine.object()
    console.members.update(dict.fromkeys(_CONSOLE, quiet))
    for name in _OPEN:
        names[name] = machine.global_value(name)
    storage.add_stores(machine)
    names["navigator"].members["sendBeacon"] = machine.native("sendBeacon", partial(web.beacon, machine))
    for name in ("window", "self", "globalThis", "global", "top", "parent"):
        names[name] = machine.window
    process, env = machine.object(), Object(Unknown("process.env"))
    env.members["NODE_ENV"] = "production"
    process.members["env"] = env
    process.above = Unknown("process")
    names["process"] = process
    names["__DEV__"] = False
    names["NaN"], names["Infinity"] = float("nan"), float("inf")


def _add_members(machine: Machine) -> None:
    """Give the kinds of objects what is no plain method."""
    web.add_url(machine)
    for name in ("get", "set", "has", "delete", "append"):
        work = web.header_method(maps.MAP["set" if name == "append" else name])
        machine.prototypes["Headers"].members[name] = machine.native(name, partial(work, machine))
    for holder in ("Map", "Set"):
        machine.prototypes[holder].members["size"] = Accessor(
            machine.native("size", lambda this, _given: maps.map_size(this))
        )
    machine.prototypes["Error"].members["toString"] = machine.native(
        "toString", lambda this, _given: f"Error: {machine.to_text(machine.get(this, 'message'))}"
    )


class _Maker:
    """Makes functions and kinds of objects of the platform."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def fill(self, holder: Holder, table: Natives) -> Holder:
        """Give an object functions."""
        holder.table = table
        return holder

    def kind(self, name: str, call: _Work, new: _Work, table: Natives, prototype: str = "") -> None:
        """Add a function that makes objects."""
        machine = self._machine
        made = machine.native(name, partial(call, machine))
        made.new = partial(new, machine)
        above = machine.prototypes.get(name) or machine.prototypes[prototype]
        made.members["prototype"] = above
        if not prototype:
            above.members["constructor"] = made
        self.fill(made, table)
        machine.globals.names[name] = made


def _nothing(_machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    return UNDEFINED


def _nothing_of(machine: Machine) -> Callable[[Value, list[Value]], Value]:
    return partial(_nothing, machine)


def _same(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return first(arguments)


def _as_object(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    return machine.object() if value is None or value is UNDEFINED else value


def _error(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    made = Object(machine.prototypes["Error"])
    made.members["message"] = "" if first(arguments) is UNDEFINED else first(arguments)
    return made


def _proxy(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return Proxy(first(arguments), first(arguments, 1))


def _eval(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return run_text(machine, arguments, machine.globals)


def _revocable(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    made = machine.object()
    made.members["proxy"] = _proxy(machine, this, arguments)
    made.members["revoke"] = machine.native("revoke", _nothing_of(machine))
    return made


def _later(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    function = first(arguments)
    if is_callable(function):
        machine.later(function, UNDEFINED, list(arguments[2:]))
    return Unknown("timer")


def _function(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Function("a", "return a")``: a function of a text."""
    given = [machine.to_text(one) for one in arguments]
    if not given or any(GAP in one for one in given):
        return Unknown("Function")
    run = compiled_text(machine, f"(function({','.join(given[:-1])}){{{given[-1]}\n}})")
    return Unknown("Function") if run is None else run(Scope(machine.globals))


_METHODS: Mapping[str, Natives] = {
    "String": texts.TEXT, "Array": lists.LIST, "Object": objects.OBJECT_METHODS, "Number": numbers.NUMBER,
    "Function": objects.FUNCTION, "Promise": promises.PROMISE, "Map": maps.MAP, "Set": maps.MAP,
    "RegExp": texts.PATTERN, "URLSearchParams": web.QUERY, "XMLHttpRequest": web.XML_HTTP, "Boolean": numbers.NUMBER,
    "Headers": maps.MAP, "Generator": {"@@iterator": itself, "@@asyncIterator": itself},
}  # fmt: skip
"""Methods of each kind of object."""
_LISTS: Natives = {"isArray": lists.is_list, "from": lists.from_items, "of": lists.of_items}
_TEXTS: Natives = {"fromCharCode": texts.from_codes, "fromCodePoint": texts.from_codes, "raw": texts.raw}
_OBJECTS: Mapping[str, Natives] = {
    "Math": numbers.MATH, "JSON": {"parse": objects.parse, "stringify": objects.stringify},
    "Reflect": objects.REFLECT, "Buffer": {"from": numbers.buffer},
}  # fmt: skip
_FUNCTIONS: Natives = {
    "fetch": web.fetch, "setTimeout": _later, "setInterval": _later, "setImmediate": _later, "queueMicrotask": _later,
    "requestAnimationFrame": _later, "structuredClone": _same, "eval": _eval,
}  # fmt: skip
_KINDS: Sequence[tuple[str, _Work, _Work, Natives, str]] = (
    ("Object", _as_object, _as_object, objects.OBJECT, ""),
    ("Function", _function, _function, {}, ""),
    ("Array", lists.make, lists.make, _LISTS, ""),
    ("String", texts.as_text, texts.as_text, _TEXTS, ""),
    ("Number", numbers.as_number, numbers.as_number, numbers.NUMBERS, ""),
    ("Boolean", numbers.as_boolean, numbers.as_boolean, {}, ""),
    ("Symbol", objects.symbol, objects.symbol, {"for": objects.symbol_for}, ""),
    ("Promise", _nothing, promises.promise, promises.PROMISES, ""),
    ("Map", _nothing, maps.make_map, {}, ""),
    ("Set", _nothing, maps.make_set, {}, ""),
    ("RegExp", texts.pattern, texts.pattern, {}, ""),
    ("URL", web.url, web.url, {}, ""),
    ("URLSearchParams", web.search, web.search, {}, ""),
    ("XMLHttpRequest", web.xml_http, web.xml_http, {}, ""),
    ("Request", web.request, web.request, {}, ""),
    ("Headers", web.headers, web.headers, {}, ""),
    *((name, _error, _error, {}, "Error") for name in _ERRORS),
    *((name, octets.maker(name), octets.maker(name), octets.statics(name), "") for name in octets.WIDTHS),
    ("WebSocket", web.opening("WebSocket"), web.opening("WebSocket"), {}, "Object"),
    ("EventSource", web.opening("EventSource"), web.opening("EventSource"), {}, "Object"),
    ("TextDecoder", numbers.decoder, numbers.decoder, {}, "Object"),
    ("TextEncoder", numbers.encoder, numbers.encoder, {}, "Object"),
    ("Proxy", _proxy, _proxy, {}, "Object"),
)
"""Functions that make objects: called, and after ``new``; their own functions; the kind whose methods they share."""
