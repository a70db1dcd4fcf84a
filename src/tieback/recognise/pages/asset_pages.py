"""Pages in the assets of an Android app without Cordova that nothing in the package can open.

A page is opened by its name, behind the address of the assets (``file:///android_asset/``, or the host of
``WebViewAssetLoader``) or as a file of the ``AssetManager``. No conclusion if a file has such an address, or only the
end of a name, as in ``name + ".html"``; if code lists the assets; or if there is code of another kind than DEX. Then a
page is opened if a file that is no page or script has its name, and so is what a page or script names that is opened.
Scripts stay: interpreters read them by other names. Sources:
https://developer.android.com/develop/ui/views/layout/webapps/load-local-content,
https://developer.android.com/reference/android/content/res/AssetManager
Bounds: 2,000 pages and scripts, 64 MiB of other files, 2,000 names per file.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Bytes, Piece
from tieback.intake.apps.text_places import has_text, places_of
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.held_finds import settled
from tieback.recognise.interface import Find

UNOPENED = "only in a page that nothing in the package can open"
MAX_PAGES, MAX_NAMES = 2_000, 2_000
MAX_OTHER = 64 * 1024 * 1024
_PAGE = lazy_pattern(r"(?:[\w.-]{1,100}/)?assets/[^!]{1,400}\.html?")
_LOADED = lazy_pattern(r"(?:[\w.-]{1,100}/)?assets/[^!]{1,400}\.(?:html?|js|css)")
_SUFFIXES = (b".htm", b".js", b".css")
_SUFFIX = lazy_pattern(rb"\.(?:html?|js|css)(?![A-Za-z0-9])")
_WIDE_SUFFIXES = tuple(one.decode().encode("utf-16-le") for one in _SUFFIXES)
_NO_NAME = lazy_pattern(rb"[^\w.~-]")
_WITHIN = 101
_JOINS = (b"%", b"$", b"}")
"""What is before the part of a name to which code adds the beginning: ``%s.html``, ``${name}.html``."""
_ANY = b""
"""Instead of a name of which only the end is known."""
_LENGTH = 45
"""From this length on, the length before a string looks like a character of it."""
_ADDRESSES = tuple(
    text.encode(form) for text in ("android_asset", "appassets.androidplatform") for form in ("ascii", "utf-16-le")
)
"""What is in each address of the assets, and in the library that gives them an address."""
_OPEN_FOLDERS = (b"\x07assets/\0", b"\x08/assets/\0")
"""Strings of a DEX file to which code adds the name of a file, for ``Class.getResourceAsStream``."""
_ASSETS, _LIST = b"Landroid/content/res/AssetManager;", b"list"
_INTERPRETER = b"Lorg/mozilla/javascript/"
"""Rhino, which runs scripts without a web view: https://github.com/mozilla/rhino"""
_SIGNATURE = lazy_pattern(r"META-INF/", re.IGNORECASE)
"""Files that name every entry of the package."""


class AssetPages:
    """The pages in the assets of one app, and the names of pages in its other files."""

    def __init__(self) -> None:
        """Begin an app."""
        self._pages: dict[str, frozenset[bytes]] = {}
        self._named: set[bytes] = set()
        self._left = MAX_OTHER
        self._has_code = False
        self._stopped = False

    def seen(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, whose names are read."""
        for piece in pieces:
            if not self._stopped:
                self._see(piece)
            yield piece
            del piece  # it can be large

    def settled(self, finds: Iterable[Find]) -> Iterator[Find]:
        """The finds, once the whole app is read; those in pages that nothing opens are no back ends."""
        return settled(finds, _is_in_page, self._judged)

    def _judged(self) -> Callable[[Sighting], str] | None:
        if self._stopped or not self._has_code:
            return None
        return partial(_reason, self._unopened())

    def _see(self, piece: Piece) -> None:
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._file(file, content)
            return
        for buffer in piece.buffers:
            self._file(buffer.file, buffer.data)
            self._stopped |= buffer.kind is BufferKind.NATIVE
            if buffer.kind is BufferKind.DEX:
                self._has_code = True
                self._stopped |= any(has_text(buffer.data, one) for one in _OPEN_FOLDERS) or _can_list(buffer.data)
        self._stopped |= bool(piece.bytecode or piece.assembly or piece.left_out)

    def _file(self, file: str, data: Bytes) -> None:
        if self._stopped or _SIGNATURE.match(file):
            return
        is_loaded = _LOADED.fullmatch(file) is not None
        self._left -= 0 if is_loaded else len(data)
        if self._left < 0 or (not is_loaded and any(has_text(data, one) for one in _ADDRESSES)):
            self._stopped = True
            return
        names = _names(data)
        if len(self._pages) >= MAX_PAGES or len(names) >= MAX_NAMES or (not is_loaded and _ANY in names):
            self._stopped = True
        elif is_loaded:
            self._pages[file] = names
        else:
            self._named |= names

    def _unopened(self) -> frozenset[str]:
        """The pages that no other file names, and that no such page names."""
        by_name: dict[bytes, list[str]] = {}
        for file in self._pages:
            by_name.setdefault(file.rpartition("/")[2].encode("utf-8", "replace").lower(), []).append(file)
        waiting, opened = list(self._named), set[str]()
        while waiting:
            name = waiting.pop()
            if name == _ANY:
                return frozenset()
            for file in by_name.pop(name, ()):
                opened.add(file)
                waiting += self._pages[file]
        return frozenset(self._pages.keys() - opened)


def _reason(unopened: frozenset[str], find: Sighting) -> str:
    return UNOPENED if find.evidence.file in unopened else ""


def _is_in_page(find: Find) -> bool:
    return isinstance(find, Sighting) and _PAGE.fullmatch(find.evidence.file) is not None


def _names(data: Bytes) -> frozenset[bytes]:
    """The names of pages, scripts and style sheets in a file, without their folders; at most ``MAX_NAMES``."""
    found: set[bytes] = set()
    if any(has_text(data, one) for one in _WIDE_SUFFIXES):
        return frozenset((_ANY,))
    for at in (at for suffix in _SUFFIXES for at in places_of(data, suffix)):
        end = _SUFFIX.match(data, at)
        if end is None or len(found) >= MAX_NAMES:
            continue
        before = bytes(data[max(0, at - _WITHIN) : at])
        stem = _NO_NAME.split(before)[-1]
        name = (stem + end[0]).lower()
        if not stem or before[: len(before) - len(stem)].endswith(_JOINS):
            name = _ANY
        found.update((name, name[1:], name[2:]) if len(name) > _LENGTH else (name,))
    return frozenset(found)


def _can_list(data: Bytes) -> bool:
    """True if code lists the files of the assets, or runs scripts without a page, or if that is not known."""
    try:
        dex = DexFile(data)
    except MalformedDexError:
        return True
    first = dex.first_from(_INTERPRETER)
    if first < len(dex.strings) and dex.raw(first).startswith(_INTERPRETER):
        return True
    kind, name = dex.type_of(_ASSETS), dex.string_of(_LIST)
    methods = dex.methods_of(kind) if min(kind, name) >= 0 else range(0)
    return name in list(dex.names_of(methods)) if methods else False
