"""A bounded list of problem lines: a hostile capture must not fill memory with complaints about itself."""

from tieback.model.sighting import Problem

MAX_PROBLEMS = 50
"""Problem lines kept for one capture; the last one says that there were more."""


class Problems(list[Problem]):
    """The problems of one capture, in the order in which they were met."""

    def note(self, what: str, where: str) -> None:
        """Add a line, unless there are already enough of them; a repeated line is kept once."""
        if len(self) >= MAX_PROBLEMS:
            return
        if len(self) == MAX_PROBLEMS - 1:
            self.append(Problem("more problems of this capture are left out", ""))
            return
        problem = Problem(what, where[:300])
        if problem not in self:
            self.append(problem)
