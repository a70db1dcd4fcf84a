"""What becomes of a text that a method of the platform, or of a library, gets: as ``ends.toml`` says it."""

import re
from collections.abc import Mapping

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.ends.outlined_joins import outlined_join
from tieback.recognise.dataflow.ends.trace import APPENDED, KEYS
from tieback.recognise.dataflow.methods.ends import What, read_ends

_TEXTS = frozenset(("getString", "getText", "getQuantityString", "getQuantityText"))
"""Methods of the platform whose result is the string resource of their argument."""
_REFERRER = lazy_pattern(r"(?:(?:set|with|add|put)_?)?(?:http_?)?referr?er(?:_?ur[li])?", re.IGNORECASE)
"""Names of methods that get the value of the header ``Referer``, in both spellings."""


_THROWN = ("Exception;", "Error;", "/Throwable;")
"""Ends of the names of classes whose texts are messages: https://developer.android.com/reference/java/lang/Throwable"""


class MethodEnds:
    """The methods of one app that ``ends.toml`` lists, and the constants that give the value behind them a reason."""

    def __init__(self, app: AppCode, hierarchy: Hierarchy) -> None:
        self._app, self._hierarchy = app, hierarchy
        self._ends: Mapping[tuple[str, str], What] = read_ends()
        self._what: dict[int, What | None] = {}
        self._outlined: dict[int, What | None] = {}
        self._keys: dict[int, dict[int, str]] = {}
        self._appended: dict[int, dict[int, str]] = {}

    def what(self, number: int, index: int) -> What | None:
        """What becomes of a text that a method gets, or of the identifier of one; ``None`` if that is not known."""
        identity = self._app.method(number, index)
        if identity not in self._what:
            self._what[identity] = self._end(identity) if identity >= 0 else None
        return self._what[identity]

    def listed(self, owner: str, name: str) -> What | None:
        """What ``ends.toml`` says about a method; ``None`` if it does not list it."""
        return self._ends.get((owner, name))

    def outlined(self, identity: int) -> What | None:
        """What ``outlined_join`` says about a method; each is read once."""
        if identity not in self._outlined:
            self._outlined[identity] = outlined_join(self._app, identity)
        return self._outlined[identity]

    def _end(self, identity: int) -> What | None:
        owner, name, kind = self._app.ref(identity)
        if name == "<init>" and owner.endswith(_THROWN) and self._app.definition(identity) is None:
            return "shown"
        found = self._ends.get((owner, name))
        if found == "link" and self._is_implemented(owner):
            return None
        if found is None and kind.startswith("(Ljava/lang/String;)") and _REFERRER.fullmatch(name):
            return "header"
        if found is not None or self._app.definition(identity) is not None:
            return found or self.outlined(identity)
        # Classes of the app inherit methods of the platform.
        above = self._hierarchy.above(owner)
        found = self._ends.get((above, name))
        if found is None and above and name in _TEXTS and kind.startswith("(I"):
            found = "through"
        return None if found is not None and above != owner and self._hierarchy.is_overridden(identity) else found

    def _is_implemented(self, owner: str) -> bool:
        """True if a class of another package implements an interface that a library has: it can load a link itself."""
        if self._app.class_of(owner) is None:
            return False
        package = owner.split("/")[:2]
        below = self._hierarchy.below(owner)
        return below is None or not all(one.split("/")[:2] == package for one in below)

    def key_names(self, number: int) -> dict[int, str]:
        """Indices of the keys in a file that give the value behind them a reason."""
        if number not in self._keys:
            found = ((self._app.string_of(number, name), reason) for name, reason in KEYS.items())
            self._keys[number] = {index: reason for index, reason in found if index >= 0}
        return self._keys[number]

    def appended_keys(self, number: int) -> dict[int, str]:
        """The same for constants that end with such a key, to which code appends the value: ``&notify_url="``."""
        if number not in self._appended:
            found = ((self._app.string_of(number, text), reason) for text, reason in APPENDED.items())
            self._appended[number] = {index: reason for index, reason in found if index >= 0}
        return self._appended[number]
