"""Literals of scripts that are links or texts of a page: as compiled templates, parts of markup and Markdown have them.

Angular compiles an element to its attributes, ``["href", "https://…", "target", "_blank"]`` or ``[["href", "https://…"],
["target", "_blank"]]``, and a text to ``text(3, "https://…")`` behind its element (https://angular.dev/tools/libraries).
Handlebars and hand-written code join ``<a href="https://…`` with a value and with ``" target="_blank">``. In Markdown,
``[text](https://…)`` is a link and ``![text](https://…)`` a picture.
"""

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

_HREF = lazy_pattern(rb"[\[,]\s{0,20}[\"']href[\"']\s{0,4},\s{0,20}\Z")
_BLANK = lazy_pattern(rb"[\"']target[\"']\s{0,4},\s{0,20}[\"']_blank[\"']")
_PAIRS = lazy_pattern(rb"\]\s{0,4}(?:,\s{0,20}\[[^\[\]]{0,200}\]\s{0,4}){0,8}")
"""The end of a pair with the others behind it."""
_TEXT = lazy_pattern(
    rb"\(\s{0,4}\d{1,4},\s{0,4}[\"'](?!option[\"'])[a-z][\w-]{0,30}[\"'](?:,\s{0,4}\d{1,4}){0,2}\s{0,4}\)[,;]?\s{0,20}[\w$.\xc9\xb5]{1,24}\(\s{0,4}\d{1,4},\s{0,4}\Z"
)
"""The beginning of an element, and the text that is its content."""
_LINK = lazy_pattern(rb"<[aA]\s[^<>]{0,300}?href\s?=\s?\\?[\"']?\Z")
_REST = lazy_pattern(rb"[^<>\"'`\\\s]{0,400}\Z")
_NEW_WINDOW = lazy_pattern(rb"[^<>]{0,300}?\btarget\s?=\s?\\?[\"']?_blank\b")
_REACH = 400


def is_attribute(data: Bytes, start: int, end: int) -> bool:
    """True if a literal is the target of a link in a compiled template, and the link opens another window."""
    before = bytes(data[max(0, start - _REACH) : start])
    if not _HREF.search(before):
        return False
    first = before[before.rfind(b"[") + 1 :]
    last = bytes(data[end : end + _REACH])
    if _BLANK.search(first) or _BLANK.search(last.partition(b"]")[0]):
        return True
    behind = _PAIRS.match(last)
    pairs = before[before.rfind(b"[[") :] if b"[[" in before else b""
    return bool(_BLANK.search(pairs) or (behind is not None and _BLANK.search(behind[0])))


def is_content(data: Bytes, start: int) -> bool:
    """True if a literal is a text of a page in a compiled template."""
    return _TEXT.search(data, max(0, start - 120), start) is not None


def is_completed(data: Bytes, start: int, offset: int, end: int) -> bool:
    """True if an address at the end of a literal begins the target of a link that opens another window."""
    if _LINK.search(data, max(start, offset - _REACH), offset) is None or _REST.match(data, offset, end - 1) is None:
        return False
    return _NEW_WINDOW.match(data, end, end + _REACH) is not None


def is_markdown(data: Bytes, start: int, offset: int) -> bool:
    """True if an address in a literal is the target of a link of Markdown, and not that of a picture."""
    if bytes(data[max(start + 1, offset - 2) : offset]) != b"](":
        return False
    text = bytes(data[max(start + 1, offset - _REACH) : offset - 2])
    depth = 1
    for at in range(len(text) - 1, -1, -1):
        depth += {0x5D: 1, 0x5B: -1}.get(text[at], 0)
        if not depth:
            return text[at - 1 : at] != b"!" if at else True
    return True
