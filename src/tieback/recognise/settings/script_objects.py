"""Endpoints in objects of scripts: ``{host: "db.shop.de", port: 27017}`` and ``new S3({params: {Bucket: "uploads"}})``.

A host counts only with a port or the scheme ``http`` or ``https`` in the same object, or with a port that the next
assignment sets. A ``Bucket`` counts only in a
script that uses Amazon S3 (https://docs.aws.amazon.com/AWSJavaScriptSDK/latest/AWS/S3.html), a ``bucket`` of a script
or a JSON file only with a region of Amazon in the same object, as in
https://docs.amplify.aws/gen1/javascript/build-a-backend/storage/existing-resources/. Bounds: 200 objects of each kind
per file, 200 bytes on each side of a host or bucket.
"""

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache
from heapq import merge
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Buffer, Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, parse
from tieback.recognise.calls import is_script_file
from tieback.recognise.context import match_context
from tieback.recognise.near import matches_near
from tieback.recognise.span import decode_text

RULE = "script-object"
MAX_OBJECTS = 200
AROUND = 200
"""Bytes before and after a host that can belong to its object."""
_HOST = lazy_pattern(
    rb"""(?:ost(?:[nN]ame)?|OST(?:_?NAME)?|ndPoint)["']?\s{0,4}:\s{0,4}(?P<nested>\{\s{0,16}["']?(?:name|address|value)["']?\s{0,4}:\s{0,4})?"""
    rb"""["'`](?P<host>[A-Za-z0-9][A-Za-z0-9.-]{1,252})["'`]"""
)
"""The host itself, or an object with only its name: ``host: {name: "db.shop.de"}, port: 5432``."""
_HOST_BEGINNINGS, _HOST_LENGTH = (b"ost", b"OST", b"ndPoint"), 320
HOST_MARKS = tuple(name + r"[\"']?[\t-\r ]{0,4}[:=]" for name in ("ost", "ost[nN]ame", "OST", "OST_?NAME", "ndPoint"))
"""The key of a host up to its sign, for ``anchors.parse``. Other words end like these names, and have no sign."""
_ASSIGNED = lazy_pattern(
    rb"(?<![A-Za-z0-9_$.])(?P<of>(?:[A-Za-z0-9_$]{1,20}\.){1,3})?(?P<stem>[A-Za-z0-9_]{0,24}?)(?:[hH]ost(?:[nN]ame)?|HOST(?:_?NAME)?)\s{0,4}=\s{0,4}"
    rb"[\"'`](?P<host>[A-Za-z0-9][A-Za-z0-9.-]{1,252})[\"'`]\s{0,4}[,;\n]\s{0,40}(?:(?:var|let|const)\s{1,4})?(?(of)(?P=of))"
    rb"(?P=stem)(?:[pP]ort|PORT)\s{0,4}=\s{0,4}[\"'`]?(?P<port>[1-9]\d{1,4})(?![\w.])"
)
"""A host and a port that are assigned one after the other: ``this.CLOUD_HOST="0.shop.de",this.CLOUD_PORT=443``."""
_ASSIGNED_BEFORE, _ASSIGNED_LENGTH = 100, 480
_KEY_LENGTH, _MOST_KEYS = 16, 10_000
_MAX_PORT = 65_535
_CLOSED = lazy_pattern(rb"\s{0,32}\}")
_BEFORE_HOST = {
    b"o": lazy_pattern(rb"(?:(?<![A-Za-z0-9_$.])h|(?P<camel>\w{0,24}[a-z_]{2})H|(?P<snake>\w{0,24}[A-Za-z]{2}_)h)\Z"),
    b"n": lazy_pattern(rb"(?<![A-Za-z0-9_$.])e\Z"),  # endPoint, https://github.com/minio/minio-js
    b"O": lazy_pattern(rb"(?:(?<![A-Za-z0-9_$.])|(?P<camel>[A-Z0-9_]{0,24}[A-Z0-9]_))H\Z"),
}
"""The beginning of the key of a host, by the letter behind it; its groups are the name of the service."""
_KEY_REACH = 32
_BRACES = lazy_pattern(rb"[{}]")
_PORT = lazy_pattern(
    rb"""(?P<stem>\w{0,24}?)(?:[pP]ort|PORT)["']?\s{0,4}:\s{0,4}["'`]?"""
    rb"""(?P<port>[1-9]\d{1,4}(?![\w.])|[1-9]\d?e[34](?!\w))"""
)
"""The port, also as minifiers write it: ``9e3``."""
_HOST_KEY = lazy_pattern(
    r"endPoint|h(?:ost(?:[nN]ame)?)|\w{0,60}[a-z_]{2}Host(?:[nN]ame)?|\w{0,60}[A-Za-z]{2}_host(?:[nN]ame)?"
    r"|(?:[A-Z0-9_]{0,60}[A-Z0-9]_)?HOST(?:_?NAME)?"
)
_PORT_KEY = lazy_pattern(r"\w{0,60}(?:[pP]ort|PORT)")
_BUCKET_KEY = lazy_pattern(r"(?:aws_user_files_s3_b|\w{0,40}[sS]3_?[bB]|[bB])ucket(?:_?[nN]ame)?")
_SCHEME = lazy_pattern(rb"""(?:[sS]cheme|[pP]rotocol)["']?\s{0,4}:\s{0,4}["'`]http(?P<secure>s?):?(?://)?["'`]""")
_BUCKET = lazy_pattern(
    rb"""Bucket(?<!\wBucket)["']?\s{0,4}:\s{0,4}["'`](?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])["'`]"""
)
_S3_BUCKET = lazy_pattern(
    rb"""(?:aws_user_files_s3_bucket|[sS]3_?[bB]ucket(?:_?[nN]ame)?)["']?\s{0,4}:\s{0,4}"""
    rb"""["'`](?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])["'`]"""
)
"""A key that names the product."""
_S3, _ANY_BUCKET = BUCKET_MARKS = b"S3", b"ucket"
_S3_BEFORE, _S3_BEHIND = 20, 100
"""Most bytes before ``ucket``, and from there on."""
_LOWER_BUCKET = lazy_pattern(
    rb"""bucket(?<![\w$.-]bucket)(?:[nN]ame)?["']?\s{0,4}:\s{0,4}["'`](?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])["'`]"""
)
_REGION = lazy_pattern(
    rb"""region["']?\s{0,4}:\s{0,4}["'`](?:(?:us|eu|ap|sa|ca|me|af|il|mx)-(?:gov-)?(?:north|south|east|west|central){1,2}-\d"""
    rb"""|cn-north(?:west)?-1)["'`]""",
    re.IGNORECASE,
)
"""https://docs.aws.amazon.com/general/latest/gr/s3.html"""
_OTHER_STORE = lazy_pattern(rb"(?i:endpoint|aliyun|oss\b|obs\b|minio)")
"""Another store of objects with the same names of regions, or one at an address of its own."""
_JSON = ".json"
_MADE_UP = lazy_pattern(rb"your|my-?bucket|example|bucket-?name|STRING_VALUE")


