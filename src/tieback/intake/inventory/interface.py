"""The seam of the importers: an inventory in, rows out; and what all of them read alike."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, Ownership, Reported

type Text = str | int | float | bool | None
"""What stands in JSON where a text is meant."""

MAX_TEXT = 255
"""Characters that are kept of a name or identifier."""
_KEY = re.compile(rb'"([^"\\\x00-\x1f]{1,80})"\s*:')


class Evidence(StrEnum):
    """How much is known about a format."""

    PLATFORM = "platform"
    """What the platform itself writes, which was compared with it."""
    DOCUMENTED = "documented"
    """As its maker documents it; no export of the product was at hand."""
    ALIASES = "aliases"
    """The names of its fields are gathered from what is public of its API; how they lie in the file is assumed."""


class ImporterMeta(msgspec.Struct, frozen=True):
    """Whose inventories an importer reads."""

    name: str
    """Of the source, as the ledger keeps it."""
    title: str
    """For people."""
    evidence: Evidence
    reference: str
    """Where the format is described."""
    needs: str
    """What a file must hold, for the error that says so."""
    whole_devices: bool = True
    """Whether a file names all apps of each device that it names."""


class Head(msgspec.Struct, frozen=True):
    """The beginning of a file, by which it is recognised."""

    form: str
    """``json``, ``xml``, ``plist``, ``csv``, ``text``, or empty for nothing readable."""
    keys: frozenset[str] = frozenset()
    """Names of members, of JSON."""
    columns: tuple[str, ...] = ()
    """Of a table, as its first line has them."""
    text: bytes = b""
    """The first 64 KiB."""

    @property
    def folded(self) -> frozenset[str]:
        """The columns in lower case, without blanks around."""
        return frozenset(column.strip().casefold() for column in self.columns)


class Importer(Protocol):
    """One source of inventories."""

    meta: ImporterMeta

    def shape(self, head: Head) -> str:
        """Which of its formats a file with this head has; empty where none. Never raises."""
        ...

    def rows(self, source: InventorySource, shape: str, /) -> Iterator[Reported]:
        """The rows in the file's order, in bounded memory. Records of another shape go to ``source.skip``.

        Raises:
            InputError: the file is broken; it names the place.
        """
        ...


def json_keys(text: bytes) -> frozenset[str]:
    """Names of members that stand in a beginning of JSON."""
    return frozenset(match.decode("utf-8", "replace") for match in _KEY.findall(text))


def text_of(value: object) -> str:
    """A text for the ledger: on one line, without control characters, at most 255 long; empty for ``None`` and such."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def count_of(value: object) -> int | None:
    """A number of devices, from a number or its digits with or without separators; ``None`` for anything else."""
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
_CORPORATE = frozenset(
    {
        "c", "company", "corporate", "corporate dedicated", "corporate-dedicated", "corporate owned", "corporateowned",
        "company_owned", "company owned", "institutional", "corporate shared", "s", "shared", "organization",
    }
)  # fmt: skip
_PERSONAL = frozenset(
    {"e", "p", "byod", "employee", "employee owned", "personal", "personally_owned", "personally owned"}
)


def platform_of(value: object) -> DevicePlatform:
    """The operating system that a word of an inventory means."""
    word = text_of(value).casefold()
    known = _PLATFORMS.get(word)
    if known is not None:
        return known
    return next((platform for begin, platform in _BEGINNINGS if word.startswith(begin)), DevicePlatform.UNKNOWN)


def ownership_of(value: object) -> Ownership:
    """Whose a device is, from a word of an inventory."""
    word = text_of(value).casefold()
    if word in _CORPORATE:
        return Ownership.CORPORATE
    return Ownership.PERSONAL if word in _PERSONAL else Ownership.UNKNOWN


def yes(value: object) -> bool:
    """Whether a word of an inventory says yes."""
    return value is True or text_of(value).casefold() in {"true", "yes", "1", "y", "internal", "in-house", "enterprise"}
