"""Bounded list of problems: a hostile capture must not fill memory with complaints about itself."""

from tieback.model.sighting import Problem

MAX_PROBLEMS = 50
"""Problems kept of one capture; the last one reports that there are more."""


class CaptureProblems(list[Problem]):
    """The problems of one capture, in the order of their occurrence."""

    def note(self, what: str, where: str) -> None:
        """Add a problem, unless the list is full; duplicates are not added."""
        if len(self) >= MAX_PROBLEMS:
            return
        if len(self) == MAX_PROBLEMS - 1:
            self.append(Problem("more problems of this capture are left out", ""))
            return
        problem = Problem(what, where[:300])
        if problem not in self:
            self.append(problem)
