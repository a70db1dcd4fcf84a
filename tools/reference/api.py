"""Pages of the REST API and of the report formats."""

import ast
import json
from pathlib import Path
from typing import Any

from tools.reference.text import SOURCE, code, page, plain, table

from tieback.cli.formats import OLD_NAMES
from tieback.report import renderers

DOCUMENT = SOURCE.parents[1] / "docs/reference/schemas/openapi.json"
METHODS = ("get", "put", "post", "patch", "delete")


def pages() -> dict[str, str]:
    """Path to text of each page."""
    return {"docs/reference/rest-api.md": _api(), "docs/reference/report-formats.md": _formats()}


def _api() -> str:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if one := methods.get(method):
                groups.setdefault((one.get("tags") or ["other"])[0], []).append(_operation(method, path, one))
    intro = (
        "For programs that use `tieback serve`. It lists every request of the "
        "[OpenAPI document](schemas/openapi.json), which has the types of the answers. Sign-in with tokens is in "
        "[accounts](../howto/web/accounts.md), and the conventions are in [web pages](../howto/web.md#rest-api)."
    )
    sections = [f"## {group.capitalize()}\n\n" + "\n\n".join(found) for group, found in sorted(groups.items())]
    return page("REST API", intro, *sections)


def _operation(method: str, path: str, one: dict[str, Any]) -> str:
    lines = [
        f"### {method.upper()} {path}".replace("{", "\\{").replace("}", "\\}"),
        plain(one.get("description") or one["summary"]),
    ]
    rows = [
        (code(found["name"]), found["in"], "yes" if found.get("required") else "", _default(found.get("schema", {})))
        for found in one.get("parameters", ())
    ]
    if rows:
        lines.append(table(("parameter", "in", "required", "default"), rows))
    if body := one.get("requestBody"):
        lines.append("Body: " + ", ".join(code(kind) for kind in body["content"]) + ".")
    return "\n\n".join(lines)


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    return "" if value in (None, "", []) else code(str(value))


def _formats() -> str:
    rows = [
        (
            code(OLD_NAMES.get(one.meta.name, one.meta.name)),
            code(one.meta.suffix),
            code(one.meta.media_type),
            plain(_about(type(one))),
        )
        for one in renderers()
    ]
    intro = (
        "For users of `tieback report --format` and `--report FILE`. The purpose of each format is in "
        "[reports](../howto/reports.md#formats), and the keys of JSON are in [keys of the JSON report](report-keys.md)."
    )
    return page("Report formats", intro, table(("format", "suffix", "media type", "content"), rows))


def _about(renderer: type) -> str:
    """The first sentence of the module of a renderer."""
    path = Path(SOURCE.parent, *renderer.__module__.split(".")).with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0]
