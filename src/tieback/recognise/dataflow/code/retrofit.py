"""Paths in annotations of Retrofit interfaces: ``@GET("v1/me")``.

Sources: https://square.github.io/retrofit/declarations/ and
https://source.android.com/docs/core/runtime/dex-format#annotations-directory
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.code.renamed_retrofit import is_path
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dexfile import DexFile

MAX_ANNOTATIONS = 50_000
"""Most annotations of one file that are read."""

_PACKAGE, _OLD_PACKAGE = "Lretrofit2/http/", "Lretrofit/http/"
_VERBS = ("DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT")
_INTERFACE = 0x200


class RetrofitPath(NamedTuple):
    """Path of one method of an interface."""

    owner: str
    """Descriptor of the interface."""
    method: int
    """Method index."""
    string: int
    """String index of the path."""
    appended: bool = False
    """True for Retrofit 1, which puts the path behind the base address, whatever either has."""


def paths(dex: DexFile, *, renamed: bool = False) -> list[RetrofitPath]:
    """The paths of every interface in the file; empty if it does not use Retrofit.

    Args:
        dex: the file.
        renamed: true if the classes of Retrofit have other names: then an annotation with nothing but a path counts.
    """
    old, new = (
        {dex.type_of(f"{package}{verb};".encode()) for verb in _VERBS} - {-1} for package in (_OLD_PACKAGE, _PACKAGE)
    )
    verbs = old | new
    if not verbs and not renamed:
        return []
    rows = np.flatnonzero((dex.classes["access"] & _INTERFACE != 0) & (dex.classes["annotations"] != 0))
    found: list[RetrofitPath] = []
    seen = 0
    for row in rows.tolist():
        owner = dex.descriptor(int(dex.classes[row]["type"]))
        for method, item in _annotated(dex.data, int(dex.classes[row]["annotations"])):
            seen += 1
            note, _ = dex.values.annotation(item + 1)
            if not is_path(note, dex) if renamed else note.kind not in verbs:
                continue
            for name, value in note.values.items():
                if isinstance(value, encoded.StringId) and dex.raw(name) in (b"value", b"path"):
                    found.append(RetrofitPath(owner, method, value.string, note.kind in old))
            if seen >= MAX_ANNOTATIONS:
                return found
    return found


def _annotated(data: Bytes, directory: int) -> Iterator[tuple[int, int]]:
    """Method index and offset of each annotation of the methods in an annotations_directory_item."""
    if directory + 16 > len(data):
        return
    _, fields, methods, _ = struct.unpack_from("<4I", data, directory)
    first = directory + 16 + 8 * fields
    for place in range(first, min(first + 8 * min(methods, MAX_ANNOTATIONS), len(data) - 7), 8):
        method, notes = struct.unpack_from("<II", data, place)
        if notes + 4 > len(data):
            continue
        (count,) = struct.unpack_from("<I", data, notes)
        if count > 64 or notes + 4 + 4 * count > len(data):
            continue
        for item in struct.unpack_from(f"<{count}I", data, notes + 4):
            yield method, item


def base_for(owner: str, bases: list[tuple[str, str]]) -> str | None:
    """The base URL that an interface is most likely used with.

    Args:
        owner: descriptor of the interface.
        bases: descriptor of the class that sets a base URL, and the URL.

    Returns:
        The only base URL, or the one of the class nearest to the interface: they share at least the first two packages.
    """
    if len({url for _, url in bases}) == 1:
        return bases[0][1]
    mine = owner.strip("L;").split("/")[:-1]
    ranked = sorted(((_shared(mine, setter.strip("L;").split("/")[:-1]), url) for setter, url in bases), reverse=True)
    if not ranked or ranked[0][0] < 2:
        return None
    return ranked[0][1] if len({url for shared, url in ranked if shared == ranked[0][0]}) == 1 else None


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
