"""The tree of exceptions. Expected outcomes are values; exceptions stop a command or one input."""


class TiebackError(Exception):
    """A failure that the user can act on.

    Attributes:
        what: the problem, in one clause, without a full stop.
        where: the file, target or key concerned.
        advice: the next step, as an instruction.
        page: the next step for a user of the web pages, if it is another one; for example, pages have no options.
    """

    def __init__(self, what: str, *, where: str = "", advice: str = "", page: str = "") -> None:
        self.what = what
        self.where = where
        self.advice = advice
        self.page = page
        super().__init__(self.diagnostics())

    def diagnostics(self) -> str:
        """One line: where, what, and what to do."""
        return _line(self.where, self.what, self.advice)

    @property
    def page_where(self) -> str:
        """``where`` for a page: a field has the name of the option, without its dashes."""
        return self.where.removeprefix("--")

    @property
    def page_advice(self) -> str:
        """The next step for a user of the web pages."""
        return self.page or self.advice

    def page_diagnostics(self) -> str:
        """As ``diagnostics``, for a page."""
        return _line(self.page_where, self.what, self.page_advice)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries in the engine; keyword-only fields need this to be pickled.
        return (_rebuild, (type(self), self.what, self.where, self.advice, self.page))


def _line(where: str, what: str, advice: str) -> str:
    head = f"{where}: {what}" if where else what
    return f"{head}. {advice}" if advice else head


def error_kinds() -> dict[str, type[TiebackError]]:
    """The loaded classes of the tree by name, direct and indirect."""
    kinds: dict[str, type[TiebackError]] = {}
    waiting: list[type[TiebackError]] = [TiebackError]
    while waiting:
        kind = waiting.pop()
        kinds[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return kinds


def _rebuild(kind: type[TiebackError], what: str, where: str, advice: str, page: str) -> TiebackError:
    return kind(what, where=where, advice=advice, page=page)


class UsageError(TiebackError):
    """The command was called with an unknown or invalid value, such as a format."""


class InputError(TiebackError):
    """One input cannot be read at all; the others continue."""


class GrantError(TiebackError):
    """A grant is missing, malformed or expired."""


class StoppedError(TiebackError):
    """The stop file exists: the run stops. Its results are kept; the same command resumes later."""


class WorkspaceError(TiebackError):
    """The workspace cannot be opened, read or written."""


class BusyError(WorkspaceError):
    """Another process holds a lock of the workspace or of a grant; the same command works after it ends."""


class LabError(TiebackError):
    """The lab cannot start, stop or be filled."""


class DocumentError(TiebackError):
    """A JSON document has another schema version or shape than this release can read."""


def file_fault(error: ValueError | RecursionError) -> str:
    """What is wrong with a text file of a user, as one clause and without the words of Python."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).partition("\n")[0][:300]
