"""Grafana: whether dashboards are visible without a login. No panel and no data source is read.

Sends, in this order: ``GET /api/health`` (identify; proves nothing); ``GET /api/search?limit=100`` and ``GET /api/org``
as the second proof (enumerate); nothing more to describe. The data that dashboards show belongs to their data sources.
Not yet verified against the real server.
"""

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_HEALTH = get_request(
    "/api/health", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_SEARCH = get_request(
    "/api/search?limit=100&type=dash-db", "number of dashboards visible without a login", label="GET /api/search"
)
_ORG = get_request("/api/org", "whether an anonymous client may read the organisation: the second proof")


class _Health(msgspec.Struct):
    database: str
    commit: str = ""
    version: str = ""


class _Organisation(msgspec.Struct):
    id: int
    name: str


class GrafanaProbe(WebStoreProbe):
    """Probe of Grafana: dashboards that are visible without a login."""

    meta = ProbeMeta(
        name="grafana",
        products=("grafana",),
        ports=(3000,),
        services=("grafana",),
        cpe=("cpe:2.3:a:grafana:grafana",),
        cwe="CWE-306",
        sends=(_HEALTH.send, _SEARCH.send, _ORG.send),
        references=("https://grafana.com/docs/grafana/latest/developers/http_api/",),
        pivot=False,
        web=True,
    )
    ask = _HEALTH

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its health document."""
        said = decode_json(answer.body, _Health) if answer.status in (200, 503) else None
        return Identification("grafana", said.version) if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root redirects to the login, or is Grafana's page."""
        return root.headers.get("location", "").startswith("/login") or b"<title>Grafana</title>" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List dashboards as one container."""
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_SEARCH, list[msgspec.Raw])
        if found is None:
            return
        yield from inquiry.confirm(_ORG, _Organisation, cap=16 * 1024)
        figure = exact if len(found) < 100 else lower_bound
        inquiry.add_containers([Container(("dashboards",), "dashboards", records=figure(len(found), "search"))])
        inquiry.judge()
