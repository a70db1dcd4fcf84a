"""By which names a script of the app can read an address that a page or a JSON file only shows, describes or comments.

``<span id="server">https://…</span>`` by ``#server``, ``<meta property="og:url" …>`` by ``og:url``, an attribute by its
name, a value of JSON by its key and the name of its file, and a comment of a page by ``<!--``.
"""

from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import markup, structured
from tieback.recognise.texts.spans import SpanKind, Spans

COMMENTS = b"<!--"
ATTRIBUTES = frozenset(("alt", "cite", "hint", "label", "placeholder", "title"))
_OUTER = 3
"""Most elements around a text whose names count."""
_NAME = lazy_pattern(rb"[\w-]{2,60}")
_REL = lazy_pattern(rb"(?i)canonical|alternate|help|author|license|me")


def names_in_page(data: bytes, spans: Spans, offset: int) -> frozenset[bytes]:
    """The names for an address in a page; none if code cannot know them."""
    span = spans.at(offset)
    if span is None:
        return _of_text(data, spans, offset)
    if span.kind is SpanKind.COMMENT:
        return frozenset((COMMENTS,))
    if span.kind is SpanKind.SCRIPT:
        tag = spans.at(span.start - 1)
        values = {one.name: one.value for one in markup.attributes(data, tag)} if tag is not None else {}
        return frozenset(b"#" + one for one in _NAME.findall(values.get("id", b"")))
    if span.kind is not SpanKind.TAG:
        return frozenset()
    every = list(islice(markup.attributes(data, span), 100))
    own = next((one for one in every if one.start <= offset <= one.start + len(one.value)), None)
    values = {one.name: one.value for one in every}
    match markup.tag_name(data, span):
        case "meta":
            return frozenset((values.get("property") or values.get("name", b""),)) - {b""}
        case "link":
            return frozenset(_REL.findall(values.get("rel", b"")))
        case _:
            return frozenset((own.name.encode(),)) if own is not None and own.name in ATTRIBUTES else frozenset()


def _of_text(data: bytes, spans: Spans, offset: int) -> frozenset[bytes]:
    """The identifiers and classes of the elements around a text."""
    found, at = set[bytes](), spans.before(offset)
    for _ in range(_OUTER):
        tag = spans.at(at - 1) if at else None
        if tag is None or tag.kind is not SpanKind.TAG:
            break
        for one in islice(markup.attributes(data, tag), 20):
            sign = {"id": b"#", "class": b"."}.get(one.name)
            found.update(sign + name for name in _NAME.findall(one.value)) if sign is not None else None
        at = spans.before(tag.start)
    return frozenset(found)


def names_in_json(file: str, data: bytes, start: int) -> frozenset[bytes]:
    """The name of a JSON file with the key of the string at an offset; none if it has no key."""
    key = structured.key_before(data, start)
    name = file.rpartition("/")[2].lower().encode("utf-8", "replace")
    return frozenset((name + b"." + key,)) if key else frozenset()
