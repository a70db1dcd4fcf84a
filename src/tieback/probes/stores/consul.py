"""Consul: top-level names of its key-value store, and whether services are listed. No value is read.

Sends, in this order: ``GET /v1/agent/self`` (identify); ``GET /v1/kv/?keys&separator=/`` and ``GET
/v1/catalog/services`` as the second proof (enumerate); nothing more to describe. Not yet verified against the real
server.
"""

import msgspec

from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_SELF = get_request(
    "/v1/agent/self", "product, version, node id, and whether a token is required", depth=Depth.IDENTIFY
)
_KEYS = get_request("/v1/kv/?keys&separator=/", "top-level names of the key-value store; no values")
_SERVICES = get_request("/v1/catalog/services", "whether an anonymous client may list the services: the second proof")


class _Config(msgspec.Struct, rename={"version": "Version", "node": "NodeID"}):
    version: str
    node: str = ""


class _Agent(msgspec.Struct, rename={"config": "Config"}):
    config: _Config


class ConsulProbe(WebStoreProbe):
    """Probe of Consul: top-level names of the key-value store."""

    meta = ProbeMeta(
        name="consul",
        products=("consul",),
        ports=(8500, 8501),
        services=("consul",),
        cpe=("cpe:2.3:a:hashicorp:consul",),
        cwe="CWE-306",
        sends=(_SELF.send, _KEYS.send, _SERVICES.send),
        references=("https://developer.hashicorp.com/consul/api-docs",),
        web=True,
    )
    ask = _SELF

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its configuration, or the header fields of its refusal."""
        agent = decode_json(answer.body, _Agent) if answer.status == 200 else None
        if agent is not None:
            return Identification("consul", agent.config.version)
        refuses = answer.status == 403 and any(name.startswith("x-consul-") for name in answer.headers)
        return Identification("consul") if refuses else None

    def is_likely(self, root: Response) -> bool:
        """True if the root redirects to the web interface, or has the text that replaces it."""
        return root.headers.get("location", "").startswith("/ui") or root.body.startswith(b"Consul Agent")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Read the key-value store as one container."""
        agent = decode_json(answer.body, _Agent)
        if agent is not None and 0 < len(agent.config.node) <= 64:
            inquiry.draft.vendor_id("NodeID", agent.config.node)
        if not inquiry.enumerates:
            return
        told = yield from inquiry.ask(_KEYS)
        if told is None or inquiry.is_refused(_KEYS, told):
            return
        keys = [] if told.status == 404 else decode_json(told.body, list[str])
        if keys is None or told.truncated:
            inquiry.draft.problem(f"{_KEYS.label}: status {told.status}, unreadable answer")
            return
        inquiry.draft.prove(_KEYS.label, f"{len(keys)} top-level names", Access.OPEN)
        yield from inquiry.confirm(_SERVICES, dict[str, list[str]])
        records = lower_bound(len(keys), "top-level names, one key per name")
        inquiry.add_containers([Container(("kv",), "keyspace", records=records)])
        inquiry.judge()
