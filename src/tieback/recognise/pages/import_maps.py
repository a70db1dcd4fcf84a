"""Import maps of pages whose scripts import none of the names in them.

A page can tell where a module is: ``<script type="importmap">{"imports": {"react": "https://cdn.test/react"}}</script>``
(https://html.spec.whatwg.org/multipage/webappapis.html#import-maps). The browser requests it only if a module imports
``react``. Bundlers put all modules into one file and leave the map in the page.
Bounds: maps of 64 KiB, 1,000 entries per page, 5,000 imported names.
"""

import re
from bisect import bisect_right
from itertools import chain, islice
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.pages.page_marks import Marks, places_of_marks

NOT_IMPORTED = "only in an import map, and no script imports its name"
MAX_ENTRIES = 1_000
MAX_NAMES = 5_000
"""Most names that scripts import; with more of them everything stays."""
_MAX_MAP = 65_536
_MAP = lazy_pattern(rb"<script\b[^<>]{0,200}\btype\s{0,4}=\s{0,4}[\"']importmap[\"'][^<>]{0,200}>", re.IGNORECASE)
_FROM_THE_WEB = lazy_pattern(
    rb"<script\b(?=[^<>]{0,300}\btype\s{0,4}=\s{0,4}[\"']?module)[^<>]{0,300}\bsrc\s{0,4}=\s{0,4}[\"']?(?:https?:)?//",
    re.IGNORECASE,
)
"""A module that is not in the package: what it imports is not known."""
_ENTRY = lazy_pattern(rb"\"(?P<name>[^\"\s]{1,200})\"\s{0,20}:\s{0,20}\"(?P<place>[^\"\s]{1,2000})\"")
_WORDS = (b"from", b"import")
_MARKS = Marks((*_WORDS, b"importmap"))
_IMPORTED = lazy_pattern(
    rb"(?<![\w$.])(?:from|import(?P<call>\s{0,4}\()?)\s{0,4}"
    rb"(?:(?P<quote>[\"'`])(?P<name>[^\"'`\s]{1,200})(?P=quote)|(?(call)[\w$]|(?!)))"
)


_CLAUSE = lazy_pattern(rb"(?<![\w$.])(?:import|export)(?![\w$])[\w$*{}\s,]*\Z")
_NAMES = lazy_pattern(rb"[\w$*{}\s,]*")
"""What a module imports, up to the word ``from``: https://tc39.es/ecma262/#sec-imports"""
_QUOTES = (b'"', b"'", b"`")
_REACH = 2_048


class _Entry(NamedTuple):
    start: int
    end: int
    name: bytes


class ImportMaps:
    """The import maps of one app, and the names that its scripts import."""

    def __init__(self) -> None:
        """Begin an app."""
        self._entries: dict[str, list[_Entry]] = {}
        self._names: set[bytes] = set()
        self._unknown = False
        """True if a script imports something by a value, or if there are too many names."""

    def see(self, file: str, data: Bytes) -> None:
        """Read the import maps of a page, and what a page or script imports."""
        marks = places_of_marks(_MARKS, data)
        self._unknown = self._unknown or not marks.complete
        text = bytes(data)
        if marks.of(b"importmap"):
            self._maps(file, text)
        for at in chain.from_iterable(marks.of(word) for word in _WORDS):
            if self._unknown:
                return
            found = _IMPORTED.match(text, at)
            if found is not None and not _is_example(text, at):
                name = found["name"]
                self._unknown = name is None or b"${" in name or len(self._names) >= MAX_NAMES
                if name is not None:
                    self._names.add(name)

    def _maps(self, file: str, text: bytes) -> None:
        entries = list[_Entry]()
        if _FROM_THE_WEB.search(text) is not None:
            return
        for found in islice(_MAP.finditer(text), 10):
            end = text.find(b"</script", found.end(), found.end() + _MAX_MAP)
            if end >= 0:
                entries += (
                    _Entry(one.start("place"), one.end("place"), one["name"])
                    for one in islice(_ENTRY.finditer(text, found.end(), end), MAX_ENTRIES)
                )
        if entries:
            self._entries[file] = sorted(entries)

    def applies(self, file: str, offset: int | None) -> bool:
        """True if an offset is in an import map, and no script imports the name of its entry."""
        if self._unknown or offset is None:
            return False
        entries = self._entries.get(file, [])
        entry = entries[at] if (at := bisect_right(entries, offset, key=lambda one: one.start) - 1) >= 0 else None
        return entry is not None and offset < entry.end and not self._is_imported(entry.name)

    def _is_imported(self, name: bytes) -> bool:
        return name in self._names or (name.endswith(b"/") and any(one.startswith(name) for one in self._names))


def _is_example(text: bytes, at: int) -> bool:
    """True if the word ``import`` or ``from`` at an offset is in a message: behind a quote, or not in a statement."""
    if text.startswith(b"import", at):
        return text[at - 1 : at] in _QUOTES if at else False
    before = text[max(0, at - _REACH) : at]
    found = _CLAUSE.search(before) if b"import" in before or b"export" in before else None
    if found is None:
        return _NAMES.fullmatch(before) is None
    return before[found.start() - 1 : found.start()] in _QUOTES if found.start() else False
