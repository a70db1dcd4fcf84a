"""Directory listings of HTTP servers: the names and sizes of files, from HTML or JSON, in one pass without a parser.

Recognised: Apache (mod_autoindex), nginx (autoindex, as HTML or JSON), lighttpd (mod_dirlisting), Python's http.server,
Caddy (file_server browse, as JSON), rclone (serve http), and other pages with the title of such a listing. Sizes are in
bytes. Many servers round them: ``DirectoryListing.rounded``.

Only links to direct members of the folder are read; everything else in the document is ignored. An answer that was cut
at a limit is read up to there.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from urllib.parse import unquote

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
_RCLONE = re.compile(rb'<tr class="file">|<span class="goup">')
_VERSION = re.compile(r"(?:Apache|nginx|lighttpd|rclone|Python)/v?([0-9.]{1,20})")
_SERVERS = (
    # product, start of the field Server, what else its page has
    ("apache-autoindex", "Apache", re.compile(rb"<h1>Index of ")),
    ("nginx-autoindex", "nginx", re.compile(rb"<h1>Index of [^<]{0,4096}</h1><hr><pre>")),
    ("lighttpd-dirlisting", "lighttpd", re.compile(rb'<td class="n"><a |<h2>Index of ')),
)
_ANCHOR = re.compile(
    rb"<a\s(?:[^<>]{0,100}\s)?href=(?:\"([^\"<>]{1,2048})\"|'([^'<>]{1,2048})')[^<>]{0,300}>", re.IGNORECASE
)
_TAIL = 600
"""Number of bytes after a link in which its size is sought."""
_EXACT = re.compile(rb'data-(?:order|value)="(-?[0-9]{1,15})"')
_TAGS = re.compile(rb"<[^<>]{0,300}>|&nbsp;")
_DATED = re.compile(
    rb"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4}|[0-9]{4}-[A-Z][a-z]{2}-[0-9]{2})"
    rb"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?\s{1,40}([0-9]{1,15})((?:\.[0-9]{1,3})?)\s?([KMGTP]?)"
)
_POWERS = {b"": 0, b"K": 1, b"M": 2, b"G": 3, b"T": 4, b"P": 5}
_NO_MEMBER = re.compile(r".*[/\\]|\.{1,2}$", re.DOTALL)


def listing_server(answer: Response) -> ListingServer | None:
    """The server of a directory listing; ``None`` if the answer is another document."""
    if answer.status != 200:
        return None
    said = answer.headers.get("server", "")
    found = _VERSION.search(said)
    version = found[1] if found is not None else ""
    product = _json_product(answer) if answer.body[:16].lstrip()[:1] == b"[" else _html_product(answer.body, said)
    return ListingServer(product, version) if product else None


def read_listing(answer: Response, folder: FolderPath) -> list[FolderEntry] | None:
    """The members of a folder, in the order of the listing, each name once; ``None`` if the answer is no listing.

    Args:
        answer: answer to a GET of the folder.
        folder: decoded segments of the folder's path on the server, for listings whose links are whole paths.
    """
    if listing_server(answer) is None:
        return None
    entries = _from_json(answer.body) if answer.body.lstrip()[:1] == b"[" else _from_html(answer.body, folder)
    found: dict[str, FolderEntry] = {}
    for entry in entries:
        if len(found) == MAX_ENTRIES:
            break
        if entry.name and not _NO_MEMBER.match(entry.name):
            found.setdefault(entry.name, entry)
    return list(found.values())


def _html_product(body: bytes, server: str) -> str:
    head = body[:65536]
    title = _TITLE.search(head)
    if server.startswith("rclone/"):
        return "rclone-http" if _RCLONE.search(body) else ""
    if title is None:
        return ""
    if title["python"]:
        return "python-http-server"
    for product, name, mark in _SERVERS:
        if server.startswith(name) and mark.search(head):
            return product
    return "directory-listing" if _ANCHOR.search(body) else ""


def _json_product(answer: Response) -> str:
    server = answer.headers.get("server", "")
    if answer.body.strip() == b"[]" or answer.truncated:
        # An empty list may be anything, and a cut one cannot be decoded.
        return ""
    if decode_json(answer.body, list[_NginxEntry]) is not None and server.startswith("nginx"):
        return "nginx-autoindex"
    if decode_json(answer.body, list[_CaddyEntry]) is not None and server.startswith("Caddy"):
        return "caddy-file-server"
    return ""


def _from_json(body: bytes) -> Iterator[FolderEntry]:
    for nginx in decode_json(body, list[_NginxEntry]) or ():
        yield FolderEntry(nginx.name, nginx.type == "directory", nginx.size if nginx.type == "file" else None)
    for caddy in decode_json(body, list[_CaddyEntry]) or ():
        yield FolderEntry(caddy.name.rstrip("/"), caddy.is_dir, None if caddy.is_dir else caddy.size)


def _from_html(body: bytes, folder: FolderPath) -> Iterator[FolderEntry]:
    for link, end in pairwise((*_ANCHOR.finditer(body), None)):
        assert link is not None
        name, is_folder = _member(link[1] or link[2], folder)
        if name:
            tail = body[link.end() : min(end.start() if end is not None else len(body), link.end() + _TAIL)]
            size, rounded = (None, False) if is_folder else _size(tail)
            yield FolderEntry(name, is_folder, size, rounded)


def _member(reference: bytes, folder: FolderPath) -> tuple[str, bool]:
    """Name of a direct member, and whether it is a folder; an empty name for any other link."""
    text = unescape(reference.decode("utf-8", "replace")).removeprefix("./")
    if text.startswith("/"):
        whole = text[1:].split("/")
        above = [unquote(part, errors="replace") for part in whole[: len(folder)]]
        if above != list(folder) or len(whole) <= len(folder):
            return "", False
        text = "/".join(whole[len(folder) :])
    name, slash, rest = text.partition("/")
    if rest or re.search(r"[?#:]", name) or not name:
        return "", False
    return unquote(name, errors="replace"), bool(slash)


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
