"""Kibana and OpenSearch Dashboards: indices of the search engine behind them, through the console. No document is read.

Sends ``GET /api/status`` (identify: needs no login in many installations and proves nothing). Then it sends ``POST
/api/console/proxy`` with the fixed path of ``_cat/indices``, and of ``_cluster/stats`` as the second proof (enumerate).
There is nothing more to describe. The console forwards the POST as a ``GET``; both requests are fixed to the last byte.
Hidden indices are not listed. The identifier is that of the search engine, so that it counts once if several probes
reach it. Not yet verified against the real server.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.cat import cat_rows, index_container
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.requests import Request, get_request, post_request
from tieback.scope.conversation import Conversation

_STATUS = get_request(
    "/api/status",
    "product and version; needs no login in many installations, so not a proof of access",
    depth=Depth.IDENTIFY,
)
_CONSOLE = "/api/console/proxy?method=GET&path="
_CAT = "%2F_cat%2Findices%3Fformat%3Djson%26bytes%3Db%26h%3Dindex%2Cuuid%2Cdocs.count%2Cpri.store.size%2Ccreation.date"
_STATS = "%2F_cluster%2Fstats%3Ffilter_path%3Dcluster_uuid%2Cindices.count"
_LOGIN = (301, 302, 303)


class _Console(msgspec.Struct, frozen=True):
    """Requests of one product; each product requires its own header field against forged requests."""

    indices: Request
    stats: Request


def _console(header: str, product: str) -> _Console:
    return _Console(
        post_request(
            _CONSOLE + _CAT,
            b"",
            f"names, counts and sizes of indices through the console of {product}; reads statistics only",
            headers=((header, "tieback"),),
            label=f"GET /_cat/indices by {product}'s console",
        ),
        post_request(
            _CONSOLE + _STATS,
            b"",
            f"identifier of the cluster through the console of {product}: the second proof",
            headers=((header, "tieback"),),
            label=f"GET /_cluster/stats by {product}'s console",
        ),
    )


_CONSOLES = {
    "kibana": _console("kbn-xsrf", "Kibana"),
    "opensearch-dashboards": _console("osd-xsrf", "OpenSearch Dashboards"),
}


class _Version(msgspec.Struct):
    number: str


class _Status(msgspec.Struct):
    name: str
    uuid: str
    version: _Version


class _Indices(msgspec.Struct):
    count: int = 0


class _Stats(msgspec.Struct):
    indices: _Indices
    cluster_uuid: str = ""


class KibanaProbe(WebStoreProbe):
    """Probe of Kibana and OpenSearch Dashboards: indices of the search engine behind them."""

    meta = ProbeMeta(
        name="kibana",
        products=("kibana", "opensearch-dashboards"),
        ports=(5601,),
        services=("kibana",),
        cpe=("cpe:2.3:a:elastic:kibana",),
        cwe="CWE-306",
        sends=(_STATUS.send, *(one.send for each in _CONSOLES.values() for one in (each.indices, each.stats))),
        references=(
            "https://www.elastic.co/guide/en/kibana/current/access.html",
            "https://www.elastic.co/guide/en/kibana/current/console-kibana.html",
        ),
        web=True,
        hides="indices that the user of the console may not see",
    )
    ask = _STATUS

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the name in its header fields, or the shape of its status document."""
        said = decode_json(answer.body, _Status) if answer.status == 200 else None
        version = said.version.number if said is not None else ""
        if "osd-name" in answer.headers:
            return Identification("opensearch-dashboards", version)
        return Identification("kibana", version) if "kbn-name" in answer.headers or said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the header fields contain the product's name, as every answer does."""
        return "kbn-name" in root.headers or "osd-name" in root.headers

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the indices of the search engine."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        console = _CONSOLES.get(draft.product, _CONSOLES["kibana"])
        listed = yield from inquiry.ask(console.indices, cap=MAX_BODY)
        if listed is None or inquiry.is_refused(console.indices, listed):
            return
        if listed.status in _LOGIN and "login" in listed.headers.get("location", ""):
            draft.access = Access.AUTH_REQUIRED
            draft.prove(console.indices.label, "redirects to the login", Access.AUTH_REQUIRED)
            return
        rows = cat_rows(listed.body, truncated=listed.truncated) if listed.status == 200 else None
        if rows is None:
            draft.problem(f"{console.indices.label}: status {listed.status}, no list of indices")
            return
        if listed.truncated:
            draft.leave_out(f"more indices than the limit; the first {len(rows)} are listed")
        draft.prove(console.indices.label, f"lists {count_text(len(rows), 'index', 'indices')}", Access.OPEN)
        inquiry.add_containers([index_container(row) for row in rows])
        stats = yield from inquiry.confirm(console.stats, _Stats, cap=16 * 1024)
        if stats is not None and is_distinctive("cluster_uuid", stats.cluster_uuid):
            draft.vendor_id("cluster_uuid", stats.cluster_uuid, store="elasticsearch")
        else:
            draft.fingerprint(f"{row.index}\0{row.uuid}" for row in rows)
        inquiry.judge()
