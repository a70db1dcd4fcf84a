"""Modules of bundles: which one a call loads, and what it exports.

webpack has an object or array of functions by number or path, whose parameters are the module, its exports and the
function that loads others (https://webpack.js.org/concepts/modules/). Metro has calls
``__d(function(global,require,…,dependencyMap){…},id,[ids])`` (https://metrobundler.dev/docs/concepts). Only the range
of one module is searched for an export.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.module_arrays import ModuleArrays
from tieback.recognise.scripts.names import Binding
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Items,
    Kind,
    Source,
    Text,
    Unknown,
    choice,
    single,
)  # fmt: skip
from tieback.recognise.scripts.words import within

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_PLACES = 200
_MAX_DEPENDENCIES = 2_000
_GAP = rb"(?:\s|/\*(?:[^*]|\*(?!/)){0,400}\*/){0,20}"
_PARAMETERS = rb"\([\w$,\s]{0,120}\)"
_MODULE = lazy_pattern(
    rb"[\"']?"
    + _GAP
    + rb"(?::"
    + _GAP
    + rb"(?:\(?\s*function\s*\w*\s*"
    + _PARAMETERS
    + rb"|\(?"
    + _PARAMETERS
    + rb"\s*=>"
    rb"|[\w$]{1,20}\s*=>)|" + _PARAMETERS + rb")\s*\{"
)
_METRO = lazy_pattern(rb"\}\)?\s*,\s*(\d{1,9})\s*,\s*\[([\d,\s]{0,20000})\]")
_METRO_HEAD = lazy_pattern(rb"\}\)?, ?(\d{1,9}), ?\[")
_MAX_MODULES = 100_000
_MAX_LOADING = 10_000
_LEAST_OF_METRO = 5
"""Least parameters of a module's function: the second one loads others, and the last one lists their numbers."""
_BEFORE_KEY = (b"{", b",", b'"', b"'", b"\n", b"\t", b" ", b"/")
_CHAINED = lazy_pattern(rb"[\w$]+\.[\w$]+\s*=(?!=)")
_GETTER = lazy_pattern(rb"(?:\(\)\s*=>|function\s*\(\)\s*\{\s*return)")


