"""The JSON schema of rule files, for editors: completion, descriptions and mistakes while typing."""

import ast
import inspect
import textwrap
from typing import Any

import msgspec

from tieback.userrules.parse import KINDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rules_schema() -> dict[str, Any]:
    """The schema of a rule file. Descriptions are the docstrings of the structs."""
    kinds = tuple(KINDS.values())
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    for name, described in _descriptions(kinds).items():
        definition = definitions.get(name)
        if definition is None:
            continue
        definition["description"] = described.pop("", "")
        for key, text in described.items():
            found = definition["properties"].get(key)
            if found is not None:
                found.setdefault("description", text)
    return {
        "$schema": _DIALECT,
        "title": "Rules that users add to tieback",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            table: {"type": "array", "items": reference} for table, reference in zip(KINDS, references, strict=True)
        },
        "$defs": definitions,
    }


def _descriptions(kinds: tuple[type[msgspec.Struct], ...]) -> dict[str, dict[str, str]]:
    """Docstrings of the structs and of their fields, by name; that of the struct itself is under ``""``."""
    found: dict[str, dict[str, str]] = {}
    for module in {inspect.getmodule(kind) for kind in kinds}:
        tree = ast.parse(textwrap.dedent(inspect.getsource(module))) if module is not None else ast.Module([], [])
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = {"": _plain(ast.get_docstring(node) or "")} | dict(_fields(node))
    return found


def _fields(node: ast.ClassDef) -> list[tuple[str, str]]:
    pairs = zip(node.body, node.body[1:], strict=False)
    return [
        ("class" if field.target.id == "pii_class" else field.target.id, _plain(text.value.value))
        for field, text in pairs
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    ]


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())
