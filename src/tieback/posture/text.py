"""JSON that stands as a text within an export: policies, properties, configurations."""

import json
from typing import Any


def parsed(value: Any, most: int = 1 << 20) -> Any:
    """The value itself, or what its text says; ``None`` where that is no JSON or longer than ``most`` characters."""
    if not isinstance(value, str):
        return value
    if not value or len(value) > most:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
