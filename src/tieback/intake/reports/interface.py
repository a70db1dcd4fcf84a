"""The seam of the importers: another tool's report in, passive evidence out; and what all of them read alike."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from tieback.intake.reports.source import ReportSource
from tieback.model.passive import PassiveService, PassiveText

type Fact = PassiveService | PassiveText

MAX_CONTAINERS = 100
"""Names of containers that are kept of one service."""
NOT_TCP = "not TCP: no store of ours is asked by another transport"
"""Why a record is left out."""
MAX_NAMES = 64
"""Host names that are kept of one service."""
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_FRACTION = re.compile(r"(\.\d{1,6})\d*")


class ImporterMeta(msgspec.Struct, frozen=True):
    """Whose reports an importer reads."""

    name: str
    """Stands as the source in passive evidence."""
    title: str
    """For people."""
    form: str
    """``JSON``, ``CSV`` or ``XML``."""
    reference: str
    """Where the format is described."""


class Importer(Protocol):
    """One kind of report."""

    meta: ImporterMeta

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so (at most 64 KiB, unpacked) is one of these. Never raises."""
        ...

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """What the report says, in its order, with bounded memory. Records of another shape go to ``source.skip``.

        Raises:
            InputError: the file is broken; it names the place.
        """
        ...


def host_name(text: str) -> str:
    """A name in lower case without its final dot or a wildcard; empty for addresses and what is no name."""
    name = text.strip().lower().removesuffix(".").removeprefix("*.")
    if not _NAME.fullmatch(name) or "." not in name or name.rpartition(".")[2].isdigit():
        return ""
    return name


def host_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names among some texts, each once, sorted, at most ``MAX_NAMES``."""
    return tuple(sorted({name for text in texts if (name := host_name(text))})[:MAX_NAMES])


def address(text: str) -> str:
    """The canonical address that a text is; empty for anything else."""
    try:
        found = ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped is not None else str(found).partition("%")[0]
    return str(found)


def port_number(value: object) -> int | None:
    """A port from a number or its digits; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    number = int(text)
    return number if 0 < number <= 65535 else None


def moment(value: object) -> str:
    """A time as ISO 8601 in UTC to the second, from such a text (UTC where it names no zone) or seconds since 1970.

    Empty for anything else.
    """
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            text = _FRACTION.sub(r"\1", value.strip().removesuffix(" UTC").replace("Z", "+00:00"))
            found = datetime.fromisoformat(text)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            number = float(value)
            found = datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    return found.replace(microsecond=0, tzinfo=None).isoformat() + "Z" if found.year >= 1970 else ""


def short(text: str, most: int = 80) -> str:
    """A text of a report on one line, control characters replaced, cut at ``most`` characters."""
    return "".join(char if char.isprintable() else " " for char in text[: most * 4]).strip()[:most]


def place_of(text: str) -> tuple[str, str, int | None, str]:
    """Address, name, port and the URL without credentials, query and fragment, of a URL or ``host:port``."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", "", None, ""
    usual = {"https": 443, "http": 80, "wss": 443, "ws": 80}.get(parts.scheme.lower())
    shown = f"[{host}]" if ":" in host else host
    url = ""
    if parts.scheme and host:
        url = f"{parts.scheme.lower()}://{shown}" + (f":{port}" if port and port != usual else "") + parts.path
    return address(host), host_name(host), port or usual, short(url, 240)
