"""Names in native libraries: by these, native code can call methods and read fields that no DEX code uses.

JNI finds a member by its name and its types, two texts of the library:
https://docs.oracle.com/en/java/javase/21/docs/specs/jni/functions.html#getmethodid
"""

from collections.abc import Iterator
from heapq import merge

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.text_names import TextNames

_TYPES = lazy_pattern(rb"L(?:java/lang/(?:String|Object|CharSequence)|java/net/UR[IL]|android/net/Uri);\0")
"""Types of methods that return a text or an address, and of fields with one."""
_MORE_TYPES = lazy_pattern(
    _TYPES.pattern + rb"|\((?:\[{0,8}(?:[ZBCSIJFD]|L[\w/$]{1,200};)){0,20}\)\[{0,8}(?:[VZBCSIJFD]|L[\w/$]{1,200};)\0"
)
"""The same, and types of all methods: a library that has the name of a class of the app uses members of any type."""
_VALUES = lazy_pattern(rb"[ZIJFD]\0")
"""Types of fields with a number or a truth value, if a NUL is before them. Both patterns begin with few characters, by
which a place is found: together with the NUL before, they would be tried at each byte.
"""
WINDOW = 32 * 1024
"""Bytes before and after such types in which the name is expected: linkers keep the texts of a source file together."""
MAX_KEPT = 4 * 1024 * 1024
"""Most bytes of the libraries of one app that are kept."""


_OPEN = ord("(")


def _members(data: Bytes, *, of_app: bool) -> Iterator[tuple[int, int]]:
    """Begin and end of the types of methods and of fields with an object; those of parameters are left out."""
    for found in (_MORE_TYPES if of_app else _TYPES).finditer(data):
        if data[found.start()] == _OPEN or data[found.start() - 1 : found.start()] in (b")", b"\0"):
            yield found.span()


def _values(data: Bytes) -> Iterator[tuple[int, int]]:
    """The same of the types of fields with a number or a truth value."""
    for found in _VALUES.finditer(data):
        if data[found.start() - 1 : found.start()] == b"\0":
            yield found.span()


class NativeNames:
    """The parts of the native libraries of one app that have the names of members, if native code uses members."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._left = MAX_KEPT
        self.texts = TextNames()
        """Classes that scripts and other texts name: these can use the static fields of a class."""

    def see(self, data: Bytes, *, of_app: bool = False) -> None:
        """Keep the parts of a library around types of members: also of those without a text, if it names the app."""
        begin = end = 0
        for first, last in merge(_members(data, of_app=of_app), _values(data) if of_app else ()):
            if first - WINDOW > end:
                self._keep(data, begin, end)
                begin = first - WINDOW
            end = last + WINDOW
        self._keep(data, begin, end)

    def _keep(self, data: Bytes, begin: int, end: int) -> None:
        if end > begin and self._left > 0:
            part = bytes(data[max(begin, 0) : end])
            self._left -= len(part)
            self._kept.append(part)

    def __contains__(self, name: str) -> bool:
        """True if native code can use a member with this name; also if the libraries have too much to tell."""
        if self._left <= 0:
            return True
        mark = b"\0" + name.encode("utf-8", "surrogatepass") + b"\0"
        return any(mark in part for part in self._kept)
