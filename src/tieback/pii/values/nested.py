"""Documents as values: JSON is opened, and its leaves become columns of their own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

MAX_DOCUMENTS = 32
MAX_DOCUMENT = 1 << 16
"""Characters; a larger one is left closed."""
MAX_DEPTH = 8
MAX_LEAVES = 2000
MAX_KEYS = 48


def leaves(documents: Iterable[str]) -> dict[str, list[str]]:
    """Dotted path to the texts and numbers that stand there, over a bounded number of documents.

    Anything that is not JSON, too large, too deep or too much is left out.
    """
    found: dict[str, list[str]] = defaultdict(list)
    taken = 0
    for count, document in enumerate(documents):
        if count >= MAX_DOCUMENTS:
            break
        if len(document) > MAX_DOCUMENT:
            continue
        try:
            value = msgspec.json.decode(document.encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            continue
        for path, leaf in _walk(value, "", 0):
            taken += 1
            if taken > MAX_LEAVES:
                return dict(found)
            if path in found or len(found) < MAX_KEYS:
                found[path].append(leaf)
    return dict(found)


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
