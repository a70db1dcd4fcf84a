"""Redis Commander: number of keys of the Redis servers behind it. No key and no value is read.

Sends, in this order: ``GET /`` (identify: the page is public even with a login); ``GET /connections`` and
``GET /apiv2/server/info``, the statistics of each Redis server with its number of keys (enumerate: the second proof).
The page itself asks for both. With a login, both are refused.

Verified against Redis Commander 0.9.0.
"""

import re

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names; public, so not a proof of access", depth=Depth.IDENTIFY)
_CONNECTIONS = get_request("/connections", "whether the Redis servers behind it are listed without a login")
_INFO = get_request(
    "/apiv2/server/info", "number of keys of each Redis server, from its statistics: the second proof; no key"
)
_KEYS = re.compile(r"keys=([0-9]{1,15}),")
_DATABASE = re.compile(r"[Dd]b([0-9]{1,5})")


class _Connection(msgspec.Struct):
    label: str = ""


class _Connections(msgspec.Struct):
    connections: list[_Connection]


class _Line(msgspec.Struct):
    key: str
    value: str


class _Server(msgspec.Struct):
    label: str = ""
    info: list[_Line] = []


class _Servers(msgspec.Struct):
    data: list[_Server]


class RedisCommanderProbe(WebStoreProbe):
    """Probe of Redis Commander: keys of the Redis servers behind it."""

    meta = ProbeMeta(
        name="redis_commander",
        products=("redis-commander",),
        ports=(8081,),
        services=("redis-commander",),
        cpe=(),
        cwe="CWE-306",
        sends=(_ROOT.send, _CONNECTIONS.send, _INFO.send),
        references=("https://github.com/joeferner/redis-commander",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its title."""
        named = answer.status == 200 and page_title(answer).startswith("Redis Commander")
        return Identification("redis-commander") if named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count the keys of each database."""
        if not inquiry.enumerates:
            return
        listed = yield from inquiry.catalogue(_CONNECTIONS, _Connections)
        if listed is None:
            return
        found = yield from inquiry.confirm(_INFO, _Servers)
        for number, server in enumerate(found.data if found is not None else ()):
            inquiry.add_containers(
                [
                    Container(
                        (f"{server.label[:60] or 'redis'} {number + 1}", f"db{base[1]}"),
                        "database",
                        records=exact(int(keys[1]), "keys of INFO"),
                    )
                    for line in server.info
                    if (base := _DATABASE.fullmatch(line.key)) and (keys := _KEYS.match(line.value))
                ]
            )
        if found is None:
            inquiry.add_containers([Container((one.label[:60] or "redis",), "server") for one in listed.connections])
        inquiry.judge()
