"""Members of the state of an app that a function selects: ``useSelector(s => s.config.api)``, ``yield select(…)``.

A reducer gives the state its first value: ``{config: {api: "https://…"}}``. The names of the functions are lost in a
bundle, so that the selecting function decides: it returns a member of an object in its only parameter. Sources:
https://react-redux.js.org/api/hooks#useselector, https://redux-saga.js.org/docs/api/#selectselector-args
"""

from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.scripts.values import NO_ENV, UNKNOWN, Cases, Kind, Source, choice, is_known, is_unknown

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_SELECTS = lazy_pattern(
    rb"(?:function\s{0,9}\(\s{0,4}(?P<old>[A-Za-z_$][\w$]{0,40})\s{0,4}\)\s{0,9}\{\s{0,9}return\s{1,9}(?P=old)"
    rb"|\(?\s{0,4}(?P<name>[A-Za-z_$][\w$]{0,40})\s{0,4}\)?\s{0,9}=>\s{0,9}(?P=name))"
    rb"(?:\.[\w$]{1,60}){0,3}\.(?P<owner>[\w$]{1,60})\.(?P<key>[\w$]{1,60})\s{0,9}[;,)}]"
)
"""Such a function, up to what is behind the member."""
SELECTED = lazy_pattern(rb"\s{0,9}(?:\(0,\s{0,9}[\w$.]{1,60}\)|[A-Za-z_$][\w$.]{0,60})\(\s{0,9}")
"""A call up to its first argument."""
_REACH = 400
_MAX_OWNERS = 16


def selected(run: "Evaluator", at: int) -> Cases:
    """What the function that begins at a place selects of the state; unknown if it selects nothing that is known."""
    found = _SELECTS.match(run.data, at, at + _REACH)
    if found is None:
        return UNKNOWN
    owner, key = found["owner"].decode(), found["key"].decode()
    values = []
    for place in islice(run.names.keys(owner, 0, len(run.data)), _MAX_OWNERS):
        if run.data[place : place + 1] == b"{":
            value = run.objects.own(Source(Kind.OBJECT, place, NO_ENV), key)
            if value is not None and not is_unknown(value) and all(is_known(one) for _, one in value):
                values.append(value)
    return choice(("selected", owner, key), values[:MAX_ALTERNATIVES]) if values else UNKNOWN
