"""Where a browser goes after the sign-in or from an error: only to pages of this server."""

import re
from urllib.parse import urlsplit

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_MAX_PATH = 2_000


def next_page(text: str) -> str:
    """The address if it is a path of this server, else the overview. A backslash counts as a slash in browsers."""
    if len(text) > _MAX_PATH or not _PATH.fullmatch(text) or text.startswith(("/sign-in", "/api/", "/first-start")):
        return "/"
    return text


def previous_page(referrer: str, host: str, here: str) -> str:
    """The page that led to an address of this server; empty if there is none, or if it is that address.

    Args:
        referrer: header ``Referer`` of the request.
        host: header ``Host`` of the request.
        here: path of the request.
    """
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not host or parts.netloc.lower() != host.lower() or parts.path == here:
        return ""
    return "" if next_page(path) == "/" else path
