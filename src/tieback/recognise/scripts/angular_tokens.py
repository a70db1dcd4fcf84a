"""Values that Angular injects into the constructor of a class by a token.

A compiled class has ``ɵfac=t=>new(t||e)(inject(HttpClient),inject(BASE))``. A module provides the value, or the token
itself does: ``{provide:BASE,useValue:"https://…"}`` or ``new InjectionToken("BASE",{factory:()=>"https://…"})``.
Source: https://angular.dev/guide/di/defining-dependency-providers
"""

import re
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import Cases, chained, is_function, is_unknown, single

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_MAX_PROVIDERS = 200
_REACH = 8_000
"""Most bytes between a constructor and the function that Angular calls to make the object."""
_FACTORY = lazy_pattern(
    rb"(?:\\u0275|\xc9\xb5)fac\s{0,9}=\s{0,9}(?:function\s{0,9}[\w$]{0,60}\s{0,9}\([\w$]{1,20}\)\s{0,9}\{\s{0,40}return\s{0,9}"
    rb"|\(?[\w$]{1,20}\)?\s{0,9}=>\s{0,9})new\s?\([\w$]{1,20}\s?\|\|\s?[\w$]{1,60}\)(?=\()"
)
_INJECTED = lazy_pattern(
    rb"\s{0,9}(?:\(0,\s?[\w$.]{1,60}\)|[\w$.\\\xc9\xb5]{1,60})\(\s{0,9}(?P<token>[A-Za-z_$][\w$.]{0,60})\s{0,9}[,)]"
)
_OWN = lazy_pattern(
    rb"new [\w$.]{1,60}\(\s{0,9}[\"'][^\"']{0,80}[\"']\s{0,9},\s{0,9}\{[^{}]{0,80}?\bfactory\s{0,9}:\s{0,9}"
)


def injected(run: "Evaluator", name: str, scope: Scope) -> Cases | None:
    """The value of a parameter of a constructor; ``None`` if Angular gives it none that is known."""
    data, words = run.data, run.names.words
    if not (words.places(b"useValue", b":") or words.places(b"useFactory", b":") or words.places(b"factory", b":")):
        return None
    if not bytes(data[max(0, scope.head - 16) : scope.head]).rstrip().endswith(b"constructor"):
        return None
    names = run.functions.parameter_names(scope)
    made = _FACTORY.search(data, scope.end, scope.end + _REACH) if name in names else None
    if made is None or data.find(b"constructor(", scope.end, made.start()) >= 0:
        return None
    reader = Reader(data, made.end(), run.budget)
    reader.take()
    start = reader.peek().start
    for _ in range(names.index(name)):
        start = reader.next_item(start) if start >= 0 else -1
    one = _INJECTED.match(data, start, start + 200) if start >= 0 else None
    return None if one is None else _provided(run, bytes(one["token"]), made.start())


def _provided(run: "Evaluator", token: bytes, at: int) -> Cases | None:
    provider = re.compile(rb"\s{0,9}%b\s{0,9},\s{0,9}use(?P<kind>Value|Factory)\s{0,9}:\s{0,9}" % re.escape(token))
    for place in islice(run.names.words.places(b"provide", b":"), _MAX_PROVIDERS):
        run.budget.take()
        found = provider.match(run.data, place + len(b"provide:"))
        if found is not None:
            return _value(run, found.end(), is_made=found["kind"] == b"Factory")
    binding = run.names.find(token.decode(), at)
    own = _OWN.match(run.data, binding.at[0]) if binding is not None and binding.at else None
    return _value(run, own.end(), is_made=True) if own is not None else None


def _value(run: "Evaluator", at: int, *, is_made: bool) -> Cases | None:
    value = run.once(("=", at), at)
    if is_made:
        value = chained(lambda one: run.call(one, ()) if is_function(one) else single(one), value)
    return None if is_unknown(value) else value
