"""Bounded list of problems: a hostile capture must not fill memory with complaints about itself."""

from tieback.model.sighting import Problem, UnreadKind, keep_damage

MAX_PROBLEMS = 50
"""Problems kept of one capture; the last one reports that there are more."""


class CaptureProblems(list[Problem]):
    """The problems of one capture, archive or log, in the order of their occurrence."""

    def note(self, what: str, where: str, unread: UnreadKind | None) -> None:
        """Add a problem, unless the list is full; duplicates are not added. The first damage is always kept.

        Args:
            what: one clause for the user.
            where: offset, line or file; empty for the capture as a whole.
            unread: why a part of the capture was not read; ``None`` if nothing is left out.
        """
        problem = Problem(what, where[:300], unread)
        if len(self) >= MAX_PROBLEMS:
            keep_damage(self, problem)
        elif problem not in self:
            if len(self) == MAX_PROBLEMS - 1:
                self.append(Problem("more problems of this capture are left out", "", UnreadKind.LIMIT))
                keep_damage(self, problem)
            else:
                self.append(problem)
