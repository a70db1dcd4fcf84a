"""What the Content-Security-Policy of a page keeps it from loading.

Only a ``meta`` element in the head of the page counts, and only for what is behind it. In doubt something is allowed: a
source without a scheme has every scheme, and ports and paths are not compared. Source: https://www.w3.org/TR/CSP3/
Bounds: 64 KiB of the page, 8 policies of 8 KiB.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from itertools import islice
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import markup
from tieback.recognise.texts.spans import SpanKind, Spans

FORBIDDEN = "only in parts of a page that its Content-Security-Policy forbids"
MAX_HEAD = 64 * 1024
MAX_POLICY = 8 * 1024
_MAX_POLICIES = 8
_ATTRIBUTES = 20
_META = lazy_pattern(rb"(?i)\bhttp-equiv\s{0,9}=\s{0,9}[\"']?content-security-policy[\"'\s/>]")
_BODY = lazy_pattern(rb"(?i)<body[\s>]")
_ADDRESS = lazy_pattern(rb"(?i)\s{0,20}(?:(https?):)?//([a-z0-9.-]{1,253})(?:[/?#:\s]|\Z)")
_SOURCE = lazy_pattern(r"(?:(?P<scheme>[a-z*][a-z0-9+.-]{0,40}):(?P<slashes>//)?)?(?P<host>[^/:]{0,253})")
_SCHEMES = {"http": ("http", "https"), "ws": ("http", "https"), "wss": ("https",), "*": ("http", "https")}
"""Schemes of addresses that another scheme also permits: https://www.w3.org/TR/CSP3/#match-schemes"""
_NO_ADDRESS = frozenset(
    f"'{word}'" for word in ("self", "none", "unsafe-inline", "unsafe-eval", "unsafe-hashes", "wasm-unsafe-eval",
                             "report-sample", "inline-speculation-rules")
)  # fmt: skip
"""Sources that permit no server; those with a random number or a hash can permit any."""
_INERT = (b"template", b"noscript")
"""Elements whose content a page with scripts does not have."""
_NO_CODE = _NO_ADDRESS - {"'unsafe-inline'"}
_DIRECTIVES = {
    "script": ("script-src-elem", "script-src", "default-src"),
    "style": ("style-src-elem", "style-src", "default-src"),
    "image": ("img-src", "default-src"),
    "media": ("media-src", "default-src"),
    "frame": ("frame-src", "child-src", "default-src"),
    "object": ("object-src", "default-src"),
}
"""The directives of a kind of content, of which the first one in the policy decides."""
_LOADS = {
    ("script", "src"): "script", ("img", "src"): "image", ("video", "poster"): "image", ("iframe", "src"): "frame",
    ("frame", "src"): "frame", ("audio", "src"): "media", ("video", "src"): "media", ("source", "src"): "media",
    ("track", "src"): "media", ("embed", "src"): "object", ("object", "data"): "object",
}  # fmt: skip


class Policy(NamedTuple):
    """A policy of a page."""

    start: int
    """Offset of its element."""
    directives: Mapping[str, Sequence[str]]
    """The sources of each directive, in lower case."""

    def forbids(self, kind: str, scheme: str, host: str) -> bool:
        """True if the page may not load this kind of content from a host."""
        sources = self._sources(kind)
        return sources is not None and not any(_permits(one, scheme, host) for one in sources)

    def forbids_code(self) -> bool:
        """True if no script in the page itself is run."""
        sources = self._sources("script")
        return sources is not None and not any(one[:1] == "'" and one not in _NO_CODE for one in sources)

    def _sources(self, kind: str) -> Sequence[str] | None:
        return next((self.directives[one] for one in _DIRECTIVES[kind] if one in self.directives), None)


def policies(data: bytes, spans: Spans) -> list[Policy]:
    """The policies of a page with these ranges."""
    body = _BODY.search(data, 0, MAX_HEAD)
    end = body.start() if body else min(len(data), MAX_HEAD)
    return list(_policies(data, spans, end))


def _policies(data: bytes, spans: Spans, end: int) -> Iterator[Policy]:
    for found in islice(_META.finditer(data, 0, end), _MAX_POLICIES):
        tag = spans.at(found.start())
        if any(data.rfind(b"<" + one, 0, found.start()) > data.rfind(b"</" + one, 0, found.start()) for one in _INERT):
            continue
        if tag is None or tag.kind is not SpanKind.TAG or markup.tag_name(data, tag) != "meta":
            continue
        values = {one.name: one.value for one in islice(markup.attributes(data, tag), _ATTRIBUTES)}
        content = values.get("content", b"")
        if b"," in content or len(content) > MAX_POLICY:
            continue  # several policies in one text
        directives: dict[str, Sequence[str]] = {}
        for one in unescape(content.decode("latin-1")).lower().split(";"):
            name, *sources = one.split() or [""]
            directives.setdefault(name, sources)
        yield Policy(tag.start, directives)


def is_forbidden(found: Sequence[Policy], tag: str, own: markup.Attribute, values: Sequence[markup.Attribute]) -> bool:
    """True if an element may not load the address in an attribute.

    Args:
        found: the policies of the page.
        tag: name of the element.
        own: the attribute.
        values: all attributes of the element.
    """
    kind = _kind_of_link(values) if (tag, own.name) == ("link", "href") else _LOADS.get((tag, own.name), "")
    address = _ADDRESS.match(own.value) if kind and found else None
    if address is None:
        return False
    scheme = (address[1] or b"https").decode().lower()
    host = address[2].decode().lower()
    return any(one.start < own.start and one.forbids(kind, scheme, host) for one in found)


def _kind_of_link(values: Sequence[markup.Attribute]) -> str:
    rel = next((one.value.lower().split() for one in values if one.name == "rel"), [])
    return "style" if b"stylesheet" in rel else "image" if b"icon" in rel else ""


def _permits(source: str, scheme: str, host: str) -> bool:
    """True if a source permits an address, or may do so."""
    if source[:1] == "'":
        return source not in _NO_ADDRESS
    found = _SOURCE.match(source)
    if found is None:
        return True
    own, name = found["scheme"], found["host"]
    if own and not found["slashes"] and name and name != "*":
        own, name = None, own  # a host with a port
    if own and own != scheme and scheme not in _SCHEMES.get(own, ()):
        return False
    return name in {"", "*", host} or (name.startswith("*.") and host.endswith(name[1:]))
