"""Asynchronous functions that a compiler has rewritten: as generators, or as the states of one.

``function f(x){return g.apply(this,arguments)}function g(){g=w(R().m(function h(p){return R().w(function(c){…})}))…}``
is ``async function f(p)``. In the states of Regenerator ``c.v`` or ``c.sent`` is what was awaited before, and
``c.a(2,x)`` or ``c.abrupt("return",x)`` returns; TypeScript writes ``c.sent()`` and ``return[2,x]``.
Sources: https://github.com/babel/babel/tree/main/packages/babel-helpers, https://github.com/microsoft/tslib
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import Cases, is_function

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MARKS = frozenset(("mark", "m"))
"""Methods that get a function whose states are run later."""
SENT = frozenset(("sent", "v"))
"""Members that have the awaited value."""
_MAX_PLACES = 16
_REACH = 2_000
_HEAD = 400
_WRAPPED = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=\s{0,9}(?:\(0,\s?[\w$.]{1,40}\)|[\w$.]{1,40}|[\w$]{1,9}\([\w$.\[\]]{1,20}\)(?:\.default)?)"
    rb"\((?:/\*[^*]{0,30}\*/)?(?:[\w$.()\[\]]{1,60}\.(?:mark|m)\()?\s{0,9}function\s{0,9}\*?\s{0,9}[\w$]{0,60}\s{0,9}\Z"
)
"""Before the parameters of a function that another one wraps: ``t=n(function*(``."""
_CALLED = lazy_pattern(rb"\}\s{0,9}(?:\(\s{0,9}\)|\)\s{0,9}\(\s{0,9}\))")
_STATES = lazy_pattern(
    rb"\s{0,40}(?:(?:while\s?\(\s?(?:1|true)\s?\)|for\s?\(;;\))\s{0,40}\{?\s{0,40}|var [\w$,\s]{1,200};\s{0,40})?"
    rb"switch\s?\(\s?(?P<name>[A-Za-z_$][\w$]{0,20})\.(?P<state>n|prev|label)\b"
)
"""Begins a function that is the states of another one."""
_CASE = lazy_pattern(rb"(?P<end>;)\s{0,40}case\s?\d{1,4}:\s{0,40}(?:return\s|[\w$]{1,40}\s?=\s?|[\w$.]{1,40}\(){0,3}\Z")
"""Before the value that was awaited by the state before."""
_RETURN = lazy_pattern(rb"(?<![\w$.])return(?:\s{1,40}|(?=[\[(`\"']))(?P<yields>\[\s?4(?:\s?/\*yield\*/)?,\s?)?")
_STARTS = rb"[\w$.()\[\],]{1,60}\.(?:wrap|w)\(\s{0,9}function\s{0,9}[\w$]{0,60}\s{0,9}\([\w$]{1,20}\)\s{0,9}(?=\{)"
_RUNS = lazy_pattern(_STARTS)
"""What a function returns whose states are another one."""
_STARTS_TYPESCRIPT = rb"[\w$.]{1,40}\(\s?this,\s?\(?function\s?\([\w$]{1,20}\)\s?(?=\{)"
_RUNS_TYPESCRIPT = lazy_pattern(_STARTS_TYPESCRIPT)
_RETURNS = lazy_pattern(rb"(?<![\w$.])return\s{1,9}(?:" + _STARTS + rb"|" + _STARTS_TYPESCRIPT + rb")")
_ENDS = {
    b"n": lazy_pattern(rb"\.a\(2,\s{0,9}"),
    b"prev": lazy_pattern(rb"\.abrupt\([\"']return[\"'],\s{0,9}"),
    b"label": lazy_pattern(rb"(?<![\w$.])return\s?\[\s?2(?:\s?/\*return\*/)?,\s?"),
}
"""Before the result, by the member that has the number of the state."""


def is_states(run: "Evaluator", value: Cases) -> bool:
    """True for a function that gives the states of Regenerator: ``function(p){return R().w(function(c){…})}``."""
    one = value[0][1]
    if not is_function(one) or len(value) > 1:
        return False
    body = run.data.find(b"{", one.at, one.at + _HEAD)
    return body >= 0 and _RETURNS.search(run.data, body, body + _HEAD) is not None


def forwarding(run: "Evaluator", scope: Scope) -> Iterator[Scope]:
    """The functions that pass their arguments to a function which is wrapped, and those that return them at once."""
    before = bytes(run.data[max(0, scope.head - 240) : scope.head])
    wrapped = _WRAPPED.search(before)
    if wrapped is None:
        return
    name, around = bytes(wrapped["name"]), run.scopes.function(scope.head)
    if around.name.encode() == name:  # function g(){return g=wrap(function*(p){…}),g.apply(this,arguments)}
        around = run.scopes.function(around.head)
    for place in islice(run.names.words.places(name, b".apply("), _MAX_PLACES):
        run.budget.take()
        outer = run.scopes.function(place)
        if not around.start <= outer.start < outer.end <= around.end or outer.name.encode() == name:
            continue
        yield outer
        holder = run.scopes.function(outer.head)
        if holder.head >= 0 and _CALLED.match(run.data, holder.end, holder.end + 20):
            yield holder


def awaited(run: "Evaluator", name: str, at: int) -> int:
    """Where the expression begins whose value a member of the states has at a place; -1 if ``name`` is none of them."""
    binding = run.names.find(name, at)
    if binding is None or binding.way is not Way.PARAMETER:
        return -1
    states = _STATES.match(run.data, binding.scope.start, binding.scope.start + 400)
    if states is None or states["name"] != name.encode():
        return -1
    before = bytes(run.data[max(binding.scope.start, at - _REACH) : at])
    case = _CASE.search(before)
    if case is None:
        return -1
    returns = list(_RETURN.finditer(before, 0, case.start()))
    run.budget.take(1 + len(returns))
    return at - len(before) + returns[-1].end() if returns else -1


def results(run: "Evaluator", at: int) -> list[int]:
    """Where the results begin of the states that a function returns at a place; none if it returns something else."""
    found = _RUNS.match(run.data, at, at + 200) or _RUNS_TYPESCRIPT.match(run.data, at, at + 200)
    body = run.scopes.body(found.end()) if found is not None else None
    states = _STATES.match(run.data, body.start, body.start + 400) if body is not None else None
    if body is None or states is None or body.end - body.start > 16 * _REACH:
        return []
    run.budget.take(1 + ((body.end - body.start) >> 6))
    places = islice(_ENDS[bytes(states["state"])].finditer(run.data, body.start, body.end), _MAX_PLACES)
    return [one.end() for one in places if run.scopes.function(one.start()) == body]
