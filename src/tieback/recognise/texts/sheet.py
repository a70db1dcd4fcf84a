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
    rb"|u[rR][lL]\([ \t\r\n]*+[^)\"']*+"
    rb"|U[rR][lL]\([ \t\r\n]*+[^)\"']*+"
)
"""Each choice begins with one byte, so that ``re`` looks for these bytes first: in a fifth of the time of ``[uU]``."""


def sheet_spans(data: bytes, start: int = 0, end: int | None = None) -> Spans:
    """The comments and strings in ``data[start:end]``; an address without quotes is a string. Never raises."""
    spans = Spans()
    for found in islice(_TOKEN.finditer(data, start, len(data) if end is None else end), MAX_SPANS):
        first, last = found.span()
        is_comment = data[first] == 0x2F
        if is_comment and data[first + 1] == 0x2F and data[first - 1 : first] == b":":
            continue  # an address without quotes
        spans.add(first, last, SpanKind.COMMENT if is_comment else SpanKind.STRING)
    return spans
