"""NATS through its monitoring port: streams, messages, bytes. No message is read.

Sends, in this order: ``GET /varz`` (identify); ``GET /jsz?streams=true`` (enumerate); nothing more to describe.

The monitoring port needs no login even if clients need a password, which ``auth_required`` in ``/varz`` shows. In that
case the names of streams are public and the messages are not: ``schema_only``. Otherwise both answers support ``open``.
Verified against 2.15.1.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_VARZ = get_request(
    "/varz", "product, version, server id, and whether clients need a password; statistics only", depth=Depth.IDENTIFY
)
_JSZ = get_request(
    "/jsz?streams=true", "names of streams, number of messages, bytes; statistics only", label="GET /jsz"
)


class _Varz(msgspec.Struct):
    server_id: str
    version: str
    max_payload: Number
    auth_required: bool = False
    tls_verify: bool = False


class _State(msgspec.Struct):
    messages: Number = 0
    bytes: Number = 0


class _Stream(msgspec.Struct):
    name: str
    state: _State


class _Account(msgspec.Struct):
    name: str
    stream_detail: list[_Stream] = []


class _Jsz(msgspec.Struct):
    account_details: list[_Account] = []


class NatsProbe(WebStoreProbe):
    """Probe of a NATS server's monitoring port: streams, messages, bytes."""

    meta = ProbeMeta(
        name="nats",
        products=("nats",),
        ports=(8222,),
        services=("nats-monitoring",),
        cpe=("cpe:2.3:a:linuxfoundation:nats-server",),
        cwe="CWE-306",
        sends=(_VARZ.send, _JSZ.send),
        references=("https://docs.nats.io/running-a-nats-service/nats_admin/monitoring",),
        web=True,
    )
    ask = _VARZ

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of ``/varz``."""
        varz = decode_json(answer.body, _Varz) if answer.status == 200 else None
        return Identification("nats", varz.version) if varz is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is the monitoring port's own page."""
        return root.status == 200 and b"nats.io" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the streams of every account."""
        draft = inquiry.draft
        varz = decode_json(answer.body, _Varz)
        if varz is None:
            return
        if 0 < len(varz.server_id) <= 64:
            draft.vendor_id("server_id", varz.server_id)
        closed = varz.auth_required or varz.tls_verify
        if closed:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_VARZ.label, "clients need credentials; the monitoring port does not", Access.AUTH_REQUIRED)
        else:
            draft.prove(_VARZ.label, "clients need no credentials", Access.OPEN)
        if not inquiry.enumerates:
            return
        jsz = yield from inquiry.read(_JSZ, _Jsz)
        if jsz is None:
            return
        for account in jsz.account_details:
            inquiry.add_containers(
                [
                    Container(
                        (account.name, stream.name),
                        "stream",
                        account.name == "$SYS",
                        exact(stream.state.messages, "jsz messages"),
                        exact(stream.state.bytes, "jsz bytes"),
                    )
                    for stream in account.stream_detail
                ]
            )
        if closed:
            draft.access = Access.SCHEMA_ONLY if draft.containers else Access.AUTH_REQUIRED
            return
        draft.prove(_JSZ.label, count_text(len(draft.containers), "stream"), Access.OPEN)
        inquiry.judge()
