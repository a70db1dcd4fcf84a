"""Requests with known content, and the HTTP archives that contain them."""

import base64
import gzip
import json
import random
import string
import struct
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pyarrow as pa

from tests.unit.intake.traffic import wire

NOTHING = frozenset[str]()


class Call(NamedTuple):
    """One request, and the classes in it."""

    host: str
    path: str
    classes: frozenset[str] = NOTHING
    query: Mapping[str, Any] | None = None
    body: bytes = b""
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    websocket: tuple[str, ...] = ()
    frames: tuple[bytes, ...] = ()
    """Binary WebSocket messages."""
    mqtt: bytes = b""
    """What a client of MQTT sends; the archive is then a capture of packets, with only this call."""
    unsure: tuple[str, ...] = ()
    """Classes that it can be called or not."""


def json_call(host: str, path: str, content: object, *classes: str, **more: Any) -> Call:
    return Call(host, path, frozenset(classes), body=json.dumps(content).encode(), kind="application/json", **more)


def form_call(host: str, path: str, content: Mapping[str, Any], *classes: str, **more: Any) -> Call:
    kind = "application/x-www-form-urlencoded"
    return Call(host, path, frozenset(classes), body=urlencode(content).encode(), kind=kind, **more)


def get_call(host: str, path: str, content: Mapping[str, Any], *classes: str, **more: Any) -> Call:
    return Call(host, path, frozenset(classes), query=content, **more)


def packed(call: Call, coding: str) -> Call:
    data = gzip.compress(call.body, mtime=0) if coding == "gzip" else pa.compress(
        call.body, codec={"br": "brotli", "zstd": "zstd"}[coding], asbytes=True
    )  # fmt: skip
    return call._replace(body=data, headers=(*call.headers, ("Content-Encoding", coding)))


def base64_json(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def text_field(number: int, text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def grpc_message(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4) + message


def double_pair(latitude: float, longitude: float) -> bytes:
    return b"\x09" + struct.pack("<d", latitude) + b"\x11" + struct.pack("<d", longitude)


class Person(NamedTuple):
    """The person of the requests, and the device."""

    gaid: str = "5f1c7b9e-2d44-4c0b-9b5a-7e21c8d0a6f3"
    idfv: str = "9B2E6C1D-44AF-4E0C-8D37-51C0E2A9F7B4"
    android_id: str = "a3f19c84b27d60e5"
    install: str = "dK3vR8xQT1uYw0zLmN5pEa"
    first: str = "Ines"
    last: str = "Okafor"
    mail: str = "ines.okafor@mailbox.test"
    phone: str = "+4915112345678"
    token: str = ".".join(
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "eyJzdWIiOiI0OTIxIiwiZXhwIjoxNzkwMDAwMDAwfQ",
            "9yXk3Qm7vB2nR5tZ8wLc4dPf6hJs1aGe0uKoYiTx",
        )
    )
    push: str = "cXk3Qm7vB2nR5tZ8wLc4d:APA91b" + "F6hJs1aGe0uKoYiTx9yXk3Qm7vB2nR5tZ8wLc4dPf6" * 3

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first} {self.last}"


PERSON = Person()
_FIRST = ("Ines", "Tomas", "Aylin", "Kofi", "Marta", "Jonas", "Leila", "Pavel", "Nadia", "Luca")
_LAST = ("Okafor", "Lindqvist", "Moreau", "Kowalski", "Demir", "Santos", "Weber", "Rossi", "Novak", "Haddad")


def person(seed: int) -> Person:
    """Another person; the forms of the identifiers stay the same."""
    source = random.Random(f"person {seed}")
    first, last = source.choice(_FIRST), source.choice(_LAST)
    letters = string.ascii_letters + string.digits
    return PERSON._replace(
        gaid=str(uuid.UUID(int=source.getrandbits(128), version=4)),
        idfv=str(uuid.UUID(int=source.getrandbits(128), version=4)).upper(),
        android_id=f"{source.getrandbits(64):016x}",
        install="d" + "".join(source.choices(letters, k=21)),
        first=first,
        last=last,
        mail=f"{first.lower()}.{last.lower()}{source.randrange(100)}@mailbox.test",
        phone=f"+49151{source.randrange(10**7, 10**8)}",
        token=".".join((*PERSON.token.split(".")[:2], "".join(source.choices(letters, k=43)))),
        push="c" + "".join(source.choices(letters, k=21)) + ":APA91b" + "".join(source.choices(letters, k=126)),
    )


