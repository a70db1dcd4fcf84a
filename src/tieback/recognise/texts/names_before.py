"""What the name directly before a literal of a script says: a return address, a header, an example, a base, a title.

``{iss: "https://…"}``, ``redirect_uri = "https://…"``, ``{Referer: "https://…"}``, ``{placeholder: "https://…"}`` and
``new URL(path, "https://…").searchParams``. No code contacts such an address.
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import prose, redirects
from tieback.recognise.texts.link_targets import PICTURE

BASE = "only a base for the path or query of another address"
_NAMED = lazy_pattern(rb"(?:[{,(\[;\s]|\A)[\"']?(?:(?P<issuer>iss)|%b)[\"']?\s{0,4}:\s{0,8}\Z" % redirects.PROPERTY)
"""The name before an address that is not contacted: RFC 7519, section 4.1.1; RFC 6749, section 4.1.1."""
_REFERER = lazy_pattern(rb"[{,(\[;\s][\"']?(?:[Rr]eferr?er|Origin)[\"']?\s{0,4}[:,=]\s{0,8}\Z")
"""The name of a header before its value: RFC 9110, section 10.1.3; RFC 6454, section 7."""
_AGENT = lazy_pattern(rb"[{,(\[;\s][\"']?user-agent[\"']?\s{0,4}[:,=]\s{0,8}\Z", re.IGNORECASE)
"""RFC 9110, section 10.1.5: the name of a program, perhaps with its web site."""
_PRODUCT = lazy_pattern(rb"[A-Za-z]/\$\{[\w$.]{1,60}\Z")
"""A program and its version in a template, up to the end of the version; its web site follows in brackets."""
_MAKER = lazy_pattern(rb"(?:[{,(\[;\s]|\A)[\"']?author[\"']?\s{0,4}[:=]\s{0,8}\Z")
_IN_BRACKETS = lazy_pattern(rb"[^\"'`\\<>]{1,60}\s\(\Z")
"""A person with a web site: https://docs.npmjs.com/cli/configuring-npm/package-json#people-fields-author-contributors"""
_BASE = lazy_pattern(rb"\bnew\s{1,4}URL\s{0,4}\([^;{}]{1,120},\s{0,20}\Z")
_PART = lazy_pattern(rb"\s{0,20}\)\s{0,4}\.\s{0,4}(?:searchParams|pathname|search|hash)\b")
"""Parts of an address without its host: https://url.spec.whatwg.org/#url-class"""
_PLACEHOLDER = lazy_pattern(rb"[{,]\s{0,20}[\"']?(?:placeholder|hint)(?:Text)?[\"']?\s{0,4}:\s{0,8}\Z")
"""The property of a field with an example of what to enter."""
_READ = lazy_pattern(
    rb"(?:\|\||\?\?|\?[^?:;{}\"'`]{1,60}:)\s{0,4}[\w$.()\"'\[\]#]{1,60}\.(?:placeholder\b|attr\(\s{0,4}[\"']placeholder)"
)
"""Code that takes the example if a person entered nothing: ``field.value || field.placeholder``."""
_PATTERN = lazy_pattern(rb"(?<!\$)\{[\w,-]{1,20}\}")
"""A part of an address that a person replaces: ``{z}/{x}/{y}.png``."""
_PAGE_TEXT = lazy_pattern(
    rb"(?:(?<![\w$.])(?:window\s{0,4}\.\s{0,4})?document\s{0,4}(?:\.\s{0,4}title|\[[\"']title[\"']\])"
    rb"|\.\s{0,4}(?:textContent|innerText)|\[[\"'](?:textContent|innerText)[\"']\])\s{0,8}=\s{0,8}\Z"
)
"""What only shows a text: https://html.spec.whatwg.org/multipage/dom.html#document.title, and the text of a node."""
_WORDS = lazy_pattern(rb"(?:[\w\x80-\xff .,:;!?&-]|\\x20){1,200}(?: |\\x20)")
"""Words before an address. Code in an element for it, as a script or a style has, has other signs before one."""
_FAR = 160


def reason(data: Bytes, start: int, offset: int, end: int) -> str:
    """Why the address in a literal is contacted by no code, by the name before it; empty if it may be.

    Args:
        data: the script.
        start: offset of the literal, with its quotes.
        offset: offset of the address.
        end: the end of the literal.
    """
    before = bytes(data[max(0, start - _FAR) : start])
    if named := _NAMED.search(before):
        if named["issuer"]:
            return prose.ISSUER
        return prose.REDIRECT if redirects.is_of_sign_in(data, named[0], start, end) else ""
    if redirects.ASSIGNED.search(before):
        return prose.REDIRECT
    if _MAKER.search(before) and _IN_BRACKETS.match(data, start + 1, offset):
        return prose.AUTHOR
    if offset == start + 1 and _REFERER.search(before):
        return prose.REFERER
    if _AGENT.search(before):
        return prose.USER_AGENT
    if data[start:offset] in (b"} (", b"} (+") and _PRODUCT.search(before):
        return prose.USER_AGENT
    if _PART.match(data, end, end + 60) and _BASE.search(before):
        return BASE
    if _PAGE_TEXT.search(before) and _WORDS.fullmatch(data, start + 1, offset):
        return prose.SHOWN
    if not _PLACEHOLDER.search(before) or is_example_read(data):
        return ""
    return "" if PICTURE.search(data, start + 1, end) and not _PATTERN.search(data, start + 1, end) else prose.EXAMPLE


def is_example_read(data: Bytes) -> bool:
    """True if code in a text takes the example of a field in place of what a person entered."""
    return (data.find(b".placeholder") >= 0 and _READ.search(data) is not None) or (
        data.find(b"attr(") >= 0 and data.find(b"placeholder") >= 0 and _READ.search(data) is not None
    )
