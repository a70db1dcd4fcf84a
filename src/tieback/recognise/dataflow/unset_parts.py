"""Parts of a path that code has only as long as nothing sets them: ``/users/`` + ``""`` + ``/orders``, or ``-1`` there.

An empty text in a field that code sets to something unknown is a part of its own, ``EMPTY``, and so is the default of
a setting that shows that nothing is set. With it, the names of a path that are empty are unknown.

A walk gives each value that a field or a setting can have: that of the beginning, and an unknown one that the server or
the user sets later. So the same path is there twice, and the part of the first one is what code has before. It can be
empty, a number that counts as none, or a word in capitals. Such a part counts as unknown, as in the other path. An
empty part only counts between two signs: what has no sign before it is optional.

``"/users/USER_ID/orders".replace("USER_ID", user)``: a word that code replaces in a text is unknown wherever it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.analysis import DataFlow
from tieback.recognise.dataflow.methods.values import EMPTY, HOLE, EndpointParts, TextValue

MAX_PATHS = 5_000
"""Most paths with an unknown part of one app."""
MAX_PARTS = 16
"""Most parts of one path that are looked at."""
MAX_FILLED = 3
"""Most unset parts of one path."""
MAX_WORDS = 64
"""Most words that code replaces."""
_TEXT = "text"
"""Name of a flow from a method of a text, such as ``String.replace``."""
_ADDRESS = lazy_pattern(r"[a-z]{2,10}://[^\s/?#]{1,253}(/[^\s?#]{0,1000})")
_WORD = r"[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,6}|[A-Z][A-Z0-9]{3,30}"
_PART = lazy_pattern(rf"(?<![A-Za-z0-9{{}}])(?:-1|-|0|null|{_WORD})(?![A-Za-z0-9{{}}])")
_WHOLE_WORD = lazy_pattern(rf"{_WORD}|[:$@#%]{{1,2}}[A-Za-z][\w-]{{0,40}}[$@#%]{{0,2}}")
_NO_NAME = lazy_pattern(r"/(?=/)")
_EMPTY = lazy_pattern(r"(?<=[/._-])(?=[/._-])")


class UnsetParts:
    """The paths with unknown parts in the texts of one app."""

    def __init__(self, texts: Iterable[str], replaced: Iterable[str] = ()) -> None:
        """Read the texts that walks put together.

        Args:
            texts: the texts.
            replaced: words that code replaces in texts.
        """
        self._open: set[str] = set()
        words = sorted(set(replaced), key=lambda word: (-len(word), word))[:MAX_WORDS]
        self._words = re.compile("|".join(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])" for one in words) or "$^")
        for text in map(self._without_words, texts):
            if HOLE in text and len(self._open) < MAX_PATHS:
                self._open.update(found[1] for found in _ADDRESS.finditer(text) if HOLE in found[1].strip("/"))

    def opened(self, text: str) -> str:
        """A text in which each such part of a path is unknown."""
        if not self._open:
            return text
        text = self._without_words(text)
        found: list[str] = []
        end = 0
        for one in _ADDRESS.finditer(text):
            found += text[end : one.start(1)], self._path(one[1])
            end = one.end()
        return "".join((*found, text[end:])) if found else text

    def _without_words(self, text: str) -> str:
        return _ADDRESS.sub(lambda one: one[0][: one.start(1) - one.start()] + self._words.sub(HOLE, one[1]), text)

    def _path(self, path: str) -> str:
        """The path itself, or the same one with unknown parts."""
        level = {path}
        for _ in range(MAX_FILLED):
            level = {made for one in level for made in _with_hole(one)}
            known = sorted(level & self._open)
            if known:
                return known[0]
            level = set(sorted(level)[:MAX_PARTS])
        return path


class _Span(NamedTuple):
    start: int
    end: int


def _with_hole(path: str) -> Iterator[str]:
    """The path with one of these parts as unknown."""
    spans = [_Span(*one.span()) for pattern in (_EMPTY, _PART) for one in pattern.finditer(path)]
    for start, end in spans[:MAX_PARTS]:
        yield f"{path[:start]}{HOLE}{path[end:]}"


def _replaced(parts: Sequence[str]) -> Iterator[str]:
    """The words that a call replaces in the text before them."""
    for at, word in enumerate(parts):
        if _WHOLE_WORD.fullmatch(word) and any(word in text and word != text for text in parts[:at]):
            yield word


def _with_empty(address: re.Match[str]) -> str:
    """An address with each empty name of its path as unknown."""
    begin = address.start(1) - address.start()
    return address[0][:begin] + _NO_NAME.sub(f"/{HOLE}", address[1])


def with_unset_parts(flows: Sequence[DataFlow]) -> tuple[tuple[DataFlow, ...], UnsetParts]:
    """The flows with such parts as unknown, and the paths that show them."""
    replaced = (word for flow in flows if flow.name == _TEXT for word in _replaced(flow.value.parts))
    parts = UnsetParts(filter(None, map(_text_of, flows)), replaced)
    return tuple(_opened(flow, parts) for flow in flows), parts


def _text_of(flow: DataFlow) -> str:
    """The text of a flow, or the whole address among its parts."""
    value = flow.value
    if isinstance(value, TextValue):
        return value.text
    url = value.values.get("url")
    return url if isinstance(url, str) else ""


def _opened(flow: DataFlow, parts: UnsetParts) -> DataFlow:
    text = _text_of(flow)
    opened = parts.opened(text) if "://" in text else text
    if EMPTY in flow.value.parts:
        opened = _ADDRESS.sub(_with_empty, opened)
    if opened == text:
        return flow
    value = flow.value
    if isinstance(value, EndpointParts):
        return flow._replace(value=replace(value, values={**value.values, "url": opened}))
    return flow._replace(value=replace(value, text=opened))
