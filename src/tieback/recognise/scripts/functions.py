"""Functions in a script: their parameters, and what they return. No statement is run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts import angular_tokens
from tieback.recognise.scripts.async_functions import awaited, results
from tieback.recognise.scripts.candidates import operand_before
from tieback.recognise.scripts.loops import Loop, is_whole, joined, loop
from tieback.recognise.scripts.names import Binding, Way
from tieback.recognise.scripts.patterns import part_of, pattern_parts
from tieback.recognise.scripts.reader import Reader, TokenKind
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Items,
    Kind,
    Source,
    Unknown,
    Value,
    as_text,
    chained,
    choice,
    combine,
    is_function,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator


MAX_RETURNS = 8
"""Most ``return`` statements of a function."""
_MAX_BODY = 262_144
_RETURN = lazy_pattern(rb"(?<![\w$.])return(?![\w$:])")
_KEYWORD = b"return"
_HEAD = lazy_pattern(
    rb"(?:async\s{0,9}+)?+(?:function\s{0,9}+\*?+\s{0,9}+(?:[A-Za-z_$][\w$]*+)?+\s{0,9}+(?=\()"
    rb"|(?:(?:get|static)\s{1,9}+)*+[A-Za-z_$][\w$]*+\s{0,9}+(?=\()|(?P<single>[A-Za-z_$][\w$]*+)\s{0,9}+=>|(?=\())"
)
_LOOP = lazy_pattern(
    rb"\??\.\s{0,9}(?:forEach|map|flatMap|filter|some|every|find)\s{0,9}\(\s{0,40}"
    rb"(?:async\s{0,9})?(?:function\s{0,9}[\w$]{0,40}\s{0,9})?\Z"
)
"""What is before the parameters of a function that a method of an array calls with each element."""
_LOOP_REACH, _LOOP_ROWS = 600, 17
_FIRST_PARTS = lazy_pattern(rb"\(\s*(?P<parts>\[[\w$\s,]{1,200}\]|\{[\w$\s,:]{1,200}\})\s*[,)]")
"""A function whose first parameter is a pattern: ``([name, host]) => …``."""
_INJECTED = lazy_pattern(rb"\s{0,40}[\"'](?P<name>[A-Za-z_$][\w$.]{0,80})[\"']\s{0,40},\s{0,40}")
_ANNOTATED = lazy_pattern(
    rb"\[(?P<names>(?:\s{0,40}[\"'][\w$.]{1,80}[\"']\s{0,40},){1,30})\s{0,40}function\s{0,9}[\w$]{0,40}\s{0,9}\Z"
)
"""Before the parameters of a function in an array with their names: ``["$http", "SERVER", function(e, t)``."""
_LISTED = lazy_pattern(rb"[\"']\s{0,40},\s{0,40}function\s{0,9}[\w$]{0,40}\s{0,9}\Z")
_RESTANGULAR = b"setBaseUrl"
"""Sets the address that all resources of Restangular are below: https://github.com/mgonto/restangular#setbaseurl"""
_MAX_BASES = 5
_ANNOTATION = 600
_MAX_INJECTED = 400
_SETS = lazy_pattern(rb"[A-Za-z_$][\w$]*(?:(?:\.[\w$]+|\[[\"'][^\"'\]]*[\"']\])\s*=(?!=)|(?:\.[\w$]{1,60}){1,6}\()")
"""An assignment to a member, or the call of a method, which can be the beginning of a sequence."""
_MAX_SEQUENCE = 200
_CALLED = lazy_pattern(rb"\}\s*(?P<close>\))?\s*\(")
_DECLARED = lazy_pattern(rb"(?:^|[;{}\n])\s{0,40}(?:async\s{1,9})?function\s{0,9}\*?\s{0,9}[\w$]{1,60}\s{0,9}\Z")
"""Before the parameters of a declaration, which is not called where it stands: ``function f(a){…}(0,g)()``."""


class Head(NamedTuple):
    """Parameters and body of a function."""

    names: tuple[str, ...]
    """Empty texts for patterns."""
    defaults: Mapping[str, int]
    """Where default values begin."""
    patterns: Mapping[int, int]
    """Where the patterns begin, by the number of the parameter."""
    body: int
    """Offset of the opening brace, or of the expression of an arrow function."""
    block: bool


type _Parameters = tuple[tuple[str, ...], Mapping[str, int], Mapping[int, int]]
"""Names, defaults and patterns, as in ``Head``."""


class Functions:
    """The functions of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self._loops: dict[int, Loop | None] = {}
        self._restangular: tuple[int, ...] = ()
        """Where the addresses begin that Restangular gets."""

    def function_end(self, at: int) -> int:
        """The offset behind a function that begins at an offset; -1 if it is too long, or none."""
        head = self.head(at)
        if head is None:
            return -1
        reader = Reader(self._run.data, head.body, self._run.budget)
        if head.block:
            end = reader.closing(head.body)
            if end >= 0:
                return end
            scope = self._run.scopes.body(head.body)
            return scope.end + 1 if scope is not None else -1
        return reader.behind(head.body)

    def head(self, at: int) -> Head | None:
        """Parameters and body of the function that begins at an offset; ``None`` if there is none."""
        data = self._run.data
        found = _HEAD.match(data, at)
        if found is None:
            return None
        if found["single"]:
            reader = Reader(data, found.end(), self._run.budget)
            head: _Parameters = (found["single"].decode(),), {}, {}
        else:
            reader = Reader(data, found.end(), self._run.budget)
            close = reader.closing(found.end())
            if close < 0:
                return None
            head = self._parameters(found.end())
            reader.go(close)
            reader.takes("=>")
        token = reader.peek()
        return Head(*head, token.start, token.text == "{")

    def _parameters(self, at: int) -> _Parameters:
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        names: list[str] = []
        defaults: dict[str, int] = {}
        patterns: dict[int, int] = {}
        for number in range(30):
            if reader.takes(")"):
                break
            rest = reader.takes("...")
            token = reader.peek()
            names.append(f"{'...' * rest}{token.text}" if token.kind is TokenKind.NAME else "")
            if token.text == "{":
                patterns[number] = token.start
            end = reader.behind(token.start)
            if token.kind is TokenKind.NAME:
                reader.take()
                if reader.takes("="):
                    defaults[token.text] = reader.peek().start
            if end < 0:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return tuple(names), defaults, patterns

    def given(self, scope: Scope, arguments: Sequence[Cases]) -> dict[str, Cases]:
        """The parameters of a function that is called with arguments, as far as they have names."""
        patterns: Mapping[int, int] = {}
        names = self.parameter_names(scope)
        if self._run.data[scope.head] == 0x28:
            names, _, patterns = self._parameters(scope.head)
        found = {name: value for name, value in zip(names, arguments, strict=False) if name}
        if names and names[-1].startswith("..."):
            found[names[-1][3:]] = single(Items(tuple(arguments[len(names) - 1 :])))
        return found | self._in_patterns(patterns, arguments)

    def _in_patterns(self, patterns: Mapping[int, int], arguments: Sequence[Cases]) -> dict[str, Cases]:
        """The names in the patterns among the parameters, with the members of the arguments."""
        run = self._run
        found: dict[str, Cases] = {}
        for number, start in patterns.items():
            for part in pattern_parts(run.data, start) if number < len(arguments) else ():
                value = arguments[number]
                for key in part.path.split("/"):
                    value = run.objects.member(value, key, part.at)
                if is_unknown(value) and part.default >= 0:
                    value = run.value(part.default)
                found[part.name.decode()] = value
        return found

    def result(self, function: Source, arguments: Sequence[Cases]) -> Cases:
        """What a function returns for these arguments."""
        run = self._run
        head = self.head(function.at)
        if head is None:
            return UNKNOWN
        key = self._key(head)
        env = dict(function.env)
        for number, name in enumerate(head.names):
            if name.startswith("..."):
                env[key, name[3:]] = single(Items(tuple(arguments[number:])))
            elif number < len(arguments):
                env[key, name] = arguments[number]
            elif name in head.defaults:
                env[key, name] = run.value(head.defaults[name], function.env)
        for name, value in self._in_patterns(head.patterns, arguments).items():
            env[key, name] = value
        if not head.block:
            return run.value(head.body, env)
        places = self._returns(head.body)
        if len(places) == 1 and (states := results(run, places[0])):
            places = [self._last(one) for one in states]
        if len(places) == 1 and (loop := self._loop(head.body)) is not None:
            return joined(run, loop, key, env)
        return choice(("return", head.body), [run.value(place, env) for place in places]) if places else UNKNOWN

    def _loop(self, body: int) -> Loop | None:
        """The loop that makes what a function returns, if it does nothing else."""
        if body not in self._loops:
            found = loop(self._run.data, body, self._run.budget)
            self._loops[body] = found if found is not None and is_whole(self._run, found) else None
        return self._loops[body]

    def _key(self, head: Head) -> int:
        """The number of the function in environments: behind its brace, or behind the arrow."""
        if head.block:
            return head.body + 1
        return self._run.data.rfind(b"=>", 0, head.body) + 2

    def _returns(self, body: int) -> list[int]:
        run = self._run
        scope = run.scopes.body(body)
        if scope is None or scope.end - scope.start > _MAX_BODY:
            return []
        found = []
        for number, match in enumerate(_statements(run.data, scope)):
            if number == 4 * MAX_RETURNS:
                return []
            run.budget.take()
            if run.scopes.function(match.start()) == scope:
                token = Reader(run.data, match.end(), run.budget).peek()
                if token.text not in (";", "}"):
                    found.append(self._last(token.start))
        return found if len(found) <= MAX_RETURNS else []

    def awaited(self, name: str, at: int) -> Cases | None:
        """What a function that a compiler has rewritten awaited before a place; ``None`` if ``name`` is no states."""
        place = awaited(self._run, name, at)
        return None if place < 0 else self._run.once(("awaited", place), self._last(place))

    def _last(self, at: int) -> int:
        """Where the last expression of a sequence begins, if the sequence begins with an assignment to a member."""
        if _SETS.match(self._run.data, at, at + 200) is None:
            return at
        reader = Reader(self._run.data, at, self._run.budget)
        for _ in range(_MAX_SEQUENCE):
            behind = reader.next_item(at)
            if behind < 0:
                break
            at = behind
        return at

    def parameter(self, name: str, binding: Binding) -> Cases:
        """A parameter of a function that is not called by the expression: its default, or the argument of its call."""
        run, place, scope = self._run, binding.at[0], binding.scope
        if (known := self._run.modules.parameter(name, binding)) is not None:
            return known
        if scope.head >= 0 and (rows := self._looped(name, scope)):
            return choice(("of", scope.head), rows[:_LOOP_ROWS])
        reader = Reader(run.data, place + len(name), run.budget)
        if reader.takes(":") and reader.peek().text == name:
            reader.take()  # {host: host = "…"}
        if reader.takes("="):
            return run.once(("default", place), reader.peek().start)
        if scope.head >= 0 and (injected := self._injected(name, scope)) is not None:
            return injected
        if scope.head >= 0 and (token := angular_tokens.injected(run, name, scope)) is not None:
            return token
        return self._called(name, binding) if scope.head >= 0 else UNKNOWN

    def parameter_names(self, scope: Scope) -> tuple[str, ...]:
        """The parameters of a function; empty texts for patterns."""
        if self._run.data[scope.head] == 0x28:
            return self._parameters(scope.head)[0]
        return (bytes(self._run.data[scope.head : scope.head_end]).decode("ascii", "replace"),)

    def injected(self, name: str, at: int) -> str:
        """The key by which AngularJS gives a function the parameter that a name stands for; empty if it is none."""
        binding = self._run.names.find(name, at)
        is_parameter = binding is not None and binding.way is Way.PARAMETER and binding.scope.head >= 0
        return self._key_of(name, binding.scope) if binding is not None and is_parameter else ""

    def _key_of(self, name: str, scope: Scope) -> str:
        """The key of a parameter: that of its place in the list before the function, or else its name."""
        data = self._run.data
        if not _LISTED.search(bytes(data[max(0, scope.head - 80) : scope.head])):  # most functions are in no list
            return name
        before = _ANNOTATED.search(bytes(data[max(0, scope.head - _ANNOTATION) : scope.head]))
        if before is None or name not in (names := self.parameter_names(scope)):
            return name
        keys = [one.strip(b"\"' \t\r\n").decode("utf-8", "replace") for one in before["names"].split(b",")]
        number = names.index(name)
        return keys[number] if number < len(keys) else ""

    def _injected(self, name: str, scope: Scope) -> Cases | None:
        """A constant, value or service of AngularJS that a function gets by name; ``None`` if it is none.

        Source: https://docs.angularjs.org/guide/di
        """
        run = self._run
        if not self._injectable:
            return None
        name = self._key_of(name, scope)
        if name not in self._injectable:
            return None
        kind, place = self._injectable[name]
        value = run.once(("=", place), place)
        if kind == _RESTANGULAR:
            others = (run.once(("=", one), one) for one in self._restangular[1:_MAX_BASES])
            same = all(_texts(one) == _texts(value) for one in others)
            return combine(lambda one: Client(as_text(one)), value) if same else None
        if kind in (b"constant", b"value"):
            return value

        def made(one: Value) -> Cases:
            if kind == b"provider":
                return self._provided(one)
            if not is_function(one):
                return UNKNOWN
            return run.call(one, ()) if kind == b"factory" else single(Source(Kind.INSTANCE, one.at, NO_ENV))

        rows = run.arrays.items(value)  # ["$http", function(e){…}]
        return chained(made, rows[-1] if rows else value)

    def _provided(self, provider: Value) -> Cases:
        """What the ``$get`` of a provider gives, which is a function or an object.

        Source: https://docs.angularjs.org/api/auto/service/$provide#provider
        """
        run = self._run
        if not isinstance(provider, Source):
            return UNKNOWN
        is_object = provider.kind is Kind.OBJECT
        getter = run.objects.own(provider, "$get") if is_object else run.objects.of_made(provider, "$get")
        rows = run.arrays.items(getter or UNKNOWN)  # ["$http", function(e){…}]
        return chained(
            lambda one: run.call(one, ()) if is_function(one) else UNKNOWN, rows[-1] if rows else getter or UNKNOWN
        )

    @cached_property
    def _injectable(self) -> dict[str, tuple[bytes, int]]:
        """The constants, values and services of AngularJS: what each is, and where its value begins."""
        run = self._run
        before = run.budget.mark()
        found: dict[str, tuple[bytes, int]] = {}
        if run.names.words.places(b"angular"):
            for kind in (b"constant", b"value", b"factory", b"service", b"provider"):
                places = run.names.words.places(b"." + kind, b"(")[:_MAX_INJECTED]
                for at in run.scopes.outside_comments(places):
                    run.budget.take()
                    if one := _INJECTED.match(run.data, at + len(kind) + 2):
                        found.setdefault(one["name"].decode(), (kind, one.end()))
            bases = tuple(run.scopes.outside_comments(run.names.words.places(b"." + _RESTANGULAR, b"(")))
            self._restangular = tuple(at + len(_RESTANGULAR) + 2 for at in bases)
            if 0 < len(bases) < _MAX_BASES:
                found["Restangular"] = _RESTANGULAR, self._restangular[0]
        run.budget.kept(before)
        return found

    def _looped(self, name: str, scope: Scope) -> list[Cases]:
        """The elements that a function gets one by one: ``hosts.forEach(h => …)``."""
        data = self._run.data
        before = bytes(data[max(0, scope.head - 160) : scope.head])
        found = _LOOP.search(before)
        if found is None:
            return []
        parts = _FIRST_PARTS.match(data, scope.head, scope.head_end)
        key = part_of(parts["parts"], name.encode()) if parts else ""
        if not key and self.parameter_names(scope)[:1] != (name,):
            return []
        dot = scope.head - len(before) + found.start()
        start = operand_before(data, dot, max(0, dot - _LOOP_REACH))
        if start < 0:
            return []
        rows = self._run.arrays.items(self._run.once(("loop", dot), start, end=dot))
        return self._run.arrays.parts(rows[:_LOOP_ROWS], key, scope.head)

    def _is_declared(self, scope: Scope) -> bool:
        """True for a function that is a statement."""
        return _DECLARED.search(bytes(self._run.data[max(0, scope.head - 160) : scope.head])) is not None

    def _called(self, name: str, binding: Binding) -> Cases:
        """The argument of a function that is called where it stands: ``(function(e){…})("https://…")``."""
        run, scope = self._run, binding.scope
        names = self.parameter_names(scope)
        if name not in names or scope.end >= len(run.data):
            return UNKNOWN
        behind = _CALLED.match(run.data, scope.end, scope.end + 20)
        if behind is None or (not behind["close"] and self._is_declared(scope)):
            return single(Unknown(name))
        reader = Reader(run.data, behind.end() - 1, run.budget)
        reader.take()
        start = reader.peek().start
        for _ in range(names.index(name)):
            start = reader.next_item(start) if start >= 0 and not reader.is_next(")") else -1
        return run.once(("argument", start), start) if start >= 0 and not reader.is_next(")") else UNKNOWN


def _texts(value: Cases) -> set[str]:
    return {as_text(one).text for _, one in value}


def _statements(data: Bytes, scope: Scope) -> Iterator[re.Match[bytes]]:
    """The ``return`` statements in a scope; the pattern alone would be tried at each byte."""
    found = (_RETURN.match(data, at, scope.end) for at in places_of(data, _KEYWORD, scope.start, scope.end))
    return (one for one in found if one is not None)