def write_archives(
    folder: Path, archives: Mapping[str, tuple[Call, ...]]
) -> Iterator[tuple[str, Path, list[tuple[str, str, bool]]]]:
    """Write each archive; yields its name, its path, and the host and class of what it sends, and if that is sure."""
    for name, calls in archives.items():
        path = folder / f"{name}.har"
        if calls[0].mqtt:
            path = path.with_suffix(".pcap")
            path.write_bytes(_capture(calls[0]))
            yield name, path, sorted(_labels(calls))
            continue
        entries = [_entry(call, number) for number, call in enumerate(calls)]
        path.write_text(
            json.dumps({"log": {"version": "1.2", "creator": {"name": "made", "version": "1"}, "entries": entries}})
        )
        yield name, path, sorted(_labels(calls))


def _labels(calls: tuple[Call, ...]) -> set[tuple[str, str, bool]]:
    sure = {(call.host, one, True) for call in calls for one in call.classes}
    return sure | {(call.host, one, False) for call in calls for one in call.unsure}


def _entry(call: Call, number: int) -> dict[str, Any]:
    query = f"?{urlencode(call.query)}" if call.query else ""
    headers = [{"name": "Host", "value": call.host}, {"name": "User-Agent", "value": "okhttp/4.12.0"}]
    headers += [{"name": name, "value": value} for name, value in call.headers]
    request: dict[str, Any] = {
        "method": "POST" if call.body else "GET",
        "url": f"https://{call.host}{call.path}{query}",
    }
    if call.body:
        headers.append({"name": "Content-Type", "value": call.kind})
        request["postData"] = {
            "text": base64.b64encode(call.body).decode(),
            "encoding": "base64",
            "mimeType": call.kind,
        }
    request["headers"] = headers
    entry: dict[str, Any] = {
        "startedDateTime": f"2026-05-04T10:00:{number:02}.000Z",
        "time": 40,
        "request": request,
        "response": {"status": 200, "headers": [], "content": {"size": 0}},
    }
    if call.websocket or call.frames:
        messages = [{"type": "send", "opcode": 1, "data": text} for text in call.websocket]
        messages += [{"type": "send", "opcode": 2, "data": base64.b64encode(one).decode()} for one in call.frames]
        entry["_webSocketMessages"] = messages
        request["url"] = request["url"].replace("https:", "wss:")
    return entry


def mqtt_packet(head: int, body: bytes) -> bytes:
    """A packet of MQTT 3.1.1 with up to 16 KiB."""
    size = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    return bytes([head]) + size + body


def mqtt_text(text: str) -> bytes:
    """A string of MQTT."""
    return len(text.encode()).to_bytes(2) + text.encode()


def mqtt_connect(client: str, username: str, password: str) -> bytes:
    """A CONNECT with a login."""
    body = mqtt_text("MQTT") + b"\x04\xc2\0\x3c" + mqtt_text(client) + mqtt_text(username) + mqtt_text(password)
    return mqtt_packet(0x10, body)


def mqtt_publish(topic: str, content: object) -> bytes:
    """A PUBLISH of JSON."""
    return mqtt_packet(0x30, mqtt_text(topic) + json.dumps(content).encode())


def _capture(call: Call) -> bytes:
    """A capture of packets: the DNS answer for the host, and the conversation."""
    answer = wire.dns(call.host, [(call.host, 1, wire.address(wire.SERVER))])
    named = wire.ethernet(wire.ip(wire.udp(53, 40001, answer), "192.0.2.53", wire.CLIENT, protocol=17))
    return wire.pcap([(0.5, named), *wire.talk(call.mqtt, b"\x20\x02\0\0", port=1883)])
