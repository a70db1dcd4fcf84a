"""Values of columns and arguments as SQL."""

from typing import Any

from tieback.posture.rules.sql.conditions.values import NOW, UNKNOWN


def literal(value: Any, kind: str) -> str:
    """A value in SQL; empty if it has none."""
    if value is UNKNOWN:
        return "'{}'" if kind in {"json", "jsonb"} else ""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and kind in {"timestamptz", "time"}:
        return "now()" if kind == "time" else f"now() + interval '{int(value - NOW)} day'"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        inner = ", ".join(literal(one, kind) for one in value)
        return f"array[{inner}]" if inner else "'{}'"
    text = str(value).replace("'", "''")
    return f"'{text}'"
