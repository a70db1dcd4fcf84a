"""Sinks of libraries that a shrinker renamed, recognised by the messages in their methods.

R8 renames OkHttp's classes and methods, but not the texts of its exceptions. Source: ``HttpUrl.kt`` and ``Request.kt``
of https://github.com/square/okhttp.
"""

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex.code_units import Units
from tieback.recognise.dataflow.dex.dex_tables import DexMember, SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.opcode_sets import CALL_SPAN, CONST_STRING, FIRST_CALL

_MAX_PLACES, _MAX_CLASSES = 32, 1_000
_STRING, _PUSH = "Ljava/lang/String;", "Ljava/lang/String;IIZZ"
_BUILDER = "Lokhttp3/HttpUrl$Builder;"
_PACKAGE = b"Lokhttp3/"
_PARSE, _PARSED = "Lokhttp3/HttpUrl;Ljava/lang/String;", lazy_pattern(r"L[\w/$-]+;Ljava/lang/String;")


class Shape(NamedTuple):
    """A method by what it contains."""

    texts: tuple[bytes, ...]
    """All of them are constants of the method."""
    parameters: str
    owner: str
    """Class and name before renaming."""
    method: str


SHAPES = (
    Shape((b"unexpected scheme: ",), _STRING, _BUILDER, "scheme"),
    Shape((b"unexpected host: ",), _STRING, _BUILDER, "host"),
    Shape((b"unexpected port: ",), "I", _BUILDER, "port"),
    Shape((b"unexpected encodedPath: ",), _STRING, _BUILDER, "encodedPath"),
    Shape((b"host == null",), "", _BUILDER, "build"),
    Shape((b"Expected URL scheme 'http' or 'https' but was '",), _PARSE, _BUILDER, "parse"),
    Shape((b"ws:", b"wss:"), _STRING, "Lokhttp3/Request$Builder;", "url"),
)

_ALONE = ("scheme", "host", "parse")
"""Methods of a URL builder that are known without its other methods, which a shrinker may have removed."""


class Renamed(NamedTuple):
    """A method that is a known one under another name."""

    method_index: int
    kind: int
    """Type index of its class."""
    owner: str
    method: str
    parameters: str


def renamed(dex: DexFile) -> Iterator[Renamed]:
    """The methods of renamed libraries in a file."""
    builders: dict[int, None] = {}
    for shape in SHAPES:
        strings = [dex.string_of(text) for text in shape.texts]
        if min(strings) < 0:
            continue
        for index, member in _using(dex, strings):
            if _fits(dex.parameters(member.kind), shape.parameters):
                if shape.owner == _BUILDER and shape.method == "host":
                    builders[member.owner] = None
                if shape.owner != _BUILDER or shape.method in _ALONE or member.owner in builders:
                    yield Renamed(index, member.owner, shape.owner, shape.method, shape.parameters)
    for kind in builders:
        for index in _segments(dex, kind):
            yield Renamed(index, kind, _BUILDER, "addPathSegment", _STRING)


def _fits(parameters: str, wanted: str) -> bool:
    """True if a method takes what a shape takes, with a renamed class for that of a URL."""
    return parameters == wanted or (wanted == _PARSE and _PARSED.fullmatch(parameters) is not None)


def _using(dex: DexFile, strings: list[int]) -> Iterator[tuple[int, DexMember]]:
    """Methods in which each of the strings is a constant."""
    if max(strings) > 0xFFFF:
        return
    kept = _keeps_package(dex)
    found: list[set[CodeItem]] = []
    for string in strings:
        places = _all_loads(dex, string) if kept else _own_loads(dex, string)
        codes = (dex.code_around(place, every=kept) for place in islice(places, _MAX_PLACES))
        found.append({code for code in codes if code is not None})
    every = set.intersection(*found)
    methods = _methods_of_package(dex) if kept and every else {}
    for code in sorted(every):
        index = methods.get(code.offset, -1) if methods else -1
        index = dex.method_of(code) if index < 0 else index
        member = dex.method(index)
        if member is not None:
            yield index, member


def _own_loads(dex: DexFile, string: int) -> Iterator[int]:
    """Offsets of the instructions that load a string, without those of known libraries."""
    own = dex.code_without(ALL)
    yield from map(own.offset, _places(own.units, string))


def _all_loads(dex: DexFile, string: int) -> Iterator[int]:
    """The same in all code."""
    section = dex.sections.get(SectionKind.CODE)
    if section is not None:
        units = np.frombuffer(dex.data, "<u2", (section.end - section.begin) // 2, section.begin)
        yield from (section.begin + 2 * place for place in _places(units, string))


def _places(units: Units, string: int) -> list[int]:
    places = np.flatnonzero(units[1:] == string)
    found: list[int] = places[(units[places] & 0xFF) == CONST_STRING].tolist()
    return found


def _methods_of_package(dex: DexFile) -> dict[int, int]:
    """Indices of the methods of the package of OkHttp by the offsets of their code."""
    first, end = dex.position(_PACKAGE), dex.position(_PACKAGE + b"\xff")
    kinds = dex.classes["type"]
    rows = np.flatnonzero((kinds >= first) & (kinds < end))[:_MAX_CLASSES]
    return {offset: index for row in rows.tolist() for offset, index in dex.class_data(row).methods.items()}


def _keeps_package(dex: DexFile) -> bool:
    """True if a shrinker renamed the classes of OkHttp and kept the name of its package."""
    first = dex.first_from(_PACKAGE)
    return first < len(dex.strings) and dex.raw(first).startswith(_PACKAGE) and dex.type_of(_BUILDER.encode()) < 0


def _segments(dex: DexFile, kind: int) -> Iterator[int]:
    """Methods of a URL builder that add a segment: they call the one that pushes a part of a text."""
    row = dex.class_row(kind)
    for offset, index in dex.class_data(row).methods.items() if row >= 0 else ():
        member, code = dex.method(index), dex.code(offset)
        if member is None or code is None or dex.parameters(member.kind) != _STRING or code.units > 200:
            continue
        units = dex.units(code)
        for unit, operand in pairwise(units):
            target = dex.method(operand) if 0 <= (unit & 0xFF) - FIRST_CALL < CALL_SPAN else None
            if target is not None and target.owner == kind and dex.parameters(target.kind) == _PUSH:
                yield index
                break
