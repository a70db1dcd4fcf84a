"""Consul: number of keys of its key-value store, and whether services are listed. No value is read.

Sends, in this order: ``GET /v1/agent/self`` (identify); ``GET /v1/kv/?keys`` and ``GET /v1/catalog/services`` as the
second proof (enumerate); nothing more to describe. The names of keys are counted, not kept; a transcript has only
their lengths. If the default policy of the ACL is ``deny``, an anonymous client gets an empty list, not a refusal.
Verified against 1.14.4.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

_SELF = get_request(
    "/v1/agent/self", "product, version, node id, and whether a token is required", depth=Depth.IDENTIFY
)
MAX_KEYS_BYTES = 1024 * 1024
"""Maximum number of bytes of the list of keys that are read."""
_NAME = re.compile(rb'"(?:[^"\\]|\\.)*"')
_POLICY = "x-consul-default-acl-policy"
_SERVICES = get_request("/v1/catalog/services", "whether an anonymous client may list the services: the second proof")


def mask_keys(answer: bytes) -> bytes:
    """An answer with a list of keys in which each name is replaced by its length; the parts of paths remain visible."""
    head, end, body = answer.partition(b"\r\n\r\n")
    masked = re.sub(rb"\\.", b"xx", body)
    if b"chunked" in head.lower():
        parts = re.split(rb"((?:^|\r\n)[0-9A-Fa-f]{1,8}\r\n)", masked)
        masked = b"".join(part if at % 2 else _masked(part) for at, part in enumerate(parts))
    else:
        masked = _masked(masked)
    return head + end + masked


def _masked(text: bytes) -> bytes:
    return re.sub(rb'[^\s",/\[\]]', b"x", text)


_LIST_KEYS = get_request("/v1/kv/?keys", "names of keys, which are only counted; no values")
_KEYS = msgspec.structs.replace(
    _LIST_KEYS, send=msgspec.structs.replace(_LIST_KEYS.send, redact=mask_keys, cost=SendCost.BOUNDED)
)


class _Config(msgspec.Struct, rename={"version": "Version", "node": "NodeID"}):
    version: str
    node: str = ""


class _Agent(msgspec.Struct, rename={"config": "Config"}):
    config: _Config


class ConsulProbe(WebStoreProbe):
    """Probe of Consul: number of keys of the key-value store."""

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
        told = yield from inquiry.ask(_KEYS, cap=MAX_KEYS_BYTES)
        if told is None or inquiry.is_refused(_KEYS, told):
            return
        if told.status != 404 and (told.status != 200 or not told.body.lstrip().startswith(b"[")):
            inquiry.draft.problem(f"{_KEYS.label}: status {told.status}, unreadable answer")
            return
        keys = len(_NAME.findall(told.body)) if told.status == 200 else 0
        denies = told.headers.get(_POLICY, "") == "deny"
        if denies and not keys:
            inquiry.draft.problem(f"{_KEYS.label}: an empty list; the default policy is deny, so keys may be hidden")
            inquiry.draft.untested.append("keys that the policy hides from an anonymous client")
            return
        inquiry.draft.privileges = Privileges.LIMITED if denies else Privileges.UNKNOWN
        if told.headers.get(_POLICY, "") == "allow":
            inquiry.draft.privileges = Privileges.ADMIN
        inquiry.draft.prove(_KEYS.label, count_text(keys, "name of a key", "names of keys"), Access.OPEN)
        yield from inquiry.confirm(_SERVICES, dict[str, list[str]])
        figure = lower_bound if told.truncated or denies else exact
        inquiry.add_containers([Container(("kv",), "keyspace", records=figure(keys, "names of keys"))])
        inquiry.judge()
        if denies:
            inquiry.draft.leave_out("keys that the policy hides from an anonymous client")
        if denies and inquiry.draft.access is Access.OPEN:
            inquiry.draft.access = Access.PARTIAL
