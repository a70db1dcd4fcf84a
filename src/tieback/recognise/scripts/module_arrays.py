"""Modules of a bundle that are the elements of an array, by their index.

webpack up to version 4 numbers its modules: ``[function(e,t,n){…}, function(e,t,n){…}]``. The third parameter loads
others, ``n(12)``; a chunk has empty elements, or ``Array(12).concat([…])`` before its first module
(https://webpack.js.org/concepts/under-the-hood). An array is read once, from one of its modules to both sides.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import NO_ENV, Kind, Source

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_ELEMENTS = 20_000
"""Most elements of an array before or behind the module from which it is read."""
_LOADER = 2
"""The number of the parameter that loads other modules."""
_REACH = 400
"""Most bytes between two modules: commas, and comments with names of files."""
_COMMENT = rb"/\*(?:[^*]|\*(?!/)){0,200}\*/"
_BEFORE = lazy_pattern(
    rb"(?P<end>[\[}])(?:\s|\))*+(?P<gap>(?:[\s,]|"
    + _COMMENT
    + rb")*+)\(?\s{0,9}(?:function\s{0,9}[\w$]{0,60}\s{0,9})?\Z"
)
"""Between the parameters of a module and what is before it: the array, or another module."""
_BEHIND = lazy_pattern(
    rb"\}(?:\s|\))*+(?P<gap>(?:[\s,]|"
    + _COMMENT
    + rb")*+)(?:\(?\s{0,9}function\s{0,9}[\w$]{0,60}\s{0,9}\([\w$,\s]{0,120}\)"
    rb"|\(?\([\w$,\s]{0,120}\)\s{0,9}=>|[\w$]{1,20}\s{0,9}=>)\s{0,9}\{"
)
"""Behind the body of a module, up to the brace of the next one."""
_OFFSET = lazy_pattern(rb"(?<![\w$.])Array\((?P<number>\d{1,6})\)\.concat\(\Z")
_WITHOUT = lazy_pattern(_COMMENT)


class ModuleArrays:
    """The arrays of modules of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the modules of this script."""
        self._run = run
        self._elements: dict[int, dict[int, int]] = {}
        """The bodies of the modules of an array by their index, for the body of each of its modules."""
        self._loaders: dict[int, str] = {}
        """The third parameter of functions, by their bodies."""

    def module(self, number: int, loader: str, at: int) -> Source | None:
        """The module that a call loads by its index; ``None`` if its function is no loader of an array.

        Args:
            number: the index.
            loader: the name of the function that is called.
            at: where it is called.
        """
        run = self._run
        binding = run.names.find(loader, at) if loader else None
        if binding is None or binding.way is not Way.PARAMETER or binding.scope.head < 0:
            return None
        scope = binding.scope
        if scope.start not in self._loaders:
            names = run.functions.parameter_names(scope)
            self._loaders[scope.start] = names[_LOADER] if len(names) > _LOADER else ""
        if self._loaders[scope.start] != loader:
            return None
        if scope.start not in self._elements:
            before = run.budget.mark()
            self._read(scope)
            run.budget.kept(before)
        body = self._elements[scope.start].get(number)
        return None if body is None else Source(Kind.MODULE, body, NO_ENV)

    def _read(self, scope: Scope) -> None:
        """Read the array that has this function."""
        found: dict[int, int] = {}
        first = self._first(scope)
        if first is not None:
            index, opening = first
            for gap, body in self._onwards(opening):
                index += gap
                found[index] = body
        # A single function in brackets is no array of modules.
        self._elements[scope.start] = found = found if len(found) > 1 else {}
        for body in found.values():
            self._elements[body + 1] = found

    def _first(self, scope: Scope) -> tuple[int, int] | None:
        """The index and the body of the first module of the array; ``None`` if it is no array of functions."""
        run, data = self._run, self._run.data
        for _ in range(MAX_ELEMENTS):
            run.budget.take()
            low = max(0, scope.head - _REACH)
            before = _BEFORE.search(bytes(data[low : scope.head]))
            if before is None:
                return None
            place = low + before.start()
            if before["end"] == b"[":
                offset = _OFFSET.search(bytes(data[max(0, place - 40) : place]))
                return _commas(before["gap"]) + (int(offset["number"]) if offset else 0), scope.start - 1
            previous = run.scopes.around(place)[0]
            if previous.end != place or previous.head < 0 or b"," not in before["gap"]:
                return None
            scope = previous
        return None

    def _onwards(self, opening: int) -> Iterator[tuple[int, int]]:
        """A module and those behind it: the distance from the one before, and the body."""
        run, gap = self._run, 0
        for _ in range(2 * MAX_ELEMENTS):
            run.budget.take()
            body = run.scopes.body(opening)
            if body is None:
                return
            yield gap, opening
            behind = _BEHIND.match(run.data, body.end, body.end + _REACH)
            if behind is None:
                return
            gap, opening = _commas(behind["gap"]), behind.end() - 1
            if not gap:
                return


def _commas(gap: bytes) -> int:
    return _WITHOUT.sub(b"", gap).count(b",") if b"/*" in gap else gap.count(b",")
