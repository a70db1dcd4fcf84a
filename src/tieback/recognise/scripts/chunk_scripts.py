"""Scripts of one bundle in several files: a chunk that webpack split off, with the modules that it loads from others.

The files share one table of modules: ``(window.webpackJsonp=…).push([[3],{"30f7":function(e,t,n){…n("7424")…}}])``
uses the client that module ``7424`` of the first file exports. A chunk is read again together with the modules that
it lacks, if one of them has an address. Source: https://webpack.js.org/guides/code-splitting/
Bounds: files of 1 MiB, 4 MiB of them, 100 chunks, 60 modules of 32 KiB for each.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import Budget, BudgetError, Reader

MAX_FILE = 1_048_576
MAX_KEPT = 4 * 1_048_576
MAX_CHUNKS = 100
MAX_MODULES = 60
"""Most modules that are put behind one chunk."""
MAX_MODULE = 32_768
MAX_MODULE_FILE = 2 * 1_048_576
MAX_MODULES_KEPT = 12 * 1_048_576
_EXPORTS = 8_192
"""Bytes at the beginning or end of a file with an export of it."""
_EXPORT = lazy_pattern(rb"export(?<![\w$.]export)\s{0,9}(?:\{|default\b|(?:async|function|class|const|let|var)\s)")
_IMPORT = lazy_pattern(rb"import(?<![\w$.]import)\s{0,9}(?:[\w$]|\{|\*)[^()'\"`]{0,240}?from\s{0,9}[\"']\.")
_MAX_NAMES = 20_000
_MAX_LOADS = 2_000
_STEPS = 200_000
"""Steps to find the ends of the modules of one file."""
_LEVELS = 2
"""A chunk loads a client, and the client loads its settings; behind them are libraries."""
_MARKS = (b"webpackJsonp", b"webpackChunk")
_HEAD = 300
"""A chunk has a mark among its first bytes."""
_MODULE = lazy_pattern(
    rb"(?<=[{,])\s{0,9}[\"']?(?P<id>[\w+/.@-]{1,120})[\"']?(?::\s{0,9}\(?(?P<head>function\s{0,9}[\w$]{0,20}\([\w$,\s]{0,60}\)"
    rb"|(?:\([\w$,\s]{0,60}\)|[\w$]{1,20})\s{0,9}=>)|(?<=[\d\"'])(?P<parameters>\([\w$,\s]{0,60}\)))\s{0,9}(?=\{)"
)
"""A module, also as a method: ``{22(e,t,n){…}}``."""
_LOADS = lazy_pattern(rb"\((?:(?P<quote>[\"'])(?P<path>[\w+/.@-]{1,120})(?P=quote)|(?P<number>\d{1,7}))\)")
_LOADER, _LOADER_REACH = lazy_pattern(rb"(?<![\w$.])[\w$]{1,20}\Z"), 20
"""The name before it: a pattern that begins with a name is tried at each byte."""


class Chunk(NamedTuple):
    """A chunk with the modules that it lacks."""

    file: str
    own: int
    """Bytes of the chunk; what is behind them is in other files."""
    data: bytes
    parts: tuple[tuple[int, str, int], ...] = ()
    """Where each part from another file begins behind the chunk, and its file and offset there."""
    is_exact: bool = True
    """False if those parts have other names than in their files, so that only their beginnings have a place."""

    def place(self, at: int) -> tuple[str, int]:
        """The file and the offset in it of an offset of the data."""
        if at < self.own or not self.parts:
            return self.file, at
        start, file, offset = max((one for one in self.parts if one[0] <= at), default=self.parts[0])
        return file, offset + (at - start if self.is_exact else 0)


class _File(NamedTuple):
    text: bytes
    modules: dict[bytes, tuple[bytes, int]]
    """The head of the function of each module, and where its body begins."""


class ChunkScripts:
    """The files of the bundles of one app."""

    def __init__(self) -> None:
        """Begin an app."""
        self._files: dict[str, _File] = {}
        self._left = MAX_KEPT
        self._bodies: dict[bytes, bytes] = {}
        self.modules: dict[str, bytes] = {}
        """Scripts that import or export names (``es_modules``)."""
        self._left_of_modules = MAX_MODULES_KEPT

    def add(self, file: str, data: Bytes) -> None:
        """Keep a file of a bundle."""
        size = len(data)
        is_script = file.endswith((".js", ".mjs"))
        if is_script and 0 < size <= min(MAX_MODULE_FILE, self._left_of_modules) and _is_module(data):
            self._left_of_modules -= size
            self.modules[file] = bytes(data)
        if not file.endswith(".js") or not 0 < size <= min(MAX_FILE, self._left):
            return
        if any(data.find(mark) >= 0 for mark in _MARKS):
            text = bytes(data)
            self._left -= size
            modules = dict(map(_module, islice(_MODULE.finditer(text), _MAX_NAMES)))
            self._files[file] = _File(text, modules)

    def chunks(self) -> Iterator[Chunk]:
        """The chunks that lack a module with an address, each with the modules that it lacks."""
        if len(self._files) < 2:
            return
        owners: dict[bytes, str] = {}
        for file, one in self._files.items():
            for name in one.modules:
                owners.setdefault(name, file)
        count = 0
        budgets = {file: Budget(_STEPS) for file in self._files}
        for file, one in self._files.items():
            if not any(mark in one.text[:_HEAD] for mark in _MARKS):
                continue
            try:
                lacking = self._lacking(one, owners, budgets)
            except BudgetError:
                return
            if any(b"://" in body for body in lacking.values()):
                data, parts = bytearray(one.text + b"\n;({"), []
                for name, body in lacking.items():
                    data += b'"%b":' % name
                    head, at = self._files[owners[name]].modules[name]
                    parts.append((len(data) + len(head), owners[name], at))
                    data += body + b","
                yield Chunk(file, len(one.text), bytes(data) + b"})\n", tuple(parts))
                count += 1
            if count == MAX_CHUNKS:
                return

    def _lacking(self, chunk: _File, owners: dict[bytes, str], budgets: dict[str, Budget]) -> dict[bytes, bytes]:
        """The modules that a chunk loads from other files, and those that these load."""
        found: dict[bytes, bytes] = {}
        wanted = _loaded(chunk.text)
        for _ in range(_LEVELS):
            more: list[bytes] = []
            for name in wanted:
                if name in found or name in chunk.modules or name not in owners or len(found) == MAX_MODULES:
                    continue
                if name not in self._bodies:
                    self._bodies[name] = self._body(name, self._files[owners[name]], budgets[owners[name]])
                if self._bodies[name]:
                    found[name] = self._bodies[name]
                    more += _loaded(found[name])
            wanted = more
        return found

    def _body(self, name: bytes, file: _File, budget: Budget) -> bytes:
        """The function of a module; empty if it is too long."""
        head, at = file.modules[name]
        end = Reader(file.text, at, budget).closing(at)
        return head + file.text[at:end] if 0 < end - at <= MAX_MODULE else b""


def _is_module(data: Bytes) -> bool:
    """True if a script imports or exports names."""
    head, ends = bytes(data[:_HEAD]), (bytes(data[:_EXPORTS]), bytes(data[-_EXPORTS:]))
    if b"import" in head and _IMPORT.search(head):
        return True
    return any(b"export" in one and _EXPORT.search(one) for one in ends)


def _module(found: re.Match[bytes]) -> tuple[bytes, tuple[bytes, int]]:
    """The number or path of a module, the head of its function, and where its body begins."""
    return found["id"], (found["head"] or found["parameters"] + b"=>", found.end())


def _loaded(text: bytes) -> list[bytes]:
    """The numbers and paths of the modules that a text can load."""
    loads = (
        one for one in _LOADS.finditer(text) if _LOADER.search(text, max(0, one.start() - _LOADER_REACH), one.start())
    )
    return list(dict.fromkeys(one["path"] or one["number"] for one in islice(loads, _MAX_LOADS)))
