"""A short name of a browser from its User-Agent header, for lists of sessions: what it claims, nothing more."""

from tieback.model.safe_text import replace_unsafe

MAX_AGENT = 80
"""Characters of an unknown one that are kept."""
# Order matters: most browsers also name the ones that they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def short_agent(header: str) -> str:
    """``Firefox on Linux``, or the start of the header without control characters."""
    browser = next((name for mark, name in _BROWSERS if mark in header), "")
    system = next((name for mark, name in _SYSTEMS if mark in header), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    return replace_unsafe(header[:MAX_AGENT])
