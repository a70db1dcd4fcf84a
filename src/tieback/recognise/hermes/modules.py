"""Modules of a bundle of Metro: ``__d(function(global, require, …, module, exports, dependencyMap), number, […])``.

Source: https://metrobundler.dev/docs/concepts and ``metro-runtime/src/polyfills/require.js`` (MIT). The function of a
module is walked when a member of the module is needed.
"""

from typing import TYPE_CHECKING

from tieback.recognise.hermes.heap import GLOBAL, INTEROP, through
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Kind,
    Source,
    Unknown,
    Value,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

MAX_MODULES = 100_000
MAX_USERS = 100
"""Most modules that load one and are looked at."""
_MAX_CREATORS = 3
REQUIRE, REQUIRE_DEFAULT, REQUIRE_ALL = "#require", "#default", "#all"
_OLD = 5
"""Parameters of a module before the version of Metro with ``importDefault`` and ``importAll``."""


class Modules:
    """The modules of one file."""

    def __init__(self, program: "Program") -> None:
        """Prepare for the modules of this file."""
        self._program = program
        self._numbers: dict[int, int] = {}
        """Number of the module of a function."""
        self._functions: dict[int, int] = {}
        self._dependencies: dict[int, Cases] = {}
        self._objects: dict[int, tuple[Source, Source]] = {}
        """The object ``module`` of each number, and the one that its ``exports`` was at first."""
        self._loaders: dict[int, list[int]] | None = None
        self._around: dict[int, int] = {}
        self._forcing: set[tuple[int, tuple[str, ...]]] = set()

    def define(self, arguments: list[Cases]) -> None:
        """Add a module from the arguments of ``__d``."""
        function, number = arguments[0][0][1], arguments[1][0][1]
        if not isinstance(function, Source) or function.kind is not Kind.FUNCTION or not isinstance(number, int):
            return
        if len(self._functions) < MAX_MODULES:
            one = self._program.heap.closures[function.at].function
            self._functions.setdefault(number, one)
            self._numbers.setdefault(one, number)
            self._dependencies[number] = arguments[2] if len(arguments) > 2 else UNKNOWN

    def around(self, function: int) -> int:
        """Number of the module that a function is in; -1 if it is not known."""
        self._program.define_modules()
        known = self._around.get(function)
        if known is None:
            known = self._numbers.get(function, -1)
            self._around[function] = known
            creators = self._program.search.creators(function)[:_MAX_CREATORS] if known < 0 else []
            known = next((found for one in creators if (found := self.around(one)) >= 0), known)
            self._around[function] = known
        return known

    def users(self, number: int) -> set[int]:
        """A module, those that load it, and those that load these."""
        if self._loaders is None:
            self._loaders = {}
            for one, dependencies in self._dependencies.items():
                for item in self._program.heap.items(dependencies[0][1]) or ():
                    if isinstance(item[0][1], int):
                        self._loaders.setdefault(item[0][1], []).append(one)
        found, last = {number}, {number}
        for _ in range(2):
            last = {one for loaded in last for one in self._loaders.get(loaded, ())[:MAX_USERS]} - found
            found |= last
        return found

    def arguments(self, function: int) -> list[Cases] | None:
        """What the function of a module is called with; ``None`` if it is none."""
        number = self._numbers.get(function)
        if number is None:
            return None
        module, exports = self._object(number)
        header = self._program.code.header(function)
        start: list[Cases] = [single(Source(Kind.OBJECT, GLOBAL, NO_ENV)), single(Unknown(REQUIRE))]
        if header is None or header.parameters - 1 > _OLD:
            start += [single(Unknown(REQUIRE_DEFAULT)), single(Unknown(REQUIRE_ALL))]
        return [*start, single(module), single(exports), self._dependencies[number]]

    def owned(self, function: int) -> tuple[int, ...]:
        """Numbers of the objects ``module`` and ``exports`` of the module that a function is."""
        number = self._numbers.get(function)
        return () if number is None else tuple(one.at for one in self._object(number))

    def _object(self, number: int) -> tuple[Source, Source]:
        if number not in self._objects:
            heap = self._program.heap
            module, exports = heap.new(Kind.OBJECT), heap.new(Kind.OBJECT)
            heap.put(single(module), "exports", single(exports), join=False)
            self._objects[number] = module, exports
        return self._objects[number]

    def value(self, source: Source) -> Cases:
        """What a module exports, or a member of it."""
        self._program.define_modules()
        function = self._functions.get(source.at)
        key = (source.at, source.via)
        if function is None or key in self._forcing:
            return single(Unknown(".".join(source.via)))
        self._forcing.add(key)
        try:
            self._program.visit(function)
            heap = self._program.heap
            value = heap.things[self._object(source.at)[0].at].fields.get("exports", UNKNOWN)
            mapped = False
            for name in source.via:
                if name == INTEROP:
                    mapped = True
                    continue
                value = heap.forced(value)
                if not (mapped and name == "default" and not self._has_default(value)):
                    value = heap.member(value, name)
                mapped = False
            return through(source.via[-1], heap.forced(value)) if source.via else heap.forced(value)
        finally:
            self._forcing.discard(key)

    def same(self, source: Source) -> Value:
        """What the value of a module, or its default, is before it is read: that can be another module."""
        heap, function = self._program.heap, self._functions.get(source.at)
        if function is None:
            return Unknown()
        self._program.visit(function)
        value = heap.things[self._object(source.at)[0].at].fields.get("exports", UNKNOWN)
        names = [name for name in source.via if name != INTEROP]
        if names == ["default"] and self._has_default(value):
            value = heap.member(value, "default")
        return value[0][1] if len(value) == 1 and names in ([], ["default"]) else Unknown()

    def _has_default(self, value: Cases) -> bool:
        number = self._program.heap.thing(value[0][1])
        thing = self._program.heap.things[number] if number >= 0 else None
        if thing is None:
            return False
        marked = thing.fields.get("__esModule", UNKNOWN)
        return "default" in thing.fields or "default" in thing.getters or not is_unknown(marked)
