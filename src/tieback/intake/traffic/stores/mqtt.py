"""MQTT 3.1, 3.1.1 and 5.

Source: OASIS MQTT 3.1.1 and 5.0, section 2; IBM's MQTT 3.1. A packet is type and flags, the remaining length in one to
four bytes, and the packet. Types have fixed flags, and many a fixed length, so chains of packets identify MQTT
mid-stream.
"""

import json
from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_messages

_CONNECT, _CONNACK, _PUBLISH, _SUBSCRIBE, _SUBACK, _UNSUBSCRIBE, _PINGREQ, _PINGRESP, _DISCONNECT, _AUTH = (
    1, 2, 3, 8, 9, 10, 12, 13, 14, 15,
)  # fmt: skip
_NAMES = {(b"MQIsdp", 3): "MQTT 3.1", (b"MQTT", 4): "MQTT 3.1.1", (b"MQTT", 5): "MQTT 5.0"}
_BRIDGE = 0x80
_FIXED = {4: 2, 5: 2, 6: 2, 7: 2, 11: 2, _PINGREQ: 0, _PINGRESP: 0}
"""Lengths up to 3.1.1; version 5.0 may add a reason and properties to those that have an identifier."""
_FLAG_TWO = frozenset({6, _SUBSCRIBE, _UNSUBSCRIBE})
_MOST_PACKETS = 200
_LONGEST_TOPIC = 1024


class _Packet(msgspec.Struct, frozen=True):
    kind: int
    flags: int
    length: int
    body: bytes


class Mqtt:
    """MQTT, recognised by CONNECT and CONNACK, or chains of packets mid-stream."""

    name = "mqtt"
    client_first = bytes(range(0x10, 0xF1))
    server_first = bytes(range(0x20, 0xF1))

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """CONNECT with its protocol name; or packets that all fit."""
        client, server = opening.client, opening.server
        version = ""
        if client and client[0] == 0x10:
            version = _connect(client)
            if not version:
                return None
        elif not opening.midstream and (client or server[:2] != b"\x20\x02"):
            return None
        here = 1.0 if version else _chain(client) if client else None
        five = version.endswith("5.0")
        there = _chain(server, five=five) if server else None
        if there == 0.0 and opening.midstream and not version and server[0] == _CONNACK << 4:
            five, there = True, _chain(server, five=True)  # without CONNECT, the version is unknown
        if version and server and server[:1] != b"\x20" and not opening.midstream:
            there = 0.0
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=version,
            samples=sample_messages("mqtt", _shown(client, five), _shown(server, five)),
        )


def _packets(data: bytes) -> Iterator[_Packet]:
    at = 0
    for _ in range(_MOST_PACKETS):
        length = shift = 0
        cursor = at + 1
        while True:
            if cursor >= len(data) or shift > 21:
                return
            byte = data[cursor]
            length |= (byte & 0x7F) << shift
            shift += 7
            cursor += 1
            if not byte & 0x80:
                break
        yield _Packet(data[at] >> 4, data[at] & 0x0F, length, data[cursor : cursor + length])
        at = cursor + length


def _connect(client: bytes) -> str:
    """The version that a CONNECT names; empty if one of its fields does not fit."""
    packet = next(_packets(client), None)
    if packet is None or packet.flags or packet.length < 10:
        return ""
    size = int.from_bytes(packet.body[:2])
    level, flags = packet.body[2 + size : 3 + size], packet.body[3 + size : 4 + size]
    if size not in {4, 6} or not level or not flags:
        return ""
    if flags[0] & 1 or flags[0] >> 3 & 3 == 3:
        return ""
    return _NAMES.get((packet.body[2 : 2 + size], level[0] & ~_BRIDGE), "")


def _fits(packet: _Packet, *, five: bool) -> float:
    """Weight of one packet; 0.0 if it cannot be MQTT."""
    kind, flags, length = packet.kind, packet.flags, packet.length
    if kind == _PUBLISH:
        return _publish_fits(packet)
    if kind in {0, _AUTH} or flags != (2 if kind in _FLAG_TWO else 0):
        return 0.0
    if kind in {_SUBSCRIBE, _UNSUBSCRIBE}:
        size = int.from_bytes(packet.body[2:4])
        return (
            0.9
            if length > 5 and 0 < size <= _LONGEST_TOPIC and size + 4 <= length and is_text(packet.body[4 : 4 + size])
            else 0.0
        )
    if kind == _CONNACK:
        plain = length == 2 and packet.body[:1] in {b"\0", b"\1", b""} and packet.body[1:2] <= b"\x05"
        return 0.8 if plain or (five and length > 2 and packet.body[:1] <= b"\1") else 0.0
    if kind == _SUBACK:
        return 0.5 if 3 <= length < 1024 else 0.0
    if kind == _CONNECT:
        return 0.3
    fixed = _FIXED.get(kind)
    if fixed is not None:
        return 0.4 if length == fixed or (five and fixed and length > fixed) else 0.0
    return 0.3 if length == 0 or (five and length < 64) else 0.0


def _publish_fits(packet: _Packet) -> float:
    size = int.from_bytes(packet.body[:2])
    topic = packet.body[2 : 2 + size]
    if packet.flags >> 1 & 3 == 3 or not 0 < size <= _LONGEST_TOPIC or size + 2 > packet.length:
        return 0.0
    if b"+" in topic or b"#" in topic or not is_text(topic):
        return 0.0
    return 0.7 if size > 2 else 0.5


def _chain(data: bytes, *, five: bool = False) -> float:
    best = total = 0.0
    for number, packet in enumerate(_packets(data)):
        if number > 20:
            break
        found = _fits(packet, five=five)
        if not found:
            return 0.0
        best = max(best, found)
        total += found
    return min(1.0, max(best, total))


def _shown(data: bytes, five: bool) -> Iterator[bytes]:
    """Payloads of PUBLISH, and the user and password of CONNECT as a line of JSON."""
    for packet in _packets(data):
        if packet.kind == _PUBLISH:
            at = 2 + int.from_bytes(packet.body[:2]) + (2 if packet.flags & 6 else 0)
            if five:
                at += 1 + packet.body[at] if at < len(packet.body) else 0
            yield packet.body[at:]
        elif packet.kind == _CONNECT:
            login = _login(packet.body)
            if login:
                yield json.dumps(login).encode()


def _login(body: bytes) -> dict[str, str]:
    at = 2 + int.from_bytes(body[:2])
    if len(body) < at + 4:
        return {}
    level, flags = body[at] & ~_BRIDGE, body[at + 1]
    at += 4
    if level == 5:
        at += 1 + body[at] if at < len(body) else 0
    wanted = ["client_id"] + (["will_topic", "will"] if flags & 4 else [])
    wanted += (["username"] if flags & 0x80 else []) + (["password"] if flags & 0x40 else [])
    found: dict[str, str] = {}
    for name in wanted:
        if level == 5 and name == "will_topic":
            at += 1 + body[at] if at < len(body) else 0
        size = int.from_bytes(body[at : at + 2])
        found[name] = body[at + 2 : at + 2 + size].decode("utf-8", "replace")
        at += 2 + size
    return {name: found[name] for name in ("username", "password") if found.get(name)}
