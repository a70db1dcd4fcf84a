"""Scripts that import names from other files of the app: chunks of Vite, Rollup and esbuild, and plain modules.

``import{t as n}from"./index-x.js";n("/users")`` calls a function that ``index-x.js`` exports. A file is read again
together with the declarations of what it imports, and of what these need in turn, if one of them has an address. They
are put behind the file under the names that it gives them. Source: https://tc39.es/ecma262/#sec-modules
Bounds: 100 files that import, and for each 60 names and 48 KiB of declarations.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from posixpath import dirname, join, normpath
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.chunk_scripts import Chunk
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.names import Binding, Way
from tieback.recognise.scripts.reader import LITERAL, Budget, BudgetError, Reader
from tieback.recognise.scripts.scopes import Scope

MAX_FILES = 100
"""Most files that are read together with what they import; ``chunk_scripts`` bounds those that are kept."""
MAX_NAMES = 60
MAX_ADDED = 49_152
"""Most bytes of the declarations that one file imports."""
_MAX_DECLARATION = 16_384
_MAX_IMPORTS = 200
_MAX_EXPORTS = 4_000
_MAX_VALUES = 4
_STEPS = 60_000
"""Steps in one file to find its declarations."""
_NAME = rb"[A-Za-z_$][\w$]{0,80}"
_FROM = lazy_pattern(
    rb"(?<![\w$.])import\s{0,9}(?P<what>[\w$*{][\w$*{},\s]{0,4000}?)\s{0,9}from\s{0,9}[\"'](?P<path>\.{1,2}/[\w@$~./+-]{1,200})[\"']"
)
_ONE = lazy_pattern(rb"(?P<name>" + _NAME + rb")(?:\s{1,9}as\s{1,9}(?P<other>" + _NAME + rb"))?")
_STAR = lazy_pattern(rb"\*\s{0,9}as\s{1,9}(?P<name>" + _NAME + rb")")
_LIST = lazy_pattern(rb"(?<![\w$.])export\s{0,9}\{(?P<names>[\w$,\s]{1,40000})\}")
_DECLARED = lazy_pattern(
    rb"(?<![\w$.])export\s{1,9}(?P<default>default\s{1,9})?"
    rb"(?:(?:async\s{1,9})?function\s{0,9}\*?\s{0,9}|class\s{1,9}|const\s{1,9}|let\s{1,9}|var\s{1,9})?(?P<name>"
    + _NAME
    + rb")"
)
_TOKEN = lazy_pattern(
    rb"(?P<text>" + LITERAL + rb")|(?P<template>`(?:[^`\\]|\\[\s\S])*+`)|(?P<word>(?<![\w$.#])[A-Za-z_$][\w$]*+)"
)
_SUBSTITUTION = lazy_pattern(rb"\$\{[^{}`]{1,400}\}")
_KEY_BEFORE = lazy_pattern(rb"[{,]\s{0,40}\Z")
_KEY_BEHIND = lazy_pattern(rb"\s{0,9}:(?!:)")
_ADDRESS = lazy_pattern(rb"[a-z]:(?://|[\"'`])")
"""The scheme of an address."""


class _Declaration(NamedTuple):
    at: int
    text: bytes
    """Statement, with the names of its file."""
    words: frozenset[bytes]


class _Module:
    """A file, and what it exports and declares."""

    def __init__(self, file: str, text: bytes) -> None:
        self.file, self.text = file, text
        self._known: dict[bytes, tuple[_Declaration, ...]] = {}

    @cached_property
    def imports(self) -> Mapping[bytes, tuple[str, bytes]]:
        """The names that the file imports: the other file, and the name there; ``*`` for all of them."""
        found: dict[bytes, tuple[str, bytes]] = {}
        for one in islice(_FROM.finditer(self.text), _MAX_IMPORTS):
            other = normpath(join(dirname(self.file), one["path"].decode()))
            before, _, inside = one["what"].partition(b"{")
            if star := _STAR.search(before):
                found[star["name"]] = other, b"*"
            elif name := _ONE.match(before.strip()):
                found[name["name"]] = other, b"default"
            for part in _ONE.finditer(inside):
                found[part["other"] or part["name"]] = other, part["name"]
        return found

    @cached_property
    def exports(self) -> Mapping[bytes, bytes]:
        """The names that the file exports, each with the name in the file."""
        found: dict[bytes, bytes] = {}
        for one in islice(_DECLARED.finditer(self.text), _MAX_EXPORTS):
            found[b"default" if one["default"] else one["name"]] = one["name"]
        for some in islice(_LIST.finditer(self.text), 8):
            for part in islice(_ONE.finditer(some["names"]), _MAX_EXPORTS):
                found[part["other"] or part["name"]] = part["name"]
        return found

    @cached_property
    def _run(self) -> Evaluator:
        return Evaluator(self.text, Budget(_STEPS))

    def close(self) -> None:
        """Release the readers of the file, which refer to each other."""
        if "_run" in vars(self):
            vars(vars(self).pop("_run")).clear()

    def declarations(self, name: bytes) -> tuple[_Declaration, ...]:
        """The declarations of a name at the top of the file; none if they cannot be read."""
        if name not in self._known:
            self._known[name] = tuple(self._read(name))
        return self._known[name]

    def _read(self, name: bytes) -> Iterator[_Declaration]:
        try:
            binding = self._run.names.find(name.decode(), 0)
            for at, end, head in self._ranges(name, binding) if binding is not None else ():
                if 0 < end - at <= _MAX_DECLARATION:
                    text = head + self.text[at:end]
                    yield _Declaration(at, text, _words(text))
        except (BudgetError, RecursionError):
            return

    def _ranges(self, name: bytes, binding: Binding) -> Iterator[tuple[int, int, bytes]]:
        """Where the declarations begin and end, and what is put before each."""
        text, run = self.text, self._run
        for at in binding.at[:_MAX_VALUES]:
            if run.scopes.around(at)[0] != binding.scope:
                continue  # a field of a class, or a variable of a block
            match binding.way:
                case Way.ASSIGNED:
                    yield at, Reader(text, at, run.budget).behind(at), b"var " + name + b"="
                case Way.FUNCTION:
                    start = text.rfind(b"function", 0, at)
                    prefix = b"async " if text[max(0, start - 6) : start] == b"async " else b""
                    yield start, run.functions.function_end(start), prefix
                case Way.CLASS:
                    start, opening = text.rfind(b"class", 0, at), text.find(b"{", at, at + 400)
                    body: Scope | None = run.scopes.body(opening) if opening >= 0 else None
                    yield start, -1 if body is None else body.end + 1, b""


def linked(scripts: Mapping[str, bytes]) -> Iterator[Chunk]:
    """The scripts that import something with an address, each with the declarations of what it imports."""
    if len(scripts) < 2:
        return
    modules = {file: _Module(file, text) for file, text in scripts.items()}
    count = 0
    for file, one in modules.items():
        if any(other in modules for other, _ in one.imports.values()):
            link = _Link(modules, one)
            if link.has_address:
                count += 1
                yield Chunk(file, len(one.text), one.text + bytes(link.added), link.places, is_exact=False)
        if count == MAX_FILES:
            break
    for one in modules.values():
        one.close()


class _Link:
    """The declarations that one file needs from others, under names that are its own."""

    def __init__(self, files: Mapping[str, _Module], module: _Module) -> None:
        self._files = files
        self._names: dict[tuple[str, bytes], bytes] = {}
        """New names, by file and name there."""
        self._waiting: list[tuple[str, bytes]] = []
        self._numbers = {module.file: 0}
        self.added = bytearray(b"\n;")
        self._parts: list[tuple[int, str, int]] = []
        self._own = len(module.text)
        self.has_address = False
        for name, (file, key) in module.imports.items():
            self._import(name, file, key)
        while self._waiting:
            self._declare(*self._waiting.pop(0))

    @property
    def places(self) -> tuple[tuple[int, str, int], ...]:
        """Where each declaration begins behind the file, and its file and offset there."""
        return tuple(self._parts)

    def _import(self, name: bytes, file: str, key: bytes) -> None:
        """Give a name of the file to what another file exports."""
        other = self._files.get(file)
        if other is None or (len(self._names) >= MAX_NAMES and key != b"*"):
            return
        if key == b"*":
            members = {one: self._name(file, own) for one, own in islice(other.exports.items(), MAX_NAMES)}
            listed = b",".join(one + b":" + new for one, new in members.items() if new)
            self.added += b"var " + name + b"={" + listed + b"};\n"
        elif (own := other.exports.get(key)) is not None:
            if (file, own) in self._names:
                self.added += b"var " + name + b"=" + self._names[file, own] + b";\n"
            elif own in other.imports:  # it exports what it imports
                self._names[file, own] = name
                self._import(name, *other.imports[own])
            else:
                self._names[file, own] = name
                self._waiting.append((file, own))

    def _name(self, file: str, own: bytes) -> bytes:
        """The new name of a declaration of another file; empty if there are too many."""
        if (file, own) not in self._names:
            if len(self._names) >= MAX_NAMES:
                return b""
            number = self._numbers.setdefault(file, len(self._numbers))
            new = self._names[file, own] = own + b"$%d" % number
            if own in (imports := self._files[file].imports):
                self._import(new, *imports[own])
            else:
                self._waiting.append((file, own))
        return self._names[file, own]

    def _declare(self, file: str, own: bytes) -> None:
        """Put the declarations of a name behind the file, with new names for those that they need."""
        module, new = self._files[file], self._names[file, own]
        for one in module.declarations(own):
            if len(self.added) + len(one.text) > MAX_ADDED:
                return
            names = {own: new}
            for word in one.words:
                if word != own and (word in module.imports or module.declarations(word)):
                    names[word] = self._name(file, word) or word
            self.has_address = self.has_address or _ADDRESS.search(one.text) is not None
            self._parts.append((self._own + len(self.added), file, one.at))
            self.added += _renamed(one.text, names) + b";\n"


def _words(text: bytes) -> frozenset[bytes]:
    """The names in a statement, without those in texts and of members."""
    found: set[bytes] = set()
    for one in _TOKEN.finditer(text):
        if one.lastgroup == "word":
            found.add(one["word"])
        elif one.lastgroup == "template":
            for part in _SUBSTITUTION.finditer(one["template"]):
                found |= _words(part[0])
    return frozenset(islice(sorted(found), MAX_NAMES * 4))


def _renamed(text: bytes, names: Mapping[bytes, bytes]) -> bytes:
    """A statement with other names; keys of objects, members and texts stay as they are."""

    def new(found: re.Match[bytes]) -> bytes:
        if found.lastgroup == "template":
            return _SUBSTITUTION.sub(lambda part: _renamed(part[0], names), found[0])
        if found.lastgroup == "text" or found[0] not in names:
            return found[0]
        source, start, end = found.string, found.start(), found.end()
        if _KEY_BEHIND.match(source, end) and _KEY_BEFORE.search(source, max(0, start - 42), start):
            return found[0]
        return names[found[0]]

    return _TOKEN.sub(new, text)
