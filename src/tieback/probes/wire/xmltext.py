"""Finds the few XML elements of object store listings in untrusted documents, without a parser.

No entities, no namespaces, no nesting: text between one pair of tags, with the five predefined entities and character
references resolved. Everything else in the document is ignored.
"""

import re
from html import unescape
from pathlib import PurePosixPath

MAX_VALUES = 5000


def values(body: bytes, tag: str) -> list[str]:
    """Texts of each ``<tag>...</tag>`` without elements inside, in their order, at most ``MAX_VALUES``."""
    name = re.escape(tag.encode("ascii"))
    found: list[str] = []
    for match in re.finditer(rb"<%b>([^<]{0,2048})</%b>" % (name, name), body):
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
