"""Texts in an export with a format of their own: JSON (policies, properties), URLs."""

import json
from typing import Any
from urllib.parse import urlsplit


def parse_json(value: Any, most: int = 1 << 20) -> Any:
    """The value, or the parsed JSON of its text; ``None`` if it is not JSON or longer than ``most`` characters."""
    if not isinstance(value, str):
        return value
    if not value or len(value) > most:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def host_and_port(text: str) -> tuple[str, int | None]:
    """Host (lower case) and port of a URL or of ``host:port``; an empty host if there is none."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        return (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", None
