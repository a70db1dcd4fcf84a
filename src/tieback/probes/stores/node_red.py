"""Node-RED: bytes of its flows, and whether its editor needs a login. No flow is read or deployed.

Sends, in this order: ``GET /`` (identify: the title of the editor's page, which is public);
``GET /settings``, and ``HEAD /flows``, whose answer has only the length of the flows (enumerate: two proofs). The flows
themselves contain functions, addresses and keys.

A Node-RED with ``adminAuth`` refuses both with status 401. Verified against the answers of Node-RED 4.1.15.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import parse_count
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request, head_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page of the editor names; changes nothing", depth=Depth.IDENTIFY)
_SETTINGS = get_request("/settings", "version, and whether the editor needs a login; settings of the editor only")
_FLOWS = head_request("/flows", "whether the flows are readable, and their length: the second proof")


class _Settings(msgspec.Struct, rename="camel"):
    http_node_root: str
    version: str
    flow_encryption_type: str = ""


class NodeRedProbe(WebStoreProbe):
    """Probe of Node-RED: whether its editor works without a login."""

    meta = ProbeMeta(
        name="node_red",
        products=("node-red",),
        ports=(1880,),
        services=("node-red",),
        cpe=("cpe:2.3:a:nodered:node-red",),
        cwe="CWE-306",
        sends=(_ROOT.send, _SETTINGS.send, _FLOWS.send),
        references=(
            "https://nodered.org/docs/api/admin/methods/",
            "https://nodered.org/docs/user-guide/runtime/securing-node-red",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its editor."""
        return Identification("node-red") if answer.status == 200 and page_title(answer) == "Node-RED" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Read the version, and measure the flows."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        settings = yield from inquiry.catalogue(_SETTINGS, _Settings)
        if settings is None:
            return
        draft.version = settings.version[:40]
        draft.abilities = [Ability.RUN_CODE]
        flows = yield from inquiry.ask(_FLOWS)
        length = parse_count(flows.headers.get("content-length")) if flows is not None else None
        if (
            flows is None
            or flows.status != 200
            or length is None
            or "json" not in flows.headers.get("content-type", "")
        ):
            draft.problem(f"{_FLOWS.label}: no length of a list, although the settings need no login")
            draft.access = Access.PARTIAL
            return
        draft.prove(_FLOWS.label, f"flows of {count_text(length, 'byte')} without authentication", Access.OPEN)
        inquiry.add_containers([Container(("flows",), "flow", bytes=exact(length, "Content-Length"))])
        draft.access = Access.OPEN
