"""Objects that a function copies into one: ``Object.assign``, ``$.extend``, ``_objectSpread`` of compilers."""

from tieback.recognise.scripts.values import Cases, Kind, Merged, Plain, Source, Unknown, Value, single

COPIES = frozenset((
    "extend", "extends", "assign", "merge", "defaults", "defaultsDeep", "objectSpread", "objectSpread2",
))  # fmt: skip
"""Functions of libraries and compilers that copy objects into one, without underscores before their names."""


def merged_objects(result: Cases, arguments: list[Cases], *, copies: bool) -> Cases | None:
    """The objects that a function copies into one, as compilers write ``{...a, ...b}``: ``_objectSpread({}, a, b)``.

    Args:
        result: what the function gives, as far as it is known.
        arguments: its arguments.
        copies: true if it is known to copy objects, so that some of them can be unknown.

    Returns:
        ``None`` if the function has other arguments, or gives something else than the first one.
    """
    objects = [one[0][1] for one in arguments if len(one) == 1]
    if len(objects) < len(arguments) or len(result) > 1:
        return None
    if objects and objects[0] == 1:  # $.extend(true, …)
        del objects[0]
    if copies and len(objects) > 1 and any(map(_is_object, objects)):
        objects = [one for one in objects if not isinstance(one, Unknown)]
        if len(objects) == 1:
            return single(objects[0])
    if len(objects) < 2 or not all(_is_object(one) for one in objects):
        return None
    made, first = result[0][1], objects[0]
    same = isinstance(made, Source) and isinstance(first, Source) and made[:2] == first[:2]
    return single(Merged(tuple(reversed(objects)))) if same or isinstance(made, Unknown) or made == first else None


def _is_object(value: Value) -> bool:
    return isinstance(value, (Plain, Merged)) or (isinstance(value, Source) and value.kind is Kind.OBJECT)
