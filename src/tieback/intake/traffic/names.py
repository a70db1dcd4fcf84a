"""Server names: their normal form, and the DNS name of an address for a client of this capture."""

from functools import lru_cache
from struct import Struct
from urllib.parse import unquote

from tieback.intake.traffic.dns import parse_message

DNS, MDNS, LLMNR = 53, 5353, 5355
_port = Struct(">H").pack
NAME_PORTS = frozenset({_port(DNS), _port(MDNS), _port(LLMNR)})
"""Ports whose datagrams are all read for answers, as in a packet."""

MAX_NAMES = 100_000
"""DNS answers cached per capture; the oldest are dropped first."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_LONGEST = 253


@lru_cache(maxsize=8192)
def hostname(text: str) -> str:
    """A host name in normal form: lower-case ASCII without the last dot; empty if the text is not a host name."""
    text = text.lower().rstrip(".")
    if not text or len(text) > _LONGEST or not _LETTERS.issuperset(text) or text[0] in "-." or ".." in text:
        return ""
    return text


@lru_cache(maxsize=8192)
def hostname_of_url(text: str) -> str:
    """As ``hostname``, of a URL, where a name may be in any letters and escapes: its form on the wire (RFC 3490)."""
    text = unquote(text)
    if text.isascii() or len(text) > _LONGEST:
        return hostname(text)
    try:
        return hostname(text.replace("\u3002", ".").encode("idna").decode("ascii"))
    except UnicodeError:
        return ""


class DnsNames:
    """DNS answers, by the client that received them."""

    def __init__(self, limit: int = MAX_NAMES) -> None:
        self._limit = limit
        self._names: dict[bytes, str] = {}

    def learn(self, data: bytes, client: bytes) -> None:
        """Remember the addresses in a datagram to ``client`` (packed)."""
        if len(data) < 12 or not data[2] & 0x80:
            return
        message = parse_message(data)
        if message is None:
            return
        self.remember(message.addresses, client)

    def remember(self, addresses: tuple[tuple[str, bytes], ...], client: bytes) -> None:
        """Remember answers; later ones replace earlier ones."""
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
        """The name for which ``client`` received the address ``server``; empty if there was none."""
        return self.of_pair(client + server, server)

    def of_pair(self, both: bytes, server: bytes) -> str:
        """As ``of``, with the client's address before the server's as in a packet."""
        names = self._names
        return names.get(both) or names.get(server) or ""
