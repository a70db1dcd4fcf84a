"""Prefect server: number of flows, deployments and runs. None of them is read or started.

Sends, in this order: ``GET /`` (identify: the title of the page), ``GET /api/admin/version`` (identify);
``POST /api/flows/count`` and ``POST /api/deployments/count`` with an empty filter (enumerate: two proofs), and the same
for runs if the grant allows scans. Prefect counts by POST; these requests only read. The page itself is public.

A server with ``PREFECT_SERVER_API_AUTH_STRING`` refuses all of them with status 401. Verified against the answers of
Prefect 3.9.1.
"""

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request, post_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/api/admin/version", "version; changes nothing", depth=Depth.IDENTIFY)
# https://docs.prefect.io/v3/api-ref/rest-api/server/flows/count-flows
_FLOWS = post_request("/api/flows/count", b"{}", "number of flows; a POST that only reads")
_DEPLOYMENTS = post_request(
    "/api/deployments/count", b"{}", "number of deployments: the second proof; a POST that only reads"
)
_RUNS = post_request("/api/flow_runs/count", b"{}", "number of runs; a POST that only reads").costing(SendCost.SCAN)
_CAP = 4096


class PrefectProbe(WebStoreProbe):
    """Probe of a Prefect server: whether its API counts flows and deployments without a login."""

    meta = ProbeMeta(
        name="prefect",
        products=("prefect",),
        ports=(4200,),
        services=("prefect",),
        cpe=("cpe:2.3:a:prefect:prefect",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _FLOWS.send, _DEPLOYMENTS.send, _RUNS.send),
        references=(
            "https://docs.prefect.io/v3/api-ref/rest-api/server/index",
            "https://docs.prefect.io/v3/advanced/security-settings",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        return Identification("prefect") if answer.status == 200 and page_title(answer) == "Prefect Server" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count flows, deployments and runs."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=_CAP)
        version = decode_json(told.body, str) if told is not None and told.status == 200 else None
        draft.version = (version or "")[:40]
        if not inquiry.enumerates:
            return
        flows = yield from inquiry.catalogue(_FLOWS, int, cap=_CAP)
        if flows is None:
            return
        draft.abilities = [Ability.RUN_CODE]
        inquiry.add_count("flow", exact(max(flows, 0), "count"))
        deployments = yield from inquiry.confirm(_DEPLOYMENTS, int, cap=_CAP)
        if draft.target.scans:
            runs = yield from inquiry.read(_RUNS, int, cap=_CAP)
            if runs is not None:
                inquiry.add_count("run", exact(max(runs, 0), "count"))
        inquiry.judge()
        if deployments is None:
            draft.access = Access.PARTIAL
