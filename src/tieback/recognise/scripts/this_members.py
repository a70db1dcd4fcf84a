"""Members of ``this``, and of the classes around a place of a script."""

from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.scripts.class_members import ClassMembers
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.stores import STATE, Stores
from tieback.recognise.scripts.values import (
    NO_ENV,
    Cases,
    Env,
    Kind,
    Source,
    Text,
    Unknown,
    Value,
    is_unknown,
    single,
)  # fmt: skip
from tieback.recognise.scripts.words import within

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_MAX_BODY = 262_144
_MAX_LEVELS = 8
_BEFORE_METHOD = (b"{", b"}", b";", b",", b" ", b"\n", b"\t")
_DEFINED = lazy_pattern(
    rb"\s{0,9}[\"'](?P<key>[A-Za-z_$][\w$]{0,80})[\"']\s{0,9},\s{0,9}(?:\{[^{}]{0,60}?\bvalue:\s{0,9})?"
)
"""Key and beginning of the value of a member that a function defines."""
_MAX_DEFINED = 200
_GET = lazy_pattern(rb"(?<![\w$.])get\s{0,9}\Z")
PROTOTYPE = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]*)\.prototype\.[\w$]+\s{0,9}=\s{0,9}(?:async\s{1,9})?function\s{0,9}[\w$]{0,60}\Z"
)
"""Before a method of the objects that a function makes."""


class ThisMembers:
    """Such members in one script."""

    def __init__(self, run: "Evaluator", stores: Stores) -> None:
        """Read the values of this evaluator, and of its stores."""
        self._run, self._stores = run, stores
        self._this: dict[tuple[int, str], tuple[int, ...]] = {}
        self._classes = ClassMembers(run)

    def static(self, value: Source, key: str) -> Cases | None:
        """A member of a class itself; ``None`` if it has none."""
        run = self._run
        opening = run.data.find(b"{", value.at, value.at + 400)
        body = run.scopes.body(opening) if opening >= 0 else None
        if body is None:
            return None
        places = [
            place
            for place in run.names.keys(key, body.start, body.end)
            if b"static" in bytes(run.data[max(body.start, place - len(key) - 16) : place])
        ]
        if places:
            return self._run.objects.one_of(("static", value.at, key), places)
        method = self.method_in(body, key)
        if method < 0:
            return None
        return self.method(method, key, value.env)

    def method(self, at: int, key: str, env: Env) -> Cases:
        """A method of a class whose parameters begin at an offset; a getter is called."""
        function = Source(Kind.FUNCTION, at, env)
        before = bytes(self._run.data[max(0, at - len(key) - 16) : at - len(key)])
        return self._run.call(function, ()) if _GET.search(before) else single(function)

    def of_this(self, key: str, at: int, *, levels: int = _MAX_LEVELS) -> Cases:
        """``this.key``, assigned in one of the nearest functions, classes or objects around."""
        run = self._run
        for scope in islice(run.scopes.around(at), levels):
            if scope.function and (found := self._of_prototype(key, scope)) is not None:
                return found
            if scope.start == 0 or scope.end - scope.start > _MAX_BODY:
                break
            if (known := self._this.get((scope.start, key))) is None:
                before = run.budget.mark()
                places = list(run.names.members(key, scope.start, scope.end, before=b"this."))
                places += run.scopes.direct(list(run.names.keys(key, scope.start, scope.end)), scope)
                places += run.names.members(key, scope.start, scope.end, before=b"prototype.")
                if key == STATE:
                    places += self._stores.states(scope)
                places += self.defined("this", key, scope.start, scope.end)
                rewritten = run.data.find(f'key:"{key}",value:'.encode(), scope.start, scope.end)
                places += [rewritten + len(key) + 13] if rewritten >= 0 else []  # a class that Babel has rewritten
                known = self._this[scope.start, key] = tuple(places)
                run.budget.kept(before)
            if known:
                value = self._run.objects.one_of(("this", scope.start, key), known[: MAX_ALTERNATIVES + 1])
                is_open = not scope.function and (is_unknown(value) or all(_is_open_path(one) for _, one in value))
                return (self._classes.below(key, scope) if is_open else None) or value
            if (method := self.method_in(scope, key)) >= 0:
                value = self.method(method, key, NO_ENV)
                below = self._classes.below(key, scope) if is_unknown(value) and not scope.function else None
                return below or value
            if (assigned := self._classes.copied(key, scope)) is not None:
                return assigned
            if not scope.function and (below := self._classes.below(key, scope)) is not None:
                return below
            if scope.head >= 0 and (above := self._classes.above_rewritten(key, scope)) >= 0:
                return self._run.objects.one_of(("above", above), (above,))
            if scope.head >= 0 and (below := self._classes.below_rewritten(key, scope)) is not None:
                return below
            if not scope.function and (of_component := self._stores.of_component(key, scope)) is not None:
                return of_component
        return self._run.objects.of_unknown(Unknown("this"), key)  # of a mixin, or of a class above

    def _of_prototype(self, key: str, method: Scope) -> Cases | None:
        """``this.key`` in a method that is assigned to the prototype of a function; ``None`` in any other."""
        run = self._run
        owner = PROTOTYPE.search(bytes(run.data[max(0, method.head - 120) : max(0, method.head)]))
        if owner is None:
            return None
        made = run.names.find(owner["name"].decode(), method.head)
        if made is None or made.way is not Way.FUNCTION:
            return None
        opening = run.data.find(b"{", made.at[0], made.at[0] + 1_000)
        body = run.scopes.body(opening) if opening >= 0 else None
        places = list(run.names.members(key, body.start, body.end, before=b"this.")) if body else []
        around = made.scope
        before = owner["name"] + b".prototype."
        places += run.names.members(key, around.start, around.end, before=before)
        return self._run.objects.one_of(("this", made.at[0], key), places[: MAX_ALTERNATIVES + 1]) if places else None

    def method_in(self, scope: Scope, key: str) -> int:
        """Where the parameters of a method begin in the body of a class; -1 if it has none."""
        data, needle, at = self._run.data, key.encode() + b"(", scope.start
        for _ in range(20):
            at = data.find(needle, at, scope.end)
            if at < 0:
                return -1
            if (
                (data[at - 1 : at] in _BEFORE_METHOD or key[:1] == "#")
                and data[at - 4 : at] != b"set "
                and self._run.scopes.direct([at], scope)
            ):
                close = Reader(data, at + len(key), self._run.budget).closing(at + len(key))
                if close > 0 and bytes(data[close : close + 8]).lstrip()[:1] == b"{":
                    return at + len(key)
            at += len(needle)
        return -1

    def defined(self, name: str, key: str, start: int, end: int) -> list[int]:
        """Where the values begin of a member that a function of a compiler sets: ``_defineProperty(C, "host", …)``."""
        data, behind = self._run.data, len(name) + 1
        found: list[int] = []
        for at in within(self._run.names.words.places(name.encode(), b","), start, end)[:_MAX_DEFINED]:
            self._run.budget.take()
            defined = _DEFINED.match(data, at + behind, at + behind + len(key) + 90)
            if defined is not None and defined["key"] == key.encode() and data[at - 1 : at] in (b"(", b" "):
                found.append(defined.end())
        return found


def is_empty(value: Value) -> bool:
    """True for ``null`` and for a text without a character."""
    return (isinstance(value, Unknown) and value.path in ("null", "undefined")) or (
        isinstance(value, Text) and not value.text
    )


def _is_open_path(value: Value) -> bool:
    """True for a value that classes below replace: nothing, or the root."""
    return is_empty(value) or (isinstance(value, Text) and value.text == "/")
