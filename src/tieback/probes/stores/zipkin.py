"""Zipkin: number of services whose traces it stores. No trace is read.

Sends, in this order: ``GET /info`` (identify: product and version; public by design) and ``GET /api/v2/services``
(enumerate), which lists names of services. Zipkin counts no traces, and each further question returns parts of them,
such as addresses and parameters. So there is one proof, and an open server is ``partial``.

Zipkin has no login of its own. Verified against the answers of Zipkin 3.4.2.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe, some_names
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_INFO = get_request("/info", "product and version; public by design, so not a proof of access", depth=Depth.IDENTIFY)
_SERVICES = get_request("/api/v2/services", "names and number of services; no trace is read")


class _Build(msgspec.Struct):
    version: str


class _Info(msgspec.Struct):
    zipkin: _Build


class ZipkinProbe(WebStoreProbe):
    """Probe of Zipkin: whether it lists services without a login."""

    meta = ProbeMeta(
        name="zipkin",
        products=("zipkin",),
        ports=(9411,),
        services=("zipkin",),
        cpe=("cpe:2.3:a:openzipkin:zipkin",),
        cwe="CWE-306",
        sends=(_INFO.send, _SERVICES.send),
        references=("https://zipkin.io/zipkin-api/", "https://github.com/openzipkin/zipkin/tree/master/zipkin-server"),
        pivot=False,
        web=True,
    )
    ask = _INFO

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the key of its build."""
        found = decode_json(answer.body, _Info) if answer.status == 200 else None
        return Identification("zipkin", found.zipkin.version) if found is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root leads to its page, or is that page."""
        return root.headers.get("location", "").startswith("/zipkin/") or b"<title>Zipkin</title>" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count services."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        names = yield from inquiry.catalogue(_SERVICES, list[str])
        if names is None:
            return
        draft.fingerprint(names)
        if not names:
            draft.access = Access.OPEN_EMPTY
            return
        draft.prove(_SERVICES.label, f"services with traces: {some_names(names)}", Access.OPEN)
        draft.trait("services", len(names))
        draft.access = Access.PARTIAL
        draft.problem("traces are not counted: each question about them returns parts of them")
