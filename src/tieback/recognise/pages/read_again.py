"""Addresses of pages and JSON files that a script of a hybrid app reads by a name, and requests.

A page shows an address, or describes itself by it, and ``fetch($("#server").text())`` contacts it. The finds that a
place makes no back ends are kept with the names by which code can read them (``texts/read_names.py``). At the end of
the app those count whose name a script reads and requests. Bounds: 2,000 finds, and 2,000 places of each script.
"""

from collections.abc import Iterator
from itertools import islice

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Bytes, Piece
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.pages.page_marks import Marks, places_of_marks
from tieback.recognise.texts.read_names import COMMENTS
from tieback.recognise.texts.requests import is_evaluated, is_value_requested

MAX_FINDS, MAX_PLACES = 2_000, 2_000
_SCRIPTS = (".js", ".html", ".htm")
_REVIVED = (b".nodeValue", b"createContextualFragment(", b".contents()")
_TEXTS = (b".textContent", b".innerText", b".text()", b".html()")
_ATTRIBUTES = (b".placeholder", b'"placeholder"', b"'placeholder'", b".cite", b'"cite"', b"'cite'")
_HEAD = (b"og:", b"link[rel")
_KEYS = tuple(
    b".%b" % key
    for key in (
        b"homepage",
        b"repository",
        b"bugs",
        b"license",
        b"$schema",
        b"redirect_url",
        b"redirectUrl",
        b"redirectUri",
        b"notify_url",
    )
)
_RESOLVED = (b".dereference(", b".compileAsync(")
_FILES = (b".json", b".xml")
_MARKS = Marks(_REVIVED + _TEXTS + _ATTRIBUTES + _HEAD + _KEYS + _RESOLVED + _FILES)
_NODE = lazy_pattern(
    rb"(?:\.(?:inner|outer)HTML\s{0,4}=|\.(?:html|append|prepend|write|insertAdjacentHTML)\s{0,4}\(|(?<![\w$.])eval\s{0,4}\(|JSON\.parse\s{0,4}\()[^;{}]{0,160}\Z"
)
"""Code that makes elements, code or data of a text, up to the comment that is the text."""
_FRAGMENT = lazy_pattern(rb"[^;{}]{0,80}\.(?:data|nodeValue|textContent)\b")
_COMMENT_NODE = lazy_pattern(rb"[^;]{0,160}nodeType[^;]{0,160}\.(?:data|nodeValue|textContent)\b")
_BY_ID = lazy_pattern(rb"getElementById\s{0,4}\(\s{0,4}[\"']([\w-]{2,60})[\"']")
_SELECTOR = lazy_pattern(rb"(?:querySelector(?:All)?|\$|jQuery)\s{0,4}\(\s{0,4}[\"']([^\"'<>]{1,120})[\"']")
_NAMES = lazy_pattern(rb"[#.][\w-]{2,60}")
_PROPERTY = lazy_pattern(rb"og:[\w:]{2,40}")
_REL = lazy_pattern(rb"link\[rel\s{0,4}[~|^*]?=\s{0,4}\\?[\"']?([a-z]{2,20})")
_FILE = lazy_pattern(rb"([\w.-]{1,80}\.(?:json|xml))\Z")
_REACH = 200


class ReadAgain:
    """The finds of one app that code may read again, and what its scripts request by name."""

    def __init__(self) -> None:
        """Begin an app."""
        self._finds: list[tuple[Sighting, frozenset[bytes]]] = []
        self._read = set[bytes]()
        self._files = set[bytes]()

    def note(self, find: Sighting, names: frozenset[bytes]) -> None:
        """Keep a find that is no back end by its place, with the names by which a script can read it."""
        if names and len(self._finds) < MAX_FINDS:
            self._finds.append((find, names))

    def finds(self) -> Iterator[Sighting]:
        """The finds whose name a script requests."""
        read = self._read | {name + key for name in self._files for key in self._read if key[:1] == b"."}
        yield from (find for find, names in self._finds if not names.isdisjoint(read))

    def see(self, piece: Piece) -> None:
        """Read the names in the scripts and pages of a piece."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._file(file, content)
        elif isinstance(piece, Artifact):
            for buffer in piece.buffers:
                self._file(buffer.file, buffer.data)

    def _file(self, file: str, data: Bytes) -> None:
        if not file.lower().endswith(_SCRIPTS):
            return
        places = places_of_marks(_MARKS, data)
        if any(places.of(mark) for mark in _RESOLVED):
            self._read.add(b".$ref")
        for marks, read in (
            (_REVIVED, self._revived), (_TEXTS, self._text), (_ATTRIBUTES, self._attribute), (_HEAD, self._head),
            (_KEYS, self._key), (_FILES, self._named),
        ):  # fmt: skip
            for mark in marks:
                for at in islice(places.of(mark), MAX_PLACES):
                    read(data, at, at + len(mark))

    def _revived(self, data: Bytes, at: int, end: int) -> None:
        before, behind = bytes(data[max(0, at - _REACH) : at]), bytes(data[end : end + 2 * _REACH])
        mark = bytes(data[at:end])
        is_text = (
            _NODE.search(before) if mark == _REVIVED[0] else _FRAGMENT.match(behind) if mark == _REVIVED[1] else None
        )
        if is_text or (mark == _REVIVED[2] and _NODE.search(before) and _COMMENT_NODE.match(behind)):
            self._read.add(COMMENTS)

    def _text(self, data: Bytes, at: int, end: int) -> None:
        if not (is_value_requested(data, at + 1, end) or is_evaluated(data, at)):
            return
        before = bytes(data[max(0, at - _REACH) : at])
        self._read.update(b"#" + one for one in _BY_ID.findall(before))
        for selector in _SELECTOR.findall(before):
            self._read.update(_NAMES.findall(selector))

    def _attribute(self, data: Bytes, at: int, end: int) -> None:
        if is_value_requested(data, at + 1, end):
            self._read.add(bytes(data[at:end]).strip(b".\"'"))

    def _head(self, data: Bytes, at: int, _: int) -> None:
        found = _PROPERTY.match(data, at) or _REL.match(data, at)
        if found is not None and is_value_requested(data, found.start(found.lastindex or 0), found.end()):
            self._read.add(bytes(found[found.lastindex or 0]))

    def _key(self, data: Bytes, at: int, end: int) -> None:
        if is_value_requested(data, at + 1, end):
            self._read.add(bytes(data[at:end]).lower())

    def _named(self, data: Bytes, at: int, end: int) -> None:
        found = _FILE.search(data, max(0, at - _REACH), end)
        if found is not None:
            self._files.add(found[1].lower())
            if is_value_requested(data, found.start(1), found.end(1)):
                self._read.add(found[1].lower())
