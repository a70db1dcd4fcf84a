"""Members that a class itself does not assign: those that its constructor copies, and those of classes below it."""

from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import NO_ENV, Cases, choice, is_unknown
from tieback.recognise.scripts.words import within

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_MAX_COPIES = 4
_MAX_BELOW = 200
_COPIED = lazy_pattern(rb"Object\.assign\(\s{0,9}this\s{0,9},\s{0,9}")
_CLASS = lazy_pattern(
    rb"(?:(?P<assigned>[A-Za-z_$][\w$]{0,60})\s{0,9}=\s{0,9})?(?<![\w$.])class(?:\s{1,9}(?P<name>[A-Za-z_$][\w$]{0,60}))?"
    rb"(?:\s{1,9}extends\s[^{}]{1,60})?\s{0,9}\Z"
)
_EXTENDS = lazy_pattern(rb"(?<![\w$.])extends\s{1,9}\Z")
_REWRITTEN = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=\s{0,9}(?:/\*[#@]__PURE__\*/)?\s{0,9}function\s{0,9}\Z"
)
_PARENT = lazy_pattern(rb"\}\s{0,9}\)?\s{0,9}\((?P<name>[A-Za-z_$][\w$]{0,60})\)")
_BODY = lazy_pattern(rb"\s{0,9}\{")


class ClassMembers:
    """Such members of the classes of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self._copies: dict[int, tuple[int, ...]] = {}
        """Where the objects begin that are copied to ``this``, by scope."""

    def copied(self, key: str, scope: Scope) -> Cases | None:
        """A member of the objects that a constructor copies: ``Object.assign(this, defaults, options)``."""
        run = self._run
        if scope.start not in self._copies:
            places = within(run.names.words.places(b"Object.assign", b"("), scope.start, scope.end)
            found = (_COPIED.match(run.data, at) for at in places[:_MAX_COPIES])
            self._copies[scope.start] = tuple(one.end() for one in found if one)
        for first in self._copies[scope.start]:
            reader, start = Reader(run.data, first, run.budget), first
            values: list[Cases] = []
            while start >= 0 and len(values) < _MAX_COPIES:
                values.append(run.objects.member(run.value(start), key, start))
                start = reader.next_item(start)
            known = [one for one in values[::-1] if not is_unknown(one)]
            if known:
                return known[0]
        return None

    def below(self, key: str, scope: Scope) -> Cases | None:
        """A member that the class around a scope uses, and that the classes below it have."""
        run = self._run
        found = _CLASS.search(bytes(run.data[max(0, scope.start - 160) : max(0, scope.start - 1)]))
        values: list[Cases | None] = []
        for name in ({found["name"], found["assigned"]} if found is not None else set()) - {None}:
            for at in run.names.words.places(bytes(name))[:_MAX_BELOW]:
                if _EXTENDS.search(bytes(run.data[max(0, at - 20) : at])) and _BODY.match(run.data, at + len(name)):
                    body = run.scopes.body(run.data.find(b"{", at))
                    if body is not None and body.start != scope.start:
                        values.append(self._own(key, body))
        known = [one for one in values if one is not None and not is_unknown(one)][:MAX_ALTERNATIVES]
        return choice(("below", scope.start, key), known) if known else None

    def below_rewritten(self, key: str, scope: Scope) -> Cases | None:
        """The same for classes that Babel has rewritten: ``A=function(){…}();B=function(e){…}(A)``."""
        run = self._run
        found = _REWRITTEN.search(bytes(run.data[max(0, scope.head - 100) : max(0, scope.head)]))
        values: list[Cases] = []
        for at in run.names.words.places(bytes(found["name"]), b")")[:_MAX_BELOW] if found is not None else ():
            if run.data[at - 1 : at] == b"(" and run.data[at - 2 : at - 1] == b"}":
                body = run.scopes.around(at - 3)[0]
                place = run.data.find(b'key:"%b",value:' % key.encode(), body.start, body.end)
                if body.function and body.end == at - 2 and place >= 0:
                    values.append(run.objects.one_of(("below", place), (place + len(key) + 13,)))
        known = [one for one in values if not is_unknown(one)][:MAX_ALTERNATIVES]
        return choice(("below", scope.start, key), known) if known else None

    def above_rewritten(self, key: str, scope: Scope) -> int:
        """Where a method begins that a rewritten class has from the one above it; -1 if there is none."""
        run = self._run
        parent = _PARENT.match(run.data, scope.end, scope.end + 80)
        binding = run.names.find(parent["name"].decode(), scope.end) if parent is not None else None
        opening = run.data.find(b"{", binding.at[0], binding.at[0] + 80) if binding is not None and binding.at else -1
        body = run.scopes.body(opening) if opening >= 0 else None
        place = run.data.find(b'key:"%b",value:' % key.encode(), body.start, body.end) if body is not None else -1
        return place + len(key) + 13 if place >= 0 else -1

    def _own(self, key: str, body: Scope) -> Cases | None:
        """A member that a class itself has."""
        run = self._run
        places = list(run.names.members(key, body.start, body.end, before=b"this."))
        places += run.scopes.direct(list(run.names.keys(key, body.start, body.end)), body)
        if places:
            return run.objects.one_of(("this", body.start, key), places[: MAX_ALTERNATIVES + 1])
        method = run.objects.this.method_in(body, key)
        return run.objects.this.method(method, key, NO_ENV) if method >= 0 else None
