"""HTTP requests that only read; each keeps its declaration and its template together, so that they cannot differ."""

import re
from collections.abc import Callable

import msgspec

from tieback.model.grant import Depth
from tieback.probes.wire.http import (
    PROPERTIES,
    SEGMENT,
    Headers,
    HttpSession,
    Keyed,
    Response,
    declared_get,
    declared_head,
    declared_post,
    declared_propfind,
    declared_query,
    depth_header,
    key_scheme,
    segment,
)
from tieback.scope.conversation import Conversation, DeclaredSend, SendCost, is_never_sent

# A name is never a dot segment, and contains no percent-encoded slash, backslash or control character.
_NAME = (
    rb"(?!\.{1,2}(?![A-Za-z0-9_.~%-]))(?!(?:[A-Za-z0-9_.~-]|%..)*%(?:2F|5C|7F|[01][0-9A-F]))" + SEGMENT + rb"{1,765}"
)
OBJECT = _NAME + rb"(?:/" + _NAME + rb"){0,30}"
"""Pattern of an object's key as a path: no empty, dot or control segment."""
FOLDER_LEVELS = 4
"""Maximum number of levels of a folder's path."""
FOLDER = _NAME + rb"(?:/" + _NAME + rb"){0,%d}" % (FOLDER_LEVELS - 1)
"""Pattern of a folder's path; every segment is percent-encoded."""
OBJECT_SEGMENT = (
    rb"(?!\.{1,2}(?:%2F|[/? ]))(?!(?:[A-Za-z0-9_.~-]|%..)*%2F\.{1,2}(?:%2F|[/? ]))"
    rb"(?!(?:[A-Za-z0-9_.~-]|%..)*%(?:5C|7F|[01][0-9A-F]))" + SEGMENT + rb"{1,1024}"
)
"""Pattern of an object's key as one encoded segment."""
_PLACE = re.compile(r"\{([a-z ]+)\}")


class Request(msgspec.Struct, frozen=True):
    """Declared request; its path may have placeholders for names that the server sent."""

    send: DeclaredSend
    path: str
    """Path and query; ``{name}`` is the placeholder of one percent-encoded segment."""
    verb: str = "GET"
    body: bytes | None = None
    headers: Headers = ()
    raw: bool = False
    """True if names are inserted without encoding: the declaration then limits the permitted names."""
    keyed: Keyed = ()
    """Header fields for the app's public key."""
    names: bytes = b""
    """Pattern of the names that the placeholders of the body accept."""

    def permitting(self, permits: Callable[[str], bool]) -> "Request":
        """The same request, declared with a judge of its path and query."""
        return msgspec.structs.replace(self, send=msgspec.structs.replace(self.send, permits=permits))

    def costing(self, cost: SendCost) -> "Request":
        """The same request, declared with another cost."""
        return msgspec.structs.replace(self, send=msgspec.structs.replace(self.send, cost=cost))

    @property
    def label(self) -> str:
        """Label in reports and documentation."""
        return self.send.name

    def fill(self, *names: str) -> str | None:
        """Path with the names inserted; ``None`` if a name must not be sent."""
        left = iter(names)
        path = _PLACE.sub(lambda _: next(left, "") if self.raw else segment(next(left, "")), self.path)
        if not path.isascii():
            return None
        probe = b"GET %b HTTP" % path.encode("ascii")
        if not re.fullmatch(self._line, probe) or is_never_sent(probe):
            return None
        return path if self.send.permits is None or self.send.permits(path) else None

    @property
    def _line(self) -> bytes:
        """Pattern of the request line up to the protocol's name, as if it were a GET."""
        return b"GET " + self.send.pattern.split(rb"\ HTTP", 1)[0].partition(rb"\ ")[2] + b" HTTP"

    def encode(self, *names: str) -> bytes | None:
        """Body with the names that the path left over; ``None`` if a name must not be sent."""
        left = names[len(_PLACE.findall(self.path)) :]
        if not self.names or self.body is None:
            return self.body or b""
        if not all(re.fullmatch(self.names, name.encode("utf-8", "replace")) for name in left):
            return None
        rest = iter(left)
        return _PLACE.sub(lambda _: next(rest), self.body.decode("ascii")).encode("ascii")

    def first(self, http: HttpSession, path: str, *, seconds: float | None, cap: int) -> Conversation[Response]:
        """Send the request as the first of a session; its body has no placeholders. As for ``HttpSession.first``."""
        return (
            yield from http.first(path, seconds=seconds, cap=cap, verb=self.verb, headers=self.headers, body=self.body)
        )

    def on(
        self, http: HttpSession, path: str, cap: int, key: str | None = None, body: bytes | None = None
    ) -> Conversation[Response]:
        """Send the request with a path from ``fill``; raises as for ``HttpSession.get``.

        Args:
            http: session with the target.
            path: path and query.
            cap: maximum number of bytes of the body to read.
            key: the app's public key for the ``keyed`` fields; left out if their patterns do not match it.
            body: body from ``encode``, if the request's body has placeholders.
        """
        headers = self.headers
        if key is not None and all(re.fullmatch(value, key.encode("utf-8", "replace")) for _, value in self.keyed):
            headers += tuple((field, f"{key_scheme(field)}{key}") for field, _ in self.keyed)
        if self.verb == "HEAD":
            return (yield from http.head(path, headers))
        if self.verb == "PROPFIND":
            return (yield from http.propfind(path, cap=cap, headers=headers))
        if self.verb == "POST":
            return (yield from http.post(path, self.body or b"" if body is None else body, cap=cap, headers=headers))
        return (yield from http.get(path, cap=cap, headers=headers))


