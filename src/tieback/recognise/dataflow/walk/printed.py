"""Objects of the app in texts: what their ``toString`` returns, such as a part of a host in an enum constant."""

from tieback.recognise.dataflow.methods.values import Choice, InstanceValue, Value, each
from tieback.recognise.dataflow.walk.app_methods import invoke_targets
from tieback.recognise.dataflow.walk.state import WalkState

_TEXT_TYPES = "()Ljava/lang/String;"


def printed(walk: WalkState, value: Value | None) -> Value | None:
    """The value of a register as a library prints it.

    The method of an object is followed once something depends on its result; until then the text is unknown.
    """
    if isinstance(value, Choice) and any(_is_object(walk, one.value) for one in value.alternatives):
        return each(value, lambda one: _printed(walk, one))
    return _printed(walk, value)


def _is_object(walk: WalkState, value: Value | None) -> bool:
    return isinstance(walk.contents(value), InstanceValue)


def _printed(walk: WalkState, value: Value | None) -> Value | None:
    contents = walk.contents(value)
    if not isinstance(contents, InstanceValue):
        return walk.plain(value)
    target = walk.app.declared_by(contents.kind, "toString", _TEXT_TYPES)
    if target is None or not walk.app.is_own(walk.app.ref(target.identity).owner):
        return value
    if target.identity not in walk.demand:
        return walk.hole("result", target.identity)
    walk.charge()
    return walk.plain(invoke_targets(walk, [target], [value]))
