"""RabbitMQ through its management port: queues, messages, bytes. No message is read.

Sends, in this order: ``GET /api/overview`` (identify: the login request names the product); ``GET /api/queues`` with
four columns (enumerate); nothing more to describe. Default credentials are never tried. Verified against RabbitMQ
4.0.5: its refusal of anonymous clients, and its answers to a user, as a proxy without a login would return them.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_OVERVIEW = get_request(
    "/api/overview", "product, version, and whether authentication is required", depth=Depth.IDENTIFY
)
_QUEUES = get_request(
    "/api/queues?columns=vhost,name,messages,message_bytes", "names of queues, number of messages, bytes"
)


class _Overview(msgspec.Struct, rename={"version": "rabbitmq_version", "cluster": "cluster_name"}):
    version: str
    cluster: str = ""


class _Queue(msgspec.Struct, rename={"size": "message_bytes"}):
    vhost: str
    name: str
    messages: Number | None = None
    size: Number | None = None


class RabbitmqProbe(WebStoreProbe):
    """Probe of RabbitMQ's management port: queues, messages, bytes."""

    meta = ProbeMeta(
        name="rabbitmq",
        products=("rabbitmq",),
        ports=(15672, 15671),
        services=("rabbitmq-management",),
        cpe=("cpe:2.3:a:vmware:rabbitmq",),
        cwe="CWE-306",
        sends=(_OVERVIEW.send, _QUEUES.send),
        references=("https://www.rabbitmq.com/docs/management",),
        web=True,
    )
    ask = _OVERVIEW

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its version, or the realm of its refusal."""
        said = decode_json(answer.body, _Overview) if answer.status == 200 else None
        if said is not None:
            return Identification("rabbitmq", said.version)
        realm = "rabbitmq management" in answer.headers.get("www-authenticate", "").lower()
        return Identification("rabbitmq") if realm and answer.status == 401 else None

    def is_likely(self, root: Response) -> bool:
        """True for the title of its page, or for the refusal to serve the root as JSON."""
        if root.status == 406:
            return root.headers.get("server", "").lower() == "cowboy"
        return root.status == 200 and b"<title>RabbitMQ Management</title>" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the queues of every virtual host."""
        said = decode_json(answer.body, _Overview)
        if said is not None and 0 < len(said.cluster) <= 200:
            inquiry.draft.vendor_id("cluster_name", said.cluster)
        inquiry.draft.prove(_OVERVIEW.label, "answers without authentication", Access.OPEN)
        inquiry.draft.access = Access.OPEN
        if not inquiry.enumerates:
            return
        queues = yield from inquiry.catalogue(_QUEUES, list[_Queue], cap=MAX_BODY)
        if queues is None:
            return
        for queue in queues:
            records = exact(queue.messages, "messages") if queue.messages is not None else None
            size = exact(queue.size, "message_bytes") if queue.size is not None else None
            inquiry.add_containers([Container((queue.vhost, queue.name), "queue", records=records, bytes=size)])
        inquiry.judge()
