"""Sinks of libraries that a shrinker renamed, recognised by the messages in their methods.

R8 renames OkHttp's classes and methods, but not the texts of its exceptions. Source: ``HttpUrl.kt`` and ``Request.kt``
of https://github.com/square/okhttp.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tieback.recognise.dataflow.dexfile import CodeItem, DexFile, DexMember
from tieback.recognise.dataflow.libraries import ALL

_CONST_STRING, _INVOKES, _INVOKE_COUNT = 0x1A, 0x6E, 11
_MAX_PLACES = 32
_STRING, _PUSH = "Ljava/lang/String;", "Ljava/lang/String;IIZZ"
_BUILDER = "Lokhttp3/HttpUrl$Builder;"


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
    Shape((b"ws:", b"wss:"), _STRING, "Lokhttp3/Request$Builder;", "url"),
)


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
            if dex.parameters(member.kind) == shape.parameters:
                if shape.owner == _BUILDER and shape.method == "host":
                    builders[member.owner] = None
                if shape.owner != _BUILDER or shape.method in ("scheme", "host") or member.owner in builders:
                    yield Renamed(index, member.owner, shape.owner, shape.method, shape.parameters)
    for kind in builders:
        for index in _segments(dex, kind):
            yield Renamed(index, kind, _BUILDER, "addPathSegment", _STRING)


def _using(dex: DexFile, strings: list[int]) -> Iterator[tuple[int, DexMember]]:
    """Methods in which each of the strings is a constant."""
    if max(strings) > 0xFFFF:
        return
    own = dex.code_without(ALL)
    units = own.units
    found: list[set[CodeItem]] = []
    for string in strings:
        places = np.flatnonzero(units[1:] == string)
        places = places[(units[places] & 0xFF) == _CONST_STRING][:_MAX_PLACES]
        codes = (dex.code_around(own.offset(place)) for place in places.tolist())
        found.append({code for code in codes if code is not None})
    for code in sorted(set.intersection(*found)):
        index = dex.method_of(code)
        member = dex.method(index)
        if member is not None:
            yield index, member


def _segments(dex: DexFile, kind: int) -> Iterator[int]:
    """Methods of a URL builder that add a segment: they call the one that pushes a part of a text."""
    row = dex.class_row(kind)
    for offset, index in dex.class_data(row).methods.items() if row >= 0 else ():
        member, code = dex.method(index), dex.code(offset)
        if member is None or code is None or dex.parameters(member.kind) != _STRING or code.units > 200:
            continue
        units = np.frombuffer(dex.data, "<u2", code.units, code.begin).tolist()
        for unit, operand in pairwise(units):
            target = dex.method(operand) if 0 <= (unit & 0xFF) - _INVOKES < _INVOKE_COUNT else None
            if target is not None and target.owner == kind and dex.parameters(target.kind) == _PUSH:
                yield index
                break
