"""Health: a page for people, answers for load balancers, and metrics for Prometheus."""

from ipaddress import ip_address
from typing import Any

from anyio import to_thread
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import health
from tieback.pipeline.views.health import HealthPage
from tieback.web.access import IDENTIFY, ROLE
from tieback.web.context import Context
from tieback.web.problems import WARNINGS
from tieback.web.resource import page_and_json


def server_health(context: Context) -> HealthPage:
    """Versions, sandbox, queue, disk, damaged parts of the lake, and what needs attention."""
    return health.health_page(context.workspace, context.writes)


@get("/healthz", opt={ROLE: None}, name="healthz", include_in_schema=False, media_type=MediaType.TEXT)
async def healthz() -> str:
    """The process answers. It says nothing else, because everyone may ask."""
    return "ok\n"


@get("/readyz", opt={ROLE: None}, name="readyz", include_in_schema=False, media_type=MediaType.TEXT)
async def readyz(request: Request[Any, Any, Any], context: NamedDependency[Context]) -> Response[str]:
    """Whether the workspace can be read and written, and if not, why. No path and no name: everyone may ask."""
    reason = await to_thread.run_sync(health.unready_reason, context.workspace, context.writes)
    if not reason:
        return Response("ready\n")
    request.app.state[WARNINGS].warn(f"/readyz: {reason}")
    return Response(f"not ready: {reason}\n", status_code=503)


@get("/metrics", opt={ROLE: None}, name="metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], context: NamedDependency[Context]) -> Response[bytes]:
    """Metrics for Prometheus: with a token, or without one from this machine."""
    if request.app.state[IDENTIFY](request) is None and not _is_local(request, context):
        return Response(
            b"send a token\n", status_code=401, headers={"WWW-Authenticate": "Bearer"}, media_type="text/plain"
        )
    page = await to_thread.run_sync(health.health_page, context.workspace, context.writes)
    return Response(_exposition(page), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_local(request: Request[Any, Any, Any], context: Context) -> bool:
    """True if the request comes from this machine and not through a proxy on it."""
    if context.settings.public_url or any(name.startswith(("x-forwarded", "forwarded")) for name in request.headers):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _exposition(page: HealthPage) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"tieback_{name}", text, registry=registry).set(value)

    Gauge("tieback_info", "Version of tieback", ["version", "ledger", "sandbox"], registry=registry).labels(
        page.version, page.ledger, page.sandbox.value
    ).set(1)
    jobs = Gauge("tieback_jobs", "Jobs by state; done and failed: of the last 1,000", ["state"], registry=registry)
    for state in ("running", "waiting", "interrupted", "failed", "done"):
        jobs.labels(state).set(getattr(page.queue, state))
    gauge("schema", "Version of the layout of the workspace", page.schema)
    gauge("writable", "1 if the ledger and the disk can be written", int(page.writable))
    gauge("disk_free_bytes", "Free bytes on the disk of the workspace", page.disk_free)
    gauge("uploads_bytes", "Bytes of all uploads", page.uploads)
    gauge("lake_damaged_parts", "Parts of the lake that are damaged and ignored", page.damaged_total)
    gauge("stopped", "1 if the stop file exists, so that nothing probes", int(page.stopped))
    if page.last_run_ended is not None:
        gauge(
            "last_run_end_seconds",
            "End of the last finished run, in seconds since 1970",
            page.last_run_ended.timestamp(),
        )
    if page.stores_exposed is not None:
        gauge("stores_exposed", "Stores that the last finished run found open", page.stores_exposed)
    return generate_latest(registry)


ROUTES = [
    *page_and_json("/health", server_health, template="health.html", role=Role.VIEWER, title="Health"),
    healthz,
    readyz,
    metrics,
]
