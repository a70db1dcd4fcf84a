"""The OpenAPI 3.1 document of the API: the framework's, with our error documents and shorter names."""

import re
from typing import Any

import msgspec
from litestar import Litestar

from tieback.web.problems import MEDIA_TYPE, Problem

_LISTING = re.compile(r"^Listing_(?:[\w.]+\.)?(\w+)_$")
_SCHEMAS = "#/components/schemas/"
_DEFAULT = {"$ref": "#/components/responses/Problem"}


def api_document(app: Litestar) -> dict[str, Any]:
    """The document of an application's API, as JSON values."""
    found = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    parts = found.setdefault("components", {})
    schemas: dict[str, Any] = parts.setdefault("schemas", {})
    names = {name: f"{match[1]}Listing" for name in schemas if (match := _LISTING.match(name))}
    assert len(set(names.values())) == len(names), f"two lists have rows of one name: {sorted(names)}"
    found = _renamed(
        found, {f"#/components/schemas/{old}": f"#/components/schemas/{new}" for old, new in names.items()}
    )
    parts = found["components"]
    parts["schemas"] = {names.get(name, name): schema for name, schema in parts["schemas"].items()}
    parts["schemas"] |= _problem_schemas()
    parts["responses"] = {
        "Problem": {
            "description": "What is wrong, where, and what to do (RFC 9457)",
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
        }
    }
    for operations in found["paths"].values():
        for operation in operations.values():
            kept = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
            operation["responses"] = kept | {"default": _DEFAULT}
    return found  # type: ignore[no-any-return]


def _problem_schemas() -> dict[str, Any]:
    _, parts = msgspec.json.schema_components([Problem], ref_template=f"{_SCHEMAS}{{name}}")
    return dict(parts)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
