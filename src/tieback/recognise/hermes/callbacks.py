"""Methods of arrays that use what a function of the bytecode returns for each item.

Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object
"""

from collections.abc import Callable, Sequence

from tieback.recognise.scripts.values import Cases, Unknown, is_unknown, single

DECIDING = frozenset(("find", "filter"))
"""Methods with a function that decides for each item."""
MAX_ITEMS = 512
"""Most items of an array for which a function is called."""
_UNDEFINED = single(Unknown("undefined"))


def decided(
    name: str, items: Sequence[Cases], is_true: Callable[[Cases, int], bool | None]
) -> Cases | list[Cases] | None:
    """The first item for which a function is true, or a list of all for which it can be true.

    ``None`` if the first one is not known, or if there are too many items.

    Args:
        name: one of ``DECIDING``.
        items: the items of the array.
        is_true: whether the function is true for an item and its index; ``None`` if that is not known.
    """
    if len(items) > MAX_ITEMS:
        return None
    chosen: list[Cases] = []
    for at, one in enumerate(items):
        known = is_true(one, at)
        if name == "filter":
            if known is not False:
                chosen.append(one)
        elif known is None:
            return None
        elif known:
            return one
    return _UNDEFINED if name == "find" else chosen


def reduced(
    items: Sequence[Cases], start: Sequence[Cases], combined: Callable[[Cases, Cases, int], Cases]
) -> Cases | None:
    """What a function makes of all items, one after the other; ``None`` if that is not known.

    Args:
        items: the items of the array.
        start: the value that is combined with the first item; if it is missing, that is the first item.
        combined: the value of the result so far, an item and its index.
    """
    values = [*start[:1], *items]
    if not values or len(values) > MAX_ITEMS:
        return None
    total = values[0]
    for at, one in enumerate(values[1:], 1 - len(start[:1])):
        total = combined(total, one, at)
        if is_unknown(total):
            return None
    return total
