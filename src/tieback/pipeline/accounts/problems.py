"""Errors of accounts, which the pages answer with statuses of their own."""

from tieback.model.count_text import count_text
from tieback.model.errors import TiebackError


class TooManyAttemptsError(TiebackError):
    """Too many failed or concurrent attempts; wait before the next one.

    Attributes:
        seconds: how long to wait.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("too many attempts", advice=f"Wait {count_text(seconds, 'second')}, then try again")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.seconds,)


class NotPermittedError(TiebackError):
    """The user must not do this."""


class NoSuchAccountError(TiebackError):
    """There is no user, session or token with this ID."""
