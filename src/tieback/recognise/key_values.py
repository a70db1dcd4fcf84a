"""Files of keys and values: JSON, property lists, XML, properties, YAML and .env, as pairs in their order.

Known files are parsed. Other and damaged files are read by the form of a pair, which needs no grammar. Bounds: 20,000
pairs, 32 levels, values of 512 characters.
"""

import plistlib
import re
import struct
from collections.abc import Iterator, Sequence
from xml.parsers.expat import ExpatError

import msgspec

from tieback.intake.apps.interface import Buffer
from tieback.recognise.hosts import check_port
from tieback.recognise.span import decode_text

MAX_PAIRS = 20_000
MAX_DEPTH = 32
MAX_VALUE = 512
_BESIDE = 2
"""Number of pairs before and after a host among which its port is searched."""

_PAIR = re.compile(
    r"(?<![\w.-])[\"']?+([A-Za-z][A-Za-z0-9_.-]{1,63}+)[\"']?+[ \t]{0,4}+[:=][ \t]{0,4}+"
    r"[\"']?+([A-Za-z0-9][^\s\"',;<>{}\[\]]{2,511}+)(?!(?:,\d{1,5})?;[A-Za-z _]{2,24}=)"
)
"""A pair that is followed by a semicolon and another pair is part of a connection string, which ``keywords`` reads.
Nothing that repeats has a character of what follows, so that it is never tried again with less.
"""
_PLIST_PAIR = re.compile(r"<key>([^<]{2,64})</key>\s{0,16}<string>([^<]{3,512})</string>")
_XML_PAIR = re.compile(
    r"name=\"([A-Za-z][A-Za-z0-9_.-]{1,63})\""
    r"(?: value=\"|(?:\s{1,4}[A-Za-z:]{1,24}=\"[^\"<>]{0,40}\"){0,4}[^>\"]{0,32}>)([^<\"]{3,512})[<\"]"
)


def read_pairs(buffer: Buffer, name: str) -> Iterator[tuple[str, str]]:
    """Keys and their texts: from the parsed tree of a known file, or by the form of a pair in other files."""
    data = buffer.data
    tree: object = None
    if name.endswith(".json"):
        try:
            tree = msgspec.json.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            tree = None
    elif name.endswith(".plist"):
        try:
            tree = plistlib.loads(data)
        except (plistlib.InvalidFileException, ExpatError, ValueError, LookupError, TypeError, AttributeError,
                OverflowError, RecursionError, MemoryError, struct.error):  # fmt: skip
            tree = None  # plistlib passes on all errors of its parsers
    if tree is not None:
        yield from _leaves(tree)
        return
    text = decode_text(data, wide=buffer.utf16)
    for pattern in (_PLIST_PAIR, _XML_PAIR) if "<" in text[:256] else (_PAIR,):
        for found in pattern.finditer(text):
            yield found[1], found[2]


def _leaves(tree: object) -> Iterator[tuple[str, str]]:
    stack: list[tuple[str, object, int]] = [("", tree, 0)]
    seen = 0
    while stack and seen < MAX_PAIRS:
        key, node, depth = stack.pop()
        seen += 1
        if isinstance(node, str):
            if key and len(node) <= MAX_VALUE:
                yield key, node
        elif isinstance(node, int) and key.lower().endswith("port"):
            yield key, str(node)[:MAX_VALUE]
        elif depth < MAX_DEPTH and isinstance(node, dict):
            stack += ((str(name)[:64], value, depth + 1) for name, value in reversed(node.items()))
        elif depth < MAX_DEPTH and isinstance(node, list):
            stack += ((key, value, depth + 1) for value in reversed(node))


def plain_key(key: str) -> str:
    """The last part of a key, normalised as in the rules."""
    return key.rpartition(".")[2].lower().replace("_", "").replace("-", "")


def port_beside(found: Sequence[tuple[str, str]], index: int, suffixes: tuple[str, ...]) -> int | None:
    """The port next to a host under a key of the same name: ``db_host`` and ``db_port``.

    Args:
        found: pairs of a file.
        index: index of the host.
        suffixes: suffixes of keys with a host as value.
    """
    plain = plain_key(found[index][0])
    if not plain.endswith(suffixes):
        return None
    for key, value in found[max(index - _BESIDE, 0) : index + _BESIDE + 1]:
        stem = plain_key(key).removesuffix("port")
        if plain_key(key) != stem and plain.removeprefix(stem) in suffixes:
            port = check_port(value)
            return port if isinstance(port, int) else None
    return None
