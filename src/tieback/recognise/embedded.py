"""Scripts and web pages that are constants of code: arguments of ``loadUrl``, ``loadData`` and ``evaluateJavascript``.

See https://developer.android.com/reference/android/webkit/WebView. They are read like the pages in the files of an app.
Bounds: 64 KiB per text, 200 marks per file.
"""

import re
from collections.abc import Iterator
from functools import cache

from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, literal_atoms
from tieback.recognise.span import string_bounds

MAX_TEXT = 64 * 1024
MAX_TEXTS = 200
_SMALL = 64 * 1024
"""Bytes of strings from which a scanner is prepared."""
PAGE, SCRIPT = "page.html", "script.js"
_MARKS = (b"<script", b"javascript:", b"XMLHttpRequest", b"fetch(")
"""What a text with a request has; others are not searched for."""
_PAGE = lazy_pattern(rb"\s{0,64}<(?:!doctype|html|head|body|meta|style|script|div|iframe|form)\b", re.IGNORECASE)
_SCRIPT = lazy_pattern(
    rb"\s{0,64}(?:javascript:|\(?function\b|\(\(|\(async\b|var |let |const |if ?\(|try ?\{|fetch\(|document\.|window\.)"
)


def language(text: bytes) -> str:
    """The name of a file with a text like this one: that of a page or a script; empty for other texts."""
    if not any(mark in text for mark in _MARKS):
        return ""
    return PAGE if _PAGE.match(text) else SCRIPT if _SCRIPT.match(text) else ""


def embedded_texts(buffer: Buffer) -> Iterator[tuple[int, bytes]]:
    """The strings of a DEX file that can be pages or scripts: where each begins, and its bytes."""
    starts = buffer.starts
    if buffer.kind is not BufferKind.DEX or starts is None or not len(starts):
        return
    data, (first, last) = buffer.data, buffer.string_region()
    hits = sorted(_small_hits(buffer) if last - first < _SMALL else (at - 1 for _, at in _hits(buffer)))
    places = dict.fromkeys(start for start, _ in string_bounds(buffer, hits))
    for start in places:
        end = data.find(b"\0", start, start + MAX_TEXT)
        if end >= 0:
            yield start, bytes(data[start:end])


def _small_hits(buffer: Buffer) -> Iterator[int]:
    first, last = buffer.string_region()
    for mark in _MARKS:
        at = buffer.data.find(mark, first, last)
        for _ in range(MAX_TEXTS):
            if at < 0:
                break
            yield at
            at = buffer.data.find(mark, at + 1, last)


def _hits(buffer: Buffer) -> list[tuple[int, int]]:
    return _scanner().scan(buffer.data, *buffer.string_region(), MAX_TEXTS)[0]


@cache
def _scanner() -> AnchorScanner:
    """Faster than a search for each mark, but its preparation costs more than a small file."""
    atoms = (literal_atoms(mark.decode("ascii")) for mark in _MARKS)
    return AnchorScanner(tuple(Anchor(AnchorKind.MARK, one, caseless=False) for one in atoms))
