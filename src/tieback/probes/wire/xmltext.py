"""Finds the few XML elements of object store listings in untrusted documents, without a parser.

No entities, no namespaces, no nesting: text between one pair of tags, with the five predefined entities and character
references resolved. Everything else in the document is ignored.
"""

import re
from html import unescape
from pathlib import PurePosixPath

import msgspec

from tieback.model.figure import Figure, exact, lower_bound

MAX_VALUES = 5000


class ObjectPage(msgspec.Struct, frozen=True):
    """One page of a listing of objects."""

    names: list[str]
    records: Figure
    bytes: Figure
    unread: int
    """Number of objects with a name that cannot be read; ``records`` does not count them."""


def object_page(body: bytes, name: str, size: str, *, more: bool) -> ObjectPage:
    """The objects in a listing of an object store.

    Args:
        body: the document.
        name: tag of an object's name.
        size: tag of its number of bytes.
        more: true if there are further pages, or if the document was cut.
    """
    names = values(body, name)
    sizes = [int(text) for text in values(body, size) if text.isascii() and text.isdigit() and len(text) <= 15]
    unread = len(re.findall(rb"<%b[\s>/]" % re.escape(name.encode("ascii")), body)) - len(names)
    method = "one page of the listing" if more else "the listing"
    figure = lower_bound if more or unread else exact
    sized = figure if len(sizes) >= len(names) else lower_bound
    return ObjectPage(names, figure(len(names), method), sized(sum(sizes), method), unread)


def values(body: bytes, tag: str) -> list[str]:
    """Texts of each ``<tag>...</tag>`` without elements inside, in their order, at most ``MAX_VALUES``."""
    name = re.escape(tag.encode("ascii"))
    found: list[str] = []
    # The longest key of S3 has 1,024 bytes, and each may be a reference such as ``&quot;``.
    for match in re.finditer(rb"<%b(?:\s[^<>]{0,200})?>([^<]{0,8192})</%b>" % (name, name), body):
        if len(found) == MAX_VALUES:
            break
        found.append(unescape(match[1].decode("utf-8", "replace")))
    return found


def value(body: bytes, tag: str) -> str:
    """Text of the first such element, or empty."""
    found = values(body, tag)
    return found[0] if found else ""


def root(body: bytes) -> str:
    """Name of the root element, or empty if the body is not XML."""
    match = re.match(rb"\s*(?:<\?xml[^>]{0,200}\?>)?\s*<([A-Za-z][A-Za-z0-9]{0,60})[\s>/]", body[:1024])
    return match[1].decode("ascii") if match else ""


def extension_patterns(keys: list[str]) -> list[str]:
    """Distinct extensions of object names as ``*.jpg``; the names themselves may be personal data."""
    found: dict[str, None] = {}
    for key in keys:
        suffix = PurePosixPath(key).suffix.lower()
        found[f"*{suffix}" if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else "*"] = None
    return list(found)
