"""Bounded list of problems: a hostile package must not fill memory with complaints about itself."""

from typing import override

from tieback.intake.apps.printable import printable
from tieback.model.sighting import Problem, UnreadKind, keep_damage

MAX_PROBLEMS = 200
"""Problems kept of one package; the last one reports that there are more."""

MAX_LINE = 300
"""Characters kept of each half of a problem."""

_PACKAGE = ".apk!"
"""End of the place of an archive that is a part of an app itself: one of a set of split packages."""


class PackageProblems(list[Problem]):
    """The problems of one package, in the order of their occurrence. Unprintable characters are escaped."""

    def note(self, what: str, where: str, unread: UnreadKind | None) -> None:
        """Add a problem, unless the list is full; duplicates are not added. The first damage is always kept.

        Args:
            what: one clause for the user.
            where: entry or offset; empty for the package as a whole.
            unread: why a part of the package was not read; ``None`` if nothing is left out.
        """
        if len(self) >= MAX_PROBLEMS and unread is not UnreadKind.DAMAGED:
            return
        problem = Problem(printable(what, MAX_LINE), printable(where, MAX_LINE), unread)
        if len(self) >= MAX_PROBLEMS:
            keep_damage(self, problem)
        elif problem not in self:
            if len(self) == MAX_PROBLEMS - 1:
                self.append(Problem("more problems of this package are left out", "", UnreadKind.LIMIT))
                keep_damage(self, problem)
            else:
                self.append(problem)


class NestedProblems(PackageProblems):
    """The problems of an archive inside a package: they are added to those of the package, with the archive's name."""

    def __init__(self, outer: PackageProblems, place: str) -> None:
        super().__init__()
        self._outer = outer
        self._place = place
        self._is_package = place.endswith(_PACKAGE)

    @override
    def note(self, what: str, where: str, unread: UnreadKind | None) -> None:
        """Add a problem to those of the package, which is whole if only an archive among its files is damaged."""
        if unread is UnreadKind.DAMAGED and not self._is_package:
            unread = UnreadKind.UNREADABLE
        self._outer.note(what, self._place + where if where else self._place.removesuffix("!"), unread)
