"""Parameters of queries: an empty text, as a form sends it, means that the user chose nothing."""

from datetime import date
from enum import StrEnum

from tieback.model.errors import UsageError

_YES_OR_NO = {"": None, "yes": True, "no": False}


def choice[E: StrEnum](kind: type[E], text: str, name: str) -> E | None:
    """The value of an enumeration; ``None`` for an empty text.

    Raises:
        UsageError: it is another text.
    """
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(one.value for one in kind)
        raise UsageError("unknown value", where=name, advice=f"Choose one of {known}") from None


def yes_or_no(text: str, where: str) -> bool | None:
    """True for ``yes``, false for ``no``, ``None`` for an empty text. Raises ``UsageError`` for any other text."""
    if text not in _YES_OR_NO:
        raise UsageError("neither yes nor no", where=where, advice="Choose yes, no, or nothing")
    return _YES_OR_NO[text]


def day_or_none(text: str, where: str) -> date | None:
    """A day in ISO 8601 format; ``None`` for an empty text. Raises ``UsageError`` for any other text."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("not a date", where=where, advice="Write it as 2027-03-31") from None


def required_day(text: str, where: str) -> date:
    """A day in ISO 8601 format. Raises ``UsageError`` for anything else."""
    day = day_or_none(text, where)
    if day is None:
        raise UsageError("a date is missing", where=where, advice="Write it as 2027-03-31")
    return day
