"""Methods that only code runs which never runs itself: all their callers, or all that makes their objects.

Methods that call each other are looked at together: nothing enters the circle if nothing calls one from outside of it.
A method without a caller says what a library can contact; it counts as run, if an object that it needs can be made.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.unused.unmade import MAX_SITES, UnmadeClasses, making

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses
    from tieback.recognise.dataflow.unused.failing_code import Ways

_MOST_METHODS = 128
"""Most methods that are looked at for one on one way."""
_MOST_LOOKS = 1_024
"""Most methods that are looked at for one, each as often as ways lead to it."""
_MOST_STEPS = 50_000
"""The same for one app."""

type WaysOf = Callable[[int, CodeItem], "Ways | None"]
"""Gives what of a method can run."""


class NeverEntered:
    """Finds them in one app."""

    def __init__(
        self, uses: "ConstantUses", unmade: UnmadeClasses, undeclared: Callable[[int, CodeItem], object]
    ) -> None:
        """The code of the app.

        Args:
            uses: the code.
            unmade: tells whether other code can make objects of a class.
            undeclared: tells whether only components that no manifest declares run a method.
        """
        self._uses, self._unmade, self._undeclared = uses, unmade, undeclared
        self._known: dict[tuple[int, int], str] = {}
        self._needs: set[str] = set()
        self._left, self._steps = 0, _MOST_STEPS

    def needs(self, number: int, code: CodeItem, ways: WaysOf) -> str:
        """What is missing without which a method never runs; empty if it may."""
        key = number, code.offset
        if key not in self._known:
            self._needs, self._left = set(), _MOST_LOOKS
            self._known[key] = min(self._needs) if self._is_dead(number, code, ways, {}) and self._needs else ""
        return self._known[key]

    def _is_dead(self, number: int, code: CodeItem, ways: WaysOf, seen: dict[tuple[int, int], None]) -> bool:
        key = number, code.offset
        if key in seen:
            return True  # they call each other
        self._left -= 1
        self._steps -= 1
        if len(seen) >= _MOST_METHODS or self._left < 0 or self._steps < 0:
            return False
        seen[key] = None
        owner, name, kind = self._uses.app.ref_at(number, code)
        if not owner or name == "<clinit>" or (name == "<init>" and self._unmade.is_named_in_full(owner)):
            return False
        callers = self._uses.callers.of(number, code)
        if callers and self._are_dead(callers, ways, seen):
            return True
        if words(kind) == code.ins:
            return False
        if self._uses.hierarchy.below(owner) != () or self._unmade.is_named_in_full(owner):
            return False
        return self._has_no_constructor(owner) or self._are_dead(self._makers(owner), ways, seen)

    def _has_no_constructor(self, owner: str) -> bool:
        """True for a class of which a shrinker left out all constructors, because nothing makes an object of it."""
        found = self._uses.app.class_of(owner)
        return found is not None and not any(name == "<init>" for name, _ in self._uses.app.declared(*found))

    def _are_dead(
        self, sites: list[tuple[int, CodeItem, int]], ways: WaysOf, seen: dict[tuple[int, int], None]
    ) -> bool:
        """True for instructions of which none can run; they are added to ``seen``."""
        known = dict(seen)
        for file, code, at in sites:
            its = ways(file, code)
            if its is not None and at not in its.reached:
                self._needs.add(its.needs)
            elif not self._undeclared(file, code) and not self._is_dead(file, code, ways, known):
                return False
        seen |= known
        return bool(sites)

    def _makers(self, owner: str) -> list[tuple[int, CodeItem, int]]:
        """File, method and unit of each instruction that makes an object of a class; none if one is not known."""
        found: list[tuple[int, CodeItem, int]] = []
        for number, code, offset in making(self._uses, owner):
            if code is None or len(found) >= MAX_SITES:
                return []
            found.append((number, code, (offset - code.begin) // 2))
        return found
