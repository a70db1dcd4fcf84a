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


_NO_ENTRY = re.compile(
    r"\s*|[0-9]{3}[- ].*|\s*total:? [0-9]{1,18}|\s{0,4}[bcps][-rwxsStT]{9}.*|.*\s\.{1,2}", re.IGNORECASE | re.DOTALL
)
"""Headings, ends, devices, pipes, and the directory itself: lines that are no file."""


class ListingEntry(msgspec.Struct, frozen=True):
    """File or directory."""

    name: str
    size: int = 0
    """Size in bytes; 0 for a directory."""
    directory: bool = False


class DirectoryListing(msgspec.Struct):
    """The entries of a listing, as far as they could be read."""

    entries: list[ListingEntry] = []
    """Files and directories, in the order of the listing."""
    links: int = 0
    """Number of symbolic links: each may lead to a file or to a directory."""
    unread: int = 0
    """Number of lines in another format."""
    cut: bool = False
    """True if the server had more lines than were read."""


def read_entries(lines: Iterable[str]) -> DirectoryListing:
    """Files and directories of a listing; links and lines in another format are counted."""
    found = DirectoryListing()
    for line in lines:
        unix, dos = _UNIX.fullmatch(line), _DOS.fullmatch(line)
        if unix is not None and unix[1] in "-d":
            entry = ListingEntry(unix[3], 0 if unix[1] == "d" else int(unix[2]), unix[1] == "d")
        elif dos is not None:
            entry = ListingEntry(dos[2], 0 if dos[1] == "<DIR>" else int(dos[1]), dos[1] == "<DIR>")
        else:
            link = unix is not None and unix[1] == "l"
            found.links += link
            found.unread += not link and _NO_ENTRY.fullmatch(line) is None
            continue
        if entry.name not in (".", ".."):
            found.entries.append(entry)
    return found
