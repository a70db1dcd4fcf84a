"""A bounded list of problem lines: a hostile package must not fill memory with complaints about itself."""

from typing import override

from tieback.intake.apps.names import printable
from tieback.model.sighting import Problem

MAX_PROBLEMS = 200
"""Problem lines kept for one package; the last one says that there were more."""

MAX_LINE = 300
"""Characters of each half of a line."""


class Problems(list[Problem]):
    """The problems of one package, in the order in which they were met. Only printable text gets in."""

    def note(self, what: str, where: str) -> None:
        """Add a line, unless there are already enough of them; a repeated line is kept once."""
        if len(self) >= MAX_PROBLEMS:
            return
        if len(self) == MAX_PROBLEMS - 1:
            self.append(Problem("more problems of this package are left out", ""))
            return
        problem = Problem(printable(what, MAX_LINE), printable(where, MAX_LINE))
        if problem not in self:
            self.append(problem)


class NestedProblems(Problems):
    """The problems of an archive inside a package: they go to the package's, with the place that they stand in."""

    def __init__(self, outer: Problems, place: str) -> None:
        super().__init__()
        self._outer = outer
        self._place = place

    @override
    def note(self, what: str, where: str) -> None:
        """Add a line to the problems of the package."""
        self._outer.note(what, self._place + where if where else self._place.removesuffix("!"))
