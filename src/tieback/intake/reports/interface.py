"""Interface of the report importers (another tool's report to passive evidence), and the parsing that they share."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from tieback.intake.reports.source import ReportSource
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.passive import PassiveService, PassiveText

type Fact = PassiveService | PassiveText | PrivacyDeclaration

MAX_CONTAINERS = 100
"""Number of container names kept per service."""
NOT_TCP = "not TCP: tieback probes data stores only over TCP"
"""Reason for leaving a record out."""
MAX_NAMES = 64
"""Number of host names kept per service."""
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_FRACTION = re.compile(r"(\.\d{1,6})\d*")


class ReportImporterMeta(msgspec.Struct, frozen=True):
    """Description of an importer and of the reports that it reads."""

    name: str
    """Name of the source in passive evidence."""
    title: str
    """Name of the source for display."""
    form: str
    """``JSON``, ``CSV`` or ``XML``."""
    reference: str
    """Where the format is documented."""
    names_app: bool = True
    """False if the file is about one app and does not name it: the user does."""


class ReportImporter(Protocol):
    """Importer of one kind of report."""

    meta: ReportImporterMeta

    def recognises(self, head: bytes) -> bool:
        """True if a file with this head (at most 64 KiB, decompressed) is such a report. Never raises."""
        ...

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """The facts of the report, in order, in bounded memory. Records of another structure go to ``source.skip``.

        Raises:
            InputError: the file is broken; the error names the location.
        """
        ...


def clean_host_name(text: str) -> str:
    """Host name in lower case, without final dot or wildcard; empty for addresses and invalid names."""
    name = text.strip().lower().removesuffix(".").removeprefix("*.")
    if not _NAME.fullmatch(name) or "." not in name or name.rpartition(".")[2].isdigit():
        return ""
    return name


def clean_host_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The host names among the texts, without duplicates, sorted, at most ``MAX_NAMES``."""
    return tuple(sorted({name for text in texts if (name := clean_host_name(text))})[:MAX_NAMES])


def parse_address(text: str) -> str:
    """The text as a canonical IP address; empty for anything else."""
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


def parse_time(value: object) -> str:
    """Time as ISO 8601 in UTC to the second, from such a text (UTC if it has no zone) or from seconds since 1970.

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


def one_line(text: str, most: int = 80) -> str:
    """A text of a report on one line, with control characters replaced, cut at ``most`` characters."""
    return "".join(char if char.isprintable() else " " for char in text[: most * 4]).strip()[:most]


def split_url(text: str) -> tuple[str, str, int | None, str]:
    """Address, name, port, and URL without credentials, query and fragment, from a URL or ``host:port``."""
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
    return parse_address(host), clean_host_name(host), port or usual, one_line(url, 240)
