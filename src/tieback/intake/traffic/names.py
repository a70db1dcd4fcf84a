"""Names of servers: what is a name at all, and which name DNS gave an address for a client of this capture."""

from functools import lru_cache
from struct import Struct

from tieback.intake.traffic.dns import parse_message

DNS, MDNS, LLMNR, NETBIOS = 53, 5353, 5355, 137
_port = Struct(">H").pack
NAME_PORTS = frozenset({_port(DNS), _port(MDNS), _port(LLMNR)})
"""Ports whose datagrams are all read for answers, as they stand in a packet."""

MAX_NAMES = 100_000
"""Answers remembered of one capture; the oldest go first."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_LONGEST = 253


@lru_cache(maxsize=8192)
def hostname(text: str) -> str:
    """A name as it is written everywhere: lower-case ASCII without the last dot; empty where it is none."""
    text = text.lower().rstrip(".")
    if not text or len(text) > _LONGEST or not _LETTERS.issuperset(text) or text[0] in "-." or ".." in text:
        return ""
    return text


class Names:
    """Answers of DNS, by the client that got them."""

    def __init__(self, limit: int = MAX_NAMES) -> None:
        self._limit = limit
        self._names: dict[bytes, str] = {}

    def learn(self, data: bytes, client: bytes) -> None:
        """Remember the addresses in a datagram that went to ``client`` (packed)."""
        if len(data) < 12 or not data[2] & 0x80:
            return
        message = parse_message(data)
        if message is None:
            return
        self.remember(message.addresses, client)

    def remember(self, addresses: tuple[tuple[str, bytes], ...], client: bytes) -> None:
        """Remember answers; later ones win."""
        anyone = client[:1] >= b"\xe0" and (len(client) == 4 or client[:1] == b"\xff")
        for name, address in addresses:
            name = hostname(name)  # noqa: PLW2901 - the cleaned form of the same
            if not name:
                continue
            key = address if anyone else client + address
            self._names.pop(key, None)
            self._names[key] = name
            if len(self._names) > self._limit:
                del self._names[next(iter(self._names))]

    def of(self, client: bytes, server: bytes) -> str:
        """What DNS called ``server`` when ``client`` asked; empty where it did not."""
        return self.of_pair(client + server, server)

    def of_pair(self, both: bytes, server: bytes) -> str:
        """The same, with the client's address before the server's as they stand in a packet."""
        names = self._names
        return names.get(both) or names.get(server) or ""
