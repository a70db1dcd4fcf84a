"""Documents as values: JSON, key-value pairs, queries and flat markup are opened, and their leaves become columns."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

import msgspec

MAX_DOCUMENTS = 32
MAX_DOCUMENT = 1 << 16
"""Most characters of a document; a larger one is not opened."""
MAX_MARKUP = 1 << 12
"""Most characters of markup that are read; its cost grows with the number of open elements."""
MAX_DEPTH = 8
MAX_LEAVES = 2000
MAX_KEYS = 48


def read_leaves(documents: Iterable[str]) -> dict[str, list[str]]:
    """Texts and numbers by dotted path, over a bounded number of documents.

    Documents in another format, and documents that are too large, too deep or too many, are left out.
    """
    found: dict[str, list[str]] = defaultdict(list)
    taken = 0
    for count, document in enumerate(documents):
        if count >= MAX_DOCUMENTS:
            break
        if len(document) > MAX_DOCUMENT:
            continue
        for path, leaf in _opened(document):
            taken += 1
            if taken > MAX_LEAVES:
                return dict(found)
            if path in found or len(found) < MAX_KEYS:
                found[path].append(leaf)
    return dict(found)


def may_be_document(value: str) -> bool:
    """True if the value can be a document."""
    return len(value) > 1 and (value[0] in "{[<" or ("=" in value and (";" in value or "&" in value)))


_NAME = re.compile(r"[\w.\[\]% -]{1,64}")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]{0,63})(?:\s[^<>]{0,400})?>([^<>]{1,400})</\1>")


def _opened(document: str) -> Iterator[tuple[str, str]]:
    """Path and text of every leaf; empty for an unknown format."""
    if document[0:1] in ("{", "["):
        try:
            value = msgspec.json.decode(document.encode("utf-8", "replace"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        yield from _walk(value, "", 0)
    elif document[0:1] == "<":
        yield from ((match[1], match[2]) for match in _ELEMENT.finditer(document, 0, MAX_MARKUP))
    elif "&" in document:
        for name, text in _pairs(document.lstrip("?"), "&"):
            yield unquote_plus(name, errors="replace"), unquote_plus(text, errors="replace")
    else:
        yield from _pairs(document, ";")


def _pairs(document: str, between: str) -> list[tuple[str, str]]:
    """Names and texts if the whole document consists of at least two such pairs; linear in its length."""
    found = []
    for part in document.split(between):
        name, is_pair, text = part.partition("=")
        if not is_pair and not part.strip():
            continue
        if not is_pair or "=" in text or _NAME.fullmatch(name.strip()) is None:
            return []
        found.append((name.strip(), text.strip()))
    return found if len(found) > 1 else []


def _walk(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path, depth + 1)
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, str(value)
