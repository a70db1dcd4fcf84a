"""Addresses as objects: ``Uri`` of Android, ``URL`` and ``URI`` of Java.

An object has its text. A run makes the text of an address where code asks for it, or opens a connection.
Sources: https://developer.android.com/reference/android/net/Uri.Builder and
https://developer.android.com/reference/java/net/URL
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.library.strings import sequence, text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError, to_text, to_units
from tieback.recognise.dataflow.methods.texts import uri_encoded

_URI, _BUILDER = "Landroid/net/Uri;", "Landroid/net/Uri$Builder;"
_URL, _JAVA_URI = "Ljava/net/URL;", "Ljava/net/URI;"
_SPLIT = lazy_pattern(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_PARTS = ("scheme", "authority", "path", "query", "fragment")
_KEPT_IN_PATH = "/"
_PORT = lazy_pattern(r":(\d{1,5})\Z")

type Arguments = Sequence[Any]


def _text(value: Any) -> str:
    if isinstance(value, JavaObject) and isinstance(value.payload, str):
        return value.payload
    raise NotRunnableError("an address that is not known")


def _object(machine: Machine, kind: str, text: str) -> JavaObject:
    machine.allocate(2 * len(text))
    return JavaObject(kind, text)


def _parse(machine: Machine, a: Arguments) -> JavaObject:
    return _object(machine, _URI, sequence(machine, a[0]))


def _new(kind: str) -> LibraryCall:
    def new(machine: Machine, a: Arguments) -> JavaObject:
        return _object(machine, kind, sequence(machine, a[1]))

    return new


def _create(machine: Machine, a: Arguments) -> JavaObject:
    return _object(machine, _JAVA_URI, sequence(machine, a[0]))


def _relative(machine: Machine, a: Arguments) -> JavaObject:
    """``new URL(base, spec)`` or ``resolve(spec)``."""
    *_, base, spec = a
    try:
        text = urljoin(to_text(_text(base)), to_text(sequence(machine, spec)))
    except ValueError as error:
        raise NotRunnableError("brackets without an address") from error
    return _object(machine, base.kind, to_units(text))


def _as(kind: str) -> LibraryCall:
    return lambda machine, a: _object(machine, kind, _text(a[0]))


def _shown(machine: Machine, a: Arguments) -> str:
    return machine.text(_text(a[0]))


def _open(machine: Machine, a: Arguments) -> Any:
    contact(machine, _text(a[0]))
    return UNKNOWN


def contact(machine: Machine, address: str) -> None:
    """Count an address that code contacts as made, unless code has made its text before."""
    if all(text != address for _, text in machine.made):
        machine.text(address)


def _part(name: str) -> LibraryCall:
    """A part of an address, ``null`` if it has none."""

    def part(machine: Machine, a: Arguments) -> Any:
        found = _split(_text(a[0]))[name]
        return 0 if found is None else machine.text(found)

    return part


def _host(machine: Machine, a: Arguments) -> Any:
    authority = _split(_text(a[0]))["authority"]
    if authority is None:
        return 0
    return machine.text(_PORT.sub("", authority.rpartition("@")[2]))


def _port(_: Machine, a: Arguments) -> int:
    found = _PORT.search(_split(_text(a[0]))["authority"] or "")
    return int(found[1]) if found is not None else -1


def _split(text: str) -> dict[str, str | None]:
    found = _SPLIT.fullmatch(text)
    return dict(zip(_PARTS, found.groups() if found is not None else (None,) * len(_PARTS), strict=True))


# Builders


def _new_builder(_: Machine, a: Arguments) -> None:
    a[0].payload = dict.fromkeys(_PARTS)


def _build_upon(machine: Machine, a: Arguments) -> JavaObject:
    text = _text(a[0])
    machine.allocate(2 * len(text))
    return JavaObject(_BUILDER, _split(text))


def _parts(value: Any) -> dict[str, str | None]:
    if isinstance(value, JavaObject) and isinstance(value.payload, dict):
        return value.payload
    raise NotRunnableError("a builder that is not known")


def _encoded(text: str, kept: str = "") -> str:
    return to_units(uri_encoded(to_text(text), kept))


def _set(name: str, encode: Callable[[str], str]) -> LibraryCall:
    def set_part(machine: Machine, a: Arguments) -> Any:
        text = None if a[1] == 0 else encode(sequence(machine, a[1]))
        machine.allocate(2 * len(text or ""))
        _parts(a[0])[name] = text
        return a[0]

    return set_part


def _append(encode: Callable[[str], str]) -> LibraryCall:
    def append(machine: Machine, a: Arguments) -> Any:
        its = _parts(a[0])
        path = (its["path"] or "").removesuffix("/") + "/" + encode(sequence(machine, a[1]))
        machine.allocate(2 * len(path))
        its["path"] = path
        return a[0]

    return append


def _append_query(machine: Machine, a: Arguments) -> Any:
    its = _parts(a[0])
    pair = "=".join(_encoded(text_of(machine, one)) for one in a[1:])
    query = f"{its['query']}&{pair}" if its["query"] else pair
    machine.allocate(2 * len(query))
    its["query"] = query
    return a[0]


def _built(machine: Machine, a: Arguments) -> JavaObject:
    its = _parts(a[0])
    scheme, authority, path, query, fragment = (its[name] for name in _PARTS)
    text = "" if scheme is None else f"{scheme}:"
    text += "" if authority is None else f"//{authority}"
    if path:
        text += path if path.startswith("/") or authority is None else f"/{path}"
    text += "" if query is None else f"?{query}"
    return _object(machine, _URI, text + ("" if fragment is None else f"#{fragment}"))


def _with_path(machine: Machine, a: Arguments) -> JavaObject:
    """``Uri.withAppendedPath``."""
    split = urlsplit(_text(a[0]))
    return _object(
        machine, _URI, split._replace(path=f"{split.path.removesuffix('/')}/{sequence(machine, a[1])}").geturl()
    )


def _plain(text: str) -> str:
    return text


def _path(text: str) -> str:
    return _encoded(text, _KEPT_IN_PATH)


CALLS: dict[str, LibraryCall] = {
    f"{_URI}->parse({STRING})": _parse,
    f"{_URI}->toString()": _shown,
    f"{_URI}->buildUpon()": _build_upon,
    f"{_URI}->withAppendedPath({_URI}{STRING})": _with_path,
    f"{_URI}->getScheme()": _part("scheme"),
    f"{_URI}->getAuthority()": _part("authority"),
    f"{_URI}->getPath()": _part("path"),
    f"{_URI}->getHost()": _host,
    f"{_URI}->getPort()": _port,
    f"{_BUILDER}-><init>()": _new_builder,
    f"{_BUILDER}->scheme({STRING})": _set("scheme", _plain),
    f"{_BUILDER}->authority({STRING})": _set("authority", _plain),
    f"{_BUILDER}->encodedAuthority({STRING})": _set("authority", _plain),
    f"{_BUILDER}->path({STRING})": _set("path", _path),
    f"{_BUILDER}->encodedPath({STRING})": _set("path", _plain),
    f"{_BUILDER}->encodedQuery({STRING})": _set("query", _plain),
    f"{_BUILDER}->query({STRING})": _set("query", _encoded),
    f"{_BUILDER}->fragment({STRING})": _set("fragment", _encoded),
    f"{_BUILDER}->appendPath({STRING})": _append(_encoded),
    f"{_BUILDER}->appendEncodedPath({STRING})": _append(_plain),
    f"{_BUILDER}->appendQueryParameter({STRING}{STRING})": _append_query,
    f"{_BUILDER}->build()": _built,
    f"{_BUILDER}->toString()": lambda machine, a: machine.text(_text(_built(machine, a))),
    f"{_URL}-><init>({STRING})": _new(_URL),
    f"{_URL}-><init>({_URL}{STRING})": _relative,
    f"{_URL}->toString()": _shown,
    f"{_URL}->toExternalForm()": _shown,
    f"{_URL}->toURI()": _as(_JAVA_URI),
    f"{_URL}->getProtocol()": _part("scheme"),
    f"{_URL}->getAuthority()": _part("authority"),
    f"{_URL}->getPath()": _part("path"),
    f"{_URL}->getHost()": _host,
    f"{_URL}->getPort()": _port,
    f"{_URL}->openConnection()": _open,
    f"{_URL}->openStream()": _open,
    f"{_JAVA_URI}-><init>({STRING})": _new(_JAVA_URI),
    f"{_JAVA_URI}->create({STRING})": _create,
    f"{_JAVA_URI}->resolve({STRING})": _relative,
    f"{_JAVA_URI}->toString()": _shown,
    f"{_JAVA_URI}->toASCIIString()": _shown,
    f"{_JAVA_URI}->toURL()": _as(_URL),
    f"{_JAVA_URI}->getScheme()": _part("scheme"),
    f"{_JAVA_URI}->getAuthority()": _part("authority"),
    f"{_JAVA_URI}->getHost()": _host,
    f"{_JAVA_URI}->getPort()": _port,
    f"{_JAVA_URI}->getPath()": _part("path"),
}
"""The methods, by ``Lowner;->name(parameters)``."""
