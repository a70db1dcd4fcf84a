"""Scripts of one bundle in several files: a chunk that webpack split off, with the modules that it loads from others.

The files share one table of modules: ``(window.webpackJsonp=…).push([[3],{"30f7":function(e,t,n){…n("7424")…}}])``
uses the client that module ``7424`` of the first file exports. A chunk is read again together with the modules that
it lacks, if one of them has an address. Source: https://webpack.js.org/guides/code-splitting/
Bounds: files of 1 MiB, 4 MiB of them, 100 chunks, 60 modules of 32 KiB for each.
"""

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
_MAX_NAMES = 20_000
_MAX_LOADS = 2_000
_STEPS = 200_000
"""Steps to find the ends of the modules of one app."""
_LEVELS = 2
"""A chunk loads a client, and the client loads its settings; behind them are libraries."""
_MARKS = (b"webpackJsonp", b"webpackChunk")
_HEAD = 300
"""A chunk has a mark among its first bytes."""
_MODULE = lazy_pattern(
    rb"(?<=[{,])\s{0,9}[\"']?(?P<id>[\w+/.@-]{1,120})[\"']?:\s{0,9}\(?"
    rb"(?:function\s{0,9}[\w$]{0,20}\([\w$,\s]{0,60}\)|(?:\([\w$,\s]{0,60}\)|[\w$]{1,20})\s{0,9}=>)\s{0,9}(?=\{)"
)
_LOADS = lazy_pattern(rb"\((?:(?P<quote>[\"'])(?P<path>[\w+/.@-]{1,120})(?P=quote)|(?P<number>\d{1,7}))\)")
_LOADER, _LOADER_REACH = lazy_pattern(rb"(?<![\w$.])[\w$]{1,20}\Z"), 20
"""The name before it: a pattern that begins with a name is tried at each byte."""


class Chunk(NamedTuple):
    """A chunk with the modules that it lacks."""

    file: str
    own: int
    """Bytes of the chunk; what is behind them is in other files."""
    data: bytes


class _File(NamedTuple):
    text: bytes
    modules: dict[bytes, int]
    """Where the body of each module begins."""


class ChunkScripts:
    """The files of the bundles of one app."""

    def __init__(self) -> None:
        """Begin an app."""
        self._files: dict[str, _File] = {}
        self._left = MAX_KEPT
        self._bodies: dict[bytes, bytes] = {}

    def add(self, file: str, data: Bytes) -> None:
        """Keep a file of a bundle."""
        size = len(data)
        if not file.endswith(".js") or not 0 < size <= min(MAX_FILE, self._left):
            return
        if any(data.find(mark) >= 0 for mark in _MARKS):
            text = bytes(data)
            self._left -= size
            places = {one["id"]: one.end() for one in islice(_MODULE.finditer(text), _MAX_NAMES)}
            self._files[file] = _File(text, places)

    def chunks(self) -> Iterator[Chunk]:
        """The chunks that lack a module with an address, each with the modules that it lacks."""
        if len(self._files) < 2:
            return
        owners: dict[bytes, str] = {}
        for file, one in self._files.items():
            for name in one.modules:
                owners.setdefault(name, file)
        budget = Budget(_STEPS)
        count = 0
        for file, one in self._files.items():
            if not any(mark in one.text[:_HEAD] for mark in _MARKS):
                continue
            try:
                lacking = self._lacking(one, owners, budget)
            except BudgetError:
                return
            if any(b"://" in body for body in lacking.values()):
                behind = b",".join(b'"%b":%b' % pair for pair in lacking.items())
                yield Chunk(file, len(one.text), one.text + b"\n;({" + behind + b"})\n")
                count += 1
            if count == MAX_CHUNKS:
                return

    def _lacking(self, chunk: _File, owners: dict[bytes, str], budget: Budget) -> dict[bytes, bytes]:
        """The modules that a chunk loads from other files, and those that these load."""
        found: dict[bytes, bytes] = {}
        wanted = _loaded(chunk.text)
        for _ in range(_LEVELS):
            more: list[bytes] = []
            for name in wanted:
                if name in found or name in chunk.modules or name not in owners or len(found) == MAX_MODULES:
                    continue
                if name not in self._bodies:
                    self._bodies[name] = self._body(name, self._files[owners[name]], budget)
                if self._bodies[name]:
                    found[name] = self._bodies[name]
                    more += _loaded(found[name])
            wanted = more
        return found

    def _body(self, name: bytes, file: _File, budget: Budget) -> bytes:
        """The function of a module; empty if it is too long."""
        at = file.modules[name]
        end = Reader(file.text, at, budget).closing(at)
        if not 0 < end - at <= MAX_MODULE:
            return b""
        function = file.text[file.text.rfind(b":", 0, at) + 1 : end].lstrip()
        return function.removeprefix(b"(") if function.startswith(b"(function") else function


def _loaded(text: bytes) -> list[bytes]:
    """The numbers and paths of the modules that a text can load."""
    loads = (
        one for one in _LOADS.finditer(text) if _LOADER.search(text, max(0, one.start() - _LOADER_REACH), one.start())
    )
    return list(dict.fromkeys(one["path"] or one["number"] for one in islice(loads, _MAX_LOADS)))
