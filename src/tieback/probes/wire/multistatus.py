"""Answers to PROPFIND: a multi-status document of WebDAV, read in one pass without an XML parser (RFC 4918 section 13).

Only four elements matter, whatever their prefixes: ``response``, ``href``, ``collection`` and ``getcontentlength``.
Declarations of entities and external references have no effect, because nothing in the document is expanded. An answer
that was cut at a limit is read up to there. Resources that cannot be read are counted.
"""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

from tieback.probes.wire.listing import FolderPath

MAX_MEMBERS = 5000
"""Maximum number of resources of one answer that are read."""
_PREFIX = rb"(?:[A-Za-z_][\w.-]{0,30}:)?"
_ROOT = re.compile(rb"<%bmultistatus[\s>/]" % _PREFIX)
_RESPONSE = re.compile(rb"<%bresponse[\s>/]" % _PREFIX)
_HREF = re.compile(rb"<%bhref(?:\s[^<>]{0,400})?>([^<]{0,4096})</" % _PREFIX)
_COLLECTION = re.compile(rb"<%bcollection[\s>/]" % _PREFIX)
_LENGTH = re.compile(rb"<%bgetcontentlength(?:\s[^<>]{0,400})?>\s{0,8}([0-9]{1,15})\s{0,8}</" % _PREFIX)
_STATUS = re.compile(rb"<%bstatus>\s{0,8}HTTP/[0-9.]{1,3} ([0-9]{3})" % _PREFIX)
_PROPSTAT = re.compile(rb"<%bpropstat[\s>]" % _PREFIX)


class DavResource(msgspec.Struct, frozen=True):
    """A resource that an answer names."""

    path: FolderPath
    is_folder: bool
    size: int | None
    """Bytes; ``None`` if the answer has none."""
    refused: bool = False
    """True if the server named the resource but not its properties."""


def is_multistatus(body: bytes) -> bool:
    """True if the document is a multi-status of WebDAV."""
    head = body[:2048]
    found = _ROOT.search(head)
    return found is not None and b"DAV:" in head[found.start() :]


class DavListing(msgspec.Struct, frozen=True):
    """The resources of an answer, as far as they could be read."""

    resources: list[DavResource]
    """In the order of the document, each path once."""
    unread: int = 0
    """Number of further resources: beyond ``MAX_MEMBERS``, or with a path that cannot be read."""


def read_resources(body: bytes) -> DavListing:
    """The resources of a multi-status document, at most ``MAX_MEMBERS``."""
    found: dict[tuple[bytes, ...], DavResource] = {}
    unread = 0
    starts = (match.start() for match in _RESPONSE.finditer(body))
    for start, end in pairwise((*starts, len(body))):
        raw = _path(body[start:end])
        if raw is None or (len(found) == MAX_MEMBERS and raw not in found):
            unread += 1
        else:
            found.setdefault(raw, _resource(body[start:end], raw))
    return DavListing(list(found.values()), unread)


def members(body: bytes, folder: FolderPath) -> DavListing:
    """The members of a folder, without itself.

    Args:
        body: answer to a PROPFIND with ``Depth: 1``.
        folder: the path that was requested. A proxy may have replaced its beginning in the answer: the shortest path is
            then the folder's.
    """
    answer = read_resources(body)
    paths = {one.path for one in answer.resources}
    own = folder if folder in paths else min(paths, key=len, default=folder)
    found = [one for one in answer.resources if len(one.path) == len(own) + 1 and one.path[: len(own)] == own]
    elsewhere = sum(one.path != own for one in answer.resources) - len(found)
    return DavListing(found, answer.unread + elsewhere)


def _resource(element: bytes, raw: tuple[bytes, ...]) -> DavResource:
    path = tuple(segment.decode("utf-8", "replace") for segment in raw)
    status = _STATUS.search(element)
    refused = status is not None and _PROPSTAT.search(element) is None and not status[1].startswith(b"2")
    length = _LENGTH.search(element)
    is_folder = _COLLECTION.search(element) is not None
    return DavResource(path, is_folder, int(length[1]) if length is not None and not is_folder else None, refused)


def _path(element: bytes) -> tuple[bytes, ...] | None:
    """Segments of the path of a resource, decoded; ``None`` if it cannot be read."""
    href = _HREF.search(element)
    if href is None:
        return None
    reference = unescape(href[1].decode("utf-8", "surrogateescape")).strip()
    if not reference:
        return None
    try:
        path = urlsplit(reference).path if reference.lower().startswith(("http://", "https://")) else reference
    except ValueError:
        return None
    raw = path.encode("utf-8", "surrogateescape")
    return tuple(unquote_to_bytes(segment) for segment in raw.split(b"/") if segment)
