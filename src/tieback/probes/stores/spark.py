"""Spark master: number of applications that its page shows without a login. No application is read or submitted.

Sends ``GET /`` (identify: the title of the page, with the version) and ``GET /json/`` (enumerate: the second proof).
The list of applications counts those that run and those that ended; their names are not kept.

Any client that reaches the master's own port can submit programs, which is not tried; that port is not contacted.
Verified against the answers of Spark 3.5.3.
"""

import re

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product and version, which the page names; changes nothing", depth=Depth.IDENTIFY)
_STATE = get_request("/json/", "number of applications and workers: the second proof; submits nothing")
_VERSION = re.compile(rb'<span class="version"[^<>]{0,60}>([0-9][0-9A-Za-z.+-]{0,30})</span>')


class _State(msgspec.Struct):
    url: str
    aliveworkers: Number
    activeapps: list[msgspec.Raw]
    completedapps: list[msgspec.Raw]
    activedrivers: list[msgspec.Raw]
    status: str
    completeddrivers: list[msgspec.Raw] = []


class SparkProbe(WebStoreProbe):
    """Probe of a Spark master: whether it lists applications without a login."""

    meta = ProbeMeta(
        name="spark",
        products=("spark",),
        ports=(8080,),
        services=("spark",),
        cpe=("cpe:2.3:a:apache:spark",),
        cwe="CWE-306",
        sends=(_ROOT.send, _STATE.send),
        references=(
            "https://spark.apache.org/docs/latest/spark-standalone.html",
            "https://spark.apache.org/docs/latest/security.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        if answer.status != 200 or not page_title(answer).startswith("Spark Master at spark://"):
            return None
        version = _VERSION.search(answer.body)
        return Identification("spark", version[1].decode("ascii") if version is not None else "")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count applications."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        draft.prove(_ROOT.label, "the page of the master without a login", Access.OPEN)
        state = yield from inquiry.confirm(_STATE, _State, cap=MAX_BODY)
        if state is None:
            draft.access = Access.PARTIAL
            return
        draft.trait("workers", state.aliveworkers)
        apps = (state.activeapps, state.completedapps, state.activedrivers, state.completeddrivers)
        inquiry.add_count("job", exact(sum(len(one) for one in apps), "applications and drivers"))
        inquiry.judge()
