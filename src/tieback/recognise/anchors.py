"""Anchors: short patterns that hyperscan finds in raw bytes at the speed of memory; verification looks at each hit.

Every anchor exists twice: for one byte a character, and for UTF-16LE. They are regular expressions that write NUL in
hexadecimal, never literals, because hyperscan's literal mode ends a pattern at its first NUL; and without start of
match, because the combined pattern would be too large: a hit says where it ends, and only some anchors have one length.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import cached_property

import hyperscan
import msgspec

from tieback.recognise.rules import Scheme

type Atoms = tuple[tuple[str, str], ...]
"""Character classes with their repetition, such as ``("[0-9]", "{1,3}")``."""


class Shape(Enum):
    """What stands at an anchor."""

    URL = auto()
    CONNECTION = auto()
    JDBC = auto()
    FIREBASE = auto()
    """A host ends here."""
    PORT = auto()
    """A name or IPv4 address, a colon and two digits end here."""
    BRACKET_PORT = auto()
    """An IPv6 address in brackets, a colon and two digits end here."""


class Anchor(msgspec.Struct, frozen=True):
    """One pattern."""

    shape: Shape
    atoms: Atoms
    length: int = 0
    """Characters from the beginning of the endpoint's text to the end of the hit; 0 where that varies."""
    scheme: Scheme | None = None
    escaped: bool = False
    """Slashes stand as ``\\/``, as JSON and scripts write them."""
    wide: bool = False
    """UTF-16LE."""

    @property
    def pattern(self) -> bytes:
        """Regular expression for hyperscan."""
        tail = r"\x00" if self.wide else ""
        return "".join(f"(?:{cls}{tail}){times}" if times else cls + tail for cls, times in self.atoms).encode()


_PORT_DIGITS: Atoms = ((":", ""), ("[1-9]", ""), ("[0-9]", ""))
_FIREBASE = (".firebaseio.com", ".firebasedatabase.app")


def _text(text: str) -> Atoms:
    return tuple((re.escape(char), "") for char in text)


def anchors(schemes: Iterable[Scheme]) -> tuple[Anchor, ...]:
    """Every anchor for these schemes, narrow and wide."""
    narrow = [Anchor(Shape.JDBC, _text("jdbc:"), len("jdbc:"))]
    for scheme in schemes:
        shape = Shape.CONNECTION if scheme.family == "store" else Shape.URL
        plain, escaped = f"{scheme.name}://", f"{scheme.name}:\\/\\/"
        narrow.append(Anchor(shape, _text(plain), len(plain), scheme))
        narrow.append(Anchor(shape, _text(escaped), len(escaped), scheme, escaped=True))
    narrow += [Anchor(Shape.FIREBASE, _text(suffix)) for suffix in _FIREBASE]
    narrow += [
        Anchor(Shape.PORT, (("[a-z0-9]", ""), (r"\.", ""), ("[a-z]", "{2,24}"), *_PORT_DIGITS)),
        Anchor(Shape.PORT, (("[0-9]", ""), (r"\.", ""), ("[0-9]", "{1,3}"), *_PORT_DIGITS)),
        Anchor(Shape.BRACKET_PORT, (("[0-9a-f:]", ""), (r"\]", ""), *_PORT_DIGITS)),
    ]
    return (*narrow, *(msgspec.structs.replace(anchor, wide=True) for anchor in narrow))


class AnchorScanner:
    """The compiled anchors. Compiles at the first scan; for one thread at a time, as hyperscan's scratch space is."""

    def __init__(self, patterns: tuple[Anchor, ...]) -> None:
        self.anchors = patterns

    @cached_property
    def _database(self) -> hyperscan.Database:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[anchor.pattern for anchor in self.anchors],
            ids=list(range(len(self.anchors))),
            elements=len(self.anchors),
            flags=hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL,
        )
        return database

    def scan(self, data: bytes, begin: int, end: int, limit: int) -> tuple[list[tuple[int, int]], bool]:
        """Find anchors in ``data[begin:end]``.

        Args:
            data: raw bytes.
            begin: first byte to look at.
            end: first byte not to look at.
            limit: hits after which the scan stops.

        Returns:
            ``(index of the anchor, offset in data behind the hit)`` in ascending order of offset, and whether the scan
            stopped at the limit.
        """
        hits: list[tuple[int, int]] = []
        add = hits.append

        def on_match(anchor: int, _from: int, to: int, _flags: int, _context: object) -> bool | None:
            add((anchor, begin + to))
            return len(hits) >= limit or None

        if begin >= end:
            return hits, False
        view = memoryview(data)[begin:end]
        try:
            # The binding takes any buffer; its stub knows two kinds. A view saves the copy.
            self._database.scan(view, match_event_handler=on_match)  # type: ignore[type-var]
        except hyperscan.ScanTerminated:
            return hits, True
        return hits, False
