"""Classes of files by their name: backups, database dumps, keys. The words are in ``file_classes.toml``."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

import msgspec

_PACKED = frozenset({"gz", "tgz", "bz2", "xz", "zst", "lz4", "zip", "7z", "rar", "tar"})
# Keys and certificates that their owners publish: package archives, certificate authorities.
_PUBLIC = frozenset(
    [
        "apt",
        "archive",
        "bundle",
        "ca",
        "cacert",
        "cert",
        "chain",
        "fullchain",
        "gpg",
        "keyring",
        "pub",
        "public",
        "pubkey",
        "release",
        "repo",
        "rpm",
        "signing",
    ]
)
_WORD = re.compile(r"[^\W_]{1,40}")
_MAX_NAME = 255


class FileClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[class]]`` of ``file_classes.toml``."""

    name: str
    plural: str
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]
    extensions: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


class _Classes(msgspec.Struct, frozen=True, rename={"classes": "class"}, forbid_unknown_fields=True):
    classes: tuple[FileClass, ...]


@cache
def file_classes() -> tuple[FileClass, ...]:
    """The classes in the order of the file. Raises ``msgspec.ValidationError`` if it is malformed."""
    raw = resources.files("tieback.probes.wire").joinpath("file_classes.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_Classes).classes


def classify_file(name: str) -> FileClass | None:
    """The class of a file; ``None`` for most files."""
    text = name.lower()[:_MAX_NAME]
    parts = text.split(".")
    while len(parts) > 2 and parts[-1] in _PACKED:
        parts.pop()
    extension = parts[-1] if len(parts) > 1 else ""
    words = frozenset(_WORD.findall(text))
    for one in file_classes():
        by_extension = extension in one.extensions and not (extension in ("key", "pem") and words & _PUBLIC)
        if by_extension or text in one.names or words & one.words:
            return one
    return None


def count_classes(names: Iterable[str]) -> Counter[str]:
    """Number of files by name of their class."""
    return Counter(one.name for one in map(classify_file, names) if one is not None)


def describe_classes(counts: Mapping[str, int]) -> str:
    """Such as ``2 database dumps, 1 backup``; empty without any."""
    shown = ((one, counts.get(one.name, 0)) for one in file_classes())
    return ", ".join(f"{count} {one.name if count == 1 else one.plural}" for one, count in shown if count)
