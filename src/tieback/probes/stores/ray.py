"""Ray dashboard: number of jobs and nodes of the cluster. No job is read, submitted or stopped.

Sends, in this order: ``GET /`` (identify: the title of the page), ``GET /api/version`` (identify); the lists of jobs
and of nodes with a limit of no entry (enumerate: two proofs). The lists state their totals whatever the limit, so that
no command line and no environment variable of a job is in an answer.

Before Ray 2.52 the dashboard has no authentication; since then a token can be required (status 401 or 403). The pages
themselves stay public. Verified against the answers of Ray 2.60.0.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/api/version", "version; not a proof of access", depth=Depth.IDENTIFY)
# https://github.com/ray-project/ray/blob/master/python/ray/dashboard/state_aggregator.py: the limit applies after the
# total was counted.
_JOBS = get_request("/api/v0/jobs?limit=0", "number of jobs; returns no job")
_NODES = get_request("/api/v0/nodes?limit=0", "number of nodes: the second proof; returns no node")


class _Version(msgspec.Struct):
    ray_version: str
    session_name: str = ""


class _Listing(msgspec.Struct):
    total: Number
    num_after_truncation: Number


class _Data(msgspec.Struct):
    result: _Listing


class _State(msgspec.Struct):
    result: bool
    data: _Data


class RayProbe(WebStoreProbe):
    """Probe of a Ray dashboard: whether its API lists jobs and nodes without a token."""

    meta = ProbeMeta(
        name="ray",
        products=("ray",),
        ports=(8265,),
        services=("ray",),
        cpe=("cpe:2.3:a:anyscale:ray",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _JOBS.send, _NODES.send),
        references=(
            "https://docs.ray.io/en/latest/ray-observability/reference/api.html",
            "https://docs.ray.io/en/latest/ray-security/index.html",
        ),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        return Identification("ray") if answer.status == 200 and page_title(answer) == "Ray Dashboard" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count jobs and nodes."""
        draft = inquiry.draft
        told = yield from inquiry.ask(_VERSION, cap=16 * 1024)
        version = decode_json(told.body, _Version) if told is not None and told.status == 200 else None
        if version is not None:
            draft.version = version.ray_version[:40]
            if version.session_name:
                draft.fingerprint((version.session_name,))
        if not inquiry.enumerates:
            return
        jobs = yield from inquiry.catalogue(_JOBS, _State)
        if jobs is None:
            return
        draft.abilities = [Ability.RUN_CODE]
        inquiry.add_count("job", exact(jobs.data.result.total, "total"))
        nodes = yield from inquiry.confirm(_NODES, _State)
        inquiry.judge()
        if nodes is None:
            draft.access = Access.PARTIAL
        else:
            draft.trait("nodes", nodes.data.result.total)
