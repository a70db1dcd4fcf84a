"""What sends requests, and addresses as objects. Sources: https://fetch.spec.whatwg.org, https://url.spec.whatwg.org,
https://xhr.spec.whatwg.org.
"""

from collections.abc import Callable
from urllib.parse import unquote_plus

from tieback.recognise.script_runs.library.iteration import first, items
from tieback.recognise.script_runs.machine import Machine, Natives, Thrown
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Accessor,
    Address,
    Object,
    Query,
    Table,
    Unknown,
    Value,
    is_callable,
    query_text,
)

_MAX_PAIRS = 100
_CHARACTERS_PER_STEP = 100
_ADDRESS = "%address"
"""Member for the address of a request."""
_READING = frozenset(("getJSON", "get", "$http", "axios"))
"""Functions that read a file."""


def _address_text(machine: Machine, value: Value) -> str:
    if isinstance(value, Object) and not isinstance(value, Address) and value.above is machine.prototypes["Request"]:
        return machine.to_text(value.members.get("url", UNDEFINED))
    return machine.to_text(value)


def _requesting(name: str) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
        address = _address_text(machine, first(arguments))
        document = machine.document(address)
        if document is not None:
            return machine.promise(_response(machine, document))
        machine.note(address, name)
        answer = machine.promise(Unknown("response"))
        answer.is_open = True
        return answer

    return run


def _parsed(machine: Machine, document: str) -> Value:
    from tieback.recognise.script_runs.library.objects import parse

    try:
        return parse(machine, UNDEFINED, [document])
    except Thrown:
        return Unknown("JSON")


def _response(machine: Machine, document: str) -> Value:
    """The answer with a file of the app."""
    made = Object(Unknown("response"))
    made.members.update(ok=True, status=200, statusText="OK")
    made.members["json"] = machine.native("json", lambda _this, _given: machine.promise(_parsed(machine, document)))
    made.members["text"] = machine.native("text", lambda _this, _given: machine.promise(document))
    made.members["clone"] = machine.native("clone", lambda this, _given: this)
    return made


def answer_of(machine: Machine, path: str, arguments: list[Value]) -> Value | None:
    """What a function that is not known gives for a file of the app: ``$.getJSON``, ``$http.get``.

    Sources: https://api.jquery.com/jQuery.getJSON/, https://docs.angularjs.org/api/ng/service/$http
    """
    document = machine.document(first(arguments)) if path.rpartition(".")[2] in _READING else None
    if document is None:
        return None
    value = _parsed(machine, document)
    for one in arguments[1:3]:
        if is_callable(one):
            machine.later(one, UNDEFINED, [value])
    if path.endswith("getJSON"):
        return machine.promise(value)
    made = machine.object()
    made.members.update(data=value, status=200)
    return machine.promise(made)


fetch = _requesting("fetch")


