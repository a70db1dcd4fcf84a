"""ZooKeeper: sessions, and the four-letter words.

Source: ``org.apache.zookeeper.proto.ConnectRequest`` (zookeeper.jute) and
https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw. A session opens with a frame of 44 or 45 bytes:
protocol version 0, last zxid, time-out (ms), session ID, and a password of 16 bytes. The response has 36 or 37 bytes.
"""

import re

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence

_WORDS = frozenset(
    {
        b"ruok",
        b"stat",
        b"srvr",
        b"mntr",
        b"conf",
        b"cons",
        b"envi",
        b"dump",
        b"wchs",
        b"isro",
        b"crst",
        b"srst",
        b"wchc",
        b"wchp",
    }
)
_VERSION = re.compile(rb"(?:Zookeeper version: |zookeeper\.version=|zk_version\t)([0-9][0-9A-Za-z.]{0,30})")
_ANSWER = re.compile(
    rb"imok$|Zookeeper version: |zk_version\t|clientPort=|Environment:\n|SessionTracker dump:|r[ow]$|[0-9]+ connections"
    rb"|[a-z]{4} is not executed because it is not in the whitelist"
    rb"|This ZooKeeper instance is not currently serving|\n /"
)
_LONGEST_TIMEOUT_MS = 1000 * 60 * 60 * 24


class Zookeeper:
    """ZooKeeper, recognised by the start of a session, or a four-letter word and its response."""

    name = "zookeeper"
    client_first = b"\0rsmcedwi"
    server_first = b"\0iZzcESr0123456789T\nmwd"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The connect request and response, or a word with a response that only ZooKeeper gives."""
        client, server = opening.client, opening.server
        if client[:4] in _WORDS and len(client) <= 6:
            if not _ANSWER.match(server):
                return None
            return ProtocolMatch(self.name, combine_confidence(0.9, 0.9), detail=_product(server))
        here = _request(client) if client else None
        there = _response(server) if server else None
        confidence = combine_confidence(here, there)
        return ProtocolMatch(self.name, confidence) if confidence else None


def _request(client: bytes) -> float:
    if len(client) < 48 or client[:3] != b"\0\0\0" or client[3] not in {44, 45} or any(client[4:8]):
        return 0.0
    timeout, password = int.from_bytes(client[16:20]), int.from_bytes(client[28:32])
    if not 0 < timeout <= _LONGEST_TIMEOUT_MS or password != 16:
        return 0.0
    return 1.0


def _response(server: bytes) -> float:
    if len(server) < 40 or server[:3] != b"\0\0\0" or server[3] not in {36, 37} or any(server[4:8]):
        return 0.0
    timeout, password = int.from_bytes(server[8:12]), int.from_bytes(server[20:24])
    return 0.9 if 0 <= timeout <= _LONGEST_TIMEOUT_MS and password == 16 else 0.0


def _product(server: bytes) -> str:
    found = _VERSION.search(server, 0, 4096)
    return f"ZooKeeper {found.group(1).decode('ascii')}" if found else ""
