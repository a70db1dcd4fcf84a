"""Lexer of style sheets: comments and strings of CSS, SCSS and Less (https://www.w3.org/TR/css-syntax-3/#tokenization).

``url(...)`` without quotes is one token, so that its slashes begin no comment. Comments that begin with two slashes are
no CSS, but SCSS and Less have them, and no such line names an address that a style sheet loads.
"""

import re
from itertools import islice

from tieback.recognise.texts.spans import MAX_SPANS, SpanKind, Spans

_TOKEN = re.compile(
    rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
    rb"|//[^\n\r]*+"
    rb"|\"(?:[^\"\\\n\r]++|\\(?:\r\n|[\s\S]))*+\"?"
    rb"|'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+'?"
    rb"|[uU][rR][lL]\([ \t\r\n]*+[^)\"']*+"
)


def sheet_spans(data: bytes, start: int = 0, end: int | None = None) -> Spans:
    """The comments and strings in ``data[start:end]``; an address without quotes is a string. Never raises."""
    spans = Spans()
    for found in islice(_TOKEN.finditer(data, start, len(data) if end is None else end), MAX_SPANS):
        is_comment = data[found.start()] == 0x2F
        if is_comment and data[found.start() + 1] == 0x2F and data[found.start() - 1 : found.start()] == b":":
            continue  # an address without quotes
        spans.add(found.start(), found.end(), SpanKind.COMMENT if is_comment else SpanKind.STRING)
    return spans
