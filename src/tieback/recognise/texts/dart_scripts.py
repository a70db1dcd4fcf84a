"""Addresses that a Flutter app for the web opens in another tab: ``A.D4(A.d6("https://…", 0, null), B.x)``.

``launchUrl`` of the package ``url_launcher`` has no name in a compiled script, but its message about addresses that it
cannot open in a web view: https://pub.dev/packages/url_launcher, https://dart.dev/tools/dart-compile#js
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

SUFFIX = ".dart.js"
"""End of the name of a script that the compiler of Dart has made."""
_MESSAGE = b"To use an in-app web view, you must provide an http(s) URL."
_METHOD = lazy_pattern(rb"\n(?P<name>[A-Za-z_$][\w$]{0,20})\([\w$,]{0,40}\)\{")
_METHOD_REACH = 2_000
_BEFORE = rb"(?<![\w$.])[\w$]{1,4}\.%b\((?:[\w$]{1,4}\.[\w$]{1,12}\((?:\"https?\",)?)?\Z"
_VARIABLE = lazy_pattern(rb"(?<![\w$.])(?P<name>[A-Za-z_]{1,3})=[\w$]{1,4}\.[\w$]{1,12}\((?:\"https?\",)?\Z")
"""A variable that gets the address."""
MAX_METHODS = 4
_REACH, _BEHIND = 60, 300


def launchers(data: Bytes) -> bytes:
    """A pattern for the names of the methods that open an address in another tab; empty if there is none."""
    names: list[bytes] = []
    at = data.find(_MESSAGE)
    while at >= 0 and len(names) < MAX_METHODS:
        methods = list(_METHOD.finditer(data, max(0, at - _METHOD_REACH), at))
        names += [methods[-1]["name"]] if methods else []
        at = data.find(_MESSAGE, at + 1)
    return b"(?:%b)" % b"|".join(map(re.escape, names)) if names else b""


def is_launched(data: Bytes, start: int, methods: bytes) -> bool:
    """True if a literal at an offset is an argument of one of the methods, perhaps by a variable."""
    if not methods:
        return False
    before = bytes(data[max(0, start - _REACH) : start])
    if re.search(_BEFORE % methods, before):
        return True
    variable = _VARIABLE.search(before)
    behind = bytes(data[start : start + _BEHIND])
    return variable is not None and re.search(rb"\.%b\(%b[,)]" % (methods, variable["name"]), behind) is not None
