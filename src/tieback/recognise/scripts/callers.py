"""Calls of the functions of a script: the arguments that a function is called with.

A function that requests ``base + path`` is found with each path that the script passes to it. A local name counts only
where it stands for that function. For a method, whose object is not known, only paths count.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.async_functions import forwarding
from tieback.recognise.scripts.candidates import operand_before
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.reader import BudgetError, Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.this_members import PROTOTYPE
from tieback.recognise.scripts.values import NO_ENV, Cases, Env, Kind, Source, Text, Unknown, Value, as_text
from tieback.recognise.scripts.words import within

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_MAX_RECEIVER = 2_000
"""Most steps to know the object whose method is called."""
MAX_SITES = 100
"""Most calls of a function that are read."""
_MAX_PLACES = 400
_MAX_REST = 16
"""Most arguments of a function whose last parameter stands for the rest of them."""
_BEFORE = lazy_pattern(
    rb"(?:(?P<dot>\.)?(?P<assigned>[A-Za-z_$][\w$]*)\s*=|(?P<key>[A-Za-z_$][\w$]*)(?:[\"']?\s*:|[\"'],\s*0,))\s*(?:async\s*)?(?:function\s*\*?\s*)?\Z"
)
_KEYED = lazy_pattern(rb"\bkey:\s*[\"'](?P<name>[A-Za-z_$][\w$]*)[\"'],\s*value:\s*function\s*[\w$]*\Z")
"""A method of a class that Babel has rewritten."""
_METHOD = lazy_pattern(rb"(?:^|[{};,\s*])(?P<name>[A-Za-z_$][\w$]*)\s*\Z")
_EXPORT = lazy_pattern(
    rb"(?P<key>[A-Za-z_$][\w$]*)(?:[\"']?\s*:|[\"']\s*,)\s*(?:\(\)\s*=>\s*|function\s*\(\)\s*\{\s*return\s*)\Z"
)
_EXPORT_SET = lazy_pattern(rb"(?<![\w$.])(?:module\.)?exports\.(?P<key>[A-Za-z_$][\w$]*)\s{0,9}=\s{0,9}\Z")
_CLASS = lazy_pattern(
    rb"(?:(?P<assigned>[A-Za-z_$][\w$]*)\s{0,9}=\s{0,9})?(?P<class>class)(?:\s{1,9}(?P<name>[A-Za-z_$][\w$]*))?"
    rb"(?:\s{1,9}extends\s[^{}]{1,60})?\s{0,9}\Z"
)
_WHOLE_EXPORT = lazy_pattern(
    rb"(?<![\w$.])[\w$]{1,20}\.exports\s{0,9}=\s{0,9}(?:async\s{1,9})?(?:function\s{0,9}[\w$]{0,60}\s{0,9})?\Z"
)
"""Before a function or a name that is all that a module exports."""
_CALLED_WHERE_IT_STANDS = lazy_pattern(rb"\}\s{0,9}(?:\(\s{0,9}\)|\)\s{0,9}\(\s{0,9}\))")
_WRAPPED = lazy_pattern(
    rb"(?P<assigned>[A-Za-z_$][\w$]*)\s{0,9}=\s{0,9}\(?(?:/\*[#@]__PURE__\*/)?\s{0,9}function\s{0,9}\Z"
)
_MADE = lazy_pattern(
    rb"(?<![\w$.])new[\s(](?:[\w$.]{1,40}\.?|\(?0,\s?[\w$.]{1,40}|\(?[\w$.]{1,40}\([\w$.\[\]\"']{1,40}\)(?:\.default)?)?\Z"
)
"""Before the name of a class of which an object is made: ``new ``, ``new a``, ``new(0,a``, ``new(require(d[0])``."""
_EXTENDS = lazy_pattern(rb"(?<![\w$.])extends\s{1,9}\Z")
_BELOW = lazy_pattern(rb"(?<![\w$.])extends\s{1,9}(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}\Z")
_RETURNED = lazy_pattern(
    rb"(?:=>|(?<![\w$.])return)\s{0,9}(?:async\s{1,9})?(?:function\s{0,9}\*?\s{0,9}[\w$]{0,20}\s{0,9})?\Z"
)
"""Before the parameters of a function that another one returns."""
_MAX_RETURNED = 20
_MAX_AROUND = 6
_PARENT = lazy_pattern(rb"\}\s{0,9}\)?\s{0,9}\((?:[^;{}]{0,60}?(?<![\w$]))?(?P<name>[A-Za-z_$][\w$]{0,60})\)")
_REWRITTEN = lazy_pattern(
    rb"(?<![\w$])(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=\s{0,9}(?:/\*[#@]__PURE__\*/)?\(?\s{0,9}function\s{0,9}\Z"
)
"""Before the parameters of the function around a class that Babel has rewritten."""
_KEYED_CLASS = lazy_pattern(
    rb"[{,]\s{0,9}(?P<name>[A-Za-z_$][\w$]{2,60})\s{0,9}:\s{0,9}class(?:\s{1,9}extends\s[^{}]{1,60})?\s{0,9}\Z"
)
"""Before the body of a class without a name that is a member of an object: ``{HttpLink: class {…}}``."""
_PART = lazy_pattern(rb"(?:\s{0,9}:\s{0,9}(?P<name>[A-Za-z_$][\w$]{0,60}))?\s{0,9}[,}]")
"""Behind the key of a pattern that gives a member a name: ``const {HttpLink: a} = …``."""
_NEW = lazy_pattern(rb"(?<![\w$.])new\s{1,8}\Z")
_NO_NAMES = (b"function", b"async", b"return", b"if", b"for", b"while", b"switch", b"catch", b"with")
_COMMON = frozenset(
    b"get set has add delete put post patch request then catch call apply bind push pop map filter on off send open "
    b"query find load read write run exec fetch update remove create emit test match replace split join".split()
)
"""Methods of many other objects: only calls of an object that is known count."""

_REQUESTS = frozenset((b"get", b"put", b"delete", b"post", b"patch", b"request", b"send"))
"""Those of them that a service of the app has for requests."""
_SERVICE = lazy_pattern(rb"(?i:api|rest|backend|server|service|provider|client)\w{0,20}\Z")
"""The end of the name of such a service."""


class _Name(NamedTuple):
    """A name of a function."""

    name: str
    method: bool


class _Class(NamedTuple):
    """A class, or a function that is one."""

    name: bytes
    at: int
    """Where it is declared or assigned."""
    key: bool = False
    """True for a class that is the member of an object, which has only the name of the member."""


class Callers:
    """The calls of the functions of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the calls in this script."""
        self._run = run
        self._known: dict[int, list[int]] = {}
        self._returning: set[int] = set()
        """Functions whose calls are looked for because of a function that they return."""
        self._exports: dict[bytes, Sequence[str]] = {}

    def environments(self, scope: Scope) -> Iterator[tuple[Env, int, tuple[Scope, ...]]]:
        """The values of the parameters of a function for each of its calls, and the offset of the call.

        With them come the functions whose parameters are arguments of the call.
        """
        functions, record = self._run.functions, self._run.record
        most = _most(functions.parameter_names(scope))
        for at in self._sites(scope):
            record.missing.clear()
            values = functions.given(scope, self._arguments(at, most))
            passed = tuple(dict.fromkeys(missing.scope for missing in record.missing))
            yield {(scope.key, name): value for name, value in values.items()}, at, passed

    def _arguments(self, at: int, most: int) -> list[Cases]:
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        found: list[Cases] = []
        start = reader.peek().start
        while start >= 0 and len(found) < most and not reader.is_next(")"):
            spread = reader.takes("...")
            value = self._run.value(reader.peek().start, NO_ENV)
            found += (spread and self._run.arrays.items(value)) or [value]
            start = reader.next_item(start)
        return found

    def _sites(self, scope: Scope) -> list[int]:
        """Offsets of the parentheses of the calls."""
        if scope.key not in self._known:
            self._known[scope.key] = []  # two functions can pass their arguments to each other
            self._known[scope.key] = list(islice(self._found(scope), MAX_SITES))
        return self._known[scope.key]

    def again(self, scope: Scope, at: int, given: Env) -> Env:
        """The values of the parameters for one call, inside of a function with these parameters."""
        run = self._run
        functions, before = run.functions, run.given
        run.given = given
        try:
            values = functions.given(scope, self._arguments(at, _most(functions.parameter_names(scope))))
        finally:
            run.given = before
        return {(scope.key, name): value for name, value in values.items()}

    def _found(self, scope: Scope) -> Iterator[int]:
        for made in self._classes(scope):
            if made.name:
                yield from self._instances(made)
            else:
                yield made.at
        for name in self._names(scope):
            raw = name.name.encode()
            if name.method:
                yield from self._calls_of_method(raw, scope, self._owner(scope))
            else:
                yield from self._calls_of_name(name.name, raw, scope)
        if _WHOLE_EXPORT.search(bytes(self._run.data[max(0, scope.head - 120) : scope.head])):
            yield from self._calls_of_module(scope.head)
        yield from self._calls_of_returned(scope)
        for outer in forwarding(self._run, scope):
            yield from self._sites(outer)

    def _owner(self, method: Scope) -> Scope:
        """The class or object around a method; each method of a class that Babel has rewritten is in an object."""
        around = self._run.scopes.around(method.head)
        before = bytes(self._run.data[max(0, method.head - 120) : method.head])
        return around[1] if len(around) > 1 and _KEYED.search(before) else around[0]

    def _calls_of_module(self, at: int, *, made: bool = False) -> Iterator[int]:
        """The calls of what the module around an offset exports, by the names that other modules give it."""
        run = self._run
        for scope, end in run.modules.loads(at):
            start = operand_before(run.data, end, max(0, end - 80))
            if run.data[end : end + 1] == b"(" and not made:
                yield end
            named = _BEFORE.search(bytes(run.data[max(0, start - 80) : start])) if start >= 0 else None
            if named is None or not named["assigned"] or named["dot"]:
                continue
            raw = bytes(named["assigned"])
            for place in self._places(raw, b"(", scope.start, scope.end):
                binding = run.names.find(raw.decode(), place)
                is_made = not made or _NEW.search(bytes(run.data[max(0, place - 12) : place]))
                if binding is not None and start in binding.at and is_made:
                    yield place + len(raw)

    def _calls_of_returned(self, scope: Scope) -> Iterator[int]:
        """The calls of a function that another one returns, by the names of its results: ``get: request("GET")``."""
        run = self._run
        if not _RETURNED.search(bytes(run.data[max(0, scope.head - 40) : scope.head])):
            return
        arrow = next(iter(run.scopes.arrows(scope.head, run.scopes.around(scope.head)[0].start)), None)
        outer = run.scopes.function(scope.head)
        if arrow is not None:
            outer = Scope(arrow.key, scope.head, True, arrow.head, arrow.head_end)
        if outer.head < 0 or outer.key in self._returning:
            return
        self._returning.add(outer.key)
        for at in self._sites(outer)[:_MAX_RETURNED]:
            start = operand_before(run.data, at, max(0, at - 80))
            named = _BEFORE.search(bytes(run.data[max(0, start - 120) : start])) if start >= 0 else None
            if named is not None and named["assigned"] and not named["dot"]:
                raw, around = bytes(named["assigned"]), run.scopes.function(start)
                for place in self._places(raw, b"(", around.start, around.end):
                    binding = run.names.find(raw.decode(), place)
                    if binding is not None and start in binding.at:
                        yield place + len(raw)
            elif named is not None and named["key"]:
                yield from self._calls_of_method(bytes(named["key"]), scope, run.scopes.around(start)[0])
        self._returning.discard(outer.key)

    def _classes(self, scope: Scope) -> Iterator[_Class]:
        """The class whose constructor a function is.

        That is also the case if a function returns it where it stands, as Babel writes classes.
        """
        data, around = self._run.data, self._run.scopes.around(scope.head)[0]
        if bytes(data[max(0, scope.head - 16) : scope.head]).rstrip().endswith(b"constructor"):
            before = bytes(data[max(0, around.start - 160) : around.start - 1])
            found = _CLASS.search(before)
            if (
                found is not None
                and data[around.end + 1 : around.end + 2] == b"("
                and _NEW.search(before[: found.start("class")])
            ):
                yield _Class(b"", around.end + 1)  # ``new class{…}(…)``
            elif (keyed := _KEYED_CLASS.search(before)) is not None:
                yield _Class(bytes(keyed["name"]), around.start - 1 - len(before) + keyed.start("name"), key=True)
            elif found is not None:
                at = around.start - 1 - len(before) + found.start("class")
                for name in {found["name"], found["assigned"]} - {None}:
                    yield _Class(bytes(name), at)
        elif scope.name and around.head >= 0 and _CALLED_WHERE_IT_STANDS.match(data, around.end, around.end + 20):
            before = bytes(data[max(0, around.head - 80) : around.head])
            if wrapped := _WRAPPED.search(before):
                yield _Class(bytes(wrapped["assigned"]), around.head - len(before) + wrapped.end("assigned"))
        elif scope.name:
            yield _Class(scope.name.encode(), scope.head)  # a function that is called with ``new``

    def _instances_of_part(self, key: bytes) -> Iterator[int]:
        """Where a class is called with ``new`` that a name of a pattern stands for."""
        run = self._run
        for at in run.names.words.places(key)[:_MAX_PLACES]:
            part = _PART.match(run.data, at + len(key))
            name = (part["name"] or key) if part is not None else key
            scope = run.scopes.function(at)
            for place in self._places(name, b"(", scope.start, scope.end) if part is not None else ():
                binding = run.names.find(name.decode(), place)
                is_part = binding is not None and binding.way is Way.MEMBER and binding.key == key.decode()
                if is_part and _NEW.search(bytes(run.data[max(0, place - 12) : place])):
                    yield place + len(name)

    def _instances(self, made: _Class) -> Iterator[int]:
        """Where a class is called with ``new``."""
        run = self._run
        if made.key:
            yield from self._instances_of_part(made.name)
        own = () if made.key else ((False, made.name), *((True, key.encode()) for key in self._exported(made.name)))
        for method, name in own or ((True, made.name),):
            for sign in (b"(", b")("):
                for at in self._places(b"." + name if method else name, sign, 0, len(run.data)):
                    place = at + method + len(name)
                    if not _MADE.search(bytes(run.data[max(0, at - 60) : at])):
                        continue
                    if not method and not self._is_class(made, at):
                        continue
                    yield place + len(sign) - 1
        for at in run.names.words.places(made.name)[:_MAX_PLACES]:
            if _WHOLE_EXPORT.search(bytes(run.data[max(0, at - 40) : at])) and self._is_class(made, at):
                yield from self._calls_of_module(at, made=True)
        yield from self._of_subclasses(made)

    def _of_subclasses(self, made: _Class) -> Iterator[int]:
        """Where the constructors of the classes below a class call its constructor: ``super(``."""
        run = self._run
        places = [at for sign in (b"{", b" {") for at in run.names.words.places(made.name, sign)[:_MAX_PLACES]]
        for at in places:
            run.budget.take()
            if not _EXTENDS.search(bytes(run.data[max(0, at - 20) : at])):
                continue
            body = run.scopes.body(run.data.find(b"{", at))
            if body is not None and self._is_class(made, at):
                yield from (one + 5 for one in within(run.names.words.places(b"super", b"("), body.start, body.end)[:4])

    def _is_class(self, made: _Class, at: int) -> bool:
        """True if the name of a class stands for it at an offset."""
        binding = self._run.names.find(made.name.decode(), at)
        return binding is not None and any(-80 <= made.at - place <= 80 for place in binding.at)

    def _names(self, scope: Scope) -> list[_Name]:
        """The names by which a function is called: its own, and those under which a module exports it."""
        data = self._run.data
        before = bytes(data[max(0, scope.head - 120) : scope.head])
        found: list[_Name] = []
        if scope.name:
            found.append(_Name(scope.name, method=False))
        elif keyed := _KEYED.search(before):
            found.append(_Name(keyed["name"].decode(), method=True))
        elif assigned := _BEFORE.search(before):
            name = (assigned["assigned"] or assigned["key"]).decode()
            found.append(_Name(name, method=bool(assigned["dot"] or assigned["key"])))
        elif (method := _METHOD.search(before)) and method["name"] not in _NO_NAMES:
            found.append(_Name(method["name"].decode(), method=True))
        if found and not found[0].method:
            found += [_Name(key, method=True) for key in self._exported(found[0].name.encode())]
        return found

    def _exported(self, raw: bytes) -> Sequence[str]:
        """The names under which modules export a name."""
        if raw not in self._exports:
            self._exports[raw] = tuple(self._exports_of(raw))
        return self._exports[raw]

    def _exports_of(self, raw: bytes) -> Iterator[str]:
        data, at = self._run.data, -1
        for _ in range(_MAX_PLACES):
            self._run.budget.take()
            at = data.find(raw, at + 1)
            if at < 0:
                return
            if data[at + len(raw) : at + len(raw) + 1] not in (b",", b"}", b";", b")", b"\n"):
                continue
            before = bytes(data[max(0, at - 80) : at])
            if (before.rstrip().endswith((b"=>", b"return")) and (found := _EXPORT.search(before))) or (
                before.rstrip().endswith(b"=") and (found := _EXPORT_SET.search(before))
            ):
                yield found["key"].decode()

    def _calls_of_name(self, name: str, raw: bytes, scope: Scope) -> Iterator[int]:
        run = self._run
        around = run.scopes.function(scope.head)
        for at in self._places(raw, b"(", around.start, around.end):
            if run.data[at - 1 : at] == b"." or at + len(raw) == scope.head:
                continue
            binding = run.names.find(name, at)
            if binding is not None and any(place <= scope.head <= place + len(raw) + 40 for place in binding.at):
                yield at + len(raw)

    def _calls_of_method(self, raw: bytes, scope: Scope, around: Scope) -> Iterator[int]:
        run = self._run
        for sign in (b"(", b")("):
            for at in self._places(b"." + raw, sign, 0, len(run.data)):
                place = at + len(raw) + len(sign)
                fits = self._fits(at, around, scope)
                if fits is None and (raw not in _COMMON or (raw in _REQUESTS and self._is_service(at))):
                    path = self._arguments(place, 1)
                    fits = bool(path) and any(_is_path(as_text(value)) for _, value in path[0])
                if fits:
                    yield place

    def _is_service(self, dot: int) -> bool:
        """True if the object before a dot has the name of a service that requests addresses."""
        return _SERVICE.search(bytes(self._run.data[max(0, dot - 60) : dot])) is not None

    def _fits(self, dot: int, around: Scope, method: Scope) -> bool | None:
        """Whether the object before a dot has a method, which is in this scope; ``None`` if that is not known."""
        run = self._run
        start = operand_before(run.data, dot, max(0, dot - 200))
        if start < 0:
            return None
        if run.data[start:dot] == b"this":
            inside = run.scopes.around(dot)[:_MAX_AROUND]
            return around.start <= dot < around.end or any(
                self._is_below(inner.start, around.start) or self._is_below_rewritten(inner, around) for inner in inside
            )
        made = _NEW.search(bytes(run.data[max(0, start - 12) : start]))
        value = self._receiver(start - len(made[0]) if made else start, dot)
        if isinstance(value, Source):
            if value.kind in (Kind.OBJECT, Kind.MODULE):
                inner = run.scopes.body(value.at)
                return inner is not None and inner.start <= around.start < inner.end
            opening = run.data.find(b"{", value.at, value.at + 400) + 1
            if run.data[value.at : value.at + 5] != b"class":
                owner = PROTOTYPE.search(bytes(run.data[max(0, method.head - 120) : max(0, method.head)]))
                declared = run.names.find(owner["name"].decode(), method.head) if owner else None
                own = declared is not None and declared.way is Way.FUNCTION and value.at < declared.at[0] < opening
                inner = run.scopes.body(opening - 1)
                own = own or (inner is not None and run.scopes.function(method.head) == inner)
                return True if own and value.kind is Kind.INSTANCE else None
            return opening == around.start or self._is_below(opening, around.start)
        return None if isinstance(value, Unknown) else False

    def _receiver(self, start: int, dot: int) -> Value:
        """The object before a dot; unknown if that takes many steps, as for a ``call`` of one of many functions."""
        budget = self._run.budget
        rest = max(0, budget.left - _MAX_RECEIVER)
        budget.left -= rest
        try:
            return self._run.value_before(start, dot)[0][1]
        except BudgetError:
            if not rest:
                raise
            return Unknown()
        finally:
            budget.left = max(budget.left, 0) + rest

    def _is_below(self, start: int, above: int) -> bool:
        """True if the class whose body begins at an offset extends another one, whose body begins at ``above``."""
        run = self._run
        for _ in range(_MAX_AROUND):
            above_it = _BELOW.search(bytes(run.data[max(0, start - 100) : max(0, start - 1)]))
            binding = run.names.find(above_it["name"].decode(), start) if above_it else None
            if binding is None or not binding.at:
                return False
            start = run.data.find(b"{", binding.at[0], binding.at[0] + 400) + 1
            if start == above:
                return True
        return False

    def _is_below_rewritten(self, inner: Scope, above: Scope) -> bool:
        """The same for classes that Babel has rewritten: ``e.A=(function(){…})()``, ``(function(e){…})(r(d[0]).A)``."""
        parent = _PARENT.match(self._run.data, inner.end, inner.end + 90) if inner.head >= 0 else None
        if parent is None or above.head < 0:
            return False
        own = _REWRITTEN.search(bytes(self._run.data[max(0, above.head - 100) : above.head]))
        return own is not None and own["name"] == parent["name"]

    def _places(self, needle: bytes, after: bytes, start: int, end: int) -> Iterator[int]:
        for place in within(self._run.names.words.places(needle, after), start, end)[:_MAX_PLACES]:
            self._run.budget.take(1 + ((end - start) >> 14))
            yield place


def _most(names: Sequence[str]) -> int:
    """Most arguments of a call that parameters stand for; the last one can stand for any number."""
    return _MAX_REST if names and names[-1].startswith("...") else len(names)


def _is_path(text: Text) -> bool:
    return re.match(r"/|[A-Za-z][\w.-]*(?:[/?]|$)|[a-z]{2,5}://", text.text) is not None
