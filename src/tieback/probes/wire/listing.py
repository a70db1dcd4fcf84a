"""Directory listings of HTTP servers: the names and sizes of files, from HTML or JSON, in one pass without a parser.

Recognised: Apache (mod_autoindex), nginx (autoindex, as HTML or JSON), lighttpd (mod_dirlisting), Python's http.server,
Caddy (file_server browse, as JSON), rclone (serve http), IIS (directory browsing), and other pages with the title of
such a listing. Sizes are in bytes. Many servers round them: ``DirectoryListing.rounded``.

Only links to direct members of the folder are read. A link that may be a member, but cannot be read as one, is counted:
``FolderListing.unread``. Links to elsewhere are ignored. An answer that was cut at a limit is read up to there.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from urllib.parse import unquote, unquote_to_bytes

import msgspec

from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json

MAX_ENTRIES = 5000
"""Maximum number of members of one listing that are read."""

type FolderPath = tuple[str, ...]
"""Decoded segments of a path."""


class FolderEntry(msgspec.Struct, frozen=True):
    """A member of a folder."""

    name: str
    is_folder: bool
    size: int | None = None
    """Bytes; ``None`` if the listing has none."""
    rounded: bool = False
    """True if the server rounds the size."""
    refused: bool = False
    """True if the server named the member but not its properties."""


class FolderListing(msgspec.Struct, frozen=True):
    """The members of a folder, as far as they could be read."""

    entries: list[FolderEntry]
    """In the order of the listing, each name once."""
    unread: int = 0
    """Number of further members: beyond ``MAX_ENTRIES``, or with a name that cannot be read."""


class ListingServer(msgspec.Struct, frozen=True):
    """Product and version of the server of a listing."""

    product: str
    version: str = ""


class _CaddyEntry(msgspec.Struct):
    name: str
    url: str
    mod_time: str
    is_dir: bool
    size: Number = 0


class _NginxEntry(msgspec.Struct):
    name: str
    type: str
    mtime: str
    size: Number | None = None


_TITLE = re.compile(
    rb"<title>\s{0,8}(?:(?P<python>Directory listing for )|Index of |Directory Listing For \[|Directory: )/",
    re.IGNORECASE,
)
_IIS = re.compile(rb"(?i)<title>([^<>]{1,260} - /[^<>]{0,2048})</title></head><body><h1>\1</h1><hr>\s{0,8}<pre>")
"""The whole beginning of its page: a heading that repeats the title, with the host and the path."""
_IIS_SIZE = re.compile(rb"\s([0-9]{1,15}) \Z")
_RCLONE = re.compile(rb'<tr class="file">|<span class="goup">')
_VERSION = re.compile(r"(?:Apache|nginx|lighttpd|rclone|Python|Microsoft-IIS)/v?([0-9.]{1,20})")
_SERVERS = (
    # product, start of the field Server, what else its page has
    ("apache-autoindex", "Apache", re.compile(rb"<h1>Index of ")),
    ("nginx-autoindex", "nginx", re.compile(rb"<h1>Index of [^<]{0,4096}</h1><hr><pre>")),
    ("lighttpd-dirlisting", "lighttpd", re.compile(rb'<td class="n"><a |<h2>Index of ')),
)
_ANCHOR = re.compile(
    rb"<a\s(?:[^<>]{0,100}\s)?href=(?:(?:\"([^\"<>]{0,2048})\"|'([^'<>]{0,2048})')[^<>]{0,2048}>|)", re.IGNORECASE
)
"""A link; without a group if it cannot be read."""
_ELSEWHERE = re.compile(r"(?i)$|[?#]|//|(?:https?|ftps?|mailto|javascript|data|tel|sms|about|file|blob):")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TAIL = 600
"""Number of bytes after a link in which its size is sought; IIS writes it before the link."""
_EXACT = re.compile(rb'data-(?:order|value)="(-?[0-9]{1,15})"')
_TAGS = re.compile(rb"<[^<>]{0,300}>|&nbsp;")
_DATED = re.compile(
    rb"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4}|[0-9]{4}-[A-Z][a-z]{2}-[0-9]{2})"
    rb"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?\s{1,40}([0-9]{1,15})((?:\.[0-9]{1,3})?)\s?([KMGTP]?)"
)
_POWERS = {b"": 0, b"K": 1, b"M": 2, b"G": 3, b"T": 4, b"P": 5}
_OWN_NAMES = (b".", b"..")


def listing_server(answer: Response) -> ListingServer | None:
    """The server of a directory listing; ``None`` if the answer is another document."""
    if answer.status != 200:
        return None
    said = answer.headers.get("server", "")
    found = _VERSION.search(said)
    version = found[1] if found is not None else ""
    product = _json_product(answer) if answer.body[:16].lstrip()[:1] == b"[" else _html_product(answer.body, said)
    return ListingServer(product, version) if product else None


def read_listing(answer: Response, folder: FolderPath) -> FolderListing | None:
    """The members of a folder; ``None`` if the answer is no listing.

    Args:
        answer: answer to a GET of the folder.
        folder: decoded segments of the folder's path on the server, for listings whose links are whole paths.
    """
    if listing_server(answer) is None:
        return None
    links = _from_json(_whole_list(answer)) if answer.body.lstrip()[:1] == b"[" else _from_html(answer.body, folder)
    found: dict[bytes, FolderEntry] = {}
    unread: set[bytes] = set()
    for name, entry in links:
        if entry is None or (len(found) == MAX_ENTRIES and name not in found):
            unread.add(name)
        else:
            found.setdefault(name, entry)
    return FolderListing(list(found.values()), len(unread))


def _html_product(body: bytes, server: str) -> str:
    head = body[:65536]
    title = _TITLE.search(head)
    if server.startswith("rclone/"):
        return "rclone-http" if _RCLONE.search(body) else ""
    if title is None:
        return "iis-directory-browsing" if _IIS.search(head) else ""
    if title["python"]:
        return "python-http-server"
    for product, name, mark in _SERVERS:
        if server.startswith(name) and mark.search(head):
            return product
    return "directory-listing" if _ANCHOR.search(body) else ""


def _json_product(answer: Response) -> str:
    server = answer.headers.get("server", "")
    body = _whole_list(answer)
    if body.strip() == b"[]":
        # It may be anything.
        return ""
    if decode_json(body, list[_NginxEntry]) is not None and server.startswith("nginx"):
        return "nginx-autoindex"
    if decode_json(body, list[_CaddyEntry]) is not None and server.startswith("Caddy"):
        return "caddy-file-server"
    return ""


def _whole_list(answer: Response) -> bytes:
    """The body; a list that was cut is ended after its last whole entry."""
    return answer.body[: answer.body.rfind(b"},") + 1] + b"]" if answer.truncated else answer.body


type _Link = tuple[bytes, FolderEntry | None]
"""The name as the server has it, and the member; a link and ``None`` for what cannot be read as a member."""


def _from_json(body: bytes) -> Iterator[_Link]:
    for nginx in decode_json(body, list[_NginxEntry]) or ():
        yield from _named(nginx.name, nginx.size if nginx.type == "file" else None, folder=nginx.type == "directory")
    for caddy in decode_json(body, list[_CaddyEntry]) or ():
        yield from _named(caddy.name.rstrip("/"), None if caddy.is_dir else caddy.size, folder=caddy.is_dir)


def _named(name: str, size: int | None, *, folder: bool) -> Iterator[_Link]:
    raw = name.encode("utf-8", "replace")
    if raw not in _OWN_NAMES:
        yield raw, FolderEntry(name, folder, size) if raw and b"/" not in raw else None


def _from_html(body: bytes, folder: FolderPath) -> Iterator[_Link]:
    sizes_first = _IIS.search(body[:65536]) is not None
    for link, end in pairwise((*_ANCHOR.finditer(body), None)):
        assert link is not None
        reference = link[1] if link[1] is not None else link[2]
        if reference is None:
            yield b"<%d" % link.start(), None
            continue
        name, is_folder = _member(reference, folder)
        if name is None:
            yield b"<%b" % reference, None
        elif name:
            tail = body[link.end() : min(end.start() if end is not None else len(body), link.end() + _TAIL)]
            size, rounded = None, False
            if sizes_first and not is_folder:
                before = _IIS_SIZE.search(body, max(link.start() - 20, 0), link.start())
                size = int(before[1]) if before is not None else None
            elif not is_folder:
                size, rounded = _size(tail)
            yield name, FolderEntry(name.decode("utf-8", "replace"), is_folder, size, rounded)


def _member(reference: bytes, folder: FolderPath) -> tuple[bytes | None, bool]:
    """Name of a direct member, and whether it is a folder.

    The name is empty for a link to elsewhere, and ``None`` for a link into the folder that names no direct member.
    """
    text = unescape(reference.decode("utf-8", "surrogateescape"))
    if _ELSEWHERE.match(text):
        return b"", False
    # Apache and rclone write "./" before a name with a colon, which would look like the scheme of a URL.
    path, query = re.split(r"[?#]|$", text.removeprefix("./"), maxsplit=1)
    if path.startswith("/"):
        whole = path[1:].split("/")
        above = [unquote(part, errors="replace") for part in whole[: len(folder)]]
        if above != list(folder) or len(whole) <= len(folder):
            return b"", False
        path = "/".join(whole[len(folder) :])
    elif path == text and _SCHEME.match(path):
        return None, False
    part, slash, rest = path.partition("/")
    name = unquote_to_bytes(part.encode("utf-8", "surrogateescape"))
    if not name or name in _OWN_NAMES:
        return b"", False
    return (None if rest or query or b"/" in name else name), bool(slash)


def _size(tail: bytes) -> tuple[int | None, bool]:
    """Bytes after a link, and whether they are rounded."""
    exact = _EXACT.search(tail)
    if exact is not None:
        return (int(exact[1]) if not exact[1].startswith(b"-") else None), False
    found = _DATED.search(_TAGS.sub(b" ", tail))
    if found is None:
        return None, False
    whole, part, unit = found.groups()
    return int(float(whole + part) * 1024 ** _POWERS[unit]), bool(part or unit)