class Modules:
    """The modules of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the modules of this script."""
        self._run = run
        self._known: dict[object, Source | None] = {}
        self._parameters: dict[tuple[Scope, str], Cases | None] = {}
        self._arrays = ModuleArrays(run)

    def module(self, number: int | Text, loader: str, at: int) -> Source | None:
        """The module with a number or path; ``None`` if the script has none.

        Args:
            number: the number or path.
            loader: the function that loads it.
            at: where it is called.
        """
        if isinstance(number, int) and (element := self._arrays.module(number, loader, at)) is not None:
            return element
        name = number.text if isinstance(number, Text) else str(number)
        if not 0 < len(name) <= 200:
            return None
        if name not in self._known:
            before = self._run.budget.mark()
            self._known[name] = self._found(name.encode())
            self._run.budget.kept(before)
        return self._known[name]

    @cached_property
    def _metro(self) -> dict[bytes, list[int]]:
        """Where the functions of Metro modules end, by number; one pass, as most numbers are asked for."""
        places: dict[bytes, list[int]] = {}
        for found in islice(_METRO_HEAD.finditer(self._run.data), _MAX_MODULES):
            places.setdefault(found[1], []).append(found.start())
        return places

    def _found(self, name: bytes) -> Source | None:
        run = self._run
        if name in self._metro:
            return self._of_metro(name)
        if self._metro and not name.isdigit():
            return None  # Metro has numbers only; the name is that of a native module
        for sign in (b":", b"(", b'"', b"'"):
            run.budget.take()
            for at in run.names.words.places(name, sign)[:MAX_PLACES]:
                run.budget.take()
                if run.data[at - 1 : at] not in _BEFORE_KEY:
                    continue
                found = _MODULE.match(run.data, at + len(name), at + len(name) + 600)
                if found is not None:
                    return Source(Kind.MODULE, found.end() - 1, NO_ENV)
        return None

    def _of_metro(self, name: bytes) -> Source | None:
        run = self._run
        for at in self._metro[name][:MAX_PLACES]:
            run.budget.take()
            scope = run.scopes.around(at)[0]
            if scope.end == at and scope.function:
                return Source(Kind.MODULE, scope.start - 1, NO_ENV)
        return None

    def loads(self, at: int) -> Iterator[tuple[Scope, int]]:
        """Where other modules of Metro load the module around an offset: their functions, and the ends of the calls."""
        run = self._run
        number = next((int(one[1]) for one in map(self._metro_end, run.scopes.around(at)) if one is not None), -1)
        for scope, numbers in self._loading if number >= 0 else ():
            names = bytes(run.data[scope.head : scope.head_end]).strip(b"() ").replace(b" ", b"").split(b",")
            if number not in numbers or len(names) < _LEAST_OF_METRO:
                continue
            call = b"(%b[%d])" % (names[-1], numbers.index(number))
            for place in within(run.names.words.places(names[1], b"("), scope.start, scope.end):
                run.budget.take()
                if run.data[place + len(names[1]) : place + len(names[1]) + len(call)] == call:
                    yield scope, place + len(names[1]) + len(call)

    def _metro_end(self, scope: Scope) -> re.Match[bytes] | None:
        """The number and the list of a module of Metro with this scope."""
        return _METRO.match(self._run.data, scope.end, scope.end + 20_100) if scope.function else None

    @cached_property
    def _loading(self) -> list[tuple[Scope, list[int]]]:
        """The functions of the modules of Metro, each with the numbers of those that it loads."""
        run, found = self._run, []
        before = run.budget.mark()
        for at in sorted(place for places in self._metro.values() for place in places)[:_MAX_LOADING]:
            run.budget.take()
            scope = run.scopes.around(at)[0]
            listed = self._metro_end(scope) if scope.end == at else None
            if listed is not None:
                found.append((scope, [int(one) for one in listed[2].split(b",") if one.strip().isdigit()]))
        run.budget.kept(before)
        return found

    def parameter(self, name: str, binding: Binding) -> Cases | None:
        """A parameter of the function of a Metro module, if it lists the modules that it loads."""
        key = binding.scope, name
        if key not in self._parameters:
            self._parameters[key] = self._read_parameter(name, binding.scope)
        return self._parameters[key]

    def _read_parameter(self, name: str, scope: Scope) -> Cases | None:
        data = self._run.data
        if data[max(0, scope.head - 24) : scope.head].find(b"__d(") < 0:
            return None
        found = _METRO.match(data, scope.end, scope.end + 20_100)
        last = data[scope.head : scope.head_end].rstrip(b") ").rpartition(b",")[2].strip()
        if found is None or bytes(last) != name.encode():
            return single(Unknown(name))
        numbers = [int(one) for one in found[2].split(b",")[:_MAX_DEPENDENCIES] if one.strip().isdigit()]
        return single(Items(tuple(single(one) for one in numbers)))

    def export(self, module: Source, key: str) -> Cases:
        """What a module exports under a name."""
        run = self._run
        scope = run.scopes.body(module.at)
        if scope is None:
            return UNKNOWN
        known = run.bit(("export", module.at, key))
        if run.looks_for(known):
            return UNKNOWN
        run.active |= known
        try:
            return self._export(module, scope, key)
        finally:
            run.active &= ~known

    def _export(self, module: Source, scope: Scope, key: str) -> Cases:
        run = self._run
        assigned = [
            place
            for members in (run.names.members, run.names.quoted_members)
            for place in members(key, scope.start, scope.end)
            if run.data[place : place + 4] != b"void" and not self._chained(place)
        ][:16]
        options = [self._settled(run.once(("=", place), place)) for place in assigned]
        getters = [place for place in run.names.keys(key, scope.start, scope.end) if self._is_getter(place)][:16]
        options += [self._settled(run.once(("=", place), place)) for place in getters]
        options += self._defined(scope, key)
        known = [one for one in options if not all(isinstance(value, Unknown) for _, value in one)]
        if known:
            return choice(("export", module.at, key), known[:16])
        whole = [place for place in run.names.members("exports", scope.start, scope.end) if not self._chained(place)][
            :4
        ]
        for place in whole:
            value = run.once(("=", place), place)
            if key == "default" and not any(isinstance(one, Unknown) for _, one in value):
                return value
            found = run.objects.member(value, key, place)
            if not all(isinstance(one, Unknown) for _, one in found):
                return found
        return single(module) if key in ("default", "a") and not options else UNKNOWN

    def _chained(self, place: int) -> bool:
        """True for ``exports.a = exports.b = void 0``."""
        return _CHAINED.match(self._run.data, place, place + 80) is not None

    def _is_getter(self, place: int) -> bool:
        return _GETTER.match(self._run.data, place, place + 40) is not None

    def _settled(self, value: Cases) -> Cases:
        """A getter is called; every other value is used as it is."""
        one = value[0][1]
        if len(value) == 1 and isinstance(one, Source) and one.kind is Kind.FUNCTION and self._is_getter(one.at):
            return self._run.call(one, ())
        return value

    def _defined(self, scope: Scope, key: str) -> list[Cases]:
        """``n.d(t,"key",function(){…})`` and ``Object.defineProperty(t,"key",{get:…})``."""
        run, found = self._run, []
        for quote in (b'"', b"'"):
            needle, at = quote + key.encode() + quote + b",", scope.start - 1
            for _ in range(8):
                at = run.data.find(needle, at + 1, scope.end)
                if at < 0:
                    break
                reader = Reader(run.data, at + len(needle), run.budget)
                start = reader.peek().start
                if reader.take().text == "0" and reader.takes(","):  # n.d(t,["key",0,value])
                    found.append(run.once(("=", reader.peek().start), reader.peek().start))
                    continue
                value = run.once(("=", start), start)
                if isinstance(value[0][1], Source) and value[0][1].kind is Kind.OBJECT:
                    getter = run.objects.member(value, "get", start)
                    held = run.objects.member(value, "value", start)
                    value = getter if not isinstance(getter[0][1], Unknown) else held
                one = value[0][1]
                if isinstance(one, Source) and one.kind is Kind.FUNCTION:
                    value = run.call(one, ())
                if not isinstance(value[0][1], Unknown):
                    found.append(value)
        return found