class HostPort(NamedTuple):
    """A host and port in one object of a script."""

    host: str
    port: int
    offset: int
    """Offset of the host in the data of the buffer."""


def hosts_with_ports(buffer: Buffer, *, marked: bool = True) -> Iterator[HostPort]:
    """The hosts in a script whose object also has a port or a scheme; empty for other files.

    Args:
        buffer: any buffer.
        marked: false if none of ``HOST_MARKS`` is in it.
    """
    data = buffer.data
    if not is_script_file(buffer) or not marked:
        return
    keys = _keys(data)
    for found in islice(_assigned(data, keys), MAX_OBJECTS):
        if (number := int(found["port"])) <= _MAX_PORT:
            yield HostPort(found["host"].decode("ascii"), number, found.start("host"))
    for found in islice(_hosts(data, keys), MAX_OBJECTS):
        start = found.start()
        key = _BEFORE_HOST[found[0][:1]].search(data, max(start - _KEY_REACH, 0), start)
        if key is None:
            continue
        end = found.end()
        if found["nested"]:
            closed = _CLOSED.match(data, end, end + 40)
            if closed is None:
                continue  # an object with more than the name
            end = closed.end()
        inside = _own_before(bytes(data[max(start - AROUND, 0) : start]))
        behind = own_behind(bytes(data[end : end + AROUND]))
        number = _port(_stem(*key.groups(b"")), behind, inside)
        scheme = None if number else _SCHEME.search(behind) or _SCHEME.search(inside)
        if scheme is not None:
            number = 443 if scheme["secure"] else 80
        if 0 < number <= _MAX_PORT:
            yield HostPort(found["host"].decode("ascii"), number, found.start("host"))


def _hosts(data: Bytes, keys: Sequence[int] | None = None) -> Iterator[re.Match[bytes]]:
    return matches_near(_HOST, data, _keys(data) if keys is None else keys, _KEY_LENGTH, _HOST_LENGTH)


def _assigned(data: Bytes, keys: Sequence[int] | None = None) -> Iterator[re.Match[bytes]]:
    return matches_near(_ASSIGNED, data, _keys(data) if keys is None else keys, _ASSIGNED_BEFORE, _ASSIGNED_LENGTH)


def _keys(data: Bytes) -> list[int]:
    """Where the keys of hosts are in a script."""
    hits, stopped = _key_scanner().scan(data, 0, len(data), _MOST_KEYS)
    if stopped:
        return list(merge(*(places_of(data, one) for one in _HOST_BEGINNINGS)))
    return [end - 1 for _, end in hits]


