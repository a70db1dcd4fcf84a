"""Texts within an export that are something else: JSON (policies, properties), URLs."""

import json
from typing import Any
from urllib.parse import urlsplit


def parsed(value: Any, most: int = 1 << 20) -> Any:
    """Return the value, or its text parsed as JSON; ``None`` if invalid or longer than ``most`` characters."""
    if not isinstance(value, str):
        return value
    if not value or len(value) > most:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def host_and_port(text: str) -> tuple[str, int | None]:
    """Return host (lower case) and port of a URL or of ``host:port``; an empty host if there is none."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        return (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", None
