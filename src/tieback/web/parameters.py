"""Parameters of queries: an empty text, as a form sends it, means that the user chose nothing."""

from enum import StrEnum

from tieback.model.errors import UsageError


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
