"""Kibana and OpenSearch Dashboards: identified; the search engine behind it is asked at its own address.

Sends ``GET /api/status`` (identify). Its console proxy could list indices by POST; that is not used. The status proves
nothing: it answers anyone in many set-ups. Not yet verified against the real server.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Inquiry, Known, WebStore
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decoded
from tieback.probes.wire.requests import reading
from tieback.scope.conversation import Conversation

_STATUS = reading(
    "/api/status", "product and version; answers anyone in many set-ups and proves nothing", depth=Depth.IDENTIFY
)


class _Version(msgspec.Struct):
    number: str


class _Status(msgspec.Struct):
    name: str
    uuid: str
    version: _Version


class KibanaProbe(WebStore):
    """Says whether Kibana or OpenSearch Dashboards is there."""

    meta = ProbeMeta(
        name="kibana",
        products=("kibana", "opensearch-dashboards"),
        ports=(5601,),
        services=("kibana",),
        cpe=("cpe:2.3:a:elastic:kibana",),
        cwe="CWE-306",
        sends=(_STATUS.send,),
        references=("https://www.elastic.co/guide/en/kibana/current/access.html",),
        web=True,
    )
    ask = _STATUS

    def known(self, answer: Response) -> Known | None:
        """By the name in its header fields, or the shape of its status."""
        said = decoded(answer.body, _Status) if answer.status == 200 else None
        version = said.version.number if said is not None else ""
        if "osd-name" in answer.headers:
            return Known("opensearch-dashboards", version)
        return Known("kibana", version) if "kbn-name" in answer.headers or said is not None else None

    def likely(self, root: Response) -> bool:
        """The name in the header fields of every answer."""
        return "kbn-name" in root.headers or "osd-name" in root.headers

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Nothing: what it shows is the search engine's."""
        yield from ()
        inquiry.draft.problem("the search engine behind it is asked at its own address; a status proves nothing")
        inquiry.draft.access = Access.UNKNOWN
