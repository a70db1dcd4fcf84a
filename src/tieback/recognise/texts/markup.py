"""Lexer of HTML and XML: comments, declarations, tags, and the content of script and style elements.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization and https://www.w3.org/TR/xml/#sec-documents, as far as
they say where a token ends. An unknown or damaged construct ends at the next ``>``. One pass.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.spans import MAX_SPANS, Span, SpanKind, Spans

MAX_ATTRIBUTES = 10_000
_OPEN = lazy_pattern(rb"<(?:!--|#--|%--|!\[CDATA\[|[!?]|/?[A-Za-z_])")
_TEMPLATE_COMMENTS = {b"<#--": b"-->", b"<%--": b"--%>"}
"""Comments of FreeMarker and of Java Server Pages, with their ends."""
_IN_TAG = rb"(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*+>"
_TAG = lazy_pattern(rb"<" + _IN_TAG)
_PLAIN = lazy_pattern(
    rb"</?(?!(?i:script|style|textarea)(?![A-Za-z0-9_:.-]))[A-Za-z_]"
    + _IN_TAG
    + rb"|(?P<other>"
    + _OPEN.pattern
    + rb")"
)
"""A tag of an element whose content is markup, or the beginning of anything else."""
_LOOSE_TAG = lazy_pattern(rb"<(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>")
_NAME = lazy_pattern(rb"<(/?[A-Za-z_][A-Za-z0-9_:.-]*+)")
_RAW = {b"script": SpanKind.SCRIPT, b"style": SpanKind.STYLE, b"textarea": SpanKind.RAW}
_ATTRIBUTE = lazy_pattern(rb"([^\s\"'<>/=]+)(?:\s*+=\s*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^\s\"'>]++)))?")


class Attribute(NamedTuple):
    """An attribute of a tag."""

    name: str
    """In lower case."""
    start: int
    """Offset of the value."""
    value: bytes


def markup_spans(data: bytes, *, html: bool = True) -> Spans:
    """The comments, tags and raw contents of a text; all between them is plain. Never raises.

    Args:
        data: the text.
        html: script and style elements contain code; not so in other XML.
    """
    stop, spans = len(data), Spans()
    at, quotes = 0, True
    while True:
        at = _plain_tags(data, at, stop, spans) if quotes else at
        found = _OPEN.search(data, at, stop)
        if spans.is_full or found is None:
            return spans
        first, head = found.start(), found[0]
        if head == b"<!--":
            at = _after(data, b"-->", found.end(), stop)
            spans.add(first, at, SpanKind.COMMENT)
        elif head in _TEMPLATE_COMMENTS:
            end = data.find(_TEMPLATE_COMMENTS[head], found.end(), stop)
            at = found.end() if end < 0 else end + len(_TEMPLATE_COMMENTS[head])
            spans.add(first, at, SpanKind.COMMENT)
        elif head == b"<![CDATA[":
            at = _after(data, b"]]>", found.end(), stop)
            spans.add(first, at, SpanKind.RAW)
        elif head == b"<?" and data[found.end() : found.end() + 3].lower() == b"php":
            at = _after(data, b"?>", found.end(), stop)
            spans.add(first, at, SpanKind.SCRIPT)
        elif head in {b"<!", b"<?"}:
            at = _after(data, b">", found.end(), stop)
            spans.add(first, at, SpanKind.COMMENT)
        else:
            tag = (_TAG.match(data, first, stop) or _LOOSE_TAG.match(data, first, stop)) if quotes else None
            if tag is None:
                quotes = False  # a quote is open to the end: search for it only once
                at = _after(data, b">", first, stop)
            else:
                at = tag.end()
            spans.add(first, at, SpanKind.TAG)
            at = _content(data, first, at, stop, spans) if html else at


_HIDDEN = lazy_pattern(rb"(?i)display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden")
_ALONE = lazy_pattern(rb"[^\s<>]{1,2000}\s{0,40}</")


def _plain_tags(data: bytes, at: int, stop: int, spans: Spans) -> int:
    """Add the tags of elements up to the first other construct; return where that begins."""
    edges: list[tuple[int, int]] = []
    for found in islice(_PLAIN.finditer(data, at, stop), MAX_SPANS - len(spans)):
        if found.lastindex:
            stop = found.start()
            break
        edges.append(found.span())
    spans.extend(edges, SpanKind.TAG)
    return stop


def _content(data: bytes, first: int, at: int, stop: int, spans: Spans) -> int:
    """The end of the raw content of the element whose tag ends at ``at``."""
    name = _NAME.match(data, first, at)
    kind = _RAW.get(name[1].lower()) if name and data[at - 2] != 0x2F else None
    if name is None or kind is None:
        return at
    close = re.compile(rb"</" + name[1] + rb"(?=[\s/>])", re.IGNORECASE).search(data, at, stop)
    end = close.start() if close else stop
    if end > at:
        spans.add(at, end, kind)
    return end


def _after(data: bytes, mark: bytes, at: int, stop: int) -> int:
    found = data.find(mark, at, stop)
    return found + len(mark) if found >= 0 else stop


def tag_name(data: bytes, tag: Span) -> str:
    """Name of a tag in lower case, with the slash of a closing one."""
    found = _NAME.match(data, tag.start, tag.end)
    return found[1].decode("latin-1").lower() if found else ""


def attributes(data: bytes, tag: Span) -> Iterator[Attribute]:
    """The attributes of a tag."""
    name = _NAME.match(data, tag.start, tag.end)
    if name is None:
        return
    for found in _ATTRIBUTE.finditer(data, name.end(), tag.end):
        group = found.lastindex or 1
        start, value = (found.start(group), found[group]) if group > 1 else (found.end(), b"")
        yield Attribute(found[1].decode("latin-1").lower(), start, value)


def element_at(data: bytes, spans: Spans, offset: int) -> str:
    """Name of the last tag that begins before ``offset``, in lower case; empty if there is none."""
    last = None
    before = spans.before(offset)
    if before:
        last = spans.at(before - 1)
    return tag_name(data, last) if last is not None and last.kind is SpanKind.TAG else ""


def is_hidden_address(data: bytes, spans: Spans, offset: int) -> bool:
    """True if an address is all that is in an element which a page does not show: code reads it from there."""
    before = spans.before(offset)
    last = spans.at(before - 1) if before else None
    if last is None or last.kind is not SpanKind.TAG or data[last.end : offset].strip():
        return False
    own = {one.name: one.value for one in attributes(data, last)}
    is_hidden = "hidden" in own or _HIDDEN.search(own.get("style", b"")) is not None
    return (is_hidden or tag_name(data, last) == "template") and _ALONE.match(data, offset) is not None
