"""Flink: number of jobs, and whether any client may upload and run programs. No job is read or submitted.

Sends, in this order: ``GET /`` (identify: the title of the page); ``GET /overview``, which counts jobs by state, and
``GET /config``, which says whether the web interface accepts programs (enumerate: two proofs).

Flink has no authentication of its own: a proxy or mutual TLS must protect it. Verified against the answers of Flink
1.20.0.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_OVERVIEW = get_request("/overview", "number of jobs by state, and version; no job is read")
_CONFIG = get_request("/config", "whether clients may submit and cancel jobs: the second proof; settings only")


class _Overview(msgspec.Struct, rename="kebab"):
    taskmanagers: Number
    jobs_running: Number
    jobs_finished: Number
    jobs_cancelled: Number
    jobs_failed: Number
    flink_version: str


class _Features(msgspec.Struct, rename="kebab"):
    web_submit: bool


class _Config(msgspec.Struct, rename="kebab"):
    flink_version: str
    features: _Features


class FlinkProbe(WebStoreProbe):
    """Probe of Flink's web interface: whether it lists jobs without a login, and accepts programs."""

    meta = ProbeMeta(
        name="flink",
        products=("flink",),
        ports=(8081,),
        services=("flink",),
        cpe=("cpe:2.3:a:apache:flink",),
        cwe="CWE-306",
        sends=(_ROOT.send, _OVERVIEW.send, _CONFIG.send),
        references=(
            "https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/",
            "https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/security/security-ssl/",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        named = answer.status == 200 and page_title(answer) == "Apache Flink Web Dashboard"
        return Identification("flink") if named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count jobs, and read whether clients may submit some."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_OVERVIEW, _Overview)
        if found is None:
            return
        draft.version = found.flink_version[:40]
        draft.trait("taskmanagers", found.taskmanagers)
        jobs = found.jobs_running + found.jobs_finished + found.jobs_cancelled + found.jobs_failed
        inquiry.add_count("job", exact(jobs, "jobs by state"))
        config = yield from inquiry.confirm(_CONFIG, _Config)
        inquiry.judge()
        if config is None:
            draft.access = Access.PARTIAL
        elif config.features.web_submit:
            draft.privileges = Privileges.ADMIN
            draft.abilities = [Ability.RUN_CODE]