def beacon(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``navigator.sendBeacon``."""
    machine.note(_address_text(machine, first(arguments)), "sendBeacon")
    return True


def request(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new Request(…)``."""
    made = Object(machine.prototypes["Request"])
    options = first(arguments, 1)
    if isinstance(options, Object):
        made.members.update({key: machine.get(options, key) for key in machine.keys(options)[:_MAX_PAIRS]})
    made.members["url"] = _address_text(machine, first(arguments))
    if "headers" not in made.members:
        made.members["headers"] = headers(machine, UNDEFINED, [])
    for name in ("json", "text", "clone"):
        made.members[name] = machine.native(name, lambda this, _given: this)
    return made


def headers(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new Headers(…)``."""
    made = Table(machine.prototypes["Headers"], is_map=True)
    source = first(arguments)
    rows = items(machine, source)
    pairs = [(machine.get(row, "0"), machine.get(row, "1")) for row in rows or []]
    if rows is None and isinstance(source, Object):
        pairs = [(key, machine.get(source, key)) for key in machine.keys(source)]
    for key, value in pairs[:_MAX_PAIRS]:
        name = machine.to_text(key).lower()
        made.rows[False, name] = name, value
    return made


def header_method(
    work: Callable[[Machine, Value, list[Value]], Value],
) -> Callable[[Machine, Value, list[Value]], Value]:
    """A method of a map whose keys are names in small letters."""

    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        found = work(machine, this, [machine.to_text(first(arguments)).lower(), *arguments[1:]])
        return None if found is UNDEFINED else found

    return run


def opening(name: str) -> Callable[[Machine, Value, list[Value]], Value]:
    """``new WebSocket(…)`` and its like."""

    def run(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
        machine.note(_address_text(machine, first(arguments)), name)
        made = machine.object()
        made.members["url"] = first(arguments)
        made.above = Unknown(name)
        return made

    return run


def _open(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    address = _address_text(machine, first(arguments, 1))
    machine.note(address, "XMLHttpRequest.open")
    if isinstance(this, Object):
        this.members[_ADDRESS] = address
    return UNDEFINED


def xml_http(machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    """``new XMLHttpRequest()``."""
    return Object(machine.prototypes["XMLHttpRequest"])


def _nothing(_machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    return UNDEFINED


def _empty_text(_machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    return ""


def _send(machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    """Sends a request: then the functions are called that wait for its answer, which is not known."""
    if isinstance(this, Object):
        document = machine.document(this.members.get(_ADDRESS))
        text = Unknown("response") if document is None else document
        is_json = document is not None and machine.get(this, "responseType") == "json"
        this.members.update(readyState=4, status=200, responseText=text)
        this.members["response"] = _parsed(machine, document) if is_json and document is not None else text
        for name in ("onreadystatechange", "onload", "onloadend", "onerror"):
            function = machine.get(this, name)
            if is_callable(function):
                machine.later(function, this, [Unknown("event")])
    return UNDEFINED


def _listen(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    function = first(arguments, 1)
    if is_callable(function):
        machine.later(function, this, [Unknown("event")])
    return UNDEFINED


XML_HTTP: Natives = {
    "open": _open, "send": _send, "setRequestHeader": _nothing, "abort": _nothing, "addEventListener": _listen,
    "overrideMimeType": _nothing, "getAllResponseHeaders": _empty_text,
}  # fmt: skip


# Addresses


def url(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new URL(address, base)``."""
    value = _address_text(machine, first(arguments))
    base = first(arguments, 1)
    whole = value if base is UNDEFINED else resolved(machine.to_text(base), value)
    if whole.find("://") > 0 and whole.count("/") == 2:
        whole += "/"
    return Address(whole, machine.prototypes["URL"])


def resolved(base: str, address: str) -> str:
    """An address below a base, both perhaps with parts that are not known."""
    scheme = address.find("://")
    if 0 < scheme < 20 or base.find("://") < 1:
        return address
    start = base.index("://") + 3
    end = min((at for at in (base.find(one, start) for one in "/?#") if at >= 0), default=len(base))
    if address.startswith("//"):
        return base[: start - 2] + address
    if address.startswith("/"):
        return base[:end] + address
    path = base[end:].partition("?")[0].partition("#")[0]
    if not address:
        return base
    if address.startswith("?"):
        return base[:end] + (path or "/") + address
    parts = path.rpartition("/")[0].split("/") if path else [""]
    tail = address.split("/")
    while tail and tail[0] in (".", ".."):
        if tail.pop(0) == ".." and len(parts) > 1:
            parts.pop()
    return base[:end] + "/".join((*parts, *tail))


def _split(address: str) -> dict[str, str] | None:
    start = address.find("://")
    if start < 1:
        return None
    rest, _, fragment = address[start + 3 :].partition("#")
    rest, mark, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    user, _, host = host.rpartition("@")
    name, _, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    return {
        "scheme": address[:start], "user": user, "hostname": name, "port": port, "path": slash + path,
        "query": mark + query, "fragment": fragment,
    }  # fmt: skip


def _joined(parts: dict[str, str]) -> str:
    user = parts["user"] + "@" if parts["user"] else ""
    port = ":" + parts["port"] if parts["port"] else ""
    fragment = "#" + parts["fragment"] if parts["fragment"] else ""
    return f"{parts['scheme']}://{user}{parts['hostname']}{port}{parts['path']}{parts['query']}{fragment}"


def _read(name: str) -> Callable[[Machine, Value], Value]:
    def run(machine: Machine, this: Value) -> Value:
        if not isinstance(this, Address):
            return Unknown()
        if name == "href":
            return this.text
        if name == "searchParams":
            return query_of(machine, this)
        parts = _split(this.text)
        if parts is None:
            return Unknown()
        port = ":" + parts["port"] if parts["port"] else ""
        match name:
            case "protocol":
                return parts["scheme"] + ":"
            case "host":
                return parts["hostname"] + port
            case "origin":
                return f"{parts['scheme']}://{parts['hostname']}{port}"
            case "pathname":
                return parts["path"] or "/"
            case "search":
                return parts["query"]
            case "hash":
                return "#" + parts["fragment"] if parts["fragment"] else ""
        return parts.get(name, "")

    return run


def _write(name: str) -> Callable[[Machine, Value, Value], None]:
    def run(machine: Machine, this: Value, value: Value) -> None:
        if not isinstance(this, Address):
            return
        new = machine.to_text(value)
        parts = _split(new if name == "href" else this.text)
        if parts is None:
            this.text = new if name == "href" else GAP
            return
        match name:
            case "protocol":
                parts["scheme"] = new.rstrip(":")
            case "host":
                parts["hostname"], _, port = new.partition(":")
                parts["port"] = port or parts["port"]
            case "pathname":
                parts["path"] = new if new.startswith("/") else "/" + new
            case "search":
                parts["query"] = new if new.startswith("?") or not new else "?" + new
            case "hash":
                parts["fragment"] = new.lstrip("#")
            case "port" | "hostname":
                parts[name] = new
        this.text = _joined(parts)

    return run


def add_url(machine: Machine) -> None:
    """Give addresses their members."""
    holder = machine.prototypes["URL"]
    for name in (
        "href", "protocol", "host", "hostname", "port", "origin", "pathname", "search", "hash", "searchParams",
    ):  # fmt: skip
        read, write = _read(name), _write(name)
        holder.members[name] = Accessor(
            machine.native(name, lambda this, _given, read=read: read(machine, this)),  # type: ignore[misc]
            machine.native(name, lambda this, given, write=write: write(machine, this, first(given))),  # type: ignore[misc]
        )
    for name in ("toString", "toJSON"):
        holder.members[name] = machine.native(name, lambda this, _given: machine.to_text(this))


def query_of(machine: Machine, address: Address) -> Query:
    """The query of an address, whose changes change the address."""
    parts = _split(address.text)
    text = parts["query"][1:] if parts else ""
    return Query(_pairs(text), machine.prototypes["URLSearchParams"], address)


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for part in text.split("&")[:_MAX_PAIRS]:
        if part:
            name, _, value = part.partition("=")
            found.append((unquote_plus(name), unquote_plus(value)))
    return found


def search(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new URLSearchParams(…)``."""
    value = first(arguments)
    above = machine.prototypes["URLSearchParams"]
    if isinstance(value, str):
        return Query(_pairs(value.lstrip("?")), above)
    rows = items(machine, value)
    if rows is not None:
        rows = rows[:_MAX_PAIRS]
        return Query(
            [(machine.to_text(machine.get(row, "0")), machine.to_text(machine.get(row, "1"))) for row in rows], above
        )
    keys = machine.keys(value)[:_MAX_PAIRS]
    return Query([(key, machine.to_text(machine.get(value, key))) for key in keys], above)


def _changed(machine: Machine, query: Query) -> None:
    machine.step(sum(len(name) + len(value) for name, value in query.pairs) // _CHARACTERS_PER_STEP)
    if query.address is not None:
        parts = _split(query.address.text)
        if parts is not None:
            text = query_text(query.pairs)
            parts["query"] = "?" + text if text else ""
            query.address.text = _joined(parts)


def _append(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Query) and len(this.pairs) < _MAX_PAIRS:
        this.pairs.append((machine.to_text(first(arguments)), machine.to_text(first(arguments, 1))))
        _changed(machine, this)
    return UNDEFINED


def _set(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Query):
        name = machine.to_text(first(arguments))
        this.pairs[:] = [pair for pair in this.pairs if pair[0] != name]
    return _append(machine, this, arguments)


def _delete(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Query):
        name = machine.to_text(first(arguments))
        this.pairs[:] = [pair for pair in this.pairs if pair[0] != name]
        _changed(machine, this)
    return UNDEFINED


def _get(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    name = machine.to_text(first(arguments))
    pairs = this.pairs if isinstance(this, Query) else []
    return next((value for key, value in pairs if key == name), None)


def _has(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return _get(machine, this, arguments) is not None


def _each(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    for name, value in list(this.pairs) if isinstance(this, Query) else []:
        machine.call(first(arguments), UNDEFINED, [value, name, this])
    return UNDEFINED


def _query_text(machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    if isinstance(this, Query):
        machine.step(sum(len(name) + len(value) for name, value in this.pairs) // _CHARACTERS_PER_STEP)
    return query_text(this.pairs) if isinstance(this, Query) else GAP


QUERY: Natives = {
    "append": _append, "set": _set, "delete": _delete, "get": _get, "has": _has, "forEach": _each,
    "toString": _query_text,
}  # fmt: skip
