"""A bounded list of problem lines: a hostile package must not fill memory with complaints about itself."""

from tieback.model.sighting import Problem

MAX_PROBLEMS = 200
"""Problem lines kept for one package; the last one says that there were more."""


class Problems(list[Problem]):
    """The problems of one package, in the order in which they were met."""

    def note(self, what: str, where: str) -> None:
        """Add a line, unless there are already enough of them; a repeated line is kept once."""
        if len(self) >= MAX_PROBLEMS:
            return
        if len(self) == MAX_PROBLEMS - 1:
            self.append(Problem("more problems of this package are left out", ""))
            return
        problem = Problem(what, where[:300])
        if problem not in self:
            self.append(problem)
