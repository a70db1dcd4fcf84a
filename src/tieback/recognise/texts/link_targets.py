"""Literals of scripts that are the target of a link which a person taps, and that opens outside of the app.

``jsx("a", {href: "https://…", target: "_blank"})`` of React and Vue, ``a.href = "https://…"; a.target = "_blank"``, and
in React Native, which has no element ``a``, an address beside the text that a person taps.
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

_HREF = lazy_pattern(rb"[{,]\s{0,20}[\"']?href[\"']?\s{0,4}:\s{0,8}\Z")
"""The name before the address of a link in the properties of an element: of React (``jsx("a", {href: …})``) and Vue
(``h("a", {href: …})``, in version 2 ``_c("a", {attrs: {href: …}})``)."""
_LABEL = lazy_pattern(rb"[{,]\s{0,20}[\"']?(?:text|label)[\"']?\s{0,4}:")
"""The property with the text that a person taps: a component of React Native has no element ``a``."""
_LISTED = lazy_pattern(rb"[{,]\s{0,20}[\"']?link[\"']?\s{0,4}:\s{0,8}\Z")
_TITLE = lazy_pattern(rb"[{,]\s{0,20}[\"']?(?:title|description|text|label)[\"']?\s{0,4}:")
"""A page in a list for people, as in the list of the template of React Native: ``{title: …, link: "https://…"}``."""
_BUTTON = lazy_pattern(rb"(?<![\w$])[\w$]{0,40}[bB]utton_?(?:[lL]ink|[hH]ref)[\"']?\s{0,4}[:=]\s{0,8}\Z")
"""The name of the page that a button opens."""
_LOADED = lazy_pattern(rb"(?i)[{,]\s{0,20}[\"']?(?:rel|crossorigin|integrity)[\"']?\s{0,4}:|\.(?:css|js|json)\b")
"""Properties of an element whose address is loaded, and ends of such addresses."""
PICTURE = lazy_pattern(rb"(?i)\.(?:png|jpe?g|gif|webp|svg|avif)\b")
"""The end of the address of a picture."""
_BLANK = lazy_pattern(rb"[{,]\s{0,20}[\"']?target[\"']?\s{0,4}:\s{0,8}[\"'`]_blank[\"'`]")
_SET_HREF = lazy_pattern(rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,40})\.href\s{0,4}=\s{0,8}\Z")
_ASSIGNED = lazy_pattern(rb"(?:[;,{}:(]|\A)\s{0,8}(?P<name>[A-Za-z_$])\s{0,4}=\s{0,8}\Z")
"""A name of one character, as minifiers write the variables of a function."""
_FIRST_USE = 1_500
"""Most bytes between such a literal and the first use of its variable."""
_PROPERTIES = 300
"""Most bytes of an element's properties on each side of an address that are read."""


def is_target(data: Bytes, start: int, end: int, *, native: bool) -> bool:
    """True if a literal ``data[start:end]``, with its quotes, is the target of a link for a person.

    Args:
        data: the script.
        start: offset of the literal.
        end: its end.
        native: the script runs in no web view, so that every link opens another app.
    """
    before = bytes(data[max(0, start - 60) : start])
    if _BUTTON.search(before):
        return True
    if _HREF.search(before):
        around = _properties(data, start, end)
        return any(map(_BLANK.search, around)) or (native and _is_tapped(data, start, end, _LABEL))
    if _LISTED.search(before):
        return native and _is_tapped(data, start, end, _TITLE)
    variable = _ASSIGNED.search(before)
    if variable is not None:
        return _is_used_in_link(data, end, variable["name"])
    name = _SET_HREF.search(before)
    return name is not None and _opens_window(data[max(0, start - _PROPERTIES) : end + _PROPERTIES], name["name"])


def _is_used_in_link(data: Bytes, end: int, name: bytes) -> bool:
    """True if the first use of a variable behind its value is the target of a link that opens another window."""
    use = re.compile(rb"(?<![\w$.])%b(?![\w$]|\s{0,4}=(?!=)|\s{0,4}:)" % re.escape(name))
    found = use.search(data, end, end + _FIRST_USE)
    if found is None or _HREF.search(data, max(0, found.start() - 60), found.start()) is None:
        return False
    return any(map(_BLANK.search, _properties(data, found.start(), found.end())))


def _properties(data: Bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """The other properties of an object, before and behind a literal."""
    before = bytes(data[max(0, start - _PROPERTIES) : start])
    return before[before.rfind(b"{") :], bytes(data[end : end + _PROPERTIES]).partition(b"}")[0]


def _is_tapped(data: Bytes, start: int, end: int, label: re.Pattern[bytes]) -> bool:
    """True if the properties around a literal have the text that a person taps."""
    around = _properties(data, start, end)
    if any(map(_LOADED.search, (*around, data[start:end]))) or PICTURE.search(data, start, end):
        return False
    return any(map(label.search, around))


def _opens_window(around: Bytes, name: bytes) -> bool:
    """True if code lets the link with a name open another window."""
    target = rb"(?<![\w$.])%b\.target\s{0,4}=\s{0,8}[\"'`]_blank[\"'`]" % re.escape(name)
    return re.search(target, around) is not None
