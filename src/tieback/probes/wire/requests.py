"""HTTP requests that read, each one declaration and its template in one place, so that the two cannot part."""

import re

import msgspec

from tieback.model.grant import Depth
from tieback.probes.wire.http import (
    SEGMENT,
    Headers,
    HttpSession,
    Keyed,
    Response,
    declared_asking,
    declared_get,
    declared_head,
    declared_post,
    segment,
)
from tieback.scope.conversation import Conversation, DeclaredSend

# A name never is a dot segment, and hides no slash, backslash or control character behind a percent sign.
_NAME = (
    rb"(?!\.{1,2}(?![A-Za-z0-9_.~%-]))(?!(?:[A-Za-z0-9_.~-]|%..)*%(?:2F|5C|7F|[01][0-9A-F]))" + SEGMENT + rb"{1,765}"
)
_PLACE = re.compile(r"\{([a-z ]+)\}")


class Request(msgspec.Struct, frozen=True):
    """A declared request; its path may have places for names that the server told."""

    send: DeclaredSend
    path: str
    """With ``{name}`` where one percent-encoded segment stands."""
    verb: str = "GET"
    body: bytes | None = None
    headers: Headers = ()
    raw: bool = False
    """Whether names are put in as they are: the declaration says which those may be."""
    keyed: Keyed = ()
    """Header fields that carry the app's public key."""
    names: bytes = b""
    """Pattern of the names that may stand in the places of the body."""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.send.name

    def filled(self, *names: str) -> str | None:
        """The path with the names in their places, or ``None`` where a name is not one that may be sent."""
        left = iter(names)
        path = _PLACE.sub(lambda _: next(left) if self.raw else segment(next(left)), self.path)
        if not path.isascii():
            return None
        probe = b"GET %b HTTP" % path.encode("ascii")
        return path if re.fullmatch(self._line, probe) else None

    @property
    def _line(self) -> bytes:
        """Pattern of the request line up to the protocol's name, as if it were a GET."""
        return b"GET " + self.send.pattern.split(rb"\ HTTP", 1)[0].partition(rb"\ ")[2] + b" HTTP"

    def written(self, *names: str) -> bytes | None:
        """The body, with the names that the path left in its places; ``None`` where one is not one that may be sent."""
        left = names[len(_PLACE.findall(self.path)) :]
        if not self.names or self.body is None:
            return self.body or b""
        if not all(re.fullmatch(self.names, name.encode("utf-8", "replace")) for name in left):
            return None
        rest = iter(left)
        return _PLACE.sub(lambda _: next(rest), self.body.decode("ascii")).encode("ascii")

    def on(
        self, http: HttpSession, path: str, cap: int, key: str | None = None, body: bytes | None = None
    ) -> Conversation[Response]:
        """Send it with a path that ``filled`` gave; raises as ``HttpSession.get``.

        Args:
            http: where to.
            path: path and query.
            cap: most bytes of the body to read.
            key: the app's public key for the ``keyed`` fields; left out where it is none that they may carry.
            body: that ``written`` gave, where the request's own has places.
        """
        headers = self.headers
        if key is not None and all(re.fullmatch(value, key.encode("utf-8", "replace")) for _, value in self.keyed):
            headers += tuple((field, key) for field, _ in self.keyed)
        if self.verb == "HEAD":
            return (yield from http.head(path, headers))
        if self.verb == "POST":
            return (yield from http.post(path, self.body or b"" if body is None else body, cap=cap, headers=headers))
        return (yield from http.get(path, cap=cap, headers=headers))


def reading(
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
    """A GET.

    Args:
        path: path and query; ``{name}`` is a place for one segment.
        why: what the answer is for, and why it changes nothing.
        depth: the depth of a grant that it takes.
        headers: fields beside the template's.
        names: pattern of what may stand in the places; by default any one segment.
        raw: whether names go there as they are, not percent-encoded; then ``names`` says which those may be.
        label: what people call it, where the path without its query does not say it.
        keyed: header fields that carry the app's public key, with a pattern for what it may be.
    """
    send = declared_get(label or _label("GET", path), _pattern(path, names), why, headers, depth, keyed)
    return Request(send, path, headers=headers, raw=raw, keyed=keyed)


def heading(
    path: str,
    why: str,
    *,
    depth: Depth = Depth.ENUMERATE,
    headers: Headers = (),
    label: str = "",
    keyed: Keyed = (),
) -> Request:
    """A HEAD; arguments as ``reading``."""
    return Request(
        declared_head(label or _label("HEAD", path), _pattern(path, b""), why, headers, depth, keyed),
        path,
        "HEAD",
        headers=headers,
        keyed=keyed,
    )


def posting(
    path: str, body: bytes, why: str, *, depth: Depth = Depth.ENUMERATE, headers: Headers = (), label: str = ""
) -> Request:
    """A POST that only reads: ``path`` and ``body`` stand literally."""
    send = declared_post(label or _label("POST", path), path, body, why, headers, depth)
    return Request(send, path, "POST", body, headers)


def asking(path: str, body: str, why: str, *, names: bytes, depth: Depth = Depth.ENUMERATE, label: str) -> Request:
    """A POST that only reads and names a container in its body; everything else in it is fixed.

    Args:
        path: path and query; ``{name}`` is a place for one segment.
        body: JSON; ``{name}`` is a place too, and takes the names that the path left.
        why: what the answer is for, and why it changes nothing.
        names: pattern of what may stand in any of the places: nothing that JSON or a path would have to escape.
        depth: the depth of a grant that it takes.
        label: what people call it.
    """
    send = declared_asking(label, _pattern(path, names), _pattern(body, names), why, depth)
    return Request(send, path, "POST", body.encode("ascii"), names=names)


def _label(verb: str, path: str) -> str:
    return f"{verb} {_PLACE.sub(r'<\1>', path.partition('?')[0])}"


def _pattern(path: str, names: bytes) -> bytes:
    parts = _PLACE.split(path)[::2]
    return (names or _NAME).join(re.escape(part.encode("ascii")) for part in parts)
