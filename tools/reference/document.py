"""Page of the keys of the JSON documents of reports."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tools.reference.text import code, field_texts, page, plain, table

from tieback.report.schema import lines_schema, report_schema

KEYS = Path(__file__).with_name("keys.toml")
HEAD = "Report"
"""Struct whose docstrings describe the keys of the document itself."""


def pages() -> dict[str, str]:
    """Path to text of the page."""
    schema = report_schema()
    intro = (
        "For programs that read `--format json` and `--format ndjson`. It lists every key. The types are those of the "
        "[schema](schemas/report.schema.json), the texts those of the code. "
        "Keys may be added in any release. Removing one, or changing its meaning, raises the version in `schema`."
    )
    kinds = [one["properties"]["schema"]["const"] for one in lines_schema()["oneOf"]]
    lines = "## Lines\n\n" + "\n".join(
        [
            "With `--format ndjson`, each line has one of these values in `schema`:",
            "",
            *(f"- `{kind}`" for kind in kinds),
        ]
    )
    head = f"## The document\n\n{_keys(HEAD, schema)}"
    parts = [_struct(name, one) for name, one in sorted(schema["$defs"].items())]
    return {"docs/reference/report-keys.md": page("Keys of the JSON report", intro, head, lines, *parts)}


def _struct(name: str, one: dict[str, Any]) -> str:
    lines = [f"## {name}", plain(one.get("description", "").split("\n\n")[0])]
    if "enum" in one:
        texts = field_texts().get(name, {})
        named = {value.lower(): text for value, text in texts.items()}
        rows = [
            (code(str(value)) or "(empty)", plain(named.get(str(value).lower().replace("-", "_"), "")))
            for value in one["enum"]
        ]
        lines.append(table(("value", "meaning"), rows))
    else:
        lines.append(_keys(name, one))
    return "\n\n".join(filter(None, lines))


def _keys(name: str, one: dict[str, Any]) -> str:
    rows = [(code(key), key_type(kind), plain(meaning(name, key))) for key, kind in one.get("properties", {}).items()]
    return table(("key", "type", "meaning"), rows) if rows else ""


@cache
def _common() -> dict[str, str]:
    return tomllib.loads(KEYS.read_text(encoding="utf-8"))


def meaning(name: str, key: str) -> str:
    """The text of a key: the docstring of its field, or the text that all keys of this name have."""
    return field_texts().get(name, {}).get(key) or _common().get(key, "")


def keys_without_text() -> list[str]:
    """``Struct.key`` of each key that has neither, and lines of the file that no key needs."""
    keys = [(name, key) for name, one in report_schema()["$defs"].items() for key in one.get("properties", {})]
    needed = {key for name, key in keys if not field_texts().get(name, {}).get(key)}
    missing = [f"{name}.{key}" for name, key in keys if not meaning(name, key)]
    return [*missing, *(f"{KEYS.name}: {key} is not needed" for key in _common() if key not in needed)]


def key_type(kind: dict[str, Any], place: Callable[[str], str] = lambda name: f"#{name.lower()}") -> str:
    """The type of a key for people; ``place`` is where a struct is described."""

    def of(one: dict[str, Any]) -> str:
        return key_type(one, place)

    if reference := kind.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name.rpartition('.')[2]}]({place(name)})"
    if several := kind.get("anyOf"):
        return " or ".join(map(of, several))
    if "const" in kind:
        return code(str(kind["const"]))
    if "enum" in kind:
        return ", ".join(code(str(value)) for value in kind["enum"])
    if kind.get("type") == "array":
        if "prefixItems" in kind:
            return "array of " + ", ".join(map(of, kind["prefixItems"]))
        items = kind.get("items")
        return f"array of {of(items)}" if isinstance(items, dict) and items else "array"
    if kind.get("type") == "object" and isinstance(kind.get("additionalProperties"), dict):
        return f"object, name to {of(kind['additionalProperties'])}"
    return " ".join(filter(None, (str(kind.get("type", "any")), kind.get("format", ""))))
