"""Kubernetes API server: only identification; access is judged from the status code.

Sends ``GET /`` (identify). With anonymous access the answer is the list of paths, otherwise a ``Status`` with
Unauthorized or Forbidden. Not yet verified against the real server.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "whether an anonymous client gets an answer; nothing else is sent", depth=Depth.IDENTIFY)


class _Status(msgspec.Struct, rename={"version": "apiVersion"}):
    kind: str
    version: str
    code: int


class _Paths(msgspec.Struct):
    paths: list[str]


class KubernetesProbe(WebStoreProbe):
    """Probe of a Kubernetes API server: whether it answers without authentication."""

    meta = ProbeMeta(
        name="kubernetes",
        products=("kubernetes",),
        ports=(6443, 16443),
        services=("kubernetes",),
        cpe=("cpe:2.3:a:kubernetes:kubernetes",),
        cwe="CWE-306",
        sends=(_ROOT.send,),
        references=("https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its paths, or the shape of its refusal."""
        paths = decode_json(answer.body, _Paths) if answer.status == 200 else None
        refusal = decode_json(answer.body, _Status) if answer.status in (401, 403) else None
        lists = paths is not None and "/apis" in paths.paths
        refuses = refusal is not None and (refusal.kind, refusal.version) == ("Status", "v1")
        return Identification("kubernetes") if lists or refuses else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge the access from the status only; nothing further is requested."""
        yield from ()
        inquiry.draft.access = Access.PARTIAL
        inquiry.draft.prove(_ROOT.label, f"status {answer.status} without credentials", Access.OPEN)
