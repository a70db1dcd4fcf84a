"""The one tree of exceptions. Expected outcomes are values; these are for what stops a command or one input."""


class TiebackError(Exception):
    """A failure that a person can act on.

    Attributes:
        what: what went wrong, in one clause, without a full stop.
        where: the file, target or key concerned.
        advice: the next step, as an instruction.
    """

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        self.what = what
        self.where = where
        self.advice = advice
        super().__init__(self.diagnostics())

    def diagnostics(self) -> str:
        """One line: where, what, and what to do."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.advice}" if self.advice else head

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross the process boundary of the engine; keyword-only fields need help there.
        return (_rebuild, (type(self), self.what, self.where, self.advice))


def _rebuild(kind: type[TiebackError], what: str, where: str, advice: str) -> TiebackError:
    return kind(what, where=where, advice=advice)


class UsageError(TiebackError):
    """The command was called with something that it does not know, such as a format."""


class InputError(TiebackError):
    """One input cannot be read at all; the others go on."""


class GrantError(TiebackError):
    """A grant is missing, malformed or expired."""


class StoppedError(TiebackError):
    """Somebody wants the run to stop: the stop file is there. What was done is kept; the same command goes on later."""


class WorkspaceError(TiebackError):
    """The workspace cannot be opened, read or written."""


class LabError(TiebackError):
    """The lab cannot start, stop or be filled."""


class DocumentError(TiebackError):
    """A JSON document of ours has another schema version or shape than this release reads."""
