"""Answers to PROPFIND: a multi-status document of WebDAV, read in one pass without an XML parser (RFC 4918 section 13).

Only four elements matter, whatever their prefixes: ``response``, ``href``, ``collection`` and ``getcontentlength``.
Declarations of entities and external references have no effect, because nothing in the document is expanded. An answer
that was cut at a limit is read up to there.
"""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import msgspec

from tieback.probes.wire.listing import FolderPath

MAX_MEMBERS = 5000
"""Maximum number of resources of one answer that are read."""
_PREFIX = rb"(?:[A-Za-z_][\w.-]{0,30}:)?"
_ROOT = re.compile(rb"<%bmultistatus[\s>/]" % _PREFIX)
_RESPONSE = re.compile(rb"<%bresponse[\s>]" % _PREFIX)
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


def read_resources(body: bytes) -> list[DavResource]:
    """The resources of a multi-status document, in its order, at most ``MAX_MEMBERS``; each path once."""
    found: dict[FolderPath, DavResource] = {}
    starts = (match.start() for match in _RESPONSE.finditer(body))
    for start, end in pairwise((*starts, len(body))):
        resource = _resource(body[start:end])
        if resource is not None and len(found) < MAX_MEMBERS:
            found.setdefault(resource.path, resource)
    return list(found.values())


def members(body: bytes, folder: FolderPath) -> list[DavResource]:
    """The members of a folder, without itself.

    Args:
        body: answer to a PROPFIND with ``Depth: 1``.
        folder: the path that was requested. A proxy may have replaced its beginning in the answer: the shortest path is
            then the folder's.
    """
    resources = read_resources(body)
    paths = {one.path for one in resources}
    own = folder if folder in paths else min(paths, key=len, default=folder)
    return [one for one in resources if len(one.path) == len(own) + 1 and one.path[: len(own)] == own]


def _resource(element: bytes) -> DavResource | None:
    href = _HREF.search(element)
    if href is None:
        return None
    path = _path(unescape(href[1].decode("utf-8", "replace")).strip())
    status = _STATUS.search(element)
    refused = status is not None and _PROPSTAT.search(element) is None and not status[1].startswith(b"2")
    length = _LENGTH.search(element)
    is_folder = _COLLECTION.search(element) is not None
    return DavResource(path, is_folder, int(length[1]) if length is not None and not is_folder else None, refused)


def _path(reference: str) -> FolderPath:
    """Segments of the path of a URL or of an absolute path."""
    try:
        path = urlsplit(reference).path if reference.lower().startswith(("http://", "https://")) else reference
    except ValueError:
        return ()
    return tuple(unquote(segment, errors="replace") for segment in path.split("/") if segment)
