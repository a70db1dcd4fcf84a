"""Lines of an FTP directory listing in the formats of ``ls -l`` and DOS (RFC 959 leaves the format to the server)."""

import re
from collections.abc import Iterable

import msgspec

_UNIX = re.compile(
    r"(?:[0-9]{3}-)?\s{0,4}([-dlbcps])[-rwxsStT]{9}[.+@]?\s+[0-9]+\s+\S+\s+(?:\S+\s+)?([0-9]{1,18})"
    r"\s+[A-Za-z]{3}\s+[0-9]{1,2}\s+[0-9:]{4,5}\s(.{1,512})"
)
_DOS = re.compile(
    r"(?:[0-9]{3}-)?\s{0,4}[0-9]{2}-[0-9]{2}-[0-9]{2,4}\s+[0-9]{2}:[0-9]{2}(?:[AP]M)?\s+(<DIR>|[0-9]{1,18})\s+(.{1,512})"
)


class ListingEntry(msgspec.Struct, frozen=True):
    """File or directory."""

    name: str
    size: int = 0
    """Size in bytes; 0 for a directory."""
    directory: bool = False


def read_entries(lines: Iterable[str]) -> list[ListingEntry]:
    """Files and directories of a listing, in its order; links, devices and other lines are left out."""
    found: list[ListingEntry] = []
    for line in lines:
        unix, dos = _UNIX.fullmatch(line), _DOS.fullmatch(line)
        if unix is not None and unix[1] in "-d":
            entry = ListingEntry(unix[3], 0 if unix[1] == "d" else int(unix[2]), unix[1] == "d")
        elif dos is not None:
            entry = ListingEntry(dos[2], 0 if dos[1] == "<DIR>" else int(dos[1]), dos[1] == "<DIR>")
        else:
            continue
        if entry.name not in (".", ".."):
            found.append(entry)
    return found
