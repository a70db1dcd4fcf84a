"""Interface of the inventory importers (inventory to rows), and the value parsing that they share."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Protocol

import msgspec

from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, InventoryRow, Ownership

type Text = str | int | float | bool | None
"""JSON value of a field that should be text."""

MAX_TEXT = 255
"""Number of characters kept of a name or identifier."""
_NAME, _MOST_NAMES = 40, 20
"""Characters of a column name, and names of columns, in a message."""
_KEY = re.compile(rb'"([^"\\\x00-\x1f]{1,80})"\s*:')


class FormatEvidence(StrEnum):
    """How well a format is known."""

    PLATFORM = "platform"
    """Written by the platform itself; the importer was compared with real output."""
    DOCUMENTED = "documented"
    """As the vendor documents it; no export of the product was available."""
    ALIASES = "aliases"
    """The field names come from public API documentation; the structure of the file is assumed."""
    MAPPED = "mapped"
    """The user states what each column means."""


class InventoryImporterMeta(msgspec.Struct, frozen=True):
    """Description of an importer and of the inventories that it reads."""

    name: str
    """Name of the source in the ledger."""
    title: str
    """Name of the source for display."""
    evidence: FormatEvidence
    reference: str
    """Where the format is documented."""
    needs: str
    """What a file must contain; shown in the error message."""
    partial: frozenset[str] = frozenset()
    """Formats whose files list only some apps of a device: they remove nothing."""
    undecided: frozenset[str] = frozenset()
    """Formats whose files name the apps of a device without a known state: such an app has no known device."""
    one_device: frozenset[str] = frozenset()
    """Formats whose files describe one device that only the file name identifies: equal files are not the same."""


class FileHead(msgspec.Struct, frozen=True):
    """The beginning of a file, which identifies its format."""

    form: str
    """``json``, ``xml``, ``plist``, ``csv`` or ``text``; empty if the content is not readable."""
    keys: frozenset[str] = frozenset()
    """Member names, if JSON."""
    columns: tuple[str, ...] = ()
    """Column names of a table, as in its first line."""
    text: bytes = b""
    """The first 64 KiB."""

    @property
    def folded(self) -> frozenset[str]:
        """The columns in lower case, without surrounding white space."""
        return frozenset(column.strip().casefold() for column in self.columns)


class InventoryImporter(Protocol):
    """Importer of one inventory source."""

    meta: InventoryImporterMeta

    def shape(self, head: FileHead) -> str:
        """The name of the format of a file with this head; empty if this importer does not know it. Never raises."""
        ...

    def rows(self, source: InventorySource, shape: str, /) -> Iterator[InventoryRow]:
        """The rows in file order, in bounded memory. Records of another structure go to ``source.skip``.

        Raises:
            InputError: the file is broken; the error names the location.
        """
        ...


def json_keys(text: bytes) -> frozenset[str]:
    """Member names in the first bytes of a JSON file."""
    return frozenset(match.decode("utf-8", "replace") for match in _KEY.findall(text))


def named_columns(columns: Sequence[str]) -> list[str]:
    """The names of the columns of a header; one without a name is called by its place, counted from 1."""
    return [name or f"column {place} (no name)" for place, name in enumerate(columns, start=1)]


def column_names_text(columns: Sequence[str]) -> str:
    """The names of columns for a message, as far as they fit, and how many more there are."""
    shown = ", ".join(f"{name[:_NAME]}…" if len(name) > _NAME else name for name in columns[:_MOST_NAMES])
    more = len(columns) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def clean_text(value: object) -> str:
    """Text for the ledger: one line, no control characters, at most 255 characters; empty for other types."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def parse_count(value: object) -> int | None:
    """Number of devices, from a number or from digits with or without separators; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = re.sub(r"[\s.,'\u2019\u00a0\u202f]", "", str(value)[:40])
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(int(digits), 2**53)


_PLATFORMS = {
    "i": DevicePlatform.IOS, "iphone": DevicePlatform.IOS, "ipad": DevicePlatform.IOS, "ipod": DevicePlatform.IOS,
    "apple": DevicePlatform.IOS, "tvos": DevicePlatform.IOS, "visionos": DevicePlatform.IOS,
    "a": DevicePlatform.ANDROID, "mac": DevicePlatform.MACOS, "osx": DevicePlatform.MACOS,
    "appleosx": DevicePlatform.MACOS, "winrt": DevicePlatform.WINDOWS, "wpc": DevicePlatform.WINDOWS,
    "chrome": DevicePlatform.CHROMEOS, "chrome_os": DevicePlatform.CHROMEOS,
}  # fmt: skip
_BEGINNINGS = (
    ("ios", DevicePlatform.IOS), ("ipados", DevicePlatform.IOS), ("android", DevicePlatform.ANDROID),
    ("macos", DevicePlatform.MACOS), ("mac os", DevicePlatform.MACOS), ("windows", DevicePlatform.WINDOWS),
    ("chromeos", DevicePlatform.CHROMEOS), ("chrome os", DevicePlatform.CHROMEOS), ("linux", DevicePlatform.LINUX),
)  # fmt: skip


@cache
def _words() -> dict[str, dict[str, str]]:
    """The words of ``values.toml``: field to word to meaning."""
    text = resources.files("tieback.intake.inventory").joinpath("values.toml").read_bytes()
    known = msgspec.toml.decode(text, type=dict[str, dict[str, list[str]]])
    return {
        field: {_folded(word): meaning for meaning, words in meanings.items() for word in words}
        for field, meanings in known.items()
    }


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split()) or text.strip()


def _meaning(field: str, value: object, source: InventorySource | None) -> str:
    """What a word in this field means; empty for an unknown word, which is reported to ``source``."""
    word = clean_text(value)
    found = _words()[field].get(_folded(word))
    if found is None and source is not None:
        source.count_unknown_word(field, word)
    return found or ""


def parse_platform(value: object, source: InventorySource | None = None) -> DevicePlatform:
    """The operating system that an inventory word stands for; an unknown word is reported to ``source``."""
    word = clean_text(value).casefold()
    known = _PLATFORMS.get(word)
    if known is not None:
        return known
    found = next((platform for begin, platform in _BEGINNINGS if word.startswith(begin)), DevicePlatform.UNKNOWN)
    if found is DevicePlatform.UNKNOWN and source is not None and _words()["ownership"].get(_folded(word)) != "unknown":
        source.count_unknown_word("platform", clean_text(value))
    return found


def parse_ownership(value: object, source: InventorySource | None = None) -> Ownership:
    """The ownership of a device that an inventory word stands for; an unknown word is reported to ``source``."""
    return Ownership(_meaning("ownership", value, source) or Ownership.UNKNOWN)


def is_absent(value: object, source: InventorySource | None = None) -> bool:
    """True if a word about the state of an installation means that the app is not on the device."""
    if isinstance(value, bool):
        return not value
    return _meaning("installed", value, source) == "absent"


def parse_yes(value: object, source: InventorySource | None = None) -> bool:
    """True if an inventory word means yes."""
    return value if isinstance(value, bool) else _meaning("in_house", value, source) == "yes"
