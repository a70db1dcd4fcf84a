"""Finds that wait until the whole app is read, because only then it is known whether anything uses their place."""

from collections.abc import Callable, Iterable, Iterator

from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.interface import Find

MAX_HELD = 20_000
"""Most finds that wait; with more of them, all stay."""


def settled(
    finds: Iterable[Find], begins: Callable[[Find], bool], judged: Callable[[], Callable[[Sighting], str] | None]
) -> Iterator[Find]:
    """The finds in their order; those with a reason are no back ends.

    Args:
        finds: those of one app.
        begins: true for the first find that must wait. So must all behind it, so that the order stays.
        judged: called once at the end; gives what tells the reason of a find, or an empty text. ``None`` if nothing is
            known.
    """
    held: list[Find] = []
    given_up = False
    for find in finds:
        if given_up or (not held and not begins(find)):
            yield find
            continue
        held.append(find)
        if len(held) > MAX_HELD:
            given_up = True
            yield from held
            held.clear()
    reason_of = judged() if held else None
    for find in held:
        reason = reason_of(find) if reason_of is not None and isinstance(find, Sighting) else ""
        yield NotBackend(find.endpoint.value, reason) if reason and isinstance(find, Sighting) else find