@cache
def _key_scanner() -> AnchorScanner:
    return AnchorScanner(tuple(Anchor(AnchorKind.MARK, parse(one), caseless=False) for one in HOST_MARKS))


def own_behind(text: bytes) -> bytes:
    """The text of an object up to its end, without the objects in it."""
    own, depth, at = b"", 0, 0
    for found in _BRACES.finditer(text):
        if not depth:
            own += text[at : found.start()]
        depth += 1 if found[0] == b"{" else -1
        at = found.end()
        if depth < 0:
            return own
    return own + (b"" if depth else text[at:])


def _own_before(text: bytes) -> bytes:
    """The text of an object from its beginning, without the objects in it."""
    own, depth, at = b"", 0, len(text)
    for found in reversed(list(_BRACES.finditer(text))):
        if not depth:
            own = text[found.end() : at] + own
        depth += 1 if found[0] == b"}" else -1
        at = found.start()
        if depth < 0:
            return own
    return own if depth else text[:at] + own


def _stem(*parts: bytes) -> bytes:
    return b"".join(parts).replace(b"_", b"").lower()


def _port(stem: bytes, behind: bytes, inside: bytes) -> int:
    """The port of the host of a service among those of its object; 0 if there is none.

    Args:
        stem: name of the service, as ``redis`` in ``redisHost``; may be empty.
        behind: the object behind the host.
        inside: the object before it.
    """
    ports = [(_stem(one["stem"]), one) for part in (behind, inside) for one in _PORT.finditer(part)]
    same = next((one for other, one in ports if other == stem), None)
    if same is None and ports:
        keys = (inside + behind).replace(b"_", b"").lower()
        # A port that belongs to no other host of the object.
        same = next(
            (
                one
                for other, one in ports
                if not other or ((stem.startswith(other) or other.startswith(stem)) and other + b"host" not in keys)
            ),
            None,
        )
    return int(float(same["port"])) if same is not None else 0


def is_host_key(name: str) -> bool:
    """True if the value of a key can be a host with a port or a scheme beside it."""
    return _HOST_KEY.fullmatch(name) is not None


def is_port_key(name: str) -> bool:
    """True if the value of a key can be a port."""
    return _PORT_KEY.fullmatch(name) is not None


def is_bucket_key(name: str) -> bool:
    """True if the value of a key can be a bucket."""
    return _BUCKET_KEY.fullmatch(name) is not None


def buckets(buffer: Buffer, marks: Container[bytes] | None = None) -> Iterator[Sighting]:
    """The buckets of Amazon S3 in a script or a JSON file.

    Args:
        buffer: any buffer.
        marks: those of ``BUCKET_MARKS`` that are in it; looked for if it is ``None``.
    """
    data = buffer.data
    is_script = is_script_file(buffer)
    texts: Bytes | Container[bytes] = data if marks is None else marks
    if not (is_script or buffer.file.endswith(_JSON)) or _ANY_BUCKET not in texts:
        return
    for found in _buckets(data, is_script=is_script, is_s3=_S3 in texts):
        if _MADE_UP.search(found["bucket"]):
            continue
        name = found["bucket"].decode("ascii")
        endpoint = Endpoint(EndpointKind.CLOUD, f"s3:{name}", "https", f"{name}.s3.amazonaws.com", 443, name, "s3")
        shown = match_context("", decode_text(bytes(found[0]), wide=False))
        place = Evidence(buffer.file, buffer.base + found.start("bucket"), f"text/{RULE}", shown)
        yield Sighting(endpoint, 1, Party.UNKNOWN, place)


def _buckets(data: bytes | bytearray, *, is_script: bool, is_s3: bool) -> Iterator[re.Match[bytes]]:
    if is_script and is_s3:
        yield from islice(_BUCKET.finditer(data), MAX_OBJECTS)
    if is_script:  # ConfigExtractor reads these keys in other files
        yield from islice(_s3_buckets(data), MAX_OBJECTS)
    for found in islice(_LOWER_BUCKET.finditer(data), MAX_OBJECTS):
        inside = _object_around(data, found.start(), found.end())
        if _REGION.search(inside) is not None and _OTHER_STORE.search(inside) is None:
            yield found


def _s3_buckets(data: Bytes) -> Iterator[re.Match[bytes]]:
    return matches_near(_S3_BUCKET, data, places_of(data, _ANY_BUCKET), _S3_BEFORE, _S3_BEHIND)


def _object_around(data: bytes | bytearray, start: int, end: int) -> bytes:
    """The text of the object around a pair, without those in it."""
    before, after = bytes(data[max(start - AROUND, 0) : start]), bytes(data[end : end + AROUND])
    return _own_before(before) + b" " + own_behind(after)
