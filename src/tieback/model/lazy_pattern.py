"""Regular expressions that are compiled at their first use.

The program has hundreds of them, and most apps need a fifth: to compile all takes 60 ms of each start.
"""

import re
from collections.abc import Callable
from typing import Any, cast


class LazyPattern[T: (str, bytes)]:
    """A pattern in place of a ``re.Pattern``, which it compiles when one of its members is used."""

    def __init__(self, pattern: T | Callable[[], T], flags: int = 0) -> None:
        """Keep a pattern, or what makes it; an error in it is raised at its first use."""
        self._source: T | Callable[[], T] = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """A member of the compiled pattern. It is kept, so that the next access takes no call."""
        if name.startswith("__"):
            raise AttributeError(name)
        member = getattr(self._compiled(), name)
        self.__dict__[name] = member
        return member

    def _compiled(self) -> re.Pattern[T]:
        known: re.Pattern[T] | None = self.__dict__.get("_known")
        if known is None:
            source = self._source() if callable(self._source) else self._source
            known = self.__dict__["_known"] = re.compile(source, self._flags)
        return known


def lazy_pattern[T: (str, bytes)](pattern: T | Callable[[], T], flags: int = 0) -> re.Pattern[T]:
    """As ``re.compile``, but at the first use. For patterns of modules; a loop is faster with ``re.compile``.

    Args:
        pattern: the pattern, or a function that makes a long one.
        flags: as for ``re.compile``.
    """
    return cast("re.Pattern[T]", LazyPattern(pattern, flags))
