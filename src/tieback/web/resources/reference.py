"""The API reference: the OpenAPI document as a table."""

from typing import Any

import msgspec
from litestar import Request, Response, get

from tieback.pipeline.accounts.roles import Role
from tieback.web.access import ROLE
from tieback.web.openapi import api_document
from tieback.web.resource import page_context, render


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One request of the API."""

    method: str
    path: str
    summary: str
    role: str
    parameters: tuple[str, ...]


@get("/api", sync_to_thread=True, opt={ROLE: Role.VIEWER}, name="page:reference", include_in_schema=False)
def reference(request: Request[Any, Any, Any]) -> Response[str]:
    """All requests of the API."""
    return render(request, "reference.html", page_context(request, "API") | {"groups": operations(request)})


def operations(request: Request[Any, Any, Any]) -> dict[str, list[Operation]]:
    """The requests of the API by group, from the routes."""
    roles = {
        one.operation_id: one.opt[ROLE]
        for route in request.app.routes
        for one in getattr(route, "route_handlers", ())
        if getattr(one, "operation_id", None)
    }
    groups: dict[str, list[Operation]] = {}
    for path, item in api_document(request.app)["paths"].items():
        for method, found in item.items():
            role = roles.get(found.get("operationId"))
            one = Operation(
                method=method.upper(),
                path=path,
                summary=found.get("summary", ""),
                role=role.value if role else "everyone",
                parameters=tuple(each["name"] for each in found.get("parameters", ())),
            )
            groups.setdefault((found.get("tags") or ["other"])[0], []).append(one)
    return dict(sorted(groups.items()))


@get(
    "/api/v1/openapi.json",
    opt={ROLE: Role.VIEWER},
    name="api:openapi",
    include_in_schema=False,
    media_type="application/vnd.oai.openapi+json",
)
async def document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The OpenAPI document."""
    return api_document(request.app)


ROUTES = [reference, document]