def get_request(
    path: str,
    why: str,
    *,
    depth: Depth = Depth.ENUMERATE,
    headers: Headers = (),
    names: bytes = b"",
    raw: bool = False,
    label: str = "",
    keyed: Keyed = (),
) -> Request:
    """Declare a GET.

    Args:
        path: path and query; ``{name}`` is the placeholder of one segment.
        why: purpose of the request, and why it changes nothing.
        depth: depth that the grant must allow.
        headers: fields in addition to the template's.
        names: pattern of the values for the placeholders; default: any one segment.
        raw: whether names are inserted without percent-encoding; ``names`` then limits them.
        label: label in reports and documentation, if the path without its query is not clear enough.
        keyed: header fields for the app's public key, each with a pattern of the permitted values.
    """
    send = declared_get(label or _label("GET", path), _pattern(path, names), why, headers, depth, keyed)
    return Request(send, path, headers=headers, raw=raw, keyed=keyed)


def head_request(
    path: str,
    why: str,
    *,
    depth: Depth = Depth.ENUMERATE,
    headers: Headers = (),
    names: bytes = b"",
    raw: bool = False,
    label: str = "",
    keyed: Keyed = (),
) -> Request:
    """Declare a HEAD; arguments as for ``get_request``."""
    send = declared_head(label or _label("HEAD", path), _pattern(path, names), why, headers, depth, keyed)
    return Request(send, path, "HEAD", headers=headers, raw=raw, keyed=keyed)


def post_request(
    path: str,
    body: bytes,
    why: str,
    *,
    depth: Depth = Depth.ENUMERATE,
    headers: Headers = (),
    label: str = "",
    keyed: Keyed = (),
) -> Request:
    """Declare a POST that only reads, with an exact ``path`` and ``body``; ``keyed`` as for ``get_request``."""
    send = declared_post(label or _label("POST", path), path, body, why, headers, depth, keyed)
    return Request(send, path, "POST", body, headers, keyed=keyed)


def propfind_request(
    path: str,
    why: str,
    *,
    members: bool,
    depth: Depth = Depth.ENUMERATE,
    names: bytes = b"",
    label: str,
) -> Request:
    """Declare a PROPFIND.

    Args:
        path: path; ``{name}`` is a placeholder.
        why: purpose of the request, and why it changes nothing.
        members: as for ``declared_propfind``.
        depth: depth that the grant must allow.
        names: pattern of the values for the placeholder, which are inserted without encoding.
        label: label in reports and documentation.
    """
    send = declared_propfind(label, _pattern(path, names), why, members=members, depth=depth)
    return Request(send, path, "PROPFIND", PROPERTIES, depth_header(members=members), raw=True)


def query_request(
    path: str, body: str, why: str, *, names: bytes, depth: Depth = Depth.ENUMERATE, label: str, keyed: Keyed = ()
) -> Request:
    """Declare a POST that only reads and names a container in its path or body; everything else in the body is fixed.

    Args:
        path: path and query; ``{name}`` is the placeholder of one segment.
        body: JSON; its ``{name}`` placeholders take the names that the path left over.
        why: purpose of the request, and why it changes nothing.
        names: pattern of the values for all placeholders; it must exclude characters that JSON or a path escapes.
        depth: depth that the grant must allow.
        label: label in reports and documentation.
        keyed: as for ``get_request``.
    """
    send = declared_query(label, _pattern(path, names), _pattern(body, names), why, depth, keyed)
    return Request(send, path, "POST", body.encode("ascii"), keyed=keyed, names=names)


def _label(verb: str, path: str) -> str:
    return f"{verb} {_PLACE.sub(r'<\1>', path.partition('?')[0])}"


def _pattern(path: str, names: bytes) -> bytes:
    parts = _PLACE.split(path)[::2]
    return (names or _NAME).join(re.escape(part.encode("ascii")) for part in parts)
