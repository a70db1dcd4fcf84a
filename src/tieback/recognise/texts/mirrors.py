"""Addresses of GitHub in the path of a mirror: ``https://ghp.ci/https://github.com/o/r/raw/main/a``.

The app contacts the mirror, and the mirror requests the file from GitHub; it answers for no other site. Any other
address in the path of a proxy stays a back end: it is a server of the app, which the app reaches in another way.
Source: https://github.com/hunshcn/gh-proxy (README: release, archive and file addresses)
"""

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MIRRORED = "only an address of GitHub that a mirror requests for the app"
HOSTS = frozenset(
    ("api.github.com", "codeload.github.com", "gist.github.com", "gist.githubusercontent.com", "github.com",
     "objects.githubusercontent.com", "raw.github.com", "raw.githubusercontent.com")
)  # fmt: skip
REACH = 300
"""Most characters of the address of a mirror."""
_OUTER = lazy_pattern(rb"https?://[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?::\d{1,5})?/(?:[\w.-]{1,40}/){0,3}\Z")


_QUOTES = (b'"', b"'", b"`")


def is_cut_off(data: Bytes, before: bytes) -> bool:
    """True if a script also removes the address of the mirror that ends the text before an address."""
    mirror = _OUTER.search(before[-REACH:])
    return mirror is not None and any(data.find(b"replace(%b%b" % (quote, mirror[0])) >= 0 for quote in _QUOTES)


def is_mirrored(before: bytes) -> bool:
    """True if the text before an address is that of a mirror, up to the address in its path."""
    return before.endswith(b"/") and _OUTER.search(before[-REACH:]) is not None
