"""Names whose value a script requests, such as ``fetch(config.homepage)``: their address is one that the app contacts.

The name before an address often says what it is for people: a home page, a licence, a link. Code can contact such an
address nevertheless. What counts is the name in the expression of a call or an assignment that loads something.
Bounds: 64 places of a name, 16 names per text.
"""

import re
from itertools import islice

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MAX_PLACES = 64
_REACH, _NAME_REACH = 200, 400
_REQUEST = lazy_pattern(
    rb"(?:(?<![\w$])(?:fetch|importScripts|import|loadUrl|loadURL|load|play|connect|ping|sendBeacon"
    rb"|(?:axios|\$|jQuery|http|https|got|request|superagent)(?:\s{0,4}\.\s{0,4}(?:get|post|put|patch|ajax|getJSON|getScript|request))?"
    rb"|new\s{1,4}(?:WebSocket|EventSource|Worker|SharedWorker|Audio|Request|[\w$]{0,30}Provider))\s{0,4}\("
    rb"|(?<![\w$.])(?:window\s{0,4}\.\s{0,4}|document\s{0,4}\.\s{0,4})?location(?:\s{0,4}\.\s{0,4}href)?\s{0,4}="
    rb"|\blocation\s{0,4}\.\s{0,4}(?:assign|replace)\s{0,4}\(|\.\s{0,4}src\s{0,4}=(?!=)"
    rb"|\bopen\s{0,4}\(\s{0,4}[\"'](?:GET|POST|PUT)[\"']\s{0,4},"
    rb"|(?<![\w$])(?:uri|src)[\"']?\s{0,4}:|\b(?:ajax|axios|request)\s{0,4}\(\s{0,4}\{[^{}]{0,100}\burl[\"']?\s{0,4}:)"
)
"""The beginning of a call or an assignment that loads what is behind it."""
_OPENED = lazy_pattern(rb"\bopen\s{0,4}\(\s{0,4}(?:[\w$]{1,60}\.)*\Z")
_SELF = lazy_pattern(rb"\s{0,4},\s{0,4}[\"']_self[\"']")
"""A window that the page itself becomes."""
_OTHER_VALUE = lazy_pattern(rb"\s{0,4}(?::(?!:)|=(?!=))")
"""Behind a name that gets a value."""
_NAMED = lazy_pattern(
    rb"(?<![\w$.])(?:(?P<of>[\w$]{1,40})\.)?(?P<name>[\w$]{2,64})[\"']?\s{0,8}[:=]\s{0,8}(?:\[\s{0,8})?\Z"
)
"""The key, member or variable that gets a value, or the list that begins with it."""
_OBJECT = lazy_pattern(rb"(?<![\w$.])(?P<of>[\w$]{1,40})\s{0,4}=\s{0,4}\{[^{}]{0,300}\Z")
_GENERAL = frozenset(b"url uri type name value default data id key text src title label href link".split())
_OF_NATIVE = frozenset((b"href", b"link"))
"""Names that many objects have; the second ones count in React Native, where no element has them."""
_VARIABLE = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,40})\s{0,4}=(?![=>])[^;{}=]{0,160}(?:=[\"'\w\\][^;{}=]{0,60})?\Z"
)
"""A variable that gets a value, up to a name in the expression; a selector can have a sign of its own."""
_EVAL = lazy_pattern(rb"(?<![\w$.])eval\s{0,4}\([^;{}]{0,160}\Z")
_BEHIND = 600
_BRACKETS = lazy_pattern(rb"[()\[\],]")
_STATEMENT = lazy_pattern(rb"[;{}]")


def name_before(data: Bytes, start: int, *, native: bool) -> bytes:
    """The name by which code reads the value at ``start`` again; empty if there is none.

    Args:
        data: the script.
        start: offset of the value.
        native: the script is that of an app of React Native.
    """
    before = bytes(data[max(0, start - _NAME_REACH) : start])
    found = _NAMED.search(before)
    if found is None:
        return b""
    name = found["name"]
    if name.lower() not in _GENERAL or (native and name in _OF_NATIVE):
        return name
    of = found["of"] or ((whole := _OBJECT.search(before, 0, found.start("name"))) and whole["of"])
    return b"%b.%b" % (of, name) if of else b""


def is_requested(data: Bytes, name: bytes) -> bool:
    """True if a script loads the value of a name or member.

    Args:
        data: the script, or a page with some.
        name: the name; one of a single character is that of many things.
    """
    if len(name) < 2:
        return False
    at, left = data.find(name), MAX_PLACES
    while at >= 0 and left:
        left -= 1
        if is_request_at(data, at, at + len(name)):
            return True
        at = data.find(name, at + len(name))
    return False


def is_request_at(data: Bytes, at: int, end: int) -> bool:
    """True if the name ``data[at:end]`` is whole, and is in an expression whose value is loaded."""
    if (at and chr(data[at - 1]) in _WORD) or (end < len(data) and chr(data[end]) in _WORD):
        return False
    if _OTHER_VALUE.match(data, end, end + 8):
        return False
    before = bytes(data[max(0, at - _REACH) : at])
    if _OPENED.search(before) and _SELF.match(data, end, end + 20):
        return True
    return any(_is_in_first(before[found.end() :]) for found in _REQUEST.finditer(before))


def is_value_requested(data: Bytes, at: int, end: int) -> bool:
    """True if the value of the name ``data[at:end]`` is loaded, at once or by the variable that gets it."""
    if is_request_at(data, at, end):
        return True
    variable = _VARIABLE.search(data, max(0, at - _REACH), at)
    if variable is None:
        return False
    name, last = variable["name"], min(len(data), end + _BEHIND)
    use = re.compile(rb"(?<![\w$.])" + re.escape(name) + rb"(?![\w$])")
    return any(is_request_at(data, one.start(), one.end()) for one in islice(use.finditer(data, end, last), MAX_PLACES))


def is_option_requested(data: Bytes, start: int) -> bool:
    """True if a value is in an object that a script gives to a call for requests: ``var o={url:"https://…"};ajax(o)``."""
    before = bytes(data[max(0, start - _NAME_REACH) : start])
    if not before[: max(before.rfind(b"{"), 0)].rstrip().endswith(b"="):
        return False  # nearly all others, at once
    key = _NAMED.search(before.rstrip(b"\"'`"))
    of = _OBJECT.search(before, 0, key.start("name")) if key is not None and key["name"] in (b"url", b"uri") else None
    if of is None:
        return False
    use = re.compile(rb"(?<![\w$])(?:ajax|axios|fetch|request)\s{0,4}\(\s{0,4}" + re.escape(of["of"]) + rb"\s{0,4}[,)]")
    return use.search(data, start, start + _BEHIND) is not None


def is_evaluated(data: Bytes, at: int) -> bool:
    """True if a text up to an offset is the argument of ``eval``."""
    return _EVAL.search(data, max(0, at - _REACH), at) is not None


_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


def _is_in_first(text: bytes) -> bool:
    """True if the text behind an opening parenthesis stays in the first argument, and in one expression."""
    if _STATEMENT.search(text):
        return False
    depth = 0
    for sign in _BRACKETS.findall(text):
        if sign in b"([":
            depth += 1
        elif sign in b")]":
            depth -= 1
            if depth < 0:
                return False
        elif not depth:
            return False
    return True
