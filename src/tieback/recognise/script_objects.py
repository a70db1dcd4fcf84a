"""Endpoints in objects of scripts: ``{host: "db.shop.de", port: 27017}`` and ``new S3({params: {Bucket: "uploads"}})``.

A host counts only with a port or the scheme ``http`` or ``https`` in the same object. A bucket counts only in a
script that uses Amazon S3 (https://docs.aws.amazon.com/AWSJavaScriptSDK/latest/AWS/S3.html). Bounds: 200 objects of
each kind per script, 200 bytes on each side of a host.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Buffer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.calls import SCRIPTS
from tieback.recognise.context import match_context
from tieback.recognise.span import decode_text

RULE = "script-object"
MAX_OBJECTS = 200
AROUND = 200
"""Bytes before and after a host that can belong to its object."""
_HOST = re.compile(
    rb"""ost(?:[nN]ame)?["']?\s{0,4}:\s{0,4}(?P<nested>\{\s{0,16}["']?(?:name|address|value)["']?\s{0,4}:\s{0,4})?"""
    rb"""["'`](?P<host>[A-Za-z0-9][A-Za-z0-9.-]{1,252})["'`]"""
)
"""The host itself, or an object with only its name: ``host: {name: "db.shop.de"}, port: 5432``."""
_CLOSED = re.compile(rb"\s{0,32}\}")
_BEFORE_HOST = re.compile(rb"""(?:(?<![A-Za-z0-9_$.])h|[a-z_]{2,24}H|[A-Za-z]{2,24}_h)\Z""")
_PORT = re.compile(rb"""[pP]ort["']?\s{0,4}:\s{0,4}["'`]?(?P<port>[1-9]\d{1,4})(?![\w.])""")
_SCHEME = re.compile(rb"""(?:[sS]cheme|[pP]rotocol)["']?\s{0,4}:\s{0,4}["'`]http(?P<secure>s?):?(?://)?["'`]""")
_BUCKET = re.compile(
    rb"""Bucket(?<!\wBucket)["']?\s{0,4}:\s{0,4}["'`](?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])["'`]"""
)
_MADE_UP = re.compile(rb"your|my-?bucket|example|bucket-?name|STRING_VALUE")


class HostPort(NamedTuple):
    """A host and port in one object of a script."""

    host: str
    port: int
    offset: int
    """Offset of the host in the data of the buffer."""


def hosts_with_ports(buffer: Buffer) -> Iterator[HostPort]:
    """The hosts in a script whose object also has a port or a scheme; empty for other files."""
    data = buffer.data
    if not buffer.file.endswith(SCRIPTS) or b"ost" not in data:
        return
    for found in islice(_HOST.finditer(data), MAX_OBJECTS):
        start = found.start()
        if _BEFORE_HOST.search(data, max(start - 26, 0), start) is None:
            continue
        end = found.end()
        if found["nested"]:
            closed = _CLOSED.match(data, end, end + 40)
            if closed is None:
                continue  # an object with more than the name
            end = closed.end()
        before, after = bytes(data[max(start - AROUND, 0) : start]), bytes(data[end : end + AROUND])
        inside = before[max(before.rfind(b"{"), before.rfind(b"}")) + 1 :]
        behind = re.split(rb"[{}]", after, maxsplit=1)[0]
        port = _PORT.search(behind) or _PORT.search(inside)
        scheme = None if port is not None else _SCHEME.search(behind) or _SCHEME.search(inside)
        number = int(port["port"]) if port is not None else 0
        if scheme is not None:
            number = 443 if scheme["secure"] else 80
        if 0 < number <= 65535:
            yield HostPort(found["host"].decode("ascii"), number, found.start("host"))


def buckets(buffer: Buffer) -> Iterator[Sighting]:
    """The buckets in a script that uses Amazon S3."""
    data = buffer.data
    if not buffer.file.endswith(SCRIPTS) or b"S3" not in data:
        return
    for found in islice(_BUCKET.finditer(data), MAX_OBJECTS):
        if _MADE_UP.search(found["bucket"]):
            continue
        name = found["bucket"].decode("ascii")
        endpoint = Endpoint(EndpointKind.CLOUD, f"s3:{name}", "https", f"{name}.s3.amazonaws.com", 443, name, "s3")
        shown = match_context("", decode_text(bytes(found[0]), wide=False))
        place = Evidence(buffer.file, buffer.base + found.start("bucket"), f"text/{RULE}", shown)
        yield Sighting(endpoint, 1, Party.UNKNOWN, place)
