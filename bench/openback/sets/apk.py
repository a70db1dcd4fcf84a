"""Android packages for the app cases: a binary manifest, a resource table, and DEX files with other host names.

Formats: AOSP ``ResourceTypes.h`` and https://source.android.com/docs/core/runtime/dex-format.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from tests.unit.intake.conftest import string_pool

_NONE = 0xFFFFFFFF
_URI = "http://schemas.android.com/apk/res/android"
_LABEL, _NAME, _VALUE = 0x01010001, 0x01010003, 0x01010024
"""Identifiers of the attributes ``android:label``, ``android:name`` and ``android:value``."""
STRING_TYPE = 0x0E
"""Type number of strings in the resource table, as the cases use it."""


def manifest(package: str, label: str, metadata: Mapping[str, str]) -> bytes:
    """A binary ``AndroidManifest.xml``; ``metadata``: names and values of ``meta-data`` of the application."""
    texts = ["label", "name", "value", "manifest", "package", "application", "meta-data", "android", _URI]
    index = {text: at for at, text in enumerate(texts)}

    def text(value: str) -> int:
        if value not in index:
            index[value] = len(texts)
            texts.append(value)
        return index[value]

    def attribute(name: str, value: str, uri: int) -> bytes:
        at = text(value)
        return struct.pack("<IIIHBBI", uri, index[name], at, 8, 0, 3, at)

    def element(name: str, attributes: Sequence[bytes], inside: bytes = b"") -> bytes:
        size = 36 + 20 * len(attributes)
        start = struct.pack("<HHIII", 0x0102, 16, size, 1, _NONE)
        start += struct.pack("<IIHHHHHH", _NONE, index[name], 20, 20, len(attributes), 0, 0, 0) + b"".join(attributes)
        return start + inside + struct.pack("<HHIIIII", 0x0103, 16, 24, 1, _NONE, _NONE, index[name])

    uri = index[_URI]
    inner = b"".join(
        element("meta-data", [attribute("name", name, uri), attribute("value", value, uri)])
        for name, value in metadata.items()
    )
    application = element("application", [attribute("label", label, uri)], inner)
    root = element("manifest", [attribute("package", package, _NONE)], application)
    space = struct.pack("<IIII", 1, _NONE, index["android"], uri)
    body = string_pool(texts, utf16=True) + struct.pack("<HHIIII", 0x0180, 8, 20, _LABEL, _NAME, _VALUE)
    body += struct.pack("<HHI", 0x0100, 16, 24) + space + root + struct.pack("<HHI", 0x0101, 16, 24) + space
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body


def resource_table(package: str, strings: Mapping[str, str]) -> bytes:
    """A ``resources.arsc`` with strings; the first one has the identifier 0x7f0e0000."""
    names, count = list(strings), len(strings)
    entries = b"".join(struct.pack("<HHIHBBI", 8, 0, at, 8, 0, 3, at) for at in range(count))
    offsets = struct.pack(f"<{count}I", *(16 * at for at in range(count)))
    config = struct.pack("<I", 28) + b"\0" * 24
    head = 20 + len(config)
    place = head + len(offsets)
    spec = struct.pack("<HHIBBHI", 0x0202, 16, 16 + 4 * count, STRING_TYPE, 0, 0, count) + b"\0" * 4 * count
    kind = struct.pack("<HHIBBHII", 0x0201, head, place + len(entries), STRING_TYPE, 0, 0, count, place)
    kind += config + offsets + entries
    types = string_pool([*(f"kind{number}" for number in range(1, STRING_TYPE)), "string"])
    keys = string_pool(names)
    size = 288 + len(types) + len(keys) + len(spec) + len(kind)
    chunk = struct.pack("<HHII", 0x0200, 288, size, 0x7F) + package.encode("utf-16-le").ljust(256, b"\0")
    chunk += struct.pack("<IIIII", 288, STRING_TYPE, 288 + len(types), count, 0) + types + keys + spec + kind
    body = string_pool(list(strings.values())) + chunk
    return struct.pack("<HHII", 2, 12, 12 + len(body), 1) + body


def renamed(dex: bytes, old: bytes, new: bytes) -> bytes | None:
    """The DEX file with another text of the same length; ``None`` if its strings would not be sorted any more.

    Raises:
        ValueError: the texts differ in length.
    """
    if len(old) != len(new):
        raise ValueError("the texts must have the same length")
    data = bytearray(dex.replace(old, new))
    if not _is_sorted(data):
        return None
    data[12:32] = hashlib.sha1(data[32:], usedforsecurity=False).digest()
    data[8:12] = struct.pack("<I", zlib.adler32(data[12:]))
    return bytes(data)


def _is_sorted(data: bytearray) -> bool:
    count, table = struct.unpack_from("<II", data, 56)
    before = b""
    for at in struct.unpack_from(f"<{count}I", data, table):
        start = at
        while data[start] & 0x80:
            start += 1
        text = bytes(data[start + 1 : data.index(0, start + 1)])
        if text < before:
            return False
        before = text
    return True


def package(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive with these files and a fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
