"""The OpenAPI 3.1 document of the API: the framework's, with our error documents and shorter names.

Programs generate clients from it, so it has what the framework does not know: the body of an upload, the media types of
files, and which changes accept ``If-Match``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute, HTTPRoute

from tieback.web.problems import MEDIA_TYPE, Problem

_LISTING = re.compile(r"^Listing_(?:[\w.]+\.)?(\w+)_$")
_SCHEMAS = "#/components/schemas/"
_DEFAULT = {"$ref": "#/components/responses/Problem"}
_BYTES = {"type": "string", "format": "binary"}
FILES = "tieback_files"
"""Option of a route that answers with a file: a function that returns the media types (``MediaTypes``)."""
RAW_BODY = "tieback_raw_body"
"""Option of a route whose body is the file itself: the media type."""
HAS_ETAG = "tieback_has_etag"
"""Option of a route whose answer has an ``ETag``."""
CHECKS_ETAG = "tieback_checks_etag"
"""Option of a route that changes an object: True if it accepts ``If-Match``."""
MAY_EXIST = "tieback_may_exist"
"""Option of a route that makes an object: True if it answers 200 if there was one before."""
NOTES = "Tieback-Notes"
"""Header with what a file to save does not contain."""

type MediaTypes = Callable[[], Iterable[str]]


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
    for name, schema in parts["schemas"].items():
        # Generators name their classes by the title, and drop the second one of two that are equal.
        if "title" in schema:
            schema["title"] = name
    options = {handler.operation_id: handler.opt for route in app.routes for handler in _handlers(route)}
    for operations in found["paths"].values():
        for operation in operations.values():
            kept = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
            operation["responses"] = kept | {"default": _DEFAULT}
            _complete(operation, options.get(operation["operationId"], {}))
    return found  # type: ignore[no-any-return]


def _handlers(route: BaseRoute) -> Iterable[HTTPRouteHandler]:
    return route.route_handlers if isinstance(route, HTTPRoute) else ()


def _complete(operation: dict[str, Any], options: Mapping[str, Any]) -> None:
    """Add what the options of a route say about its requests and answers."""
    headers: dict[str, Any] = {}
    if options.get(HAS_ETAG):
        headers["ETag"] = _header("For If-Match of a change, and If-None-Match of the next request")
    success = next(answer for code, answer in operation["responses"].items() if code != "default")
    if FILES in options:
        types = sorted({one.partition(";")[0].strip() for one in options[FILES]()})
        success["description"] = f"The file: {', '.join(types)}"
        # Generators take the first type that they know, and read every file as that one. All know the one of bytes.
        kinds = {types[0] if len(types) == 1 else "*/*", "application/octet-stream"}
        success["content"] = {kind: {"schema": _BYTES} for kind in sorted(kinds)}
        headers["Content-Disposition"] = _header("The name of the file")
        headers[NOTES] = _header("A JSON array of texts: what the file does not contain. Missing if it has everything")
    success["headers"] = headers
    if options.get(MAY_EXIST):
        existing = success | {"description": "It was there before; nothing was made"}
        operation["responses"] = {"200": existing} | operation["responses"]
    if RAW_BODY in options:
        operation["requestBody"] = {"content": {options[RAW_BODY]: {"schema": _BYTES}}, "required": True}
    if not options.get(CHECKS_ETAG, True):
        operation["parameters"] = [one for one in operation["parameters"] if one["name"] != "If-Match"]


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _problem_schemas() -> dict[str, Any]:
    _, parts = msgspec.json.schema_components([Problem], ref_template=f"{_SCHEMAS}{{name}}")
    return dict(parts)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
