"""Endpoints in the texts that a tool gives. The same reading for every tool, so that the texts alone differ.

A text gives each URL in it, and ``host:port`` if that is the whole text. No list of known names is applied: what no
code contacts, such as a namespace, counts as a false claim.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bench.openback.schema import Claim

MAX_TEXT = 8192
"""Characters of one text that are read."""
MAX_CLAIMS = 20_000
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>`\\{}|^]{3,2000}")
_PLACE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)){1,8}[A-Za-z]{2,24}:\d{2,5}|\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}"
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21, "mqtt": 1883}
_LOCAL = frozenset({"android", "content", "data", "file", "jar", "javascript", "market", "package", "res", "tel"})
"""Schemes that name nothing on a network."""


def claims(texts: Iterable[str]) -> Iterator[Claim]:
    """``endpoint`` and ``host`` of each text, each once, at most ``MAX_CLAIMS``."""
    seen: set[Claim] = set()
    for text in texts:
        for found in _found(text[:MAX_TEXT]):
            if found not in seen:
                seen.add(found)
                yield found
        if len(seen) > MAX_CLAIMS:
            return


def _found(text: str) -> Iterator[Claim]:
    if _PLACE.fullmatch(text):
        yield Claim("endpoint", text.lower())
        yield Claim("host", text.rpartition(":")[0].lower())
        return
    for match in _URL.finditer(text):
        pair = endpoint(match[0].rstrip(".,;:!?)]"))
        if pair is not None:
            yield Claim("endpoint", pair[0])
            yield Claim("host", pair[1])


def endpoint(url: str) -> tuple[str, str] | None:
    """The URL as openback writes it, and its host; ``None`` if it names none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme in _LOCAL or not _HOST.fullmatch(host) or "." not in host:
        return None
    place = host if port is None or port == _PORTS.get(scheme) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{place}{parts.path}{query}".rstrip("/"), host
