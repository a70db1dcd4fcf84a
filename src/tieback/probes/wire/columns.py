"""Turns documents into columns: the values of each dotted path, bounded, as text."""

from collections.abc import Iterable, Iterator, Mapping

MAX_LEVELS = 6
MAX_PARTS = 4
"""Maximum number of elements of a list that are read."""


def columns(
    documents: Iterable[object], *, characters: int, most: int, level: int = MAX_LEVELS
) -> dict[str, list[str]]:
    """Map each dotted path to its values: at most one per document, empty for a document without the path.

    A list is represented by its first elements, joined by line feeds if they are texts or numbers. Binary values,
    ``null`` and values that are nested too deeply are left out.

    Args:
        documents: decoded documents of any shape.
        characters: maximum length of one value; the rest is cut off.
        most: maximum number of paths; later ones are left out.
        level: maximum depth that is followed.
    """
    found: dict[str, list[str]] = {}
    for count, document in enumerate(documents):
        for path, text in _leaves(document, "", level):
            column = found.get(path)
            if column is None:
                if len(found) >= most:
                    continue
                column = found[path] = []
            if len(column) <= count:
                column.extend([""] * (count - len(column)))
                column.append(text[:characters])
    return found


def _leaves(value: object, path: str, level: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if level:
            for key, inner in value.items():
                yield from _leaves(inner, f"{path}.{key}"[:512] if path else str(key)[:512], level - 1)
    elif isinstance(value, list):
        yield from _elements(value, path, level)
    elif (text := _text(value)) and path:
        yield path, text


def _elements(values: list[object], path: str, level: int) -> Iterator[tuple[str, str]]:
    texts = [_text(value) for value in values[:MAX_PARTS]]
    if path and any(texts):
        yield path, "\n".join(filter(None, texts))
    for value in values[:1]:
        if isinstance(value, Mapping):
            yield from _leaves(value, path, level)


def _text(value: object) -> str:
    """Text, or a number or boolean as text; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else ""
    return str(value)
