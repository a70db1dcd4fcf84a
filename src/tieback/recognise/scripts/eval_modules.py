"""Modules that a development build of webpack keeps as texts: ``eval("…//# sourceURL=webpack:///./src/api.js?")``.

A browser shows each such module as a file of its own. For readers the texts become the code that they are, in the
function around each. With trusted types the text is the argument of ``__webpack_require__.ts``. Source:
https://webpack.js.org/configuration/devtool/ (``eval``). Bound: scripts of 8 MiB.
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MAX_SCRIPT = 8 * 1024 * 1024
"""Most bytes of a script whose texts become code."""
_MARK = b"sourceURL=webpack"
_EVAL = lazy_pattern(
    rb"(?<![\w$.])eval\((?P<trusted>__webpack_require__\.ts\()?(?:\"(?P<double>(?:[^\"\\\n]++|\\[^\n])*+)\""
    rb"|'(?P<single>(?:[^'\\\n]++|\\[^\n])*+)')\)(?(trusted)\)|)"
)
_KEPT = b"\0"
_ESCAPES = ((rb"\n", b"\n"), (rb"\"", b'"'), (rb"\'", b"'"), (rb"\t", b"\t"), (rb"\r", b""))
"""The escapes that ``JSON.stringify`` writes for code; others are in literals of the code and stay."""


def without_evals(data: Bytes) -> Bytes:
    """The script with the modules as code; the script itself if there are none."""
    if len(data) > MAX_SCRIPT or data.find(_MARK) < 0:
        return data
    return _EVAL.sub(_as_code, data)


def _as_code(found: re.Match[bytes]) -> bytes:
    text = found["double"] if found["single"] is None else found["single"]
    if _MARK not in text:
        return found[0]
    text = text.replace(rb"\\", _KEPT)
    for escape, sign in _ESCAPES:
        text = text.replace(escape, sign)
    return b"\n%b\n" % text.replace(_KEPT, b"\\")
