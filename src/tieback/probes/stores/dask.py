"""Dask dashboard: number of tasks and workers of the scheduler. No task is read.

Sends, in this order: ``GET /json/identity.json`` (identify: the scheduler names itself); ``GET /json/counts.json``
(enumerate: the second proof). The dashboard has no login of its own.

The scheduler behind it runs what any client sends, on a port of its own, which is not contacted. Verified against the
answers of Dask 2026.8.0.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_IDENTITY = get_request(
    "/json/identity.json", "whether this is a scheduler of Dask; state of the cluster, no task", depth=Depth.IDENTIFY
)
_COUNTS = get_request("/json/counts.json", "number of tasks and workers: the second proof; no task is read")


class _Identity(msgspec.Struct):
    type: str
    id: str
    started: float


class _Counts(msgspec.Struct):
    tasks: Number
    workers: Number
    clients: Number


class DaskProbe(WebStoreProbe):
    """Probe of a Dask dashboard: whether it shows the scheduler without a login."""

    meta = ProbeMeta(
        name="dask",
        products=("dask",),
        ports=(8787,),
        services=("dask",),
        cpe=("cpe:2.3:a:anaconda:dask",),
        cwe="CWE-306",
        sends=(_IDENTITY.send, _COUNTS.send),
        references=(
            "https://distributed.dask.org/en/stable/http_services.html",
            "https://distributed.dask.org/en/stable/tls.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _IDENTITY

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the type that the scheduler states."""
        found = decode_json(answer.body, _Identity) if answer.status == 200 and not answer.truncated else None
        return Identification("dask") if found is not None and found.type == "Scheduler" else None

    def is_likely(self, root: Response) -> bool:
        """True if the root leads to the status page of a Tornado server, or is such a page."""
        tornado = root.headers.get("server", "").startswith("TornadoServer")
        return (tornado and root.headers.get("location", "") in ("/status", "status")) or page_title(root).startswith(
            "Dask"
        )

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Count tasks and workers."""
        draft = inquiry.draft
        found = decode_json(answer.body, _Identity)
        if found is not None:
            draft.fingerprint((found.id,))
        if not inquiry.enumerates:
            return
        draft.prove(_IDENTITY.label, "the state of the scheduler without a login", Access.OPEN)
        counts = yield from inquiry.confirm(_COUNTS, _Counts)
        if counts is None:
            draft.access = Access.PARTIAL
            return
        draft.trait("workers", counts.workers)
        inquiry.add_count("job", exact(counts.tasks, "tasks"))
        inquiry.judge()
