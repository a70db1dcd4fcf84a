"""NVIDIA Triton Inference Server: names of its models. No model is run, loaded or unloaded.

Sends, in this order: ``GET /v2`` (identify: name, version and extensions) and ``GET /v2/models/stats`` (enumerate:
every loaded model, with counters that are not read). The index of the repository needs a POST, so it is not requested.

Triton has no authentication of its own. A deployment can restrict groups of its API to clients with a header field:
https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/customization_guide/deploy.html.
Not yet verified against the real server.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_SERVER = get_request("/v2", "product, version and extensions; changes nothing", depth=Depth.IDENTIFY)
_STATISTICS = get_request("/v2/models/stats", "names of the loaded models; runs none")


class _Server(msgspec.Struct):
    name: str
    version: str
    extensions: list[str]


class _Statistic(msgspec.Struct):
    name: str


class _Statistics(msgspec.Struct):
    statistics: list[_Statistic] = msgspec.field(name="model_stats")


class TritonProbe(WebStoreProbe):
    """Probe of Triton: whether its API answers, and which models are loaded."""

    meta = ProbeMeta(
        name="triton",
        products=("triton",),
        ports=(8000,),
        services=("triton",),
        cpe=("cpe:2.3:a:nvidia:triton_inference_server",),
        cwe="CWE-306",
        sends=(_SERVER.send, _STATISTICS.send),
        references=(
            "https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_statistics.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _SERVER

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its own name in its metadata."""
        said = decode_json(answer.body, _Server) if answer.status == 200 else None
        known = said is not None and said.name == "triton" and "statistics" in said.extensions
        return Identification("triton", said.version) if said is not None and known else None

    def is_likely(self, root: Response) -> bool:
        """True for an error without a page: Triton has none at its root."""
        return root.status in (400, 404) and not root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002 - it only names the product
        """List the loaded models."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_STATISTICS, _Statistics, cap=MAX_BODY)
        if found is None:
            return
        names = list(dict.fromkeys(one.name[:512] for one in found.statistics))
        draft.prove(_SERVER.label, f"Triton {draft.version}, without authentication", Access.OPEN)
        draft.access = Access.OPEN if names else Access.OPEN_EMPTY
        draft.abilities.append(Ability.GENERATE)
        inquiry.add_containers([Container((name,), "model") for name in names])
