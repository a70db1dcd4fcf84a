"""Where a browser goes after the sign-in: only to pages of this server."""

import re

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_MAX_PATH = 2_000


def next_page(text: str) -> str:
    """The address if it is a path of this server, else the overview. A backslash counts as a slash in browsers."""
    if len(text) > _MAX_PATH or not _PATH.fullmatch(text) or text.startswith(("/sign-in", "/api/", "/first-start")):
        return "/"
    return text
