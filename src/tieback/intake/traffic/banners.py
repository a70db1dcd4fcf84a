"""Protocols that are identified by the first bytes of a side (banners.toml), and UDP protocols with a magic number."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Banner(msgspec.Struct, frozen=True, gc=False):
    """One row of the table."""

    protocol: str
    encrypted: bool | None
    client: tuple[bytes, ...]
    server: tuple[bytes, ...]
    both: bool


class BannerMatch(msgspec.Struct, frozen=True, gc=False):
    """The protocol identified from the first bytes of a flow."""

    protocol: str
    confidence: float
    encrypted: bool | None


class BannerTable:
    """The banner table; ``known_banners`` loads it once per process."""

    def __init__(self) -> None:
        rows = tomllib.loads(files(__package__).joinpath("banners.toml").read_text("utf-8"))["banner"]
        self._rows: dict[str, list[Banner]] = {"tcp": [], "udp": []}
        for row in rows:
            self._rows[row["transport"]].append(
                Banner(
                    row["protocol"],
                    row.get("encrypted"),
                    tuple(text.encode("latin-1") for text in row.get("client", ())),
                    tuple(text.encode("latin-1") for text in row.get("server", ())),
                    row.get("both", False),
                )
            )

    def match(self, client: bytes, server: bytes, transport: str) -> BannerMatch | None:
        """The protocol whose first bytes both sides have, as far as they were captured."""
        for row in self._rows[transport]:
            here = client.startswith(row.client) if client and row.client else None
            there = server.startswith(row.server) if server and row.server else None
            if here is False or there is False or (here is None and there is None):
                continue
            if row.both and not (here and there):
                continue
            return BannerMatch(row.protocol, 0.95 if here and there else 0.7, row.encrypted)
        return None


def recognise_datagrams(client: bytes, server: bytes) -> BannerMatch | None:
    """STUN (RFC 8489), DTLS (RFC 6347), DHCP (RFC 2131) and NTP (RFC 5905) from the first datagram of each side."""
    captured = [data for data in (client, server) if data]
    for protocol, test, encrypted in _MAGICS:
        if captured and all(test(data) for data in captured):
            return BannerMatch(protocol, 0.95 if len(captured) == 2 else 0.8, encrypted)
    return None


def _is_stun(data: bytes) -> bool:
    return (
        len(data) >= 20
        and data[4:8] == b"\x21\x12\xa4\x42"
        and data[0] < 4
        and int.from_bytes(data[2:4]) + 20 == len(data)
    )


def _is_dtls(data: bytes) -> bool:
    return (
        len(data) >= 13
        and 20 <= data[0] <= 25
        and data[1] == 0xFE
        and data[2] in {0xFF, 0xFD}
        and data[11:13] != b"\0\0"
    )


def _is_dhcp(data: bytes) -> bool:
    return len(data) >= 240 and data[236:240] == b"\x63\x82\x53\x63" and data[0] in {1, 2}


def _is_ntp(data: bytes) -> bool:
    return len(data) == 48 and data[0] & 7 in {3, 4} and 1 <= data[0] >> 3 & 7 <= 4 and data[1] <= 16


_MAGICS = (("stun", _is_stun, None), ("dtls", _is_dtls, True), ("dhcp", _is_dhcp, False), ("ntp", _is_ntp, False))


@cache
def known_banners() -> BannerTable:
    """The banner table of this release."""
    return BannerTable()
