"""Code, data and markup in string literals."""

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.spans import Span

_EVAL = lazy_pattern(rb"\beval\(\s{0,8}(?:__webpack_require__\.ts\(\s{0,8})?\Z")
"""A call whose literal is code, also with trusted types: https://webpack.js.org/configuration/output/#outputtrustedtypes"""
_WORKER = lazy_pattern(rb"(?:\\?[\"'](?:no )?use strict\\?[\"'];|[!(]function\s?\()")
"""The beginning of a script in a string, as editors have for their workers: https://ace.c9.io (``worker``)."""
_LEAST_WORKER = 1_000
_PARSE = lazy_pattern(rb"\bJSON\.parse\(\s{0,8}\Z")
"""A JSON file in a script: https://webpack.js.org/guides/asset-modules/, https://v8.dev/features/subsume-json"""
_MARKUP = lazy_pattern(rb"</[A-Za-z]|<!--|\\x3[cC]/|\\u003[cC]/|<[\w:]{1,20} [\w:-]{1,20}=")
_HTML = lazy_pattern(
    rb"(?i)<(?:a|b|i|p|br|div|span|strong|em|ul|ol|li|h\d|img|html|body|table|td|tr|iframe|script|form|button)\b"
)


def embedded_file(data: bytes, span: Span) -> str:
    """Name of a file with the language of the text in a string literal; empty if the text has none."""
    start, end = span.start + 1, span.end - 1
    if _EVAL.search(data, max(0, span.start - 48), span.start):
        return "eval.js"
    if data[start : start + 1] in (b"{", b"[") and _PARSE.search(data, max(0, span.start - 24), span.start):
        return "parsed.json"
    if end - start > _LEAST_WORKER and _WORKER.match(data, start, end):
        return "worker.js"
    if end - start > 16 and _MARKUP.search(data, start, end):
        return "text.html" if _HTML.search(data, start, end) else "text.xml"
    return ""
