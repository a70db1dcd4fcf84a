"""Paths in annotations of Retrofit interfaces: ``@GET("v1/me")``, and of those for Amazon's API Gateway.

Sources: https://square.github.io/retrofit/declarations/,
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-generate-sdk-android.html and
https://source.android.com/docs/core/runtime/dex-format#annotations-directory
"""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.code.renamed_retrofit import is_path
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dexfile import DexFile

_LEAST_SHARED, _MAX_PACKAGES = 2, 32
"""Least packages that a class shares with another one near it, and the most that are compared."""
MAX_ANNOTATIONS = 50_000
"""Most annotations of one file that are read."""

_PACKAGE, _OLD_PACKAGE = "Lretrofit2/http/", "Lretrofit/http/"
_VERBS = ("DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT")
_OPERATION = b"Lcom/amazonaws/mobileconnectors/apigateway/annotation/Operation;"
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
    old |= {dex.type_of(_OPERATION)} - {-1}
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


class Bases:
    """Base URLs by the packages of the classes that set them."""

    def __init__(self, bases: Iterable[tuple[str, str]]) -> None:
        """``bases`` are the descriptor of the class that sets a base URL, and the URL."""
        self._urls: set[str] = set()
        self._below: dict[tuple[str, ...], str | None] = {}
        """The URL that all classes in a package and those below it set; ``None`` if there are several."""
        for setter, url in bases:
            self._urls.add(url)
            packages = _packages(setter)
            for count in range(_LEAST_SHARED, len(packages) + 1):
                if self._below.setdefault(packages[:count], url) != url:
                    self._below[packages[:count]] = None

    def url_for(self, owner: str) -> str | None:
        """The base URL that an interface, given by its descriptor, is most likely used with.

        Returns:
            The only base URL, or the one of the class nearest to the interface: they share at least the first two
            packages.
        """
        if len(self._urls) == 1:
            return next(iter(self._urls))
        mine = _packages(owner)
        shared = (mine[:count] for count in range(len(mine), _LEAST_SHARED - 1, -1))
        nearest = next((one for one in shared if one in self._below), None)
        return None if nearest is None else self._below[nearest]


def _packages(descriptor: str) -> tuple[str, ...]:
    return tuple(descriptor.strip("L;").split("/")[:-1][:_MAX_PACKAGES])
