"""Addresses with a name that a script only puts into messages, or opens in a browser.

``var help = "https://…"; throw Error("see " + help)`` and ``const terms = "https://…"; Linking.openURL(terms)``. Every
use of the name in the text must be of these forms, so that an address that is also requested stays. Another form is the
target of a link that opens another window: ``var help = "https://…"; a({href: help, target: "_blank"})``. Nothing reads
a value that the next statement replaces by another text. Names of one character stand for many things in a minified
script, and are not followed.
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.handed_over import is_name_handed_over
from tieback.recognise.texts.link_targets import is_target
from tieback.recognise.texts.prose import MESSAGE
from tieback.recognise.texts.signs import sign_before

MAX_USES = 20
MAX_READ = 16 * 1024 * 1024
"""Bytes of one text that may be searched for names."""
_DECLARED = lazy_pattern(
    rb"(?P<export>\bexport\s{1,8})?(?:(?:\b(?:var|let|const)\s{1,8})|,\s{0,40})(?P<name>[A-Za-z_$][\w$]{1,60})\s{0,8}=\s{0,8}\Z"
)
_MODULE = lazy_pattern(rb"(?:\A|[;\n])\s{0,4}(?:import\s{0,4}(?:[{\"'*]|[\w$]{1,60}\s)|export\s{0,4}[{*])")
"""Statements of a module, whose names are no global ones: https://tc39.es/ecma262/#sec-modules"""
_MODULE_REACH = 2_000
_BEHIND = lazy_pattern(rb"\s{0,40}(?:[;,})\n\r]|\Z)")
"""The literal is the whole value."""
_AGAIN = lazy_pattern(
    rb"\s{0,8}[;\n]\s{0,200}(?:var\s{1,8})?(?P<name>[A-Za-z_$][\w$]{1,60})\s{0,8}=\s{0,8}"
    rb"(?:\"[^\"\\\n]{0,2000}\"|'[^'\\\n]{0,2000}')\s{0,8}(?:[;\n]|\Z)"
)
"""The next statement, which gives a name a text."""
_JOINED = lazy_pattern(rb"(?:\+\s{0,40}|\$\{\s{0,8})\Z")
_CALL = lazy_pattern(
    rb"(?:(?<![\w$])(?:[A-Z][\w$]{0,40})?Error\s{0,4}|(?<![\w$])console\s{0,4}\.\s{0,4}(?P<console>log|warn|error|info|debug)\s{0,4}"
    rb"|(?<![\w$.])(?:window\s{0,4}\.\s{0,4}|Alert\s{0,4}\.\s{0,4})?alert\s{0,4})\("
)
_ARGUMENTS = lazy_pattern(rb"[^;{}]{1,400}|(?:[^;{}\"']|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'){1,400}")
"""The arguments of such a call up to one of them; only texts have the signs of other statements."""
_POINTS = lazy_pattern(
    rb"\b(?:see|visit|read|refer to|docs?|documentation|help|details|more|info|guide|at)\b", re.IGNORECASE
)
_DRAWS = lazy_pattern(rb"\.\s{0,4}(?:fill|stroke|measure)Text\s{0,4}\(\s{0,20}\Z")
"""https://html.spec.whatwg.org/multipage/canvas.html#drawing-text-to-the-bitmap"""
_LITERAL = lazy_pattern(rb"\"[^\"]{0,400}\"|'[^']{0,400}'")
_BRACKET = lazy_pattern(rb"[()]")
_REACH, _BEFORE = 460, 120
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


def declared_name(data: Bytes, start: int, end: int) -> tuple[bytes, int]:
    """The name that has the literal ``data[start:end]``, with its quotes, as its whole value, and where it is.

    The name is empty if there is none, or if other files can import it.
    """
    found = _DECLARED.search(data, max(0, start - _BEFORE), start) if sign_before(data, start) == b"=" else None
    if found is None or found["export"] or _BEHIND.match(data, end) is None:
        return b"", -1
    return bytes(found["name"]), found.start("name")


def is_replaced(data: Bytes, name: bytes, end: int) -> bool:
    """True if the statement behind a literal gives its name another text: ``var url = "x"; url = "y";``."""
    found = _AGAIN.match(data, end)
    return found is not None and found["name"] == name


def _is_in_block(data: Bytes, at: int) -> bool:
    """True if a brace before an offset is open; braces in texts count too."""
    before = bytes(data[:at])
    return before.count(b"{") > before.count(b"}")


def _is_module(data: Bytes) -> bool:
    """True if a script begins or ends with a statement that only a module can have."""
    ends = (data[:_MODULE_REACH], data[-_MODULE_REACH:])
    return any(_MODULE.search(part) is not None for part in ends)


def reason_of_uses(data: Bytes, name: bytes, own: int) -> str:
    """Why no code contacts the value of a name; empty if some use may, or if there is none.

    Not so for a global name, which other scripts can use; the names of a module are not global.

    Args:
        data: the script.
        name: the name.
        own: offset of its declaration.
    """
    if not _is_module(data) and not _is_in_block(data, own):
        return ""
    at, uses, opened = data.find(name), 0, False
    while at >= 0:
        behind = at + len(name)
        is_whole = (not at or data[at - 1] not in _WORD) and (behind >= len(data) or data[behind] not in _WORD)
        if is_whole and at != own:
            uses += 1
            opens = is_name_handed_over(data, at, behind) or is_target(data, at, behind, native=False)
            opened = opened or opens
            if uses > MAX_USES or not (opens or _is_in_message(data, at) or _is_drawn(data, at)):
                return ""
        at = data.find(name, behind)
    return (LINK if opened else MESSAGE) if uses else ""


def _is_drawn(data: Bytes, at: int) -> bool:
    """True if a name is the first argument of a call that draws it."""
    return _DRAWS.search(data, max(0, at - 60), at) is not None


def _is_in_message(data: Bytes, at: int) -> bool:
    """True if a name is joined with words in the arguments of an error or of the console."""
    before = bytes(data[max(0, at - _REACH) : at])
    joined = _JOINED.search(before)
    call = _last_call(before[: joined.start()]) if joined is not None else None
    return call is not None and (not call[0] or _POINTS.search(call[1]) is not None)


def is_part_of_message(data: Bytes, start: int) -> bool:
    """True if a literal is a further part of what an error or the console gets: ``console.log("at " + a + "…")``."""
    before = bytes(data[max(0, start - _REACH) : start])
    if b"(" not in before or not before.rstrip().endswith((b"+", b",")):
        return False
    return _last_call(before) is not None


def _last_call(before: bytes) -> tuple[bool, bytes] | None:
    """Whether the last call before a place is one of the console, and its arguments; ``None`` if it ends before."""
    call = next(reversed(list(_CALL.finditer(before))), None)
    arguments = before[call.end() :] if call is not None else b""
    if call is None or _ARGUMENTS.fullmatch(arguments) is None or not _is_open(arguments):
        return None
    return call["console"] is not None, arguments


def _is_open(text: bytes) -> bool:
    """True if the parentheses in the arguments up to a name are closed, so that it is in no other call."""
    depth = 0
    for bracket in _BRACKET.findall(_LITERAL.sub(b"", text)):
        depth += 1 if bracket == b"(" else -1
        if depth < 0:
            return False  # the call ends before
    return not depth
